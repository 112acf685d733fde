// Connections to a store: of each caller instance, or shared by all. A call holds one until its
// answer is back, late or not; who finds none waits in a line of bounded length, within its
// timeout.
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_pool = {
    "pool", "a call to a store takes a connection, or waits for one in a bounded line",
    "HikariCP, About Pool Sizing; Erlang B and C hold it in stores_test.cpp"};

// False: the call waits, or has failed.
bool Engine::take_connection(std::uint32_t c, int which) {
  Call& call = calls_[c];
  const std::uint32_t pool = pool_of(p_.edges[call.edge], frames_[call.frame].instance);
  const PoolInfo& info = p_.pools[pool];
  Connections& connections = connections_[pool];
  if (connections.in_use < info.size) {
    ++connections.in_use;
    return true;
  }
  if (connections.waiting >= info.waiting) {
    fail_attempt(c, which, Cause::Rejected, seen_rejected);
    return false;
  }
  ++connections.waiting;
  call.waits = 2;
  connections.line.push_back(notes_, new_note(c, call.live[which], TimerPurpose::Backoff));
  return false;
}

std::uint32_t Engine::pool_of(const EdgeInfo& edge, std::uint32_t caller_instance) const {
  const LinkInfo& link = p_.links[edge.link];
  return link.pool + (link.pool_shared ? 0 : local(caller_instance));
}

void Engine::release_connection(const EdgeInfo& edge, std::uint32_t caller_instance) {
  Connections& connections = connections_[pool_of(edge, caller_instance)];
  --connections.in_use;
  Handle next;
  if (!next_waiting(connections.line, next)) return;
  --connections.waiting;
  ++connections.in_use;
  calls_[next.index].waits = 3;
  ready_.push(Ready::Launch, next.index);
}

}  // namespace scantling::sim
