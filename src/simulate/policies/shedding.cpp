// Load shedding by priority: what is least important is refused first, while there is still room.
//
// Priority 0 is refused from `shed` requests in the instance on. Between that and a full instance
// the other priorities follow in equal steps, the highest when it is full: a service with
// priorities 0, 1 and 2, `shed: 40` and room for 100 refuses 1 from 70 on. An instance without a
// bound has none to divide: there priority classes follow at 2, 3, ... times `shed`, and the
// highest is never refused.
#include "simulate/compile.h"
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_shedding = {
    "shedding",
    "above a number of requests in the instance the lowest priority is refused, the others in "
    "steps "
    "up to a full instance",
    "Beyer et al., Site Reliability Engineering, 2016, ch. 21; Netflix, Keeping Netflix Reliable "
    "Using Prioritized Load Shedding, 2020"};

// `priorities` from the highest, each once.
void Compiler::shedding(std::uint32_t service, const std::vector<std::uint32_t>& priorities) {
  const ServiceInfo& info = program_.services[service];
  const bool bounded = info.slots != unlimited && info.queue != unlimited;
  const std::uint64_t full = bounded ? std::uint64_t{info.slots} + info.queue : 0;
  const bool lowest_is_zero = !priorities.empty() && priorities.back() == 0;
  const std::uint64_t above = priorities.size() - (lowest_is_zero ? 1 : 0);
  for (EndpointInfo& e : program_.endpoints) {
    if (e.service != service) continue;
    if (e.priority == 0) {
      e.shed_at = info.shed;
      continue;
    }
    if (e.rank == 0) continue;                  // the highest: when it is full
    const std::uint64_t step = above - e.rank;  // from the lowest above 0, from 1
    const std::uint64_t at = !bounded           ? info.shed * (step + 1)
                             : full > info.shed ? info.shed + (full - info.shed) * step / above
                                                : info.shed;
    e.shed_at = static_cast<std::uint32_t>(std::min<std::uint64_t>(at, unlimited - 1));
  }
}

// At the door of an instance: faults that make it fail, rate limits, shedding.
bool Engine::guarded(std::uint32_t frame, const Station& station, Cause& cause) {
  const Frame& f = frames_[frame];
  const ServiceInfo& info = p_.services[station.service];
  if (fail_share_[f.instance] > 0 && stream(fault_stream_).uniform() < fail_share_[f.instance]) {
    cause = Cause::Failed;
    return true;
  }
  if (info.rate_limit > 0 && info.kind != ServiceKind::Store && throttled(station.service, f.key)) {
    cause = Cause::Throttled;
    return true;
  }
  if (station.inside >= p_.endpoints[f.endpoint].shed_at) {
    ++endpoint_[f.endpoint].shed;
    cause = Cause::Rejected;
    return true;
  }
  return false;
}

}  // namespace scantling::sim
