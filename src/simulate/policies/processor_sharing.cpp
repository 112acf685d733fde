#include "simulate/policies/processor_sharing.h"

#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_processor_sharing = {
    "processor sharing", "the processors divide their time evenly among all requests"};

}  // namespace scantling::sim
