// Runs a campaign to its end or until it is stopped: what is there already is kept, the rest is
// run, and everything is read back in its order.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "sweep/analysis.h"
#include "sweep/crew.h"
#include "sweep/store.h"

namespace scantling::sweep {

// Does the runs with these indices and delivers them: run_on_threads, or one over MPI.
using Crew = std::function<Expected<void>(const std::vector<std::uint64_t>& indices,
                                          const Deliver& deliver)>;

struct Progress {
  std::uint64_t done = 0, wanted = 0;
  std::uint64_t kept = 0;  // of `done`: were there before
};

// Fills the store with what is missing.
Expected<void> fill(Store& store, const Plan& plan, const Crew& crew,
                    const std::function<void(const Progress&)>& progress);

// The analysis of what is in the store; `each` sees every record on the way, in order.
Expected<Analysis> analyse(Store& store, const Plan& plan, double confidence,
                           const std::function<void(const RunRecord&)>& each = {});

// Checks a plan before anything is run: every value by itself is a model, and the campaign isn't
// larger than kMostRuns.
Expected<void> check_plan(const BaseModel& base, const Plan& plan);

}  // namespace scantling::sweep
