#include "support/line_diff.h"

#include <algorithm>
#include <cstdint>

namespace scantling::testing {
namespace {

constexpr std::size_t kContext = 3;
// Longest common subsequence by the quadratic table, up to this many cells; past it the middle is
// shown as replaced whole, which is right though not the shortest.
constexpr std::size_t kMaxCells = std::size_t{16} << 20;

struct Line {
  char mark;  // ' ', '-', '+'
  std::string_view text;
};

using Lines = std::vector<std::string_view>;

void align(const Lines& a, const Lines& b, std::size_t begin, std::size_t a_end, std::size_t b_end,
           std::vector<Line>& out) {
  const std::size_t rows = a_end - begin, columns = b_end - begin;
  std::vector<std::uint32_t> table;  // longest common subsequence of the two rests
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
    return table[i * (columns + 1) + j];
  };
  const bool exact = (rows + 1) * (columns + 1) <= kMaxCells;
  if (exact) {
    table.assign((rows + 1) * (columns + 1), 0);
    for (std::size_t i = rows; i-- > 0;) {
      for (std::size_t j = columns; j-- > 0;) {
        at(i, j) = a[begin + i] == b[begin + j] ? at(i + 1, j + 1) + 1
                                                : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  std::size_t i = 0, j = 0;
  while (i < rows || j < columns) {
    if (exact && i < rows && j < columns && a[begin + i] == b[begin + j]) {
      out.push_back({' ', a[begin + i]});
      ++i, ++j;
    } else if (i < rows && (!exact || j == columns || at(i + 1, j) >= at(i, j + 1))) {
      out.push_back({'-', a[begin + i++]});
    } else {
      out.push_back({'+', b[begin + j++]});
    }
  }
}

std::string hunks(const std::vector<Line>& lines) {
  std::string out;
  std::size_t a = 1, b = 1;  // line numbers in the two texts
  std::size_t shown_to = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t from = i < kContext ? 0 : i - kContext;
    const std::size_t to = std::min(lines.size(), i + kContext + 1);
    if (lines[i].mark != ' ') {
      if (from > shown_to || (shown_to == 0 && out.empty())) {
        const std::size_t back = i - std::max(from, shown_to);
        out += "@@ -" + std::to_string(a - back) + " +" + std::to_string(b - back) + " @@\n";
      }
      for (std::size_t k = std::max(from, shown_to); k < to; ++k) {
        // A change ahead prints its own lines, so that the marks come in order.
        if (k > i && lines[k].mark != ' ') break;
        out += lines[k].mark;
        out += lines[k].text;
        out += '\n';
        shown_to = k + 1;
      }
    }
    if (lines[i].mark != '+') ++a;
    if (lines[i].mark != '-') ++b;
  }
  return out;
}

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      lines.push_back(kNoNewline);
      break;
    }
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string unified_diff(std::string_view expected, std::string_view actual) {
  if (expected == actual) return "";
  const Lines a = split_lines(expected), b = split_lines(actual);
  std::size_t begin = 0;
  while (begin < a.size() && begin < b.size() && a[begin] == b[begin])
    ++begin;
  std::size_t a_end = a.size(), b_end = b.size();
  while (a_end > begin && b_end > begin && a[a_end - 1] == b[b_end - 1])
    --a_end, --b_end;

  std::vector<Line> lines;
  for (std::size_t i = 0; i < begin; ++i)
    lines.push_back({' ', a[i]});
  align(a, b, begin, a_end, b_end, lines);
  for (std::size_t i = a_end; i < a.size(); ++i)
    lines.push_back({' ', a[i]});
  return hunks(lines);
}

}  // namespace scantling::testing
