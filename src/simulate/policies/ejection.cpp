// Outlier ejection, as Envoy's: an instance that fails five requests in a row (more, where more
// failed checks are needed; one that waits for what fails must not look sick after two) is taken
// out of the rotation for 30 s times the number of its ejections (at most 300 s), as long as no
// more than a share of the instances is out: the floor, below which failing ones stay in. What
// counts is what a balancer in front sees: answers that failed, calls that got none, timeouts.
#include <algorithm>

#include "simulate/defaults.h"
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_ejection = {
    "ejection",
    "an instance that fails in a row leaves the rotation for a while, while a share of "
    "the instances stays",
    "Envoy's outlier detection and panic threshold"};

void compile_ejection(ServiceInfo& service, const HealthPolicy& health) {
  if (!health.eject_at_most || health.eject_at_most->value <= 0) return;
  service.eject_after = std::max(clamped(health.failures, defaults::eject_failures, 1, 1'000'000),
                                 static_cast<std::uint32_t>(defaults::eject_failures));
  service.eject_at_most = health.eject_at_most->value;
  service.eject_time = Duration::from_seconds(defaults::eject_seconds).nanoseconds;
}

// May one more of the service's instances be taken out for being unwell?
bool Engine::may_take_out(std::uint32_t service) const {
  const ServiceInfo& info = p_.services[service];
  if (info.eject_at_most <= 0) return true;
  std::uint32_t out = 0;
  std::uint32_t all = 0;
  for (std::uint32_t i = info.first_instance; i < info.first_instance + info.instances; ++i) {
    out += ejected_[i] || unwell_[i] ? 1U : 0U;
    all += stations_[i].up ? 1U : 0U;
  }
  return static_cast<double>(out + 1) <= info.eject_at_most * static_cast<double>(all) + 1e-9;
}

void Engine::learn_outcome(std::uint32_t instance, Cause cause) {
  const ServiceInfo& info = p_.services[stations_[instance].service];
  if (info.eject_after == 0) return;
  std::uint32_t& row = failures_in_row_[instance];
  const bool bad = cause == Cause::Failed || cause == Cause::Lost || cause == Cause::Timeout;
  row = bad ? row + 1 : 0;
  if (row < info.eject_after || ejected_[instance] || !stations_[instance].rotating) return;
  if (!may_take_out(stations_[instance].service)) return;
  row = 0;
  ejected_[instance] = true;
  const Time times = std::min<Time>(10, ++ejections_[instance]);
  heap_.push(now_ + times * info.eject_time, EventKind::Timer,
             new_note(instance, 0, TimerPurpose::Readmit));
  set_rotation(instance, false);
}

void Engine::readmit(std::uint32_t instance) {
  if (!ejected_[instance]) return;  // it was started anew meanwhile
  ejected_[instance] = false;
  if (stations_[instance].up && !unwell_[instance]) set_rotation(instance, true);
}

}  // namespace scantling::sim
