// The replications of one experiment: a pilot that finds the warm-up, then independent runs, as
// many as asked for or as a precision takes.
#pragma once

#include <vector>

#include "base/error.h"
#include "simulate/measures.h"
#include "simulate/program.h"
#include "simulate/results.h"
#include "simulate/simulate.h"

namespace scantling::sim {

struct RunOptions;  // engine_state.h

struct Replications {
  std::vector<Replication> replications;
  Time warm_up = 0;
  bool settled = true;   // the pilot found an end of the warm-up
  bool stopped = false;  // some were cut short and left out
};

// With `precision` the number grows until every operation's goodput, mean time and 99th percentile
// are known to that relative half width (the sequential procedure of Law, "Simulation Modeling and
// Analysis", 9.4.1). How many are run depends on the results alone, not on time or threads.
Expected<Replications> run_replications(const Program& program, const SimulateOptions& options);
// How the first replication is run: its warm-up and instances, as the pilot finds them.
Expected<void> first_run(const Program& program, const SimulateOptions& options, RunOptions& run);
double precision_of(const Runs& runs);

}  // namespace scantling::sim
