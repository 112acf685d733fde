// Fits a table into a width, and lays text out in columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/document.h"

namespace scantling {

// Breaks at blanks into lines of at most `width` columns (the first: `first_width`); a word that is
// wider stands alone when `hard` is false, else it is cut into pieces. Never yields no line.
std::vector<std::string> wrap(std::string_view text, std::size_t first_width, std::size_t width,
                              bool hard = true);
// The first `width` columns.
std::string cut_to(std::string_view text, std::size_t width);
std::string padded(std::string_view text, std::size_t width, bool right);

struct FittedTable {
  std::vector<std::size_t> columns;   // of the table, those that are kept
  std::vector<std::size_t> widths;    // of each kept one
  std::vector<std::string> left_out;  // titles of the others
};
// Gaps between columns are two blanks. First, text columns shrink (their cells wrap) down to
// kLeastText; then whole columns go, the highest priority first.
FittedTable fit_table(const Table& table, std::size_t width);
inline constexpr std::size_t kLeastText = 14;

}  // namespace scantling
