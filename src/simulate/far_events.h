// Pending events beyond a horizon, where there are many: kept in unsorted buckets of time (as in a
// calendar queue, Brown 1988, and the rungs of a ladder queue, Tang, Goh, Thng 2005). An event is
// put into its bucket, and with it into the heap when the heap has run empty: the heap stays small,
// and with it the cost of an event, however many are pending.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "simulate/program.h"

namespace scantling::sim {

__extension__ typedef unsigned __int128 EventKey;  // the time above 64 bits of what it is

class FarEvents {
 public:
  static constexpr Time never = std::numeric_limits<Time>::max();

  // Events from here on belong here; never: nothing is far.
  Time horizon() const { return horizon_; }
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }
  std::size_t bytes() const;

  // Not before the horizon.
  void add(EventKey key) {
    ++count_;
    const auto bucket = static_cast<std::size_t>((time_of(key) - base_) >> shift_);
    (bucket < used_ ? buckets_[bucket] : beyond_).push_back(key);
  }
  // Takes all of these; nothing may be far. The horizon is then before the first of them.
  void begin(std::span<const EventKey> keys);
  // Gives up the earliest bucket that has any, until the next call; not empty. The horizon becomes
  // its end.
  std::span<const EventKey> next();

 private:
  static Time time_of(EventKey key) {
    return static_cast<Time>(static_cast<std::uint64_t>(key >> 64));
  }
  void spread();
  void gather();

  std::vector<std::vector<EventKey>> buckets_;
  std::vector<EventKey> beyond_, given_;
  std::size_t used_ = 0, current_ = 0;  // buckets in use; the first not given up
  std::size_t count_ = 0, spread_ = 0;  // pending; and when they were spread last
  Time base_ = 0, horizon_ = never;
  int shift_ = 0;  // a bucket is 2^shift ns wide
};

}  // namespace scantling::sim
