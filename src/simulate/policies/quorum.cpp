// Copies that agree: a write that waits for a majority (or `in-sync` copies) behind its leader, and
// reads and writes that ask every copy and take the slowest of the fastest r or w.
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_quorum = {
    "quorum",
    "a write waits for so many copies; a quorum call asks all of them and takes the fastest",
    "Gifford, Weighted Voting for Replicated Data, SOSP 1979"};

// At a store's leading copy: the write is carried to the other copies of the shard.
void Engine::replicate(std::uint32_t frame, const Instruction& in) {
  const std::uint32_t here = frames_[frame].instance;
  const ServiceInfo& store = p_.services[p_.instances[here].service];
  const std::uint32_t shard = (here - store.first_instance) / store.copies;
  std::uint32_t legs = 0;
  for (std::uint32_t copy = 0; copy < store.copies; ++copy) {
    const std::uint32_t there = store.first_instance + shard * store.copies + copy;
    if (there != here && stations_[there].up) ++legs;
  }
  Frame& f = frames_[frame];
  if (legs < in.b) {  // too few copies are left to promise the write
    finish(frame, Cause::Lost, seen_error);
    return;
  }
  ++f.join_ticket;
  f.join_left = static_cast<std::uint16_t>(in.b);
  f.join_spare = static_cast<std::uint16_t>(legs - in.b);
  f.since = now_;
  for (std::uint32_t copy = 0; copy < store.copies; ++copy) {
    const std::uint32_t there = store.first_instance + shard * store.copies + copy;
    if (there == here || !stations_[there].up) continue;
    const std::uint32_t leg = branch(frame, 0, FrameKind::Leg);
    Frame& l = frames_[leg];
    if (in.b == 0) l.parent = none;
    l.instance = there;
    l.caller_instance = here;
    l.endpoint = in.a;
    send(leg);
  }
  if (in.b == 0) ready_.push(Ready::Run, frame);
}

// Every copy of the key's shard is asked; `quorum` good answers make one.
void Engine::launch_quorum(std::uint32_t c, int which, const EdgeInfo& edge) {
  const ServiceInfo& store = p_.services[edge.callee_service];
  const std::uint32_t shard = shard_of(store, frames_[calls_[c].frame].key);
  std::uint32_t up = 0;
  const std::uint32_t first = store.first_instance + shard * store.copies;
  for (std::uint32_t i = first; i < first + store.copies; ++i)
    up += stations_[i].rotating ? 1U : 0U;
  const std::uint32_t caller = frames_[calls_[c].frame].instance;
  if (up < edge.quorum) {
    if (edge.pooled) release_connection(edge, caller);
    fail_attempt(c, which, Cause::Lost, seen_error);
    return;
  }
  calls_[c].legs_left[which] = edge.quorum;
  calls_[c].legs_spare[which] = static_cast<std::uint16_t>(up - edge.quorum);
  // One connection, to whoever coordinates: a copy that stays silent holds none.
  calls_[c].holds_connection[which] = edge.pooled;
  for (std::uint32_t i = first; i < first + store.copies; ++i)
    if (stations_[i].rotating) launch_to(c, which, i, false);
}

}  // namespace scantling::sim
