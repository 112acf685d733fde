// Typed indices into the vectors of a model: 32 bits, -1 for "none", not convertible into one
// another.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace scantling {

template <class Tag>
struct Id {
  std::int32_t index = -1;

  constexpr Id() = default;
  constexpr explicit Id(std::int32_t i) : index(i) {}
  constexpr explicit Id(std::size_t i) : index(static_cast<std::int32_t>(i)) {}

  constexpr bool valid() const { return index >= 0; }
  constexpr explicit operator bool() const { return valid(); }
  friend constexpr auto operator<=>(Id, Id) = default;
};

// A vector that only its own id type may index.
template <class T>
class IdVector {
 public:
  using value_type = T;

  T& operator[](Id<T> id) { return items_[static_cast<std::size_t>(id.index)]; }
  const T& operator[](Id<T> id) const { return items_[static_cast<std::size_t>(id.index)]; }
  Id<T> add(T item) {
    items_.push_back(std::move(item));
    return Id<T>(items_.size() - 1);
  }
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  // The ids in order, for loops that need both: for (Id<Service> id : services.ids()).
  std::vector<Id<T>> ids() const {
    std::vector<Id<T>> out;
    out.reserve(items_.size());
    for (std::size_t i = 0; i < items_.size(); ++i)
      out.push_back(Id<T>(i));
    return out;
  }
  std::vector<T>& raw() { return items_; }
  const std::vector<T>& raw() const { return items_; }

 private:
  std::vector<T> items_;
};

}  // namespace scantling
