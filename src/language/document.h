// What the reader binds: the syntax trees of a model's files, merged into one. Flat, like a syntax
// tree; every value keeps the span of the file that it stands in.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "syntax/tree.h"

namespace scantling {

struct Value;
using ValueId = Id<Value>;

struct Value {
  NodeKind kind = NodeKind::Null;
  bool flow = false;
  bool plain = true;  // not quoted
  Span span;
  std::string_view scalar;
  std::int32_t first = 0;
  std::int32_t count = 0;
};

struct Member {
  Span key_span;
  std::string_view key;
  ValueId value;
};

class MergedDocument {
 public:
  const Value& at(ValueId id) const { return values_[static_cast<std::size_t>(id.index)]; }
  ValueId item(const Value& list, int i) const {
    return items_[static_cast<std::size_t>(list.first + i)];
  }
  const Member& member(const Value& map, int i) const {
    return members_[static_cast<std::size_t>(map.first + i)];
  }
  const Member* find(const Value& map, std::string_view key) const;

  // Copies the tree's nodes, in linear time; its root's id.
  ValueId add(const SyntaxTree& tree);
  // A map with these members, or a list with these items.
  ValueId add_map(Span span, const std::vector<Member>& members);
  ValueId add_list(Span span, const std::vector<ValueId>& items);
  // `over` laid over `base`: maps are merged deeply, anything else replaces, null removes.
  ValueId overlay(ValueId base, ValueId over);

 private:
  std::vector<Value> values_;
  std::vector<ValueId> items_;
  std::vector<Member> members_;
};

}  // namespace scantling
