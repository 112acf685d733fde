// Where more are pending than a sorted list takes.
#include "simulate/event_heap.h"

#include <algorithm>
#include <functional>

namespace scantling::sim {

EventHeap::EventHeap() {
  reserve(few);
}

EventHeap::EventHeap(const EventHeap& other)
    : size_(other.size_), room_(other.room_), sequence_(other.sequence_), far_(other.far_) {
  const std::size_t size = size_;
  size_ = 0;
  reserve(std::max(few, size * 2));
  size_ = size;
  std::copy_n(other.keys_.get() + 3, size, keys_.get() + 3);
}

// What is there keeps its order.
void EventHeap::reserve(std::size_t capacity) {
  const std::size_t bytes = (capacity + 8) * sizeof(Key);  // 3 before, sentinels behind
  auto* grown = static_cast<Key*>(::operator new(bytes, std::align_val_t{64}));
  std::fill_n(grown, capacity + 8, ~Key{0} >> 1);
  if (size_ > 0) std::copy_n(keys_.get() + 3, size_, grown + 3);
  keys_.reset(grown);
  capacity_ = capacity;
}

// The list is full, or it is a heap. What is there becomes far, unless there are far ones already.
void EventHeap::push_many(Key key) {
  if (far_.empty() && size_ == capacity_) {
    far_.begin({&at(0), size_});
    size_ = 0;
    refill();
    if (time_of(key) >= far_.horizon()) {
      far_.add(key);
      return;
    }
  }
  if (size_ < room_) {
    insert(key);
    return;
  }
  if (size_ == capacity_) reserve(capacity_ * 2);
  if (room_ > 0) {  // the list backwards is a heap
    std::reverse(&at(0), &at(0) + size_);
    room_ = 0;
    end_heap();
  }
  sift_up(size_++, key);
}

EventHeap::Key EventHeap::take_many() {
  if (size_ == 0) {
    refill();
    if (room_ > 0) return at(--size_);
  }
  const Key key = at(0);
  const Key last = at(--size_);
  at(size_) = ~Key{0} >> 1;
  if (size_ > 0) sift_down(last);
  if (size_ <= few / 4) arrange();
  return key;
}

// The earliest of those that are far.
void EventHeap::refill() {
  const std::span<const Key> keys = far_.next();
  if (keys.size() > capacity_) reserve(std::max(keys.size(), capacity_ * 2));
  std::copy(keys.begin(), keys.end(), &at(0));
  size_ = keys.size();
  arrange();
}

void EventHeap::gather() {
  while (!far_.empty()) {
    const std::span<const Key> keys = far_.next();
    if (size_ + keys.size() > capacity_) reserve(std::max(size_ + keys.size(), capacity_ * 2));
    std::copy(keys.begin(), keys.end(), &at(size_));
    size_ += keys.size();
  }
}

// A list where few are there, else a heap: in order it is one.
void EventHeap::arrange() {
  Key* first = &at(0);
  room_ = size_ <= few ? few : 0;
  if (room_ > 0) {
    std::sort(first, first + size_, std::greater<>());
  } else {
    std::sort(first, first + size_);
    end_heap();
  }
}

// The least of four may be looked for where there are fewer.
void EventHeap::end_heap() {
  std::fill(&at(size_), keys_.get() + capacity_ + 8, ~Key{0} >> 1);
}

void EventHeap::sift_up(std::size_t i, Key key) {
  while (i > 0) {
    const std::size_t parent = (i - 1) / 4;
    if (at(parent) <= key) break;
    at(i) = at(parent);
    i = parent;
  }
  at(i) = key;
}

// From the root down, the least of four each time without branches: which it is can't be predicted.
void EventHeap::sift_down(Key key) {
  std::size_t i = 0;
  for (std::size_t first = 1; first < size_; first = 4 * i + 1) {
    const Key* child = &at(first);
    const bool second = child[1] < child[0];
    const bool fourth = child[3] < child[2];
    const Key left = second ? child[1] : child[0];
    const Key right = fourth ? child[3] : child[2];
    const bool later = right < left;
    const Key least = later ? right : left;
    if (key <= least) break;
    at(i) = least;
    i = first + (later ? 2U + fourth : 0U + second);
  }
  at(i) = key;
}

}  // namespace scantling::sim
