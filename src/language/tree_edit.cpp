#include "language/tree_edit.h"

#include <algorithm>

#include "base/text.h"

namespace scantling {

TreeEditor::TreeEditor(const Sources& sources, FileId file)
    : text_(sources.text(file)), file_(file) {
  SyntaxResult result = parse_yaml(sources, file);
  broken_ = !result.problems.empty();
  tree_ = std::move(result.tree);
  crlf_ = text_.find("\r\n") != std::string_view::npos;
}

bool TreeEditor::readable() const {
  return !broken_ && tree_.root().valid() && tree_.node(tree_.root()).kind == NodeKind::Map;
}

void TreeEditor::edit(std::size_t begin, std::size_t end, std::string text) {
  if (crlf_) text = replace_all(text, "\n", "\r\n");
  edits_.push_back({{file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
                    std::move(text)});
}

std::size_t TreeEditor::line_start(std::size_t offset) const {
  const std::size_t before = offset == 0 ? std::string_view::npos : text_.rfind('\n', offset - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

std::size_t TreeEditor::next_line(std::size_t offset) const {
  // A block scalar ends behind its last line.
  if (offset > 0 && offset <= text_.size() && text_[offset - 1] == '\n') return offset;
  const std::size_t end = text_.find('\n', offset);
  return end == std::string_view::npos ? text_.size() : end + 1;
}

std::size_t TreeEditor::after_colon(const MapEntry& entry) const {
  return text_.find(':', entry.key_span.end) + 1;
}

void TreeEditor::replace(NodeId map, const MapEntry& entry, const Out& value) {
  const Node& node = tree_.node(entry.value);
  const bool block = !tree_.node(map).flow && !node.flow;
  // What stands behind the key's colon.
  std::string fresh = " " + flow_text(value);
  if (block) {
    fresh = member_text("k", value, column(entry.key_span.begin));
    fresh = fresh.substr(fresh.find(':') + 1);
    fresh.pop_back();
  }
  const bool was_block =
      !node.flow && (node.kind == NodeKind::Map || node.kind == NodeKind::Sequence);
  const bool was_nothing = node.span.begin == node.span.end;
  if (was_block || was_nothing || fresh.starts_with('\n')) {
    const std::size_t begin = after_colon(entry);
    edit(begin, was_nothing ? begin : node.span.end, fresh);
    return;
  }
  edit(node.span.begin, node.span.end, fresh.substr(1));
}

void TreeEditor::replace_text(NodeId item, const Out& value) {
  const Span span = tree_.node(item).span;
  edit(span.begin, span.end, flow_text(value));
}

void TreeEditor::append(NodeId list, const std::vector<Out>& items) {
  const Node& node = tree_.node(list);
  if (items.empty()) return;
  if (node.flow || node.count == 0) {
    std::string fresh;
    for (const Out& item : items)
      fresh += (fresh.empty() ? "" : ", ") + flow_text(item);
    if (node.count == 0) {
      edit(node.span.begin, node.span.end, "[" + fresh + "]");
      return;
    }
    const std::size_t end = tree_.node(tree_.item(node, node.count - 1)).span.end;
    edit(end, end, ", " + fresh);
    return;
  }
  Out lines = Out::list();
  lines.items = items;
  insert_lines(node.span.end, block_text(lines, column(node.span.begin)));
}

void TreeEditor::insert_lines(std::size_t end, std::string lines) {
  const std::size_t place = next_line(end);
  if (place == text_.size() && !text_.ends_with('\n')) {
    lines.insert(0, "\n");
    lines.pop_back();
  }
  edit(place, place, lines);
}

void TreeEditor::fill(const MapEntry& entry, const Out& map) {
  edit(after_colon(entry), after_colon(entry), " " + flow_text(map));
}

void TreeEditor::change_map(NodeId map, const std::vector<OutMember>& added,
                            const std::vector<int>& removed) {
  if (added.empty() && removed.empty()) return;
  const Node& node = tree_.node(map);
  if (node.flow) {
    change_flow(node, added, removed);
    return;
  }
  for (const int index : removed)
    remove_from_block(node, index);
  add_to_block(node, added);
}

void TreeEditor::add_to_block(const Node& map, const std::vector<OutMember>& added) {
  if (added.empty() || map.count == 0) return;
  const std::size_t indent = column(tree_.entry(map, 0).key_span.begin);
  const bool at_root = &map == &tree_.node(tree_.root());
  const Node& last = tree_.node(tree_.entry(map, map.count - 1).value);
  // A key without a value ends where the key does.
  const std::size_t end =
      std::max<std::size_t>(last.span.end, after_colon(tree_.entry(map, map.count - 1)));
  std::string lines;
  for (const auto& [key, value] : added) {
    if (at_root) lines += '\n';
    lines += member_text(key, value, indent);
  }
  insert_lines(at_root ? text_.size() : end, lines);
}

void TreeEditor::remove_from_block(const Node& map, int index) {
  const MapEntry& entry = tree_.entry(map, index);
  const std::size_t begin = entry.key_span.begin;
  const std::size_t value_end = tree_.node(entry.value).span.end;
  const std::size_t end = next_line(std::max<std::size_t>(value_end, after_colon(entry)));
  const std::size_t start = line_start(begin);
  const bool own_line =
      text_.substr(start, begin - start).find_first_not_of(' ') == std::string_view::npos;
  if (own_line) {
    edit(start, end, "");
  } else if (index + 1 < map.count) {
    // "- key: value", with the next key on a line of its own: that one takes its place.
    edit(begin, tree_.entry(map, index + 1).key_span.begin, "");
  }
}

void TreeEditor::change_flow(const Node& map, const std::vector<OutMember>& added,
                             const std::vector<int>& removed) {
  const auto gone = [&](int i) {
    return std::find(removed.begin(), removed.end(), i) != removed.end();
  };
  int last_kept = map.count - 1;
  while (last_kept >= 0 && gone(last_kept))
    --last_kept;
  std::string fresh;
  for (const auto& [key, value] : added) {
    if (!fresh.empty()) fresh += ", ";
    Out pair = Out::map();
    pair.add(key, value);
    const std::string braced = flow_text(pair);  // "{ key: value }"
    fresh += braced.substr(2, braced.size() - 4);
  }
  if (last_kept < 0) {
    edit(map.span.begin, map.span.end, fresh.empty() ? "{}" : "{ " + fresh + " }");
    return;
  }
  // [read: orders-db]: a pair without braces gets them when a second key joins it.
  const bool bare = text_[map.span.begin] != '{';
  if (bare && !fresh.empty()) {
    edit(map.span.begin, map.span.begin, "{ ");
    fresh += " }";
  }
  for (int i = 0; i < last_kept; ++i)
    if (gone(i))
      edit(tree_.entry(map, i).key_span.begin, tree_.entry(map, i + 1).key_span.begin, "");
  const auto end_of = [&](int i) {
    const MapEntry& entry = tree_.entry(map, i);
    return std::max<std::size_t>(tree_.node(entry.value).span.end, entry.key_span.end);
  };
  const std::size_t begin = end_of(last_kept);
  const std::size_t end = end_of(map.count - 1);
  if (!fresh.empty() || end != begin) edit(begin, end, fresh.empty() ? "" : ", " + fresh);
}

Out out_of(const SyntaxTree& tree, NodeId id) {
  const Node& node = tree.node(id);
  if (node.kind == NodeKind::Scalar) return Out::scalar(std::string(node.scalar));
  Out out = node.kind == NodeKind::Sequence ? Out::list() : Out::map();
  for (int i = 0; node.kind == NodeKind::Sequence && i < node.count; ++i)
    out.add(out_of(tree, tree.item(node, i)));
  for (int i = 0; node.kind == NodeKind::Map && i < node.count; ++i)
    out.add(tree.entry(node, i).key, out_of(tree, tree.entry(node, i).value));
  return out;
}

}  // namespace scantling
