// Why each entity is where it is, and what each line between two services costs.
#pragma once

#include <vector>

#include "boundaries/problem.h"

namespace scantling::boundaries {

// `group` per entity, compact.
std::vector<Placement> explain_placements(const Problem& problem, const Consensus& consensus,
                                          const std::vector<int>& group, int services);

std::vector<BoundaryCost> boundary_costs(const Input& input, const std::vector<int>& group);

// Why a cut should not be taken, in words; empty when it is sound.
std::vector<std::string> degeneracy(const Input& input, const std::vector<int>& group,
                                    int services);

}  // namespace scantling::boundaries
