// Where a decision would flip, found by making it again: loads, data and objectives are scaled, the
// passes run anew, and the factor at which another alternative wins is found by bisection.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "model/architecture.h"

namespace scantling {

// What the passes choose for that problem: by decision, what was chosen. A service goes by what it
// owns, "the owner of Order": the name that it got says nothing.
using Choices = std::map<std::string, std::string>;
using Decide = std::function<Choices(Architecture problem)>;

Choices choices_of(const Architecture& model);

// Runs of the passes that a model of so many operations and aggregates is worth: what takes a
// second or two of one core for the examples, ten for 280 of them. 0: it is too large to be decided
// again and again (about 500).
int affordable_runs(const Architecture& problem);

// Says for each decision of `model` that has alternatives and no flip point of its own at which
// factor between 1/16 and 16 it flips, to a quarter of a doubling: of the parameter that has to
// change least. `decide` is called from `jobs` threads (0: all cores).
void find_flips(const Architecture& problem, const Decide& decide, int jobs, Architecture& model);

}  // namespace scantling
