#include "syntax/encoding.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"

namespace scantling {

namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Printable ASCII, tab and line ends: what needs no closer look.
bool is_ordinary(unsigned char c) {
  return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\r';
}

std::string code_point_name(std::uint32_t c) {
  std::string digits = hex16(c).substr(c > 0xFFFF ? 11 : 12);
  std::transform(digits.begin(), digits.end(), digits.begin(),
                 [](char d) { return d >= 'a' ? static_cast<char>(d - 'a' + 'A') : d; });
  return "U+" + digits;
}

// Characters beyond ASCII that may not stand in a YAML text as they are: the C1 controls and the
// non-characters U+FFFE and U+FFFF (YAML 1.2.2, section 5.1); and U+0085, U+2028 and U+2029, which
// YAML 1.1 (libyaml) takes for line ends and YAML 1.2 does not, so that the meaning would depend on
// who reads it.
std::string why_not_allowed(std::string_view sequence) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (at(0) == 0xC2 && at(1) < 0xA0) {
    return at(1) == 0x85 ? "the character U+0085 (next line) is a line end for some readers of YAML"
                         : "the control character " + code_point_name(at(1)) + " is not allowed";
  }
  if (at(0) == 0xE2 && at(1) == 0x80 && (at(2) == 0xA8 || at(2) == 0xA9)) {
    return "the character " + code_point_name(0x2000U | (at(2) & 0x3FU)) +
           " is a line end for some readers of YAML; write it as an escape in double quotes";
  }
  if (at(0) == 0xEF && at(1) == 0xBF && at(2) >= 0xBE)
    return "the character " + code_point_name(0xFFC0U | (at(2) & 0x3FU)) + " is not allowed";
  return "";
}

std::string why_control(unsigned char c) {
  if (c == 0) return "a NUL character is not allowed: this is not a text file";
  return "the control character " + code_point_name(c) + " is not allowed";
}

// Eight bytes at once: none is a control character, DEL or beyond ASCII. A byte below 0x20 borrows
// from its high bit when 0x20 is taken away; the bytes are all below 0x80 when that is looked at,
// so a borrow can only make a neighbour look bad, never good.
bool all_ordinary(std::uint64_t bytes) {
  constexpr std::uint64_t kEach = 0x0101010101010101ULL;
  constexpr std::uint64_t kHigh = 0x80 * kEach;
  const std::uint64_t below_space = bytes - 0x20 * kEach;
  const std::uint64_t delete_or_more = bytes + kEach;  // 0x7F becomes 0x80
  return ((bytes | below_space | delete_or_more) & kHigh) == 0;
}

std::size_t skip_ordinary(std::string_view text, std::size_t i) {
  while (i < text.size()) {
    std::uint64_t bytes = 0;
    if (i + sizeof bytes <= text.size()) {
      std::memcpy(&bytes, text.data() + i, sizeof bytes);
      if (all_ordinary(bytes)) {
        i += sizeof bytes;
        continue;
      }
    }
    if (!is_ordinary(static_cast<unsigned char>(text[i]))) break;
    ++i;
  }
  return i;
}

// Length by the first byte, of a text known to be valid from here on for one character.
std::size_t length_of(char first) {
  const auto c = static_cast<unsigned char>(first);
  return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

}  // namespace

std::optional<BadByte> find_bad_byte(std::string_view text) {
  for (std::size_t i = skip_ordinary(text, 0); i < text.size(); i = skip_ordinary(text, i)) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) return BadByte{false, i, 1, why_control(c)};
    const std::string_view sequence = text.substr(i, length_of(text[i]));
    if (!valid_utf8(sequence))
      return BadByte{true, i, 1, "the byte 0x" + hex16(c).substr(14) + " is not UTF-8 here"};
    std::string why = why_not_allowed(sequence);
    if (!why.empty()) return BadByte{false, i, sequence.size(), std::move(why)};
    // libyaml skips one at the beginning of any line, and counts its column.
    const bool begins_line = i == 0 || text[i - 1] == '\n' || text[i - 1] == '\r';
    if (begins_line && sequence == "\xef\xbb\xbf")
      return BadByte{false, i, sequence.size(),
                     "a byte order mark (U+FEFF) may stand at the beginning of the file alone"};
    i += sequence.size();
  }
  return std::nullopt;
}

ByteMap::ByteMap(std::string_view text) : text_(text) {
  // Counting all of them is quicker than looking for the first: it is done many bytes at once.
  const auto beyond_ascii = std::count_if(text.begin(), text.end(),
                                          [](char c) { return static_cast<signed char>(c) < 0; });
  if (beyond_ascii == 0) return;
  every_step_.reserve(text.size() / kStep + 1);
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_continuation(text[i])) continue;
    if (count % kStep == 0) every_step_.push_back(static_cast<std::uint32_t>(i));
    ++count;
  }
}

std::uint32_t ByteMap::offset(std::size_t code_point) const {
  if (every_step_.empty()) return static_cast<std::uint32_t>(std::min(code_point, text_.size()));
  const std::size_t step = code_point / kStep;
  if (step >= every_step_.size()) return static_cast<std::uint32_t>(text_.size());
  std::size_t at = every_step_[step];
  for (std::size_t left = code_point % kStep; left > 0 && at < text_.size(); --left)
    at += length_of(text_[at]);
  return static_cast<std::uint32_t>(std::min(at, text_.size()));
}

}  // namespace scantling
