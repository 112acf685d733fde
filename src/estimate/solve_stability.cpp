// The stability frontier: load with every retry and every cache miss happening, except where
// nothing can make work pile up.
#include <algorithm>
#include <cmath>

#include "estimate/solver.h"

namespace scantling {

// Whether retries of a call can't pile work up on the callee: late work is dropped there, newest
// work comes first, or the bounds of its queues keep it from ever being later than the timeout.
bool NetworkSolver::shielded(std::int32_t policy, double longest, bool can_fail,
                             Discipline discipline) const {
  if (policy < 0) return true;  // no retries
  const NetPolicy& p = net_.policies[at(policy)];
  if (p.attempts == 1 || p.propagate) return true;
  if (discipline == Discipline::Lifo || discipline == Discipline::Codel ||
      discipline == Discipline::AdaptiveLifo)
    return true;
  return !can_fail && (longest <= p.timeout_seconds);
}

// Longest stay that bounds and timeouts allow (means of service taken), callees first.
void NetworkSolver::endpoint_longest(std::size_t e) {
  const NetEndpoint& endpoint = net_.endpoints[e];
  const NetService& service = net_.services[at(endpoint.service)];
  const StationState& cpu = out_.services[at(endpoint.service)];
  const StationState& slots = out_.slots[at(endpoint.service)];
  EndpointState& state = out_.endpoints[e];
  state.can_fail = false;
  double inside = 0;
  double cpu_seconds = 0;
  for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
    const NetInstruction& op = net_.code[at(pc)];
    double one = 0;
    switch (op.op) {
      case NetOp::Work: cpu_seconds += op.time.mean / service.speed; continue;
      case NetOp::Delay: inside += op.time.mean; continue;
      case NetOp::Call:
        one = out_.endpoints[at(op.target)].longest;
        state.can_fail = state.can_fail || out_.endpoints[at(op.target)].can_fail;
        break;
      case NetOp::External: one = net_.externals[at(op.target)].latency.mean * 3; break;
      case NetOp::Read:
      case NetOp::Write: one = kUnlimited; break;  // a store's queue has no bound of its own
      default: continue;
    }
    if (op.policy >= 0) {
      const NetPolicy& policy = net_.policies[at(op.policy)];
      if (one > policy.timeout_seconds) {
        one = policy.timeout_seconds;
        state.can_fail = true;
      }
      one = one * policy.attempts + policy.backoff_seconds * (policy.attempts - 1);
    }
    inside += one;
  }
  // Everybody inside before it, each with the mean work of a request here.
  const double work = slots.rate > 0 ? cpu.demand / std::max(slots.rate, 1e-12) : cpu_seconds;
  const double ahead = std::isinf(service.concurrency)
                           ? kUnlimited
                           : (service.concurrency + service.queue) / service.servers;
  if (cpu_seconds > 0) inside += std::isinf(ahead) ? kUnlimited : ahead * work;
  state.longest = inside;
}

void NetworkSolver::amplify_endpoint(std::size_t e) {
  const NetEndpoint& endpoint = net_.endpoints[e];
  std::vector<double>& weights = out_.weights;
  weights.clear();
  weights.push_back(out_.endpoints[e].amplified);
  for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
    const NetInstruction& op = net_.code[at(pc)];
    const double now = weights.back();
    const auto calls = [&](double longest, bool can_fail, Discipline discipline) {
      if (shielded(op.policy, longest, can_fail, discipline)) return now;
      const NetPolicy& policy = net_.policies[at(op.policy)];
      return now * std::min(static_cast<double>(policy.attempts), 1 + policy.budget);
    };
    switch (op.op) {
      case NetOp::Work:
        out_.services[at(endpoint.service)].amplified +=
            now * op.time.mean / net_.services[at(endpoint.service)].speed;
        break;
      case NetOp::Call: {
        EndpointState& callee = out_.endpoints[at(op.target)];
        const auto service = at(net_.endpoints[at(op.target)].service);
        callee.amplified +=
            calls(callee.longest, callee.can_fail, net_.services[service].discipline);
        break;
      }
      case NetOp::External:
        out_.externals[at(op.target)].amplified += calls(kUnlimited, false, Discipline::Fifo);
        break;
      case NetOp::Read:
      case NetOp::Write: {
        const NetStore& store = net_.stores[at(op.target)];
        double part = 1;
        if (op.op == NetOp::Read && store.any_copy(op)) part = 1 / store.copies;
        out_.stores[at(op.target)].amplified +=
            calls(kUnlimited, false, Discipline::Fifo) * part * op.batch *
            (op.op == NetOp::Read ? store.read.mean : store.write.mean);
        break;
      }
      case NetOp::Publish:
        for (const std::int32_t c : net_.events[at(op.target)].consumers)
          out_.endpoints[at(c)].amplified += now;
        break;
      case NetOp::Begin: weights.push_back(now * op.amount); break;
      case NetOp::Fill:
      case NetOp::Fallback: weights.push_back(now); break;
      default: weights.resize(weights.size() - lists_closed(op)); break;
    }
  }
}

void NetworkSolver::amplified() {
  const bool known = longest_known();
  if (copies_known() && known) return;
  for (auto* states : {&out_.services, &out_.stores, &out_.externals})
    for (StationState& state : *states)
      state.amplified = 0;
  for (auto it = net_.callers_first.rbegin(); it != net_.callers_first.rend() && !known; ++it)
    endpoint_longest(at(*it));
  for (std::size_t e = 0; e < net_.endpoints.size(); ++e)
    out_.endpoints[e].amplified = outside_rate(net_.endpoints[e]);
  for (const std::int32_t e : net_.callers_first)
    if (out_.endpoints[at(e)].amplified > 0) amplify_endpoint(at(e));
}

}  // namespace scantling
