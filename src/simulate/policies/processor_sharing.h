// Processor sharing: c processors divide their time evenly among n requests, each at most one
// processor's worth. In virtual time, which runs at min(1, c/n) of the clock's speed, every request
// just counts down its own work, so the next to finish is the least virtual finish time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "simulate/program.h"

namespace scantling::sim {

class SharedProcessors {
 public:
  // Work in nanoseconds of one processor.
  void add(std::uint32_t frame, double work, Time now, std::uint32_t processors) {
    advance(now, processors);
    jobs_.emplace_back(virtual_now_ + work, frame);
    std::push_heap(jobs_.begin(), jobs_.end(), std::greater<>{});
  }
  // When the next one finishes if nothing changes; never when idle. Remembered: an event of another
  // time is out of date.
  Time next_finish(Time now, std::uint32_t processors) {
    if (jobs_.empty()) return due_ = never;
    const double left = std::max(0.0, jobs_.front().first - virtual_now_);
    return due_ = now + static_cast<Time>(left / speed(processors) + .999);
  }
  Time due() const { return due_; }
  // The one that is finished now; none when it isn't yet.
  std::uint32_t pop_finished(Time now, std::uint32_t processors) {
    advance(now, processors);
    if (jobs_.empty() || jobs_.front().first > virtual_now_ + 1) return none;
    std::pop_heap(jobs_.begin(), jobs_.end(), std::greater<>{});
    const std::uint32_t frame = jobs_.back().second;
    jobs_.pop_back();
    return frame;
  }
  void skip_to(Time now) { changed_ = now; }  // a pause: no work was done
  std::uint32_t size() const { return static_cast<std::uint32_t>(jobs_.size()); }
  void clear() {
    jobs_.clear();
    due_ = never;
  }

 private:
  double speed(std::uint32_t processors) const {
    const auto n = static_cast<double>(jobs_.size());
    return n <= processors ? 1 : processors / n;
  }
  void advance(Time now, std::uint32_t processors) {
    virtual_now_ += static_cast<double>(now - changed_) * speed(processors);
    changed_ = now;
  }

  std::vector<std::pair<double, std::uint32_t>> jobs_;  // virtual finish, frame
  double virtual_now_ = 0;
  Time changed_ = 0;
  Time due_ = never;
};

}  // namespace scantling::sim
