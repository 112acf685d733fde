// What each alternative of a decision comes to for the whole system: the decision is locked to it,
// the passes run anew, and the twin estimates what they make.
#pragma once

#include <functional>
#include <string>

#include "model/architecture.h"

namespace scantling {

struct Whole {
  double cost = 0;  // a month
  std::string currency;
  double slowest = 0;       // p99 at peak over what is asked for, of the operation nearest to it
  double availability = 1;  // of the operation with the least
};

// Runs the passes on the problem; what they chose is in the model that is given back.
using Redesign = std::function<Architecture(Architecture problem)>;

Whole weigh(const Architecture& model);

// Adds to the scores of each alternative of the first decisions that are costly or hard to reverse
// what the whole system would cost, how near its slowest answer would come to its objective and how
// available its least operation would be. An alternative that the passes can't be locked to, and a
// decision that changes nothing, get no such scores. `most` redesigns at most, from `jobs` threads.
void weigh_alternatives(const Architecture& problem, const Redesign& redesign, int most, int jobs,
                        Architecture& model);

}  // namespace scantling
