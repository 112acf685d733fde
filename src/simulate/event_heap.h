// The pending events: an implicit 4-ary heap of 16-byte keys, the four children of a node in one
// cache line. An event is one 128-bit number: time, then the order of scheduling (so that equal
// times fire first in, first out), then what it is.
// Where more than a thousand are pending, the heap holds the earliest: see far_events.h.
//
// The event taken last leaves a hole at the root, which the next one scheduled fills: nearly every
// event schedules one, and this way the pair costs one sift instead of two.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

#include "simulate/far_events.h"
#include "simulate/program.h"
#include "simulate/ring.h"

namespace scantling::sim {

enum class EventKind : std::uint8_t {
  WorkDone,    // frame
  WaitDone,    // frame
  Arrive,      // frame, at its instance
  Answered,    // frame, back at its caller
  Source,      // source: the next arrival
  User,        // closed-load user: thinks no longer
  EdgeTimer,   // edge: the oldest timeout of its ring
  Timer,       // timer record
  SharedDone,  // instance with processor sharing
  Fault,       // index of the timeline
  Bucket,      // of the time series
  Phase,
  Scale,   // service
  Health,  // service: the next instance
  Level,   // pilot: requests in the system
};

struct Event {
  Time time;
  EventKind kind;
  std::uint32_t index;
};

// Events that are all scheduled the same time ahead (a network latency) come due in the order of
// scheduling: only the first of them needs to be in the heap.
using EventLane = Ring<EventKey>;

class EventHeap {
 public:
  static constexpr int index_bits = 27;
  // An event of a lane carries the lane's number above this many bits of its index.
  static constexpr int lane_shift = 23;
  static constexpr std::size_t most_lanes = 15;

  EventHeap() { reserve(256); }
  EventHeap(const EventHeap& other)
      : size_(other.size_), sequence_(other.sequence_), hole_(other.hole_), far_(other.far_) {
    reserve(size_ * 2 + 16, other.keys_.get());
  }
  EventHeap& operator=(const EventHeap&) = delete;

  void push(Time time, EventKind kind, std::uint32_t index) { push(key_of(time, kind, index)); }
  // As push, for an event that is always scheduled the lane's time ahead. Lanes count from 1.
  void push(EventLane& lane, std::uint32_t number, Time time, EventKind kind, std::uint32_t index) {
    const Key key = key_of(time, kind, index | (number << lane_shift));
    if (lane.empty()) push(key);
    lane.push(key);
  }
  // The lane's event was taken: the next one is due.
  void advance(EventLane& lane) {
    lane.pop();
    if (!lane.empty()) push(lane.front());
  }
  bool empty() const { return size_ == (hole_ ? 1U : 0U) && far_.empty(); }
  std::size_t bytes() const { return capacity_ * sizeof(Key) + far_.bytes(); }
  std::size_t size() const { return size_ - (hole_ ? 1U : 0U) + far_.size(); }
  // Gives each pending event f(event) as its time, which is not before the one taken last. Rare.
  template <class F>
  void reschedule(F&& f) {
    if (hole_) fill_hole();
    while (!far_.empty())
      refill();
    for (std::size_t i = 0; i < size_; ++i) {
      const Time time = f(event_of(at(i)));
      at(i) = (static_cast<Key>(static_cast<std::uint64_t>(time)) << 64) |
              static_cast<std::uint64_t>(at(i));
    }
    for (std::size_t i = size_; i-- > 0;)
      settle(i);
  }
  // The earliest; not empty.
  Event take() {
    if (hole_) fill_hole();
    if (size_ == 0) refill();
    const Key key = at(0);
    hole_ = true;
    return event_of(key);
  }

 private:
  using Key = EventKey;

