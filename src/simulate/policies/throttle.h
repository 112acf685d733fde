// Adaptive throttling at the client (Beyer et al. 2016, "Site Reliability Engineering", chapter
// 21): a caller instance remembers over the last two minutes how many calls to a callee it was
// asked for and how many were accepted; it refuses a call itself with probability max(0, (asked - k
// accepted) / (asked + 1)). A callee that accepts C a second is then sent k C at most. Accepted is
// what was worked on, well or not: a refusal, a timeout or a lost call is not. The window is kept
// in tenths.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/random.h"
#include "simulate/state.h"

namespace scantling::sim {

class Throttle {
 public:
  // A call is asked for. False: refused here.
  bool allows(const ThrottleInfo& info, Time now, RandomStream& random) {
    advance(info, now);
    const double asked = asked_sum_;
    const double refuse = (asked - info.accepts * accepted_sum_) / (asked + 1);
    asked_[tenth_] += 1;
    asked_sum_ += 1;
    return refuse <= 0 || random.uniform() >= refuse;
  }
  void accepted(const ThrottleInfo& info, Time now) {
    advance(info, now);
    accepted_[tenth_] += 1;
    accepted_sum_ += 1;
  }

 private:
  void advance(const ThrottleInfo& info, Time now) {
    const Time width = std::max<Time>(1, info.over / static_cast<Time>(asked_.size()));
    const Time at = now / width;
    if (at == at_) return;
    const Time steps = std::min<Time>(at - at_, static_cast<Time>(asked_.size()));
    at_ = at;
    for (Time i = 0; i < steps; ++i) {
      tenth_ = (tenth_ + 1) % asked_.size();
      asked_sum_ -= asked_[tenth_];
      accepted_sum_ -= accepted_[tenth_];
      asked_[tenth_] = accepted_[tenth_] = 0;
    }
  }

  std::array<double, 10> asked_{}, accepted_{};
  double asked_sum_ = 0, accepted_sum_ = 0;
  std::size_t tenth_ = 0;
  Time at_ = 0;
};

}  // namespace scantling::sim
