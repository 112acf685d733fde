#include "simulate/policies/priority.h"

#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_priority = {
    "priority",
    "the highest priority leaves a full instance's line first; work that has begun "
    "is not interrupted",
    "Cobham, Priority Assignment in Waiting Line Problems, Operations Research 2(1), 1954"};

}  // namespace scantling::sim
