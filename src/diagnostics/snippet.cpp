#include "diagnostics/snippet.h"

#include <algorithm>
#include <map>
#include <optional>

#include "diagnostics/text_layout.h"

namespace scantling {
namespace {

constexpr int kFullLines = 5;  // a bar over more lines shows the first two and the last
constexpr std::string_view kCut = "...";

// A mark on one line, in columns of the shown line.
struct Run {
  int begin = 0, end = 0;  // end > begin
  std::string text;
  bool main = false;
};

// What is drawn for one source line.
struct LineMarks {
  std::vector<Run> runs;
  bool bar_begins = false, bar_passes = false;
  std::optional<Run> bar_end;  // the last line of the bar: `begin` is its last column
};

struct Window {
  int begin = 0, end = 0;
  bool cut_left = false, cut_right = false;
};

class Snippet {
 public:
  Snippet(const Sources& sources, const std::vector<Mark>& marks, const SnippetOptions& options)
      : sources_(sources), options_(options), file_(marks.front().span.file) {
    for (const Mark& mark : marks)
      place(mark);
    for (const auto& [line, marked] : lines_)
      has_bar_ |= marked.bar_begins;
  }

  std::string render() {
    row("", "");
    int previous = 0;
    for (const auto& [line, marks] : lines_) {
      if (previous > 0 && line == previous + 2) {
        source_line(previous + 1, bar_after(previous) ? passing() : LineMarks());
      } else if (previous > 0 && line > previous + 1) {
        out_ += options_.ink(Tint::Blue, kCut);
        if (bar_after(previous))
          out_ += std::string(static_cast<std::size_t>(options_.gutter), ' ') + bar("|");
        out_ += '\n';
      }
      source_line(line, marks);
      previous = line;
    }
    return std::move(out_);
  }

 private:
  static LineMarks passing() {
    LineMarks marks;
    marks.bar_passes = true;
    return marks;
  }

  std::vector<TextCell> cells_of(int line) const {
    return layout_cells(sources_.line(file_, line));
  }

  std::uint32_t column_offset(std::uint32_t offset, int line) const {
    // Bytes from the line's start: the line's text is a view into the file's.
    const char* start = sources_.line(file_, line).data();
    const char* text = sources_.text(file_).data();
    const auto begin = start ? static_cast<std::uint32_t>(start - text) : offset;
    return offset > begin ? offset - begin : 0;
  }

  void place(const Mark& mark) {
    const int first = sources_.position(file_, mark.span.begin).line;
    const bool empty = mark.span.end <= mark.span.begin;
    const int last = empty ? first : sources_.position(file_, mark.span.end - 1).line;
    const auto cells = cells_of(first);
    Run run{column_of(cells, column_offset(mark.span.begin, first)), 0, mark.text, mark.main};
    if (last > first && mark.main) {
      place_bar(mark, first, last);
      return;
    }
    const int line_end = column_of(cells, sources_.line(file_, first).size());
    run.end = last > first ? line_end : column_of(cells, column_offset(mark.span.end, first));
    run.end = std::max(run.end, run.begin + 1);
    lines_[first].runs.push_back(std::move(run));
  }

  void place_bar(const Mark& mark, int first, int last) {
    const int shown_until = last - first < kFullLines ? last : first + 1;
    for (int line = first; line <= shown_until; ++line)
      lines_[line].bar_passes = true;
    lines_[first].bar_begins = true;
    LineMarks& end = lines_[last];
    end.bar_passes = true;
    const auto cells = cells_of(last);
    const int column = column_of(cells, column_offset(mark.span.end - 1, last));
    end.bar_end = Run{column, column + 1, mark.text, true};
  }

  bool bar_after(int line) const {
    const auto found = lines_.find(line);
    return found != lines_.end() && found->second.bar_passes && !found->second.bar_end;
  }

  std::string bar(std::string_view text) const { return options_.ink(options_.tint, text); }

  // `NN | text`, without the blanks at its end.
  void row(std::string_view number, const std::string& text) {
    std::string gutter(static_cast<std::size_t>(options_.gutter) - number.size(), ' ');
    gutter = std::string(number) + gutter + " |";
    out_ += options_.ink(Tint::Blue, gutter);
    const std::size_t end = text.find_last_not_of(' ');
    if (end != std::string::npos) out_ += ' ' + text.substr(0, end + 1);
    out_ += '\n';
  }

  Window window(const std::vector<TextCell>& cells, const LineMarks& marks) const {
    const int bar_columns = has_bar_ ? 2 : 0;
    const int available = std::max(options_.width - options_.gutter - 3 - bar_columns, 20);
    const int total = cells.empty() ? 0 : cells.back().column + cells.back().width;
    if (total <= available) return {0, total + 1, false, false};
    const Run* focus = nullptr;
    for (const Run& run : marks.runs)
      if (!focus || (run.main && !focus->main)) focus = &run;
    if (!focus && marks.bar_end) focus = &*marks.bar_end;
    Window w{0, available, false, true};
    if (focus && focus->end + 8 > available) {
      w.begin = std::max(0, std::min(focus->begin - available / 4, total - available + 1));
      w.end = w.begin + available;
      w.cut_left = w.begin > 0;
      w.cut_right = w.end < total;
    }
    return w;
  }

