// Work that takes longer with the state of its instance: while requests wait (garbage collection,
// caches that no longer hold what is in use), while answers fail (exceptions, their traces and
// logs), and after a start (compilation, empty caches and pools). What is given multiplies:
//
//   (1 + by x waiting / per) x (1 + (failing - 1) x errors) x (1 + (cold - 1) x (1 - t / warms))
//
// with the instance's share of errors among its answers of late and t since it started. Taken when
// the work begins.
#include "simulate/policies/slowdown.h"

#include <algorithm>

#include "simulate/compile.h"
#include "simulate/defaults.h"
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_slowdown = {
    "slowdown", "work takes longer while requests wait, while answers fail, and after a start",
    "Bronson et al., Metastable Failures in Distributed Systems, HotOS 2021, 2.4 (work that "
    "grows with the state)"};

SlowdownInfo Compiler::slowdown_of(const Slowdown& slows) {
  SlowdownInfo out;
  if (slows.per && slows.by)
    out.a_waiting = std::max(0.0, slows.by->value) /
                    static_cast<double>(std::max<std::int64_t>(1, slows.per->value));
  if (slows.failing) out.failing = std::max(0.0, slows.failing->value - 1);
  out.over = std::max<Time>(1, nanoseconds_or(slows.over, defaults::slow_failing_seconds));
  if (slows.cold) out.cold = std::max(0.0, slows.cold->value - 1);
  out.warms = std::max<Time>(1, nanoseconds_or(slows.warms, defaults::warms_seconds));
  return out;
}

double Engine::slowdown(std::uint32_t instance) const {
  const Station& station = stations_[instance];
  const SlowdownInfo& info = p_.services[station.service].slows;
  const InstanceMemory& memory = memory_[instance];
  return (1 + info.a_waiting * static_cast<double>(station.run.length + station.queue.length)) *
         (1 + info.failing * memory.failing()) * (1 + info.cold * memory.cold(now_, info.warms));
}

void Engine::remember_answer(std::uint32_t instance, bool well) {
  const SlowdownInfo& info = p_.services[stations_[instance].service].slows;
  if (info.failing > 0) memory_[instance].answered(well, now_, info.over);
}

}  // namespace scantling::sim
