// Searches by bisection over simulated runs: how much load, how few instances, how small a trigger.
//
// Every answer is an interval between what was seen to hold and what was seen to fail, both by the
// confidence intervals of the run; a run that can't tell is repeated with twice the replications,
// up to four times as many, and is then neither. All runs of a search draw from the same random
// streams, so that a step of the search changes what is asked for and not the luck.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "simulate/simulate.h"

namespace scantling {

struct SearchOptions {
  SimulateOptions simulate;
  double within = .05;  // relative width of the answer at which the search ends
  double most = 1024;   // the largest factor that is tried
  int most_runs = 40;   // of one bisection; reaching it leaves a wider interval
  // Of one search, over all its runs; reaching it leaves a wider interval, or services that were
  // not reduced. About ten minutes of a processor.
  std::uint64_t most_events = 2'000'000'000;
};

// One run of a search.
struct SearchRun {
  double at = 0;  // the factor, or the number of instances
  Verdict verdict = Verdict::Undecided;
  int replications = 0;
  std::string first;  // the first judgement that doesn't hold, "browse p99"; empty: all hold
  std::vector<std::string> causes;
  std::uint64_t events = 0;  // with those of its shorter beginnings
};

// The largest factor that holds lies in [holds, fails].
struct Bisection {
  double holds = 0;                                        // 0: no factor that holds was found
  double fails = std::numeric_limits<double>::infinity();  // infinite: none up to `most` fails
  std::vector<SearchRun> runs;                             // in the order they were made
  bool stopped = false;                                    // by `simulate.stop`
  bool limited = false;                                    // by `most_events`
  const SearchRun* failing() const;                        // the run at `fails`
};

// How long runs of a search need to be measured where the experiment doesn't say: `wanted`, or so
// long that one has about 50 million events, but at least 10 s. A second is tried for that.
Expected<Duration> search_length(const Architecture& model, const Experiment& experiment,
                                 const SimulateOptions& options, Duration wanted);

// By how much every load of the experiment can be multiplied until an expectation fails.
Expected<Bisection> find_capacity(const Architecture& model, const Experiment& experiment,
                                  const SearchOptions& options);

// The fewest instances of each service with which every expectation holds. Services are reduced in
// their order, each with those before it already reduced, so that no single instance can be taken
// away from the answer. Assumes that an instance more never hurts.
struct ServiceReplicas {
  ServiceId service;
  std::int64_t given = 0;  // as in the model, at most
  std::int64_t needed = 0;
  SearchRun below;  // with one instance less; replications 0: there is none less
};
struct ReplicaSearch {
  bool holds = false;  // some number up to 64 times the given one does
  std::vector<ServiceReplicas> services;
  std::vector<SearchRun> runs;
  bool stopped = false, limited = false;
};
Expected<ReplicaSearch> find_replicas(const Architecture& model, const Experiment& experiment,
                                      const SearchOptions& options);

// The smallest spike of all load, of a given length, after which goodput does not come back to 90%
// of what it was within `recovery` (30 s, or twice the time in which what it brought comes at the
// usual rate, whichever is longer): from there on the system stays down though the load is as
// before (a metastable failure: Bronson et al., HotOS 2021).
struct Trigger {
  Duration length;
  Duration recovery;  // what was waited at `fails`, else at `holds`
  Bisection spike;    // `holds`: recovers; `fails`: stays down
};
Expected<Trigger> find_trigger(const Architecture& model, const Experiment& experiment,
                               Duration length, const SearchOptions& options);

}  // namespace scantling
