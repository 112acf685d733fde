#include "diagnostics/artifact_uri.h"

namespace scantling {

std::string artifact_uri(std::string_view path) {
  constexpr std::string_view kKept =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  while (path.starts_with("./"))
    path.remove_prefix(2);
  std::string out = path.starts_with("/") ? "file://" : "";
  for (const char c : path) {
    if (kKept.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace scantling
