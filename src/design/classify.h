// Core, supporting or generic: what a context is to the business, by what its operations do.
#pragma once

#include <string>
#include <vector>

#include "model/architecture.h"

namespace scantling {

struct Classification {
  ContextKind kind = ContextKind::Supporting;
  std::string why;  // in the names of operations and events
};

// Core: runs what an actor asks for that must be whole, or that starts most of the rest. Generic:
// only ever written because something happened elsewhere, and announces nothing. Supporting: the
// rest. One group is core.
std::vector<Classification> classify(const Architecture& model,
                                     const std::vector<std::vector<AggregateId>>& groups);

}  // namespace scantling
