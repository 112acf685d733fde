// What a cache holds. Key-level: Zipf keys, least recently used goes first, entries expire, filled
// on success only. With single flight each instance of a caller fetches a key once at a time; with
// leases (Nishtala et al. 2013, "Scaling Memcache at Facebook", NSDI, 3.2.1) all of them together
// do, for the cache itself says who may fill. Rate-level: the hit share is given; after a flush it
// starts at zero and comes back one virtual key a successful fill.
#pragma once

#include <cstdint>
#include <vector>

#include "base/distribution.h"
#include "simulate/policies/key_table.h"
#include "simulate/program.h"
#include "simulate/state.h"

namespace scantling::sim {

// Of each key that is being fetched, the frames that wait for it.
using Fills = KeyTable<Line>;

class CacheState {
 public:
  void prepare(const CacheInfo& info);

  // Key-level. The key is present and fresh; touches it.
  bool hit(std::uint64_t key, Time now);
  void fill(std::uint64_t key, Time now);
  bool had(std::uint64_t key) const { return filled_at_[key] != unfilled; }
  std::uint64_t draw_key(RandomStream& random) const { return zipf_.draw(random); }
  // Fills under way: of one instance with single flight, of all with leases.
  Fills& fills() { return under_way_; }

  // Rate-level.
  bool hit_by_rate(double share, RandomStream& random) {
    return random.uniform() < share * fullness_;
  }
  void fill_by_rate(Time) {
    ++fills_;
    if (fullness_ < 1) fullness_ = fullness_ + step_ < 1 ? fullness_ + step_ : 1;
  }

  double fullness() const { return fullness_; }

  void flush(Time now);
  // The frame waits no longer for a fill.
  template <class Frames>
  void forget(std::uint32_t frame, Frames& frames) {
    for (Fills::Entry& entry : under_way_.entries()) {
      Line& line = entry.value;
      Line kept;
      while (line.length > 0) {
        const std::uint32_t i = line.pop_front(frames);
        if (i != frame) kept.push_back(frames, i);
      }
      line = kept;
    }
  }
  bool key_level() const { return keys_ > 0; }

 private:
  static constexpr Time unfilled = -1;
  static constexpr Time default_residence = 60'000'000'000;  // of a rate-level key without expiry

  void unlink(std::uint32_t key);
  void link_front(std::uint32_t key);

  std::uint64_t keys_ = 0, capacity_ = 0, size_ = 0;
  Time expires_ = 0;
  ZipfChoice zipf_;
  std::vector<Time> filled_at_;
  std::vector<std::uint32_t> newer_, older_;
  std::uint32_t newest_ = none, oldest_ = none;
  Fills under_way_;
  // rate-level
  double fullness_ = 1, step_ = 0;
  std::uint64_t fills_ = 0;
};

}  // namespace scantling::sim
