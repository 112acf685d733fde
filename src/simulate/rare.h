// How often what hardly ever happens happens: the share of the time in which an instance holds at
// least so many requests, down to 1e-9 and below.
//
// RESTART (M. and J. Villen-Altamirano, "RESTART: a method for accelerating rare event
// simulations", ITC-13, 1991): whenever a run rises over a threshold of the number of requests, it
// is split into R runs that go on with random numbers of their own and the weight 1/R; all but one
// of them end when they fall below it again. The weighted time above the last threshold is an
// unbiased estimate whatever thresholds and R are; these only decide how soon it is precise. They
// are found by pilot runs with other seeds, level by level, so that a fifth of the time spent over
// one threshold is spent over the next.
//
// What is scheduled already when a run is split stays scheduled in its copies: the next arrival,
// the end of the work that runs. That is sound, and costs little where many events lead to a level;
// where one event far ahead decides (the next failure of a machine), all copies meet the same one
// and splitting gains nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulate/simulate.h"

namespace scantling {

struct RareOptions {
  SimulateOptions simulate;  // its replications, but at least 10
  std::string station;       // a service, store or external
  std::uint32_t at_least = 1;
};

struct RareResult {
  Interval share;        // of the time
  bool reached = false;  // false: pilots never came near it; `highest` is as far as they did
  std::uint32_t highest = 0;
  std::vector<std::uint32_t> thresholds;
  std::vector<int> splits;  // at each threshold
  int replications = 0;
  std::uint64_t events = 0;  // pilots too
  bool incomplete = false;
};

// Fails for an unknown station, naming those that there are.
Expected<RareResult> estimate_rare(const Architecture& model, const Experiment& experiment,
                                   const RareOptions& options);

}  // namespace scantling
