// Leiden community detection: V. A. Traag, L. Waltman, N. J. van Eck, "From Louvain to Leiden:
// guaranteeing well-connected communities", Scientific Reports 9, 5233 (2019), algorithm A.2.
#pragma once

#include <cstdint>
#include <vector>

#include "boundaries/graph.h"

namespace scantling::boundaries {

enum class Quality : std::uint8_t {
  Modularity,  // sum over communities of w_in/m - resolution (strength/2m)^2
  Cpm  // constant Potts: sum of w_in - resolution * density * n(n-1)/2, where density is the
       // mean weight of a pair of nodes, so that resolution 1 suits any scale of weights
};

struct LeidenOptions {
  Quality quality = Quality::Modularity;
  double resolution = 1;
  double randomness = .01;  // theta of the refinement
  std::uint64_t seed = 1;
  int iterations = 10;  // at most; stops when a whole pass changes nothing
};

// A compact label per node, numbered by first node.
std::vector<int> leiden(const Graph& graph, const LeidenOptions& options);

// Quality of a partition, as defined above (modularity over m; CPM over m too).
double partition_quality(const Graph& graph, const std::vector<int>& label, Quality quality,
                         double resolution);

// Renumbers labels 0.. by first occurrence; returns how many there are.
int compact_labels(std::vector<int>& label);

}  // namespace scantling::boundaries
