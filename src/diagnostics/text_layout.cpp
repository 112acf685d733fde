#include "diagnostics/text_layout.h"

#include <algorithm>

#include "base/text.h"

namespace scantling {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Length in bytes of the UTF-8 sequence at `at`; 0 when it is not one.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  return valid_utf8(text.substr(at, length)) ? length : 0;
}

// Controls, and the characters that reorder text (Boucher and Anderson 2021, "Trojan Source").
bool is_dangerous(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;  // C1
  if (character.size() != 3 || byte(0) != 0xE2) return false;
  return (byte(1) == 0x80 && ((byte(2) >= 0xAA && byte(2) <= 0xAE) || byte(2) == 0x8E ||
                              byte(2) == 0x8F)) ||                 // U+202A..E, U+200E, U+200F
         (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);  // U+2066..9
}

}  // namespace

std::vector<TextCell> layout_cells(std::string_view line) {
  std::vector<TextCell> cells;
  int column = 0;
  for (std::size_t at = 0; at < line.size();) {
    TextCell cell;
    cell.offset = static_cast<std::uint32_t>(at);
    cell.column = column;
    const std::size_t length = sequence_length(line, at);
    const std::string_view character = line.substr(at, std::max<std::size_t>(length, 1));
    cell.bytes = static_cast<std::uint32_t>(character.size());
    if (character == "\t") {
      cell.width = kTabWidth - column % kTabWidth;
      cell.text.assign(static_cast<std::size_t>(cell.width), ' ');
    } else if (length == 0 || is_dangerous(character)) {
      cell.text = kReplacement;
    } else {
      cell.text = character;
      cell.width = static_cast<int>(display_width(character));
    }
    column += cell.width;
    at += character.size();
    cells.push_back(std::move(cell));
  }
  return cells;
}

int column_of(const std::vector<TextCell>& cells, std::size_t offset) {
  const auto found = std::ranges::find_if(
      cells, [&](const TextCell& cell) { return cell.offset + cell.bytes > offset; });
  if (found != cells.end()) return found->column;
  return cells.empty() ? 0 : cells.back().column + cells.back().width;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    const std::string_view character = text.substr(at, std::max<std::size_t>(length, 1));
    if (character == "\t" || character == "\n")
      out += ' ';
    else if (length == 0 || is_dangerous(character))
      out += kReplacement;
    else
      out += character;
    at += character.size();
  }
  return out;
}

std::vector<std::string> wrap(std::string_view text, int width) {
  std::vector<std::string> lines;
  std::size_t used = 0;
  for (std::string_view word : split_words(text)) {
    const std::size_t columns = display_width(word);
    if (!lines.empty() && used + 1 + columns <= static_cast<std::size_t>(std::max(width, 1))) {
      lines.back() += ' ';
      lines.back() += word;
      used += 1 + columns;
    } else {
      lines.emplace_back(word);
      used = columns;
    }
  }
  if (lines.empty()) lines.emplace_back();
  return lines;
}

}  // namespace scantling
