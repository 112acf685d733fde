// The report as Markdown, with Mermaid diagrams.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "report/outline.h"
#include "report/sequence.h"

namespace scantling {

namespace {

const char* mark_of(Tone tone) {
  switch (tone) {
    case Tone::Bad: return "**";
    default: return "";
  }
}

// Text of a model inside a line of Markdown: nothing in it may become markup or HTML.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || c == '\r' || c == '\t') {
      out += ' ';
    } else if (byte < 0x20 || byte == 0x7F) {
      continue;
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '\\' || c == '`' || c == '*' || c == '_' || c == '[' || c == ']' || c == '|') {
      // An underscore within a word is no markup.
      const bool inside = c == '_' && i > 0 && i + 1 < text.size() &&
                          std::isalnum(static_cast<unsigned char>(text[i - 1])) &&
                          std::isalnum(static_cast<unsigned char>(text[i + 1]));
      if (!inside) out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

struct PendingItem {
  const Item* item;
  std::size_t depth;
};

void write_items(const std::vector<Item>& items, std::string& out) {
  std::vector<PendingItem> pending;
  auto push = [&](const std::vector<Item>& list, std::size_t depth) {
    for (auto it = list.rbegin(); it != list.rend(); ++it)
      pending.push_back({&*it, depth});
  };
  push(items, 0);
  while (!pending.empty()) {
    const PendingItem at = pending.back();
    pending.pop_back();
    const Item& item = *at.item;
    out += std::string(at.depth * 2, ' ') + "- ";
    if (!item.label.empty()) out += "**" + escaped(item.label) + "**";
    if (!item.value.empty()) {
      if (!item.label.empty()) out += ": ";
      out += mark_of(item.tone) + escaped(item.value) + mark_of(item.tone);
    }
    const std::string origin = origin_text(item.origin);
    if (!origin.empty()) out += " *(" + origin + ")*";
    out += '\n';
    push(item.children, at.depth + 1);
  }
}

void write_table(const Table& table, std::string& out) {
  if (table.rows.empty()) return;
  if (!table.caption.empty()) out += "\n*" + escaped(table.caption) + "*\n";
  out += "\n|";
  for (const Column& column : table.columns)
    out += ' ' + escaped(column.title) + " |";
  out += "\n|";
  for (const Column& column : table.columns)
    out += column.right ? " ---: |" : " --- |";
  out += '\n';
  for (const auto& row : table.rows) {
    out += '|';
    for (const Cell& cell : row)
      out += fmt::format(" {}{}{} |", mark_of(cell.tone), escaped(cell.text), mark_of(cell.tone));
    out += '\n';
  }
}

std::string heading_case(const std::string& title) {
  // The tree's headings are in capitals; in Markdown they are sentences.
  if (std::any_of(title.begin(), title.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
    return title;
  std::string out = lower(title);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

}  // namespace

std::string context_map_mermaid(const Architecture& model) {
  if (model.relations.empty()) return "";
  std::vector<std::string> names;
  auto id_of = [&](const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return found - names.begin();
    names.push_back(name);
    return static_cast<std::ptrdiff_t>(names.size()) - 1;
  };
  for (const Context& context : model.contexts)
    id_of(context.name);
  std::string edges;
  for (const ContextRelation& relation : model.relations) {
    const auto from = id_of(*relation.upstream);
    const auto to = id_of(*relation.downstream);
    edges += fmt::format("  c{} -->|{}| c{}\n", from,
                         relation.kind ? to_text_enum(*relation.kind) : "", to);
  }
  std::string out = "flowchart LR\n";
  for (std::size_t i = 0; i < names.size(); ++i)
    out += fmt::format("  c{}[\"{}\"]\n", i, mermaid_text(names[i]));
  return out + edges;
}

std::string report_markdown(const DesignResult& result, const Sources&,
                            const ReportOptions& options) {
  return markdown_text(build_document(result, options.outline));
}

std::string markdown_text(const Document& document) {
  std::string out = "# " + escaped(document.title) + "\n\n";
  write_items(document.facts, out);
  for (const Section& section : document.sections) {
    out += "\n## " + escaped(heading_case(section.title)) + "\n";
    for (const Block& block : section.blocks) {
      out += "\n### ";
      if (!block.code.empty()) out += block.code + " ";
      out += escaped(block.title) + "\n\n";
      write_items(block.items, out);
      for (const Table& table : block.tables)
        write_table(table, out);
      if (!block.mermaid.empty()) out += "\n```mermaid\n" + block.mermaid + "```\n";
    }
  }
  return out;
}

}  // namespace scantling
