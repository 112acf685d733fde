// Active health checks. A check of an instance that is up fails when
// - the instance stands still,
// - it takes part in the pool of requests and would be refused, or not answered in its time: the
//   request at the head of the line has waited longer already (first in, first out),
// - it is deep and a callee that the service can't do without has no instance in the rotation, or
//   none that answers.
// After so many in a row the instance leaves the rotation, unless the floor of ejection is reached;
// the first good one brings it back. Lost instances are noticed after every x failures + timeout
// (fault.cpp). A service's instances are checked one after another within the interval.
#include <algorithm>

#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_health = {
    "health",
    "checks that take part in the pool they check unless apart; deep ones fail with what "
    "the service depends on",
    "Brooker, Implementing Health Checks, Amazon Builders' Library"};

bool Engine::callees_answer(std::uint32_t service) const {
  for (const EdgeInfo& edge : p_.edges) {
    if (edge.caller_service != service || !edge.hard) continue;
    const auto& candidates = rotation_[edge.callee_service].all;
    const bool any = std::any_of(candidates.begin(), candidates.end(), [&](std::uint32_t i) {
      return stations_[i].up && !stations_[i].paused && fail_share_[i] < 1;
    });
    if (!any) return false;
  }
  return true;
}

bool Engine::passes_check(std::uint32_t instance) const {
  const Station& s = stations_[instance];
  const ServiceInfo& info = p_.services[s.service];
  if (s.paused || fail_share_[instance] >= 1) return false;
  if (!info.health_apart && s.in_progress >= s.slots) {
    if (s.queue.length >= s.queue_limit) return false;
    const bool waits = s.queue.length > 0;
    if (waits && now_ - frames_[s.queue.head].entered > info.health_timeout) return false;
  }
  return !info.health_deep || callees_answer(s.service);
}

void Engine::check_health(std::uint32_t service) {
  const ServiceInfo& info = p_.services[service];
  heap_.push(now_ + info.health_every / std::max(1U, info.instances), EventKind::Health, service);
  const std::uint32_t i = info.first_instance + health_turn_[service];
  health_turn_[service] =
      health_turn_[service] + 1 >= info.instances ? 0 : health_turn_[service] + 1;
  if (!stations_[i].up) return;
  if (passes_check(i)) {
    failed_checks_[i] = 0;
    if (!unwell_[i]) return;
    unwell_[i] = false;
    if (!ejected_[i]) set_rotation(i, true);
    return;
  }
  if (++failed_checks_[i] < info.health_failures || unwell_[i]) return;
  if (!stations_[i].rotating || !may_take_out(service)) return;
  unwell_[i] = true;
  set_rotation(i, false);
}

}  // namespace scantling::sim
