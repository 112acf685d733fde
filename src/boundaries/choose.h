// How many services, or one.
#pragma once

#include <string>
#include <vector>

#include "boundaries/boundaries.h"
#include "boundaries/graph.h"

namespace scantling::boundaries {

struct Choice {
  int best = -1;  // index into the cuts
  bool stay_one = false;
  std::vector<std::string> reasons;
  std::vector<ServicesScore> scores;
};

// `cuts` per number of services, ascending. `one_allowed`: one service holds every constraint.
// `edge_votes` is used when the consensus is not dense.
Choice choose_services(const Input& input, const std::vector<Cut>& cuts, bool one_allowed,
                       const Consensus& consensus, const std::vector<Edge>& edge_votes);

}  // namespace scantling::boundaries
