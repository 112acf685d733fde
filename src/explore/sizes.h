// Sizes varied on a design: instances, processors, copies. What is given is left alone.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "explore/explore.h"

namespace scantling::explore {

// Changes some sizes of the model at random; what it changed.
std::vector<Sizing> vary_sizes(Architecture& model, RandomStream& random);
// The same changes again.
void apply_sizes(Architecture& model, const std::vector<Sizing>& sizes);

}  // namespace scantling::explore
