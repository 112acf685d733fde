#include "base/text.h"

#include <algorithm>
#include <array>
#include <string>

namespace scantling {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower_char(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t i = 0;
  while (i < text.size()) {
    while (i < text.size() && is_blank(text[i]))
      ++i;
    const std::size_t begin = i;
    while (i < text.size() && !is_blank(text[i]))
      ++i;
    if (i > begin) words.push_back(text.substr(begin, i - begin));
  }
  return words;
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  if (from.empty()) return std::string(text);
  std::string out;
  while (true) {
    const std::size_t at = text.find(from);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += to;
    text.remove_prefix(at + from.size());
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower_char);
  return out;
}

std::string kebab_case(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '_' || c == '-' || c == '.' || is_blank(c)) {
      if (!out.empty() && out.back() != '-') out += '-';
      continue;
    }
    // A word starts at an upper-case letter after a lower one, or at the last of a run of upper
    // ones that a lower one follows: "HTTPServer" -> "http-server".
    const bool after_small = i > 0 && (is_lower(name[i - 1]) || is_digit(name[i - 1]));
    const bool ends_run =
        i > 0 && is_upper(name[i - 1]) && i + 1 < name.size() && is_lower(name[i + 1]);
    if (is_upper(c) && (after_small || ends_run) && !out.empty() && out.back() != '-') out += '-';
    out += lower_char(c);
  }
  while (!out.empty() && out.back() == '-')
    out.pop_back();
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t cap) {
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference >= cap) return cap;
  // Three rows of the table: two back (for swaps), one back, and the current one.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    std::size_t smallest = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replace, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
      smallest = std::min(smallest, row[j]);
    }
    // A swap reaches two rows back, so a row over the cap alone doesn't end it: the next one could
    // still come from `above`. Its own smallest is at least this row's minus one.
    if (smallest > cap) return cap;
    std::swap(before, above);
    std::swap(above, row);
  }
  return std::min(above[b.size()], cap);
}

std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates) {
  const std::string wanted = lower(name);
  const std::size_t allowed = std::max<std::size_t>(1, name.size() / 3);
  std::size_t best = allowed + 1;
  const std::string* found = nullptr;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(wanted, lower(candidate), best);
    // One letter for another of one ("a" for "b") is no typo that could be explained.
    if (distance < best && distance < std::max(name.size(), candidate.size())) {
      best = distance;
      found = &candidate;
    }
  }
  if (found == nullptr) return std::nullopt;
  return *found;
}

std::string escape_markup(std::string_view text, Blanks blanks) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      case '\n': out += blanks == Blanks::Kept ? "\n" : "&#10;"; break;
      case '\t': out += blanks == Blanks::Kept ? "\t" : "&#9;"; break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7F) out += c;
      }
    }
  }
  return out;
}

std::uint64_t fnv1a(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = seed;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

std::string hex16(std::uint64_t value) {
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i)
    out[15 - i] = "0123456789abcdef"[(value >> (4 * i)) & 15];
  return out;
}

std::string plural(std::int64_t n, std::string_view noun) {
  std::string out = std::to_string(n) + ' ';
  if (n == 1) return out.append(noun);
  const auto ends = [&](std::string_view tail) { return noun.ends_with(tail); };
  const char before_last = noun.size() > 1 ? noun[noun.size() - 2] : 'a';
  if (ends("y") && std::string_view("aeiou").find(before_last) == std::string_view::npos)
    return out.append(noun.substr(0, noun.size() - 1)).append("ies");
  out += noun;
  out += ends("s") || ends("x") || ends("z") || ends("ch") || ends("sh") ? "es" : "s";
  return out;
}

std::string enumerate(std::span<const std::string> parts, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && i + 1 == parts.size())
      out.append(" ").append(last).append(" ");
    else if (i > 0)
      out += ", ";
    out += parts[i];
  }
  return out;
}

namespace {

struct CodePointRange {
  std::uint32_t first;
  std::uint32_t last;
};

// Wide and fullwidth blocks of Unicode 15 (UAX 11), coarsened to whole blocks; emoji included.
constexpr std::array<CodePointRange, 16> kWide = {{{0x1100, 0x115F},
                                                   {0x231A, 0x231B},
                                                   {0x23E9, 0x23EC},
                                                   {0x2E80, 0x303E},
                                                   {0x3041, 0x33FF},
                                                   {0x3400, 0x4DBF},
                                                   {0x4E00, 0x9FFF},
                                                   {0xA000, 0xA4CF},
                                                   {0xA960, 0xA97C},
                                                   {0xAC00, 0xD7A3},
                                                   {0xF900, 0xFAFF},
                                                   {0xFE30, 0xFE6F},
                                                   {0xFF00, 0xFF60},
                                                   {0xFFE0, 0xFFE6},
                                                   {0x1F300, 0x1FAFF},
                                                   {0x20000, 0x3FFFD}}};

// Combining marks, zero-width characters and variation selectors take no column.
constexpr std::array<CodePointRange, 7> kZero = {{{0x0300, 0x036F},
                                                  {0x1AB0, 0x1AFF},
                                                  {0x1DC0, 0x1DFF},
                                                  {0x200B, 0x200F},
                                                  {0x20D0, 0x20FF},
                                                  {0xFE00, 0xFE0F},
                                                  {0xFEFF, 0xFEFF}}};

bool within(std::span<const CodePointRange> ranges, std::uint32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](CodePointRange r) { return c >= r.first && c <= r.last; });
}

// Bytes of the valid UTF-8 sequence at the front, 0 when it isn't one (RFC 3629, section 4).
std::size_t sequence_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;   // overlong below
    if (first == 0xED) high = 0x9F;  // surrogates above
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;  // over U+10FFFF
  } else {
    return 0;
  }
  if (bytes.size() < length || at(1) < low || at(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (at(i) < 0x80 || at(i) > 0xBF) return 0;
  }
  return length;
}

std::uint32_t code_point(std::string_view sequence) {
  const auto at = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i]));
  };
  switch (sequence.size()) {
    case 2: return (at(0) & 0x1F) << 6 | (at(1) & 0x3F);
    case 3: return (at(0) & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F);
    case 4:
      return (at(0) & 0x07) << 18 | (at(1) & 0x3F) << 12 | (at(2) & 0x3F) << 6 | (at(3) & 0x3F);
    default: return at(0);
  }
}

}  // namespace

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < utf8.size();) {
    if (static_cast<unsigned char>(utf8[i]) < 0x80) {
      ++width;
      ++i;
      continue;
    }
    const std::size_t length = std::max<std::size_t>(1, sequence_length(utf8.substr(i)));
    const std::uint32_t c = code_point(utf8.substr(i, length));
    i += length;
    if (length > 1 && within(kZero, c)) continue;
    width += length > 1 && within(kWide, c) ? 2 : 1;
  }
  return width;
}

bool valid_utf8(std::string_view bytes, std::size_t* bad_at) {
  for (std::size_t i = 0; i < bytes.size();) {
    if (static_cast<unsigned char>(bytes[i]) < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = sequence_length(bytes.substr(i));
    if (length == 0) {
      if (bad_at != nullptr) *bad_at = i;
      return false;
    }
    i += length;
  }
  return true;
}

}  // namespace scantling
