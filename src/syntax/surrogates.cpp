#include "syntax/surrogates.h"

#include <algorithm>
#include <bitset>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace scantling {

namespace {

constexpr std::uint32_t kFirstPrivate = 0xE000;
constexpr std::uint32_t kLastPrivate = 0xF8FF;
constexpr std::size_t kEscapeBytes = 6;  // "\uXXXX"

// The value of "\uXXXX" at `at`.
std::optional<std::uint32_t> escape_at(std::string_view text, std::size_t at) {
  if (at + kEscapeBytes > text.size() || text[at] != '\\' || text[at + 1] != 'u')
    return std::nullopt;
  std::uint32_t value = 0;
  const char* begin = text.data() + at + 2;
  const auto [end, problem] = std::from_chars(begin, begin + 4, value, 16);
  return problem == std::errc() && end == begin + 4 ? std::optional(value) : std::nullopt;
}

bool is_high(std::uint32_t c) {
  return c >= 0xD800 && c <= 0xDBFF;
}
bool is_low(std::uint32_t c) {
  return c >= 0xDC00 && c <= 0xDFFF;
}

std::string utf8(std::uint32_t c) {
  const auto part = [c](int shift, std::uint32_t lead, std::uint32_t mask) {
    return static_cast<char>(lead | ((c >> shift) & mask));
  };
  if (c < 0x10000) return {part(12, 0xE0, 0x0F), part(6, 0x80, 0x3F), part(0, 0x80, 0x3F)};
  return {part(18, 0xF0, 0x07), part(12, 0x80, 0x3F), part(6, 0x80, 0x3F), part(0, 0x80, 0x3F)};
}

// A private-use character that the text has neither as it is nor as an escape.
std::optional<std::uint32_t> unused_character(std::string_view text) {
  std::bitset<kLastPrivate - kFirstPrivate + 1> used;
  const auto mark = [&used](std::uint32_t c) {
    if (c >= kFirstPrivate && c <= kLastPrivate) used.set(c - kFirstPrivate);
  };
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const auto at = [&](std::size_t k) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i + k]));
    };
    if (at(0) == 0xEE || at(0) == 0xEF)
      mark((at(0) & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F));
    else if (const auto escape = escape_at(text, i))
      mark(*escape);
    else if (text.substr(i).starts_with("\\U0000"))
      mark(escape_at("\\u" + std::string(text.substr(i + 6, 4)), 0).value_or(0));
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) return kFirstPrivate + static_cast<std::uint32_t>(i);
  }
  return std::nullopt;
}

// Places of escaped pairs. A backslash that is escaped itself begins none.
std::vector<std::uint32_t> find_pairs(std::string_view text) {
  std::vector<std::uint32_t> places;
  for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
    const auto high = escape_at(text, at);
    if (high && is_high(*high) && is_low(escape_at(text, at + kEscapeBytes).value_or(0))) {
      places.push_back(static_cast<std::uint32_t>(at));
      at += 2 * kEscapeBytes;
    } else {
      at += 2;
    }
    if (at >= text.size()) break;
  }
  return places;
}

}  // namespace

SurrogatePairs::SurrogatePairs(std::string_view text) : original_(text), places_(find_pairs(text)) {
  if (places_.empty()) return;
  const std::optional<std::uint32_t> character = unused_character(text);
  if (!character) {
    places_.clear();  // every private character is in use: libyaml will refuse the pairs
    return;
  }
  stand_in_ = utf8(*character) + utf8(*character);
  const std::string escape = "\\u" + hex16(*character).substr(12);
  stand_in_escapes_ = escape + escape;
  rewritten_ = text;
  for (const std::uint32_t place : places_)
    rewritten_.replace(place, stand_in_escapes_.size(), stand_in_escapes_);
}

bool SurrogatePairs::any_in(std::uint32_t begin, std::uint32_t end) const {
  const auto next = std::lower_bound(places_.begin(), places_.end(), begin);
  return next != places_.end() && *next < end;
}

std::string SurrogatePairs::restore(std::string_view value, std::uint32_t begin,
                                    bool double_quoted) const {
  const std::string& wanted = double_quoted ? stand_in_ : stand_in_escapes_;
  auto place = std::lower_bound(places_.begin(), places_.end(), begin);
  std::string out;
  while (true) {
    const std::size_t at = value.find(wanted);
    out += value.substr(0, at);
    if (at == std::string_view::npos || place == places_.end()) return out;
    const std::uint32_t high = escape_at(original_, *place).value_or(0);
    const std::uint32_t low = escape_at(original_, *place + kEscapeBytes).value_or(0);
    if (double_quoted)
      out += utf8(0x10000 + ((high & 0x3FF) << 10 | (low & 0x3FF)));
    else
      out += original_.substr(*place, 2 * kEscapeBytes);
    value.remove_prefix(at + wanted.size());
    ++place;
  }
}

}  // namespace scantling
