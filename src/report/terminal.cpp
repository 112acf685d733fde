// The report as a coded tree for a terminal.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/outline.h"
#include "report/tables.h"

namespace scantling {

namespace {

constexpr int kLeastWidth = 40;
constexpr int kMostWidth = 500;

const char* sgr_of(Tone tone) {
  switch (tone) {
    case Tone::Plain: return "";
    case Tone::Good: return "\x1b[32m";
    case Tone::Warn: return "\x1b[33m";
    case Tone::Bad: return "\x1b[31m";
    case Tone::Dim: return "\x1b[2m";
  }
  return "";
}

// A model's text can hold anything; what would move the cursor or change colours is dropped.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || c == '\r' || c == '\t')
      out += ' ';
    else if (byte >= 0x20 && byte != 0x7F)
      out += c;
  }
  return out;
}

struct PendingItem {
  const Item* item;
  std::string prefix;  // bars of its ancestors
  bool last;
};

class Terminal {
 public:
  Terminal(int width, bool color)
      : width_(static_cast<std::size_t>(std::clamp(width, kLeastWidth, kMostWidth))),
        color_(color) {}

  std::string render(const Document& document) {
    const std::string title = printable(document.title);
    put(styled("\x1b[1m", title) + "\n");
    put(repeat("═", std::min(width_, std::max<std::size_t>(display_width(title), 24))) + "\n");
    for (const Item& item : document.facts)
      labelled(item, "", "  ");
    for (const Section& section : document.sections)
      render_section(section);
    return std::move(out_);
  }

 private:
  void put(std::string_view text) { out_ += text; }

  static std::string repeat(std::string_view piece, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
      out += piece;
    return out;
  }

  std::string styled(std::string_view sgr, std::string_view text) const {
    if (!color_ || sgr.empty() || text.empty()) return std::string(text);
    return fmt::format("{}{}\x1b[0m", sgr, text);
  }

  void render_section(const Section& section) {
    const std::string title = printable(section.title);
    put("\n" + styled("\x1b[1m", title) + "\n");
    put(repeat("─", std::min(display_width(title), width_)) + "\n");
    bool first = true;
    for (const Block& block : section.blocks) {
      if (block.items.empty() && block.tables.empty()) continue;  // only a diagram
      if (!first) put("\n");
      first = false;
      render_block(block);
    }
  }

  void render_block(const Block& block) {
    const std::string code = block.code.empty() ? "" : fmt::format("[{}] ", block.code);
    const std::size_t room = width_ - std::min(width_ - 8, display_width(code));
    const std::vector<std::string> lines = wrap(printable(block.title), room, room);
    for (std::size_t i = 0; i < lines.size(); ++i)
      put((i == 0 ? styled("\x1b[36m", code) : std::string(code.size(), ' ')) +
          styled("\x1b[1m", lines[i]) + "\n");
    tree(block.items);
    for (const Table& table : block.tables)
      render_table(table);
  }

  // Iterative: the depth of a block is ours, but the tree is drawn the same for any depth.
  void tree(const std::vector<Item>& items) {
    std::vector<PendingItem> pending;
    auto push = [&](const std::vector<Item>& list, const std::string& prefix) {
      for (std::size_t i = list.size(); i-- > 0;)
        pending.push_back({&list[i], prefix, i + 1 == list.size()});
    };
    push(items, "");
    while (!pending.empty()) {
      const PendingItem at = pending.back();
      pending.pop_back();
      const std::string below = at.prefix + (at.last ? "    " : "│   ");
      labelled(*at.item, at.prefix + (at.last ? "└── " : "├── "),
               below + (at.item->children.empty() ? "  " : "│ "));
      push(at.item->children, below);
    }
  }

  // One `label: value (origin)`, wrapped; `rest` stands before the lines that follow the first.
  void labelled(const Item& item, const std::string& first, const std::string& rest) {
    const std::string label = printable(item.label);
    std::string text = label;
    if (!item.value.empty()) {
      if (!text.empty()) text += ": ";
      text += printable(item.value);
    }
    const std::string origin = origin_text(item.origin);
    if (!origin.empty()) text += fmt::format(" ({})", origin);
    const std::size_t room = width_ - std::min(width_ - 8, display_width(first));
    const std::size_t rest_room = width_ - std::min(width_ - 8, display_width(rest));
    const std::vector<std::string> lines = wrap(text, room, rest_room);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::string shown = lines[i];
      if (color_)
        shown = coloured(lines[i], i == 0 ? label : "", item, origin, i + 1 == lines.size());
      put(styled("\x1b[2m", i == 0 ? first : rest) + shown + "\n");
    }
  }

  std::string coloured(std::string_view text, std::string_view label, const Item& item,
                       const std::string& origin, bool last) const {
    std::string head;
    if (!label.empty() && text.starts_with(label) && item.tone == Tone::Plain) {
      head = styled(item.children.empty() ? "" : "\x1b[1m", label);
      text.remove_prefix(label.size());
    }
    std::string tail;
    const std::string mark = fmt::format("({})", origin);
    if (last && !origin.empty() && text.ends_with(mark)) {
      text.remove_suffix(mark.size());
      tail = styled("\x1b[2m", mark);
    }
    return head + styled(sgr_of(item.tone), text) + tail;
  }

  void render_table(const Table& table) {
    if (table.rows.empty()) return;
    constexpr std::size_t indent = 2;
    const FittedTable fitted = fit_table(table, width_ - indent);
    std::vector<Cell> titles;
    for (const Column& column : table.columns)
      titles.push_back({column.title, Tone::Dim});
    if (!table.caption.empty()) put("  " + styled("\x1b[2m", printable(table.caption)) + "\n");
    table_row(table, fitted, titles);
    for (const auto& row : table.rows)
      table_row(table, fitted, row);
    if (!fitted.left_out.empty())
      for (const std::string& text :
           wrap(fmt::format("(left out at this width: {})", join(fitted.left_out, ", ")),
                width_ - indent, width_ - indent))
        put("  " + styled("\x1b[2m", text) + "\n");
  }

  void table_row(const Table& table, const FittedTable& fitted, const std::vector<Cell>& cells) {
    std::vector<std::vector<std::string>> wrapped;
    std::size_t height = 1;
    for (std::size_t i = 0; i < fitted.columns.size(); ++i) {
      const Cell& cell = cells[fitted.columns[i]];
      wrapped.push_back(wrap(printable(cell.text), fitted.widths[i], fitted.widths[i]));
      height = std::max(height, wrapped.back().size());
    }
    for (std::size_t row = 0; row < height; ++row) {
      std::string text = "  ";
      for (std::size_t i = 0; i < fitted.columns.size(); ++i) {
        const std::size_t column = fitted.columns[i];
        const std::string piece = row < wrapped[i].size() ? wrapped[i][row] : "";
        const bool ends = i + 1 == fitted.columns.size() && !table.columns[column].right;
        const std::string cell =
            ends ? piece : padded(piece, fitted.widths[i], table.columns[column].right);
        text += (i > 0 ? "  " : "") + styled(sgr_of(cells[column].tone), cell);
      }
      while (text.ends_with(' '))
        text.pop_back();
      put(text + "\n");
    }
  }

  std::size_t width_;
  bool color_;
  std::string out_;
};

}  // namespace

std::string terminal_text(const Document& document, int width, bool color) {
  return Terminal(width, color).render(document);
}

std::string report_terminal(const DesignResult& result, const Sources&,
                            const ReportOptions& options) {
  return terminal_text(build_document(result, options.outline), options.width, options.color);
}

}  // namespace scantling
