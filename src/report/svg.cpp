#include "report/svg.h"

#include <fmt/core.h>

#include <cmath>

#include "base/text.h"
#include "base/units.h"
#include "report/tables.h"

namespace scantling {

std::string px(double value) {
  if (!std::isfinite(value)) return "0";
  return number_text(std::round(value * 10) / 10);
}

std::string anchor(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    out += plain ? c : '-';
  }
  return out;
}

double text_width(std::string_view text, double font_size) {
  double ems = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // the rest of a code point
    if (byte >= 0xE0)
      ems += 1.0;
    else if (c == 'i' || c == 'l' || c == 'j' || c == 't' || c == 'f' || c == '.' || c == ' ' ||
             c == '\'' || c == ',' || c == ':')
      ems += .36;
    else if (c == 'm' || c == 'w' || c == 'M' || c == 'W' || c == '%')
      ems += .92;
    else if (c >= 'A' && c <= 'Z')
      ems += .70;
    else
      ems += .585;
  }
  return ems * font_size;
}

std::string shortened(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  return cut_to(text, columns > 1 ? columns - 1 : 1) + "…";
}

std::string script_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace scantling
