// Edits of one file by its syntax tree: what isn't replaced keeps its bytes, comments included.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "language/output.h"
#include "source/source.h"
#include "syntax/tree.h"

namespace scantling {

class TreeEditor {
 public:
  TreeEditor(const Sources& sources, FileId file);

  bool readable() const;  // the file is a map without syntax errors
  const SyntaxTree& tree() const { return tree_; }
  NodeId root() const { return tree_.root(); }

  // The value of `entry`, in `map`, becomes `value`.
  void replace(NodeId map, const MapEntry& entry, const Out& value);
  // An item that is a scalar becomes `value`.
  void replace_text(NodeId item, const Out& value);
  // The items are added behind the list's last one.
  void append(NodeId list, const std::vector<Out>& items);
  // The members are added behind the map's last one; the entries at `removed` (indices, in order)
  // go.
  void change_map(NodeId map, const std::vector<OutMember>& added, const std::vector<int>& removed);
  // The map is the value of `entry`, which has none so far ("runtime:").
  void fill(const MapEntry& entry, const Out& map);

  std::vector<Edit> take() { return std::move(edits_); }

 private:
  void edit(std::size_t begin, std::size_t end, std::string text);
  std::size_t line_start(std::size_t offset) const;
  std::size_t next_line(std::size_t offset) const;  // where it starts, behind `offset`
  std::size_t column(std::size_t offset) const { return offset - line_start(offset); }
  std::size_t after_colon(const MapEntry& entry) const;
  // Whole lines, behind the line in which `end` is.
  void insert_lines(std::size_t end, std::string lines);
  void add_to_block(const Node& map, const std::vector<OutMember>& added);
  void change_flow(const Node& map, const std::vector<OutMember>& added,
                   const std::vector<int>& removed);
  void remove_from_block(const Node& map, int index);

  std::string_view text_;
  FileId file_;
  SyntaxTree tree_;
  bool broken_ = false;
  bool crlf_ = false;
  std::vector<Edit> edits_;
};

// What the node says, scalars as they are.
Out out_of(const SyntaxTree& tree, NodeId id);

}  // namespace scantling
