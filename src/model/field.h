// Every value of a model knows where it comes from. A Field is a value with its provenance; a Ref
// is a name with the element that it was found to mean.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "source/span.h"

namespace scantling {

struct Decision;
using DecisionId = Id<Decision>;

enum class Origin : std::uint8_t {
  Absent,    // not in the model
  Given,     // written by a person: kept, never overruled
  Decided,   // by a pass; `decision` says which and why
  Measured,  // imported from a trace or a manifest
  Assumed,   // a default, listed among the assumptions
};

struct Provenance {
  Origin origin = Origin::Absent;
  Span span;            // Given, Measured: where it is written
  DecisionId decision;  // Decided: what decided it
};

template <class T>
struct Field {
  using Value = T;

  T value{};
  Provenance from;

  Field() = default;
  Field(T v, Provenance p) : value(std::move(v)), from(p) {}

  bool has() const { return from.origin != Origin::Absent; }
  explicit operator bool() const { return has(); }
  // Given or measured: a pass must leave it alone.
  bool fixed() const { return from.origin == Origin::Given || from.origin == Origin::Measured; }
  const T& operator*() const { return value; }
  T& operator*() { return value; }
  const T* operator->() const { return &value; }
  T* operator->() { return &value; }
  T or_else(T fallback) const { return has() ? value : std::move(fallback); }

  // Each returns false, and changes nothing, when the value is fixed.
  bool decide(T v, DecisionId by) {
    if (fixed()) return false;
    value = std::move(v);
    from = {Origin::Decided, {}, by};
    return true;
  }
  bool assume(T v) {
    if (has()) return false;
    value = std::move(v);
    from = {Origin::Assumed, {}, {}};
    return true;
  }
};

// A reference by name. The reader resolves it: after a read without errors `id` is valid.
template <class IdType>
struct Ref {
  std::string name;
  IdType id{};

  Ref() = default;
  Ref(std::string n, IdType i) : name(std::move(n)), id(i) {}
};

// What every named element of a model has: `orders:` in a map of services is its name.
struct Element {
  std::string name;
  Provenance from;
};

}  // namespace scantling
