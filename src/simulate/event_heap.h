// The pending events. An event is one 128-bit number: time, then the order of scheduling (so that
// equal times fire first in, first out), then what it is.
//
// Few are a sorted list, the earliest last: taking one is a step back, and scheduling one moves
// those that come before it. More than that go into buckets of time, and the list holds the
// earliest bucket (far_events.h). Where one bucket has too many for a list, all at one moment for
// instance, it is an implicit 4-ary heap, the four children of a node in one cache line.
#pragma once

#include <cstddef>
#include <cstdint>
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
// scheduling: only the first of them needs to be pending.
using EventLane = Ring<EventKey>;

class EventHeap {
 public:
  static constexpr int index_bits = 27;
  // An event of a lane carries the lane's number above this many bits of its index.
  static constexpr int lane_shift = 23;
  static constexpr std::size_t most_lanes = 15;

  EventHeap();
  EventHeap(const EventHeap& other);
  EventHeap& operator=(const EventHeap&) = delete;

  void push(Time time, EventKind kind, std::uint32_t index) {
    const Key key = key_of(time, kind, index);
    if (time >= far_.horizon())
      far_.add(key);
    else if (size_ < room_)
      insert(key);
    else
      push_many(key);
  }
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
  bool empty() const { return size_ == 0 && far_.empty(); }
  std::size_t bytes() const { return capacity_ * sizeof(Key) + far_.bytes(); }
  std::size_t size() const { return size_ + far_.size(); }
  // Gives each pending event f(event) as its time, which is not before the one taken last. Rare.
  template <class F>
  void reschedule(F&& f) {
    gather();
    for (std::size_t i = 0; i < size_; ++i) {
      const Time time = f(event_of(at(i)));
      at(i) = (static_cast<Key>(static_cast<std::uint64_t>(time)) << 64) |
              static_cast<std::uint64_t>(at(i));
    }
    arrange();
  }
  // The earliest; not empty.
  Event take() {
    if (room_ > 0 && size_ > 0) [[likely]]
      return event_of(at(--size_));
    return event_of(take_many());
  }

 private:
  using Key = EventKey;
  // As many are sorted at most.
  static constexpr std::size_t few = 64;

  static Time time_of(Key key) { return static_cast<Time>(static_cast<std::uint64_t>(key >> 64)); }
  static Event event_of(Key key) {
    const auto low = static_cast<std::uint32_t>(key);
    return {time_of(key), static_cast<EventKind>(low >> index_bits),
            low & ((1U << index_bits) - 1)};
  }
  Key key_of(Time time, EventKind kind, std::uint32_t index) {
    return (static_cast<Key>(static_cast<std::uint64_t>(time)) << 64) |
           (static_cast<std::uint64_t>(sequence_++) << 32) |
           (static_cast<std::uint64_t>(kind) << index_bits) | index;
  }
  // One that has been scheduled before, behind others perhaps.
  void push(Key key) {
    if (time_of(key) >= far_.horizon()) {
      far_.add(key);
    } else if (size_ < room_) {
      Key* place = &at(size_++);
      for (; place[-1] < key; --place)
        place[0] = place[-1];
      place[0] = key;
    } else {
      push_many(key);
    }
  }
  // The one scheduled last: behind all of the same time.
  void insert(Key key) {
    const Time time = time_of(key);
    Key* place = &at(size_);
    if (size_++ <= 6) {  // without branches: nothing says where it goes
      Key* to = place;
      for (const Key* from = &at(0); place != from; --place) {
        const std::ptrdiff_t before = time_of(place[-1]) <= time ? 1 : 0;
        place[before - 1] = place[-1];
        to -= before;
      }
      *to = key;
      return;
    }
    while (time_of(place[-2]) <= time) {
      place[0] = place[-1];
      place[-1] = place[-2];
      place -= 2;
    }
    if (time_of(place[-1]) <= time) {
      place[0] = place[-1];
      --place;
    }
    place[0] = key;
  }

  void push_many(Key key);
  Key take_many();
  void refill();
  void gather();
  void arrange();
  void end_heap();
  void sift_up(std::size_t i, Key key);
  void sift_down(Key key);
  void reserve(std::size_t capacity);

  // Before the first is a sentinel, behind all. Node i of the heap is at i + 3, so that children
  // 4i+1 .. 4i+4 start at a multiple of four.
  Key& at(std::size_t i) { return keys_.get()[i + 3]; }

  struct Free {
    void operator()(Key* p) const { ::operator delete(p, std::align_val_t{64}); }
  };

  std::unique_ptr<Key, Free> keys_;
  std::size_t size_ = 0, capacity_ = 0;
  std::size_t room_ = few;  // of the list; 0: it is a heap
  std::uint32_t sequence_ = 0;
  FarEvents far_;
};

}  // namespace scantling::sim
