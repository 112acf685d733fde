// First in, first out, in one piece of memory that grows by doubling.
#pragma once

#include <cstddef>
#include <vector>

namespace scantling::sim {

template <class T>
class Ring {
 public:
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }
  std::size_t bytes() const { return items_.size() * sizeof(T); }
  const T& front() const { return items_[head_]; }
  const T& operator[](std::size_t i) const { return items_[(head_ + i) & (items_.size() - 1)]; }
  T& operator[](std::size_t i) { return items_[(head_ + i) & (items_.size() - 1)]; }
  void push(const T& item) {
    if (count_ == items_.size()) grow();
    items_[(head_ + count_++) & (items_.size() - 1)] = item;
  }
  void pop() {
    head_ = (head_ + 1) & (items_.size() - 1);
    --count_;
  }
  void pop_back() { --count_; }

 private:
  [[gnu::noinline]] void grow() {
    std::vector<T> larger(items_.size() * 2);
    for (std::size_t i = 0; i < count_; ++i)
      larger[i] = items_[(head_ + i) & (items_.size() - 1)];
    items_.swap(larger);
    head_ = 0;
  }

  std::vector<T> items_ = std::vector<T>(16);  // a power of two
  std::size_t head_ = 0, count_ = 0;
};

}  // namespace scantling::sim
