#include "report/tables.h"

#include <algorithm>

#include "base/text.h"

namespace scantling {

namespace {

// Bytes of the code point at `at`; 1 for a byte that is no lead byte.
std::size_t code_point_bytes(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return std::min(bytes, text.size() - at);
}

std::size_t natural_width(const Table& table, std::size_t column) {
  std::size_t width = display_width(table.columns[column].title);
  for (const auto& row : table.rows)
    width = std::max(width, display_width(row[column].text));
  return width;
}

// The narrowest that the column may be: its longest word, but no more than kLeastText for text.
std::size_t least_width(const Table& table, std::size_t column, std::size_t natural) {
  if (table.columns[column].right) return natural;
  std::size_t word = display_width(table.columns[column].title);
  for (const auto& row : table.rows)
    for (const std::string_view part : split_words(row[column].text))
      word = std::max(word, display_width(part));
  return std::min(natural, std::max(std::min(word, 2 * kLeastText), kLeastText));
}

std::size_t total(const std::vector<std::size_t>& widths) {
  std::size_t sum = 0;
  for (const std::size_t width : widths)
    sum += width;
  return sum + (widths.empty() ? 0 : 2 * (widths.size() - 1));
}

// Takes from the widest that may still shrink, a column at a time.
void shrink(std::vector<std::size_t>& widths, const std::vector<std::size_t>& least,
            std::size_t width) {
  while (total(widths) > width) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (widths[i] > least[i] && (widest == widths.size() || widths[i] > widths[widest]))
        widest = i;
    if (widest == widths.size()) return;
    --widths[widest];
  }
}

constexpr std::size_t kLeastColumn = 4;

}  // namespace

std::string cut_to(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = code_point_bytes(text, at);
    const std::size_t columns = display_width(text.substr(at, bytes));
    if (used + columns > width) break;
    out += text.substr(at, bytes);
    used += columns;
    at += bytes;
  }
  return out;
}

std::vector<std::string> wrap(std::string_view text, std::size_t first_width, std::size_t width,
                              bool hard) {
  std::vector<std::string> lines(1);
  std::size_t room = std::max<std::size_t>(first_width, 1);
  std::size_t used = 0;
  auto next_line = [&] {
    lines.emplace_back();
    used = 0;
    room = std::max<std::size_t>(width, 1);
  };
  for (std::string_view word : split_words(text)) {
    std::size_t columns = display_width(word);
    if (used > 0 && used + 1 + columns > room) next_line();
    if (used == 0 && columns > room && lines.size() == 1 && lines[0].empty() && width > room)
      next_line();
    while (hard && columns > room - (used > 0 ? used + 1 : 0)) {
      std::string piece = cut_to(word, room);
      if (piece.empty()) piece = std::string(word.substr(0, code_point_bytes(word, 0)));
      lines.back() += piece;
      word.remove_prefix(piece.size());
      columns = display_width(word);
      if (word.empty()) break;
      next_line();
    }
    if (word.empty()) continue;
    if (used > 0) {
      lines.back() += ' ';
      ++used;
    }
    lines.back() += word;
    used += columns;
  }
  return lines;
}

std::string padded(std::string_view text, std::size_t width, bool right) {
  const std::size_t used = display_width(text);
  const std::string blanks(used < width ? width - used : 0, ' ');
  return right ? blanks + std::string(text) : std::string(text) + blanks;
}

FittedTable fit_table(const Table& table, std::size_t width) {
  FittedTable out;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    out.columns.push_back(i);
  while (true) {
    std::vector<std::size_t> least;
    out.widths.clear();
    for (const std::size_t column : out.columns) {
      out.widths.push_back(natural_width(table, column));
      least.push_back(least_width(table, column, out.widths.back()));
    }
    shrink(out.widths, least, width);
    if (total(out.widths) <= width) return out;
    std::size_t goes = out.columns.size();
    for (std::size_t i = 0; i < out.columns.size(); ++i) {
      const int priority = table.columns[out.columns[i]].priority;
      if (priority > 0 &&
          (goes == out.columns.size() || priority >= table.columns[out.columns[goes]].priority))
        goes = i;
    }
    if (goes == out.columns.size()) {
      // Nothing more may go: words and titles are cut into pieces.
      shrink(out.widths, std::vector<std::size_t>(out.widths.size(), kLeastColumn), width);
      return out;
    }
    out.left_out.insert(out.left_out.begin(), table.columns[out.columns[goes]].title);
    out.columns.erase(out.columns.begin() + static_cast<std::ptrdiff_t>(goes));
  }
}

}  // namespace scantling
