// The search over all numbers of services.
#pragma once

#include <vector>

#include "boundaries/search.h"

namespace scantling::boundaries {

struct ServicesRange {
  int low = 2;
  int high = 2;
};

struct Swept {
  std::vector<Found> best;                  // per number of services from the lowest
  std::vector<std::vector<Found>> visited;  // local optima met, for the archive
};

// `runs` are the Leiden partitions, per atom. Each number of services is searched by itself, then
// from its neighbours' results, by annealing and by crossing good cuts; last, the best of each with
// complexity counted, which is dear to follow.
Swept sweep_services(const Problem& problem, const std::vector<std::vector<int>>& runs,
                     const ServicesRange& range, const Options& options);

}  // namespace scantling::boundaries
