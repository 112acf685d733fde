// Visits every value of a model with its path, by the table.
#pragma once

#include <functional>
#include <string>

#include "language/schema.h"

namespace scantling {

struct Visited {
  std::string_view path;       // valid during the visit
  const Type* type = nullptr;  // nullptr: an element or an item, of `structure`
  const StructType* structure = nullptr;
  const Entry* entry = nullptr;  // nullptr: an element or an item
  void* owner = nullptr;         // of the entry
  void* value = nullptr;         // nullptr: only the entry's own form knows
  Provenance* from = nullptr;    // nullptr: the value has none of its own
  bool inherited = false;        // comes from a policy bundle, just so
};

// In the table's order, an element before what is in it. `enter` returns false to skip what is
// inside; `leave` is called after the inside was visited, and may be empty.
void walk_model(Architecture& model, const std::function<bool(const Visited&)>& enter,
                const std::function<void(const Visited&)>& leave = {});
// Without write access for the visitor; nothing is changed.
void walk_model(const Architecture& model, const std::function<bool(const Visited&)>& enter,
                const std::function<void(const Visited&)>& leave = {});

}  // namespace scantling
