// At the door of an instance: faults that make it fail, rate limits, shedding.
//
// A limit is a token bucket that holds one second's worth, at least one request: of the whole
// service, or one for each caller. Callers are told apart by the request's key; they ask alike.
// Shedding: from so many requests in the instance on, those of priority 0 are refused.
#include <algorithm>

#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_rate_limit = {
    "rate limit",
    "a token bucket of a service, or of each of its callers; low priorities are "
    "refused above a number of requests in progress"};

bool Engine::throttled(std::uint32_t service, std::uint32_t key) {
  const ServiceInfo& info = p_.services[service];
  const std::uint64_t caller =
      info.callers == 0 ? 0 : (static_cast<std::uint64_t>(key * 0x9e3779b1U) * info.callers) >> 32;
  const std::size_t at = bucket_first_[service] + caller;
  const double most = std::max(1.0, info.rate_limit);
  double& level = bucket_level_[at];
  level =
      std::min(most, level + info.rate_limit * static_cast<double>(now_ - bucket_time_[at]) * 1e-9);
  bucket_time_[at] = now_;
  if (level < 1) return true;
  level -= 1;
  return false;
}

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
  if (info.shed != unlimited && p_.endpoints[f.endpoint].priority == 0 &&
      station.inside >= info.shed) {
    cause = Cause::Rejected;
    return true;
  }
  return false;
}

}  // namespace scantling::sim
