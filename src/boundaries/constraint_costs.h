// What hard constraints cost: the search once more without them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "boundaries/boundaries.h"

namespace scantling::boundaries {

// Constraints that are lifted together to see what they cost, with words for them.
struct ConstraintSet {
  std::string name;
  std::vector<ConstraintRef> constraints;
};
// Each constraint by itself, described: "keep apart Order and Cart".
std::vector<ConstraintSet> each_constraint(const Input& input);

// The chosen cut less the best one without the constraints, at the same number of services (at the
// number then chosen when they limit the number). A positive figure is what they cost; below 0 it
// is what the search missed.
struct ConstraintCost {
  ConstraintSet lifted;
  int services = 0;  // without them
  double score = 0;
  double split_transactions = 0, split_writes = 0, crossing = 0;  // shares of rate, of steps
  int moved = 0;  // entities that would be elsewhere
};
// Of at most `limit` sets, in order.
std::vector<ConstraintCost> constraint_costs(const Input& input, const Options& options,
                                             const Result& result,
                                             const std::vector<ConstraintSet>& sets,
                                             std::size_t limit = 20);

}  // namespace scantling::boundaries
