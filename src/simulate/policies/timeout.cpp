// A timeout belongs to the caller: the callee goes on working, and its answer is thrown away. With
// a propagated deadline the callee is told, and drops work that has expired when it would start.
//
// The timeouts of one edge are all as long, so that they expire in the order of the calls: a ring
// and one pending event do for all of them. A call whose own deadline is nearer has a timer.
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_timeout = {
    "timeout", "the caller gives up; the callee goes on working, unless the deadline is propagated",
    "Bronson et al., Metastable Failures in Distributed Systems, HotOS 2021; SRE, 2016, ch. 22"};

void Engine::start_timeout(std::uint32_t c) {
  const Call& call = calls_[c];
  const Time timeout = p_.edges[call.edge].timeout;
  if (call.deadline != never && call.deadline < now_ + timeout) {
    const std::uint32_t note = new_note(c, call.live[0], TimerPurpose::Deadline);
    heap_.push(call.deadline, EventKind::Timer, note);
    return;
  }
  TimeoutRing& ring = rings_[call.edge];
  ring.entries.push({now_ + timeout, c, call.generation, call.live[0]});
  if (!ring.armed) arm(call.edge);
}

void Engine::arm(std::uint32_t edge) {
  TimeoutRing& ring = rings_[edge];
  while (!ring.entries.empty()) {
    const Expiry& entry = ring.entries.front();
    const Call& call = calls_[entry.call];
    if (call.generation == entry.generation &&
        (call.live[0] == entry.ticket || call.live[1] == entry.ticket))
      break;
    ring.entries.pop();
  }
  ring.armed = !ring.entries.empty();
  if (ring.armed) heap_.push(ring.entries.front().at, EventKind::EdgeTimer, edge);
}

void Engine::edge_timer(std::uint32_t edge) {
  TimeoutRing& ring = rings_[edge];
  while (!ring.entries.empty() && ring.entries.front().at <= now_) {
    const Expiry entry = ring.entries.front();
    ring.entries.pop();
    const Call& call = calls_[entry.call];
    if (call.generation != entry.generation) continue;
    const int which = call.live[0] == entry.ticket ? 0 : call.live[1] == entry.ticket ? 1 : 2;
    if (which == 2) continue;
    attempt_ended(entry.call, which, Cause::Timeout, seen_timeout, none);
  }
  arm(edge);
}

}  // namespace scantling::sim
