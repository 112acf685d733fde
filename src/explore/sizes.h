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

// Those sizes of the model as pins: "orders.instances" is "2..6 x 0.5 vCPU", "orders-db.copies" is
// "2 copies". Sorted.
std::vector<Pin> size_pins(const Architecture& model, const std::vector<Sizing>& sizes);
// What the model has there; empty when it has no such size.
std::string size_text(const Architecture& model, const std::string& path);

}  // namespace scantling::explore
