// Blocks of the document, and the sequence diagrams, as HTML.
#include <fmt/core.h>

#include <algorithm>

#include "report/html.h"
#include "report/svg.h"

namespace scantling {

namespace {

std::string_view class_of(Tone tone) {
  switch (tone) {
    case Tone::Plain: return "";
    case Tone::Good: return "good";
    case Tone::Warn: return "warn";
    case Tone::Bad: return "bad";
    case Tone::Dim: return "dim";
  }
  return "";
}

std::string item_line(const Item& item) {
  std::string out;
  if (!item.label.empty())
    out += fmt::format("<span class=\"label\">{}</span> ", escape_html(item.label));
  if (!item.value.empty()) {
    const std::string_view tone = class_of(item.tone);
    out += tone.empty()
               ? fmt::format("<span class=\"value\">{}</span>", escape_html(item.value))
               : fmt::format("<span class=\"value {}\">{}</span>", tone, escape_html(item.value));
  }
  return out + origin_html(item.origin);
}

}  // namespace

std::string origin_html(Origin origin) {
  if (origin == Origin::Absent) return "";
  const std::string text = origin_text(origin);
  return fmt::format(" <span class=\"origin {0}\">{0}</span>", text);
}

std::string items_html(const std::vector<Item>& items) {
  struct Open {
    const std::vector<Item>* list;
    std::size_t next;
  };
  if (items.empty()) return "";
  std::string out = "<ul class=\"tree\">";
  std::vector<Open> open{{&items, 0}};
  while (!open.empty()) {
    Open& at = open.back();
    if (at.next == at.list->size()) {
      out += "</ul>";
      open.pop_back();
      if (!open.empty()) out += "</li>";
      continue;
    }
    const Item& item = (*at.list)[at.next++];
    out += "<li>" + item_line(item);
    if (item.children.empty()) {
      out += "</li>";
    } else {
      out += "<ul>";
      open.push_back({&item.children, 0});
    }
  }
  return out;
}

std::string table_html(const Table& table) {
  if (table.rows.empty()) return "";
  std::string out =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"table\"><table>";
  if (!table.caption.empty())
    out += fmt::format("<caption>{}</caption>", escape_html(table.caption));
  out += "<thead><tr>";
  for (const Column& column : table.columns)
    out += fmt::format("<th{} scope=\"col\">{}</th>", column.right ? " class=\"num\"" : "",
                       escape_html(column.title));
  out += "</tr></thead><tbody>";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string classes = table.columns[i].right ? "num" : "";
      const std::string_view tone = class_of(row[i].tone);
      if (!tone.empty()) classes += (classes.empty() ? "" : " ") + std::string(tone);
      const char* tag = i == 0 ? "th scope=\"row\"" : "td";
      out += fmt::format("<{}{}>{}</{}>", tag,
                         classes.empty() ? "" : fmt::format(" class=\"{}\"", classes),
                         escape_html(row[i].text), i == 0 ? "th" : "td");
    }
    out += "</tr>";
  }
  return out + "</tbody></table></div>\n";
}

std::string block_html(const Block& block, const std::string& id) {
  std::string code;
  if (!block.code.empty()) code = fmt::format("<span class=\"code\">{}</span> ", block.code);
  std::string out =
      fmt::format("<article class=\"block{}\" id=\"{}\"><h3>{}{}</h3>",
                  block.tables.empty() ? "" : " wide", id, code, escape_html(block.title));
  out += items_html(block.items);
  for (const Table& table : block.tables)
    out += table_html(table);
  return out + "</article>\n";
}

std::string sequence_svg(const Sequence& sequence) {
  constexpr double kLeast = 104, kTop = 40, kRow = 30, kFont = 11;
  // A column is wide enough for its name and for the messages to its neighbour.
  const std::size_t count = sequence.participants.size();
  std::vector<double> width(count, kLeast);
  for (std::size_t i = 0; i < count; ++i)
    width[i] = std::max(kLeast, text_width(shortened(sequence.participants[i], 22), 12) + 26);
  std::vector<double> x(count, 0);
  for (std::size_t i = 0; i < count; ++i)
    x[i] = i == 0 ? width[0] / 2 + 4 : x[i - 1] + (width[i - 1] + width[i]) / 2 + 14;
  double right = count == 0 ? 0 : x.back() + width.back() / 2 + 4;
  std::string body;
  const double bottom = kTop + kRow * (static_cast<double>(sequence.messages.size()) + .6);
  for (std::size_t i = 0; i < count; ++i)
    body += fmt::format(
        "<path class=\"life\" d=\"M{0} {1}V{2}\"/><g class=\"who\"><rect x=\"{3}\" y=\"6\" "
        "width=\"{4}\" height=\"26\" rx=\"5\"/><text x=\"{0}\" y=\"23\">{5}</text></g>",
        px(x[i]), px(kTop - 8), px(bottom), px(x[i] - width[i] / 2), px(width[i]),
        escape_html(shortened(sequence.participants[i], 22)));
  for (std::size_t m = 0; m < sequence.messages.size(); ++m) {
    const SequenceMessage& message = sequence.messages[m];
    const double y = kTop + kRow * (static_cast<double>(m) + .9);
    const double from = x[static_cast<std::size_t>(message.from)];
    const double to = x[static_cast<std::size_t>(message.to)];
    std::string text = message.text;
    if (message.maybe) text += fmt::format(" ({})", message.when);
    const double left = std::min(from, to);
    right = std::max(right, left + 8 + text_width(text, kFont) + 8);
    const std::string style =
        std::string(message.asynchronous ? " async" : "") + (message.maybe ? " maybe" : "");
    const std::string path = message.from == message.to
                                 ? fmt::format("M{0} {1}h22v10h-22", px(from), px(y))
                                 : fmt::format("M{} {}H{}", px(from), px(y), px(to));
    body += fmt::format(
        "<g class=\"message{}\"><path d=\"{}\" marker-end=\"url(#seq-arrow)\"/>"
        "<text x=\"{}\" y=\"{}\">{}</text></g>",
        style, path, px(left + 8), px(y - 5), escape_html(text));
  }
  return fmt::format(
      "<svg class=\"sequence\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
      "aria-label=\"{2}\">{3}</svg>",
      px(right), px(bottom + 6),
      escape_html(
          fmt::format("sequence of {}: {} messages", sequence.title, sequence.messages.size())),
      body);
}

std::string sequences_html(const Facts& facts) {
  const std::vector<Sequence> sequences = main_sequences(facts);
  if (sequences.empty()) return "";
  std::string out =
      "<svg width=\"0\" height=\"0\" class=\"defs\" aria-hidden=\"true\"><defs><marker "
      "id=\"seq-arrow\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"7\" "
      "markerHeight=\"7\" orient=\"auto\"><path class=\"head\" d=\"M0 .8 7.4 4 0 7.2Z\"/></marker>"
      "</defs></svg>";
  for (const Sequence& sequence : sequences) {
    out += fmt::format(
        "<figure class=\"panel\" id=\"sequence-{}\"><figcaption><h3>{}</h3></figcaption>"
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"sequence diagram\">",
        anchor(sequence.title), escape_html(sequence.title));
    out += sequence_svg(sequence) + "</div>";
    if (sequence.cut) out += "<p class=\"note\">Longer than is drawn here.</p>";
    out += "</figure>\n";
  }
  return out;
}

}  // namespace scantling
