#include "simulate/policies/throttle.h"

#include "simulate/defaults.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_throttle = {
    "throttle", "a caller refuses its own calls while the callee accepts too few of them",
    "Site Reliability Engineering, 2016, ch. 21, Client-Side Throttling"};

void compile_throttle(EdgeInfo& edge, const ThrottlePolicy& policy, Program& program) {
  ThrottleInfo info;
  info.accepts = policy.accepts.or_else(Factor{defaults::throttle_accepts}).value;
  info.over = nanoseconds_or(policy.over, defaults::throttle_seconds);
  edge.throttle = shared_group(
      &EdgeInfo::throttle, edge, info, program, program.throttles, program.throttle_count,
      [&](const ThrottleInfo& t) { return t.accepts == info.accepts && t.over == info.over; });
}

}  // namespace scantling::sim
