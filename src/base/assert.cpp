#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
#define SCANTLING_ABORT_ON_ASSERT
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SCANTLING_ABORT_ON_ASSERT
#endif
#endif

namespace scantling {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr,
               "scantling: internal error: '%s' does not hold at %s:%d\n"
               "this is a bug in scantling, not in your model; please report it with the model\n",
               condition, file, line);
  std::fflush(stdout);
#ifdef SCANTLING_ABORT_ON_ASSERT
  std::abort();  // under a sanitizer or a fuzzer: with a trace, and the input is kept
#else
  std::_Exit(70);
#endif
}

}  // namespace scantling
