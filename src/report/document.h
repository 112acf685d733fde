// A report before it takes a form: sections of coded blocks, each a tree of `label: value` lines
// and some tables. Built once from a DesignResult; the terminal, Markdown and HTML renderers read
// it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/field.h"

namespace scantling {

// How a line or a cell is stressed. Colour only repeats what the words say.
enum class Tone : std::uint8_t { Plain, Good, Warn, Bad, Dim };

struct Item {
  std::string label;               // empty: the value stands alone
  std::string value;               // empty: a heading for its children
  Origin origin = Origin::Absent;  // Absent: none is shown
  Tone tone = Tone::Plain;
  std::vector<Item> children;
  bool verdict = false;  // of a requirement: where a form shows those by themselves, not repeated

  bool empty() const { return value.empty() && children.empty(); }
};

struct Cell {
  std::string text;
  Tone tone = Tone::Plain;
};

struct Column {
  std::string title;
  bool right = false;  // numbers
  int priority = 0;    // 0 stays; the highest goes first where the width is short
};

struct Table {
  std::string caption;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
};

struct Block {
  std::string topic;  // "contexts", "service", ...: what outlines choose by
  std::string code;   // "DD-01", given when the outline is laid out
  std::string title;
  std::vector<Item> items;
  std::vector<Table> tables;
  std::string mermaid;  // a diagram for Markdown; other forms draw their own

  bool empty() const { return items.empty() && tables.empty() && mermaid.empty(); }
  void add(Item item) {
    if (!item.empty()) items.push_back(std::move(item));
  }
};

struct Section {
  std::string title;
  std::vector<Block> blocks;
};

struct Document {
  std::string title;
  std::vector<Item> facts;  // under the title
  std::vector<Section> sections;
};

// The tree form of any document, wrapped to the width.
std::string terminal_text(const Document& document, int width, bool color);

// The Markdown form of any document.
std::string markdown_text(const Document& document);

inline Block make_block(std::string topic, std::string title) {
  Block block;
  block.topic = std::move(topic);
  block.title = std::move(title);
  return block;
}
inline Item line(std::string label, std::string value, Origin origin = Origin::Absent,
                 Tone tone = Tone::Plain) {
  return {std::move(label), std::move(value), origin, tone, {}, false};
}
inline Item branch(std::string label, std::vector<Item> children) {
  return {std::move(label), {}, Origin::Absent, Tone::Plain, std::move(children), false};
}
// Adds the line unless it would say nothing.
inline void add_line(std::vector<Item>& to, Item item) {
  if (!item.empty()) to.push_back(std::move(item));
}

}  // namespace scantling
