#include "simulate/policies/processor_sharing.h"

#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_processor_sharing = {
    "processor sharing", "the processors divide their time evenly among all requests",
    "Kleinrock, Queueing Systems II, 1976, 4.4"};

}  // namespace scantling::sim
