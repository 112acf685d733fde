// Colours of the terminal, or none.
#pragma once

#include <string>
#include <string_view>

#include "diagnostics/diagnostic.h"

namespace scantling {

enum class Tint : std::uint8_t { Plain, Bold, Red, Yellow, Cyan, Blue, Green };

struct Ink {
  bool on = false;

  std::string operator()(Tint tint, std::string_view text) const {
    if (!on || tint == Tint::Plain || text.empty()) return std::string(text);
    static constexpr std::string_view kCodes[] = {"", "1", "1;31", "1;33", "1;36", "1;34", "1;32"};
    std::string out = "\x1b[";
    out += kCodes[static_cast<std::size_t>(tint)];
    out += 'm';
    out += text;
    return out += "\x1b[0m";
  }
};

inline Tint tint_of(Severity severity) {
  switch (severity) {
    case Severity::Note: return Tint::Cyan;
    case Severity::Warning: return Tint::Yellow;
    case Severity::Error: return Tint::Red;
  }
  return Tint::Red;
}

}  // namespace scantling
