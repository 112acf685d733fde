// Leiden over a sweep of resolutions, both qualities and many seeds on jittered weights; what its
// runs agree on.
#pragma once

#include <vector>

#include "boundaries/boundaries.h"
#include "boundaries/graph.h"

namespace scantling::boundaries {

// Every run's partition, by resolution, then seed.
std::vector<std::vector<int>> leiden_runs(const Graph& graph, const Options& options);

// Share of runs that put two nodes together; empty above Consensus::dense_limit nodes.
Consensus vote(int nodes, const std::vector<std::vector<int>>& runs);

// The edges of a graph weighted by the share of runs that put their ends together.
std::vector<Edge> edge_votes(const Graph& graph, const std::vector<std::vector<int>>& runs);

}  // namespace scantling::boundaries
