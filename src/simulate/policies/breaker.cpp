#include "simulate/policies/breaker.h"

#include "simulate/defaults.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_breaker = {
    "breaker",
    "after too many failures, calls of one caller instance to a callee fail at once "
    "for a while, then probes decide",
    "Nygard, Release It!, 2nd ed., 2018, 5.2"};

void compile_breaker(EdgeInfo& edge, const BreakerPolicy& breaker, Program& program) {
  BreakerInfo info;
  const FailureThreshold failures = breaker.failures.or_else({Share{defaults::breaker_share}, 0});
  info.consecutive = static_cast<std::uint32_t>(std::max<std::int64_t>(0, failures.consecutive));
  info.share = info.consecutive > 0 ? 0 : failures.share.value;
  info.window = clamped(breaker.over, defaults::breaker_window, 1, 100'000);
  info.open = nanoseconds_or(breaker.open, defaults::breaker_open_seconds);
  info.probes = clamped(breaker.probes, defaults::breaker_probes, 1, 100'000);
  info.callers = program.services[edge.caller_service].instances;
  edge.breaker = shared_group(&EdgeInfo::breaker, edge, info, program, program.breakers,
                              program.breaker_count, [&](const BreakerInfo& b) {
                                return b.share == info.share && b.consecutive == info.consecutive &&
                                       b.window == info.window && b.open == info.open &&
                                       b.probes == info.probes;
                              });
}

}  // namespace scantling::sim
