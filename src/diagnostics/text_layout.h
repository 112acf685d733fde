// Text on a terminal: columns, wrapping, and what must never reach it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scantling {

// One character of a source line as it is shown: a tab is the blanks up to the next stop, a control
// or bidirectional override character (which could rewrite the terminal) and a byte that is not
// UTF-8 are U+FFFD.
struct TextCell {
  std::string text;
  std::uint32_t offset = 0;  // in the line's bytes
  std::uint32_t bytes = 0;
  int column = 0;  // 0-based
  int width = 1;   // 0: a combining mark
};

inline constexpr int kTabWidth = 4;

std::vector<TextCell> layout_cells(std::string_view line);
// The column at which the byte is shown; one past the last for the end of the line.
int column_of(const std::vector<TextCell>& cells, std::size_t offset);

// Text of ours or of the model on one line of a terminal: controls replaced, tabs and line ends
// as one blank.
std::string one_line(std::string_view text);

// Broken at blanks into lines of at most `width` columns; a word that is longer stands alone.
std::vector<std::string> wrap(std::string_view text, int width);

}  // namespace scantling
