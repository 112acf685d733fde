// The clustering of mono2micro (Nunes et al., ICSA 2020), so that our cuts can be set against its
// published ones: similarity of two entities as a mix of four measures, average linkage over the
// Euclidean distance between rows of the similarity matrix (SciPy's reading of a square matrix).
#pragma once

#include <vector>

#include "boundaries/boundaries.h"

namespace scantling::boundaries {

// Percent, in the order of the published tables.
struct SimilarityMix {
  double access = 0;
  double write = 0;
  double read = 0;
  double sequence = 0;
};

// A label per entity. O(entities^3): meant for at most a few hundred.
std::vector<int> dendrogram_cut(const Input& input, const SimilarityMix& mix, int services);

}  // namespace scantling::boundaries
