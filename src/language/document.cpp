#include "language/document.h"

#include <unordered_map>

namespace scantling {

const Member* MergedDocument::find(const Value& map, std::string_view key) const {
  for (int i = 0; i < map.count; ++i)
    if (member(map, i).key == key) return &member(map, i);
  return nullptr;
}

ValueId MergedDocument::add(const SyntaxTree& tree) {
  const auto base = static_cast<std::int32_t>(values_.size());
  const std::size_t count = tree.node_count();
  values_.reserve(values_.size() + count);
  for (std::size_t i = 0; i < count; ++i) {
    const Node& node = tree.node(NodeId(i));
    Value value{node.kind, node.flow, node.style == ScalarStyle::Plain, node.span, node.scalar,
                0,         node.count};
    if (node.kind == NodeKind::Sequence) {
      value.first = static_cast<std::int32_t>(items_.size());
      for (int k = 0; k < node.count; ++k)
        items_.push_back(ValueId(base + tree.item(node, k).index));
    } else if (node.kind == NodeKind::Map) {
      value.first = static_cast<std::int32_t>(members_.size());
      for (int k = 0; k < node.count; ++k) {
        const MapEntry& entry = tree.entry(node, k);
        members_.push_back({entry.key_span, entry.key, ValueId(base + entry.value.index)});
      }
    }
    values_.push_back(value);
  }
  return tree.root().valid() ? ValueId(base + tree.root().index) : ValueId();
}

ValueId MergedDocument::add_map(Span span, const std::vector<Member>& members) {
  Value value{NodeKind::Map, false, true, span, {}, 0, 0};
  value.first = static_cast<std::int32_t>(members_.size());
  value.count = static_cast<std::int32_t>(members.size());
  members_.insert(members_.end(), members.begin(), members.end());
  values_.push_back(value);
  return ValueId(values_.size() - 1);
}

ValueId MergedDocument::add_list(Span span, const std::vector<ValueId>& items) {
  Value value{NodeKind::Sequence, false, true, span, {}, 0, 0};
  value.first = static_cast<std::int32_t>(items_.size());
  value.count = static_cast<std::int32_t>(items.size());
  items_.insert(items_.end(), items.begin(), items.end());
  values_.push_back(value);
  return ValueId(values_.size() - 1);
}

// Recursion is bounded by the syntax tree's depth limit.
ValueId MergedDocument::overlay(ValueId base, ValueId over) {
  const Value below = at(base);
  const Value above = at(over);
  if (above.kind != NodeKind::Map) return over;
  std::vector<Member> members;
  std::unordered_map<std::string_view, std::size_t> places;
  if (below.kind == NodeKind::Map) {
    for (int i = 0; i < below.count; ++i) {
      const Member entry = member(below, i);
      if (places.emplace(entry.key, members.size()).second) members.push_back(entry);
    }
  }
  for (int i = 0; i < above.count; ++i) {
    const Member entry = member(above, i);
    const auto [place, fresh] = places.emplace(entry.key, members.size());
    const bool removes = at(entry.value).kind == NodeKind::Null;
    if (fresh) {
      members.push_back(entry);
      // Into nothing, so that a null inside it removes nothing instead of staying.
      if (at(entry.value).kind == NodeKind::Map)
        members.back().value = overlay(add_map(at(entry.value).span, {}), entry.value);
      if (removes) members.back().value = ValueId();
    } else if (removes) {
      members[place->second].value = ValueId();
    } else {
      Member& target = members[place->second];
      const bool merges = target.value.valid() && at(target.value).kind == NodeKind::Map &&
                          at(entry.value).kind == NodeKind::Map;
      target.value = target.value.valid() ? overlay(target.value, entry.value) : entry.value;
      if (!merges) target.key_span = entry.key_span;
    }
  }
  std::erase_if(members, [](const Member& m) { return !m.value.valid(); });
  const ValueId merged = add_map(above.span, members);
  values_[static_cast<std::size_t>(merged.index)].flow = above.flow;
  return merged;
}

}  // namespace scantling
