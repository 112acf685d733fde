// Rate limits.
//
// A limit is a token bucket that holds one second's worth, at least one request: of the whole
// service, or one for each caller. Callers are told apart by the request's key; they ask alike.
#include <algorithm>

#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_rate_limit = {
    "rate limit", "a token bucket of a service, or of each of its callers",
    "Turner, New Directions in Communications, IEEE Comm. Magazine 24(10), 1986"};

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

}  // namespace scantling::sim
