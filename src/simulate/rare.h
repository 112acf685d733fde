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
// What is left of exponential times (the next arrival, the end of work, a user's thinking) is drawn
// anew in each copy, which their having no memory allows; other times stay as they were scheduled.
// That is sound too, and costs little where many events lead to a level; where one such event far
// ahead decides, all copies meet the same one and splitting gains nothing.
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

struct FailureResult {
  Interval share;        // of an operation's requests that are not answered well
  bool reached = false;  // false: no failure was seen, however full the station
  std::string station;   // whose filling leads to failures
  std::vector<std::uint32_t> thresholds;
  std::vector<int> splits;
  int replications = 0;
  std::uint64_t events = 0;
  bool incomplete = false;
};

// The share of an operation's requests that fail, where it is the filling of `station` that makes
// them fail: runs are split at more and more requests there until failures are seen often. Up to
// four times the replications are run while the interval holds `target`.
Expected<FailureResult> estimate_failures(const Architecture& model, const Experiment& experiment,
                                          const RareOptions& options, OperationId operation,
                                          double target);

namespace sim {
struct Runs;
// Availability of 99.99% and more that the runs can't tell, by the number of failures that they
// saw: a bound where none was seen, split runs where these find any. Experiments with faults or a
// changing load are left alone: they have no long run.
void decide_rare(const Architecture& model, const Experiment& experiment,
                 const SimulateOptions& options, const Runs& runs, ExperimentResult& result);
}  // namespace sim

}  // namespace scantling
