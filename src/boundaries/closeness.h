// A cut kept close to another one: what changed, and what further change would pay.
#pragma once

#include <vector>

#include "boundaries/boundaries.h"

namespace scantling::boundaries {

// The cut of input.reference with the fewest entities elsewhere that the constraints allow; among
// those the best score. The number of services is the reference's where that can be.
Result decompose_near(Input input, Options options);

struct Move {
  int entity = -1;
  int from = -1;       // label of the reference; for a further move, a group of the cut
  int to = -1;         // group of the cut
  double gain = 0;     // what the score falls by; of a further move only
  bool asked = false;  // a constraint names the entity
};

struct Closeness {
  std::vector<int> label_of_group;  // of the reference, -1: a service that it hasn't got
  std::vector<Move> moves;          // entities that are elsewhere than in the reference
  std::vector<Move> further;        // single moves that would lower the score, the best first
};

// Groups are matched with labels by the largest overlap first.
Closeness closeness(const Input& input, const Options& options, const std::vector<int>& group);

// The label of `reference` that each group of the cut stands for: largest overlap first, each label
// once; -1 for a group without one.
std::vector<int> match_labels(const std::vector<int>& group, const std::vector<int>& reference);

}  // namespace scantling::boundaries
