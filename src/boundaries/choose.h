// How many services, or one.
#pragma once

#include <string>
#include <vector>

#include "boundaries/boundaries.h"

namespace scantling::boundaries {

struct Choice {
  int best = -1;  // index into the cuts
  bool stay_one = false;
  std::vector<std::string> reasons;
  std::vector<ServicesScore> scores;
};

// `cuts` per number of services, ascending.
Choice choose_services(const Input& input, const std::vector<Cut>& cuts,
                       const Consensus& consensus);

}  // namespace scantling::boundaries
