// Autoscaling: every interval the metric of the interval is held against its target. Up: at most
// `step` instances, ready after `delay`. Down: one instance an interval, and not within five
// intervals of the last change (the usual stabilisation).
#include <algorithm>
#include <cmath>

#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_scaling = {
    "scaling", "instances follow a metric after their delay, in bounded steps",
    "Kubernetes' HorizontalPodAutoscaler: ceil(current x metric / target)"};

double Engine::scale_metric(std::uint32_t service, double seconds) {
  const ServiceInfo& info = p_.services[service];
  const StationCounters now = service_count(service);
  const StationCounters& last = scale_last_[service];
  const double span = seconds * 1e9;
  const double running = std::max<double>(1, static_cast<double>(rotation_[service].all.size()));
  double value = 0;
  switch (info.scale_metric) {
    case ScaleMetric::Utilisation:
      value = static_cast<double>(now.busy_area - last.busy_area) / span / (running * info.servers);
      break;
    case ScaleMetric::Concurrency:
      value = static_cast<double>(now.inside_area - last.inside_area) / span / running;
      break;
    case ScaleMetric::Queue:
      value = static_cast<double>((now.inside_area - last.inside_area) -
                                  (now.slot_area - last.slot_area) + now.run_area - last.run_area) /
              span / running;
      break;
    case ScaleMetric::RatePerInstance:
      value = static_cast<double>(now.arrived - last.arrived) / seconds / running;
      break;
    case ScaleMetric::Lag: {
      double lag = 0;
      for (std::uint32_t g = 0; g < p_.groups.size(); ++g)
        if (p_.endpoints[p_.groups[g].endpoint].service == service)
          for (const Line& line : group_state_[g].lines)
            lag += line.length;
      value = lag / running;
      break;
    }
  }
  scale_last_[service] = now;
  return value;
}

void Engine::scale(std::uint32_t service) {
  const ServiceInfo& info = p_.services[service];
  heap_.push(now_ + info.scale_interval, EventKind::Scale, service);
  const double seconds = static_cast<double>(info.scale_interval) * 1e-9;
  const double value = scale_metric(service, seconds);
  if (info.scale_target <= 0) return;
  const auto running = static_cast<double>(rotation_[service].all.size());
  const double ratio = value / info.scale_target;
  if (std::abs(ratio - 1) <= .1) return;  // the tolerance of Kubernetes' autoscaler
  auto want = static_cast<std::uint32_t>(std::ceil(running * ratio));
  want = std::clamp(want, info.scale_low, info.scale_high);
  std::uint32_t& wanted = wanted_[service];
  if (want > wanted) {
    const std::uint32_t more = std::min(want - wanted, info.scale_step);
    scale_hold_[service] = now_ + 5 * info.scale_interval;
    std::uint32_t found = 0;
    for (std::uint32_t i = info.first_instance;
         i < info.first_instance + info.instances && found < more; ++i) {
      if (stations_[i].rotating || down_count_[i] > 0 || starting_[i] || ejected_[i] || unwell_[i])
        continue;
      ++found;
      starting_[i] = true;
      heap_.push(now_ + info.scale_delay, EventKind::Timer, new_note(i, 0, TimerPurpose::Scaled));
    }
    wanted += found;
  } else if (want < wanted && now_ >= scale_hold_[service] && rotation_[service].all.size() > 1) {
    scale_hold_[service] = now_ + 5 * info.scale_interval;
    --wanted;
    // Leaves the rotation and finishes what it has.
    set_rotation(rotation_[service].all.back(), false);
  }
}

void Engine::scaled(std::uint32_t i) {
  starting_[i] = false;
  Station& s = stations_[i];
  if (down_count_[i] > 0) return;
  touch(s);
  s.up = true;
  if (s.slows) memory_[i].started(now_);
  set_rotation(i, true);
}

}  // namespace scantling::sim
