// Integer positions on a line under least distances, with the least total weighted length: the
// network simplex of Gansner, Koutsofios, North and Vo, "A Technique for Drawing Directed Graphs"
// (IEEE TSE 19(3), 1993), sections 2.3 and 4.2. Layers and coordinates of the layout both use it.
#pragma once

#include <cstdint>
#include <vector>

namespace scantling {

// position[to] - position[from] >= least; costs weight times the difference.
struct DistanceConstraint {
  int from = 0, to = 0;
  int least = 1;
  int weight = 1;
};

// The constraints must have no cycle. After `max_pivots` exchanges the positions found so far are
// returned: they always satisfy the constraints. The smallest position is 0.
std::vector<int> least_total_length(int count, const std::vector<DistanceConstraint>& constraints,
                                    std::int64_t max_pivots);

// Sum of weight x distance: what is made small.
std::int64_t total_length(const std::vector<int>& positions,
                          const std::vector<DistanceConstraint>& constraints);

}  // namespace scantling
