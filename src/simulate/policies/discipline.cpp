#include "simulate/policies/discipline.h"

#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_discipline = {
    "discipline", "who is next at a full instance: fifo, lifo, codel, adaptive-lifo"};

}  // namespace scantling::sim
