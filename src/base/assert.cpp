#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace scantling {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr,
               "scantling: internal error: '%s' does not hold at %s:%d\n"
               "this is a bug in scantling, not in your model; please report it with the model\n",
               condition, file, line);
  std::fflush(stdout);
  std::_Exit(70);
}

}  // namespace scantling
