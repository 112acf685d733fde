#include "simulate/policies/discipline.h"

#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_discipline = {
    "discipline", "who is next at a full instance: fifo, lifo, codel, adaptive-lifo",
    "Maurer, Fail at Scale, ACM Queue 13(8), 2015; Nichols, Jacobson 2012 (CoDel)"};

}  // namespace scantling::sim
