#include "syntax/quoting.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "syntax/encoding.h"

namespace scantling {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Words that YAML 1.1 or 1.2 types, in lower case. (1.1 has them in three cases only; nobody reads
// "yEs" as anything but a mistake, so all cases are quoted.)
constexpr std::array<std::string_view, 14> kWords = {
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<", ".inf", ".nan"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool all_of(std::string_view text, std::string_view set) {
  return text.find_first_not_of(set) == std::string_view::npos;
}

bool starts_like_date(std::string_view text) {
  return text.size() >= 8 && all_of(text.substr(0, 4), "0123456789") && text[4] == '-' &&
         is_digit(text[5]);
}

// Every character may stand in a YAML text as it is, line ends and tabs aside.
bool all_printable(std::string_view text) {
  return !find_bad_byte(text) && text.find(kByteOrderMark) == std::string_view::npos;
}

bool begins_plain(std::string_view text, Layout layout) {
  const char first = text.front();
  if (std::string_view(",[]{}#&*!|>'\"%@`?:=").find(first) != std::string_view::npos) return false;
  if (first == '-')
    return text.size() > 1 && (is_digit(text[1]) || is_letter(text[1]) || text[1] == '.');
  if (text.starts_with("...")) return false;
  return layout == Layout::Block || first != '-';
}

void append_escape(std::string& out, std::uint32_t c, bool json) {
  const std::string digits = hex16(c);
  if (!json && c < 0x100)
    out.append("\\x").append(digits.substr(14));
  else
    out.append("\\u").append(digits.substr(12));
}

// The escape of one character that has a short form, else nothing.
std::string_view short_escape(char c) {
  switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    case '\b': return "\\b";
    case '\f': return "\\f";
    default: return {};
  }
}

std::uint32_t three_byte_code_point(std::string_view sequence) {
  const auto at = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i]));
  };
  return sequence.size() == 2 ? (at(0) & 0x1F) << 6 | (at(1) & 0x3F)
                              : (at(0) & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F);
}

}  // namespace

bool plain_is_safe(std::string_view text, Layout layout) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (std::any_of(text.begin(), text.end(), is_control) || !all_printable(text) ||
      !begins_plain(text, layout))
    return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos)
    return false;
  return layout == Layout::Block || text.find_first_of(",[]{}?") == std::string_view::npos;
}

bool looks_typed(std::string_view text) {
  const std::string small = lower(text);
  if (text.empty() || std::find(kWords.begin(), kWords.end(), small) != kWords.end()) return true;
  if (starts_like_date(text)) return true;
  std::string_view number = small;
  if (number.front() == '+' || number.front() == '-') number.remove_prefix(1);
  if (number == ".inf" || number == ".nan") return true;
  if (number.starts_with("0x")) return all_of(number.substr(2), "0123456789abcdef_");
  if (number.starts_with("0o") || number.starts_with("0b"))
    return all_of(number.substr(2), "01234567_");
  return all_of(number, "0123456789_.:e+-") &&
         number.find_first_of("0123456789") != std::string_view::npos;
}

void append_escaped(std::string& out, std::string_view text, bool json, bool for_html) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (const std::string_view escape = short_escape(c); !escape.empty()) {
      out += escape;
      ++i;
    } else if (is_control(c) || (for_html && c == '<')) {
      append_escape(out, static_cast<unsigned char>(c), json);
      ++i;
    } else if (static_cast<unsigned char>(c) < 0x80) {
      out += c;
      ++i;
    } else {
      std::size_t length = 2;
      while (length <= 4 && !valid_utf8(text.substr(i, length)))
        ++length;
      if (length > 4 || i + length > text.size()) {
        out += kReplacement;
        ++i;
        continue;
      }
      const std::string_view sequence = text.substr(i, length);
      if (length < 4 && !all_printable(sequence))
        append_escape(out, three_byte_code_point(sequence), json);
      else
        out += sequence;
      i += length;
    }
  }
  out += '"';
}

std::string quoted(std::string_view text) {
  const bool simple = std::none_of(text.begin(), text.end(), is_control) && all_printable(text);
  const bool needs_escape = text.find_first_of("\"\\") != std::string_view::npos;
  std::string out;
  if (simple && needs_escape && text.find('\'') == std::string_view::npos)
    return out.append("'").append(text).append("'");
  append_escaped(out, text, false, false);
  return out;
}

// Without an indentation indicator the first line must not begin with a blank or be empty.
bool fits_literal(std::string_view text) {
  return text.find('\n') != std::string_view::npos && text.front() != '\n' && text.front() != ' ' &&
         text.front() != '\t' &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return is_control(c) && c != '\n' && c != '\t'; }) &&
         all_printable(text);
}

}  // namespace scantling