  static std::string shown(const std::vector<TextCell>& cells, const Window& w) {
    std::string out;
    const int cut = static_cast<int>(kCut.size());
    const int from = w.begin + (w.cut_left ? cut : 0), to = w.end - (w.cut_right ? cut : 0);
    if (w.cut_left) out += kCut;
    int column = from;
    for (const TextCell& cell : cells) {
      if (cell.column < from) continue;
      if (cell.column + cell.width > to) break;
      out.append(static_cast<std::size_t>(std::max(cell.column - column, 0)), ' ');
      out += cell.text;
      column = cell.column + cell.width;
    }
    if (w.cut_right) {
      out.append(static_cast<std::size_t>(std::max(to - column, 0)), ' ');
      out += kCut;
    }
    return out;
  }

  void source_line(int line, const LineMarks& marks) {
    const auto cells = cells_of(line);
    const Window w = window(cells, marks);
    std::string prefix;
    if (has_bar_)
      prefix = marks.bar_begins ? bar("/") + " " : marks.bar_passes ? bar("|") + " " : "  ";
    row(std::to_string(line), prefix + shown(cells, w));
    std::string below;
    if (has_bar_) below = marks.bar_passes && !marks.bar_end ? bar("|") + " " : "  ";
    std::vector<Run> runs = clip(marks.runs, w);
    if (!runs.empty()) underline(runs, marks.bar_end ? bar("|") + " " : below);
    if (marks.bar_end) {
      const int column = std::clamp(marks.bar_end->begin, w.begin, w.end - 1) - w.begin;
      row("", bar("|" + std::string(static_cast<std::size_t>(column) + 1, '_') + "^" +
                  (marks.bar_end->text.empty() ? "" : " " + marks.bar_end->text)));
    }
  }

  static std::vector<Run> clip(std::vector<Run> runs, const Window& w) {
    std::erase_if(runs, [&](const Run& r) { return r.begin >= w.end || r.end <= w.begin; });
    for (Run& run : runs) {
      run.begin = std::max(run.begin, w.begin) - w.begin;
      run.end = std::min(run.end, w.end) - w.begin;
    }
    return runs;
  }

  // The marks, the text of the rightmost beside it, the others hanging below, rightmost first.
  void underline(std::vector<Run>& runs, const std::string& prefix) {
    std::ranges::stable_sort(runs, {}, [](const Run& r) { return std::pair(r.begin, r.main); });
    int last_column = 0;
    for (const Run& run : runs)
      last_column = std::max(last_column, run.end);
    std::string marks(static_cast<std::size_t>(last_column), ' ');
    for (const bool main : {false, true})
      for (const Run& run : runs)
        if (run.main == main)
          std::fill(marks.begin() + run.begin, marks.begin() + run.end, main ? '^' : '-');
    std::string first = prefix + tinted(marks);
    const Run& right = runs.back();
    if (right.end == last_column) {
      if (!right.text.empty()) first += ' ' + text_of(right);
      runs.pop_back();
    }
    row("", first);
    std::erase_if(runs, [](const Run& r) { return r.text.empty(); });
    if (!runs.empty()) row("", prefix + connectors(runs, runs.size()));
    for (std::size_t i = runs.size(); i-- > 0;) {
      std::string hanging = prefix + connectors(runs, i);
      const int used = i == 0 ? 0 : runs[i - 1].begin + 1;
      hanging.append(static_cast<std::size_t>(std::max(runs[i].begin - used, 0)), ' ');
      row("", hanging + text_of(runs[i]));
    }
  }

  std::string text_of(const Run& run) const {
    return options_.ink(run.main ? options_.tint : Tint::Blue, run.text);
  }

  std::string tinted(const std::string& marks) const {
    std::string out;
    for (std::size_t at = 0; at < marks.size();) {
      const std::size_t end = std::min(marks.find_first_not_of(marks[at], at), marks.size());
      const Tint tint = marks[at] == '^'   ? options_.tint
                        : marks[at] == '-' ? Tint::Blue
                                           : Tint::Plain;
      out += options_.ink(tint, marks.substr(at, end - at));
      at = end;
    }
    return out;
  }

  // `|` under the first `count` marks.
  std::string connectors(const std::vector<Run>& runs, std::size_t count) const {
    std::string out;
    int column = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0 && runs[i].begin == runs[i - 1].begin) continue;
      out.append(static_cast<std::size_t>(runs[i].begin - column), ' ');
      out += options_.ink(runs[i].main ? options_.tint : Tint::Blue, "|");
      column = runs[i].begin + 1;
    }
    return out;
  }

  const Sources& sources_;
  const SnippetOptions& options_;
  FileId file_;
  std::map<int, LineMarks> lines_;
  bool has_bar_ = false;
  std::string out_;
};

}  // namespace

std::string render_snippet(const Sources& sources, const std::vector<Mark>& marks,
                           const SnippetOptions& options) {
  return marks.empty() ? std::string() : Snippet(sources, marks, options).render();
}

}  // namespace scantling
