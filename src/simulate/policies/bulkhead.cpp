// A bulkhead bounds the calls in flight from one caller instance to a callee. An attempt holds its
// place until the caller has its answer or has given it up; the others wait in line, or are
// refused.
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_bulkhead = {
    "bulkhead",
    "bounds the calls in flight from one caller instance to a callee, and those that "
    "wait",
    "Nygard, Release It!, 2nd ed., 2018, 5.3"};

void compile_bulkhead(EdgeInfo& edge, const BulkheadPolicy& policy, Program& program) {
  if (!policy.calls || policy.calls->value < 0) return;  // no bound
  BulkheadInfo info;
  info.calls = clamped(policy.calls, 0, 1, 1'000'000);
  info.waiting = policy.waiting && policy.waiting->value < 0
                     ? unlimited
                     : clamped(policy.waiting, 0, 0, 1'000'000);
  edge.bulkhead = shared_group(
      &EdgeInfo::bulkhead, edge, info, program, program.bulkheads, program.bulkhead_count,
      [&](const BulkheadInfo& b) { return b.calls == info.calls && b.waiting == info.waiting; });
}

void Engine::release_bulkhead(const EdgeInfo& edge, std::uint32_t caller_local) {
  Bulkhead& bulkhead = bulkhead_[p_.bulkheads[edge.bulkhead].first + caller_local];
  --bulkhead.in_flight;
  Handle next;
  if (!next_waiting(bulkhead.line, next)) return;
  --bulkhead.waiting;
  ++bulkhead.in_flight;
  Call& call = calls_[next.index];
  call.waits = 0;
  call.holds_bulkhead[0] = true;
  ready_.push(Ready::Connect, next.index);
}

}  // namespace scantling::sim
