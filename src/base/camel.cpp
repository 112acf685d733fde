#include "base/camel.h"

namespace scantling {

std::string camel_case(std::string_view words, char separator, bool upper_first) {
  std::string out;
  bool up = upper_first;
  for (const char c : words) {
    if (c == separator) {
      up = true;
      continue;
    }
    out += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    up = false;
  }
  return out;
}

}  // namespace scantling
