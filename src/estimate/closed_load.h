// The twin under closed loads: so many users who think, ask, wait for the answer and think again.
#pragma once

#include "estimate/estimate.h"

namespace scantling {

struct EstimateNetwork;
struct NetworkSolution;

struct ClosedUsers {
  double users = 1;
  double think_seconds = 0;
};

// Peak loads are only the mix in which they ask; `options` has no say in the load. See closed.h for
// the method.
void solve_closed(const EstimateNetwork& network, const EstimateOptions& options,
                  const ClosedUsers& users, NetworkSolution& out);

// Under the closed load of an experiment: the operations that it names, or all, in the mix of their
// peak loads; its faults and changes of the load left out. An operation's rate is what its users
// get answered, well or badly. Cost is left out.
Estimate estimate_closed(const Architecture& model, const Experiment& experiment);

}  // namespace scantling