  static Event event_of(Key key) {
    const auto low = static_cast<std::uint32_t>(key);
    return {static_cast<Time>(static_cast<std::uint64_t>(key >> 64)),
            static_cast<EventKind>(low >> index_bits), low & ((1U << index_bits) - 1)};
  }
  Key key_of(Time time, EventKind kind, std::uint32_t index) {
    return (static_cast<Key>(static_cast<std::uint64_t>(time)) << 64) |
           (static_cast<std::uint64_t>(sequence_++) << 32) |
           (static_cast<std::uint64_t>(kind) << index_bits) | index;
  }
  void push(Key key) {
    if (static_cast<Time>(static_cast<std::uint64_t>(key >> 64)) >= far_.horizon()) {
      far_.add(key);
      return;
    }
    if (hole_) {
      hole_ = false;
      sift_down(key);
      return;
    }
    if (size_ == capacity_) {
      make_room(key);
      return;
    }
    sift_up(size_++, key);
  }
  // Full: what is there becomes far, unless there are far ones already.
  void make_room(Key key) {
    if (far_.empty()) {
      far_.begin({&at(0), size_});
      for (std::size_t i = 0; i < size_; ++i)
        at(i) = ~Key{0};
      size_ = 0;
      refill();
    }
    if (size_ == capacity_) reserve(capacity_ * 2);
    push(key);
  }
  // The earliest of those that are far.
  void refill() {
    const std::span<const Key> keys = far_.next();
    if (size_ + keys.size() > capacity_) reserve(std::max(size_ + keys.size(), capacity_ * 2));
    for (const Key key : keys)
      sift_up(size_++, key);
  }

  // Node i is at i + 3, so that children 4i+1 .. 4i+4 start at a multiple of four.
  Key& at(std::size_t i) { return keys_.get()[i + 3]; }

  void fill_hole() {
    hole_ = false;
    const Key last = at(--size_);
    at(size_) = ~Key{0};
    if (size_ > 0) sift_down(last);
  }
  void sift_up(std::size_t i, Key key) {
    while (i > 0) {
      const std::size_t parent = (i - 1) / 4;
      if (at(parent) <= key) break;
      at(i) = at(parent);
      i = parent;
    }
    at(i) = key;
  }
  // The node may be later than those below it.
  void settle(std::size_t i) {
    const Key key = at(i);
    for (std::size_t first = 4 * i + 1; first < size_; first = 4 * i + 1) {
      std::size_t least = first;
      for (std::size_t c = first + 1; c < first + 4 && c < size_; ++c)
        if (at(c) < at(least)) least = c;
      if (key <= at(least)) break;
      at(i) = at(least);
      i = least;
    }
    at(i) = key;
  }
  struct Child {
    Key key;
    std::size_t place;
  };
  // The least of the four from `first` on, without branches: which it is can't be predicted. Its
  // key goes along: to load it again by its place would make the next step wait. Beyond the last
  // are sentinels.
  Child least_of(std::size_t first) {
    const Key* child = &at(first);
    const bool second = child[1] < child[0];
    const bool fourth = child[3] < child[2];
    const Key left = second ? child[1] : child[0];
    const Key right = fourth ? child[3] : child[2];
    const bool later = right < left;
    return {later ? right : left, first + (later ? 2U + fourth : 0U + second)};
  }
  void sift_down(Key key) {
    if (size_ <= 5) {  // one step, and nothing says which of the two is first
      const Child least = least_of(1);
      const bool stays = key <= least.key;
      at(0) = stays ? key : least.key;
      at(least.place) = stays ? least.key : key;
      return;
    }
    std::size_t i = 0;
    for (std::size_t first = 1; first < size_; first = 4 * i + 1) {
      const Child least = least_of(first);
      if (key <= least.key) break;
      at(i) = least.key;
      i = least.place;
    }
    at(i) = key;
  }
  void reserve(std::size_t capacity) { reserve(capacity, keys_.get()); }
  void reserve(std::size_t capacity, const Key* from) {
    const std::size_t bytes = (capacity + 8) * sizeof(Key);  // 3 before, sentinels behind
    auto* grown = static_cast<Key*>(::operator new(bytes, std::align_val_t{64}));
    for (std::size_t i = 0; i < size_; ++i)
      grown[i + 3] = from[i + 3];
    for (std::size_t i = size_; i < capacity + 5; ++i)
      grown[i + 3] = ~Key{0};
    keys_.reset(grown);
    capacity_ = capacity;
  }
  struct Free {
    void operator()(Key* p) const { ::operator delete(p, std::align_val_t{64}); }
  };

  std::unique_ptr<Key, Free> keys_;
  std::size_t size_ = 0, capacity_ = 0;
  std::uint32_t sequence_ = 0;
  bool hole_ = false;
  FarEvents far_;
};

}  // namespace scantling::sim
