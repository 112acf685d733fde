// A hedge is a second call when the first has not answered after a while; the first answer wins,
// the other is thrown away when it comes. Every call earns a share of a hedge (at most 10 are saved
// up). It is sent only where the bulkhead and the pool have room at once.
#include "simulate/defaults.h"
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_hedge = {"hedge",
                                        "a second call after a delay; the first answer wins",
                                        "Dean, Barroso, The Tail at Scale, CACM 56(2), 2013"};

void compile_hedge(EdgeInfo& edge, const HedgePolicy& policy) {
  if (!policy.after) return;
  edge.tied = policy.tied.or_else(false);
  edge.hedge_after = std::max<Time>(1, policy.after->nanoseconds);
  edge.hedge_at_most = policy.at_most.or_else({defaults::hedge_at_most}).value;
}

void Engine::hedge(std::uint32_t c) {
  Call& call = calls_[c];
  const EdgeInfo& edge = p_.edges[call.edge];
  const std::uint32_t caller = frames_[call.frame].instance;
  if (call.live[1] != 0 || call.waits != 0) return;
  if (hedge_tokens_[call.edge] < 1 - 1e-9) return;
  if (edge.bulkhead != none) {
    const BulkheadInfo& info = p_.bulkheads[edge.bulkhead];
    Bulkhead& bulkhead = bulkhead_[info.first + local(caller)];
    if (bulkhead.in_flight >= info.calls) return;
    ++bulkhead.in_flight;
    call.holds_bulkhead[1] = true;
  }
  if (edge.pooled) {
    const std::uint32_t pool = pool_of(edge, caller);
    if (connections_[pool].in_use >= p_.pools[pool].size) {
      if (call.holds_bulkhead[1]) {
        call.holds_bulkhead[1] = false;
        release_bulkhead(edge, local(caller));
      }
      return;
    }
    ++connections_[pool].in_use;
  }
  hedge_tokens_[call.edge] -= 1;
  ++edge_[call.edge].attempts;
  if (++call.ticket == 0) call.ticket = 1;
  call.live[1] = call.ticket;
  launch(c, 1);
}

}  // namespace scantling::sim
