// What an instance remembers of itself, for work that takes longer with its state.
#pragma once

#include <cmath>

#include "simulate/instructions.h"

namespace scantling::sim {

// How much longer work takes with the state of its instance; 0: not at all.
struct SlowdownInfo {
  double a_waiting = 0;  // for each request that waits
  double failing = 0;    // if all answers of late were errors
  double cold = 0;       // right after a start
  Time over = 1, warms = 1;
  bool any() const { return a_waiting > 0 || failing > 0 || cold > 0; }
};

// Answers of late, each with a weight that falls by e in `over`, and when it last started.
class InstanceMemory {
 public:
  void answered(bool well, Time now, Time over) {
    age(now, over);
    all_ += 1;
    bad_ += well ? 0 : 1;
  }
  // Share of the answers of late that were errors; 0 without any. All age alike: as of the last.
  double failing() const { return all_ > 0 ? bad_ / all_ : 0; }
  void started(Time now) { started_ = now; }
  // 1 right after a start, falling evenly to 0 within `warms`.
  double cold(Time now, Time warms) const {
    if (started_ < 0 || now >= started_ + warms) return 0;
    return 1 - static_cast<double>(now - started_) / static_cast<double>(warms);
  }

 private:
  void age(Time now, Time over) {
    const double left = std::exp(-static_cast<double>(now - at_) / static_cast<double>(over));
    all_ *= left;
    bad_ *= left;
    at_ = now;
  }

  double all_ = 0, bad_ = 0;
  Time at_ = 0;
  Time started_ = -1;  // before the run: warm
};

}  // namespace scantling::sim
