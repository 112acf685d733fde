#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_lock = {
    "lock", "one holder until its endpoint ends; the others wait in the order they came",
    "Dijkstra, Solution of a Problem in Concurrent Programming Control, CACM 8(9), 1965"};

bool Engine::take_lock(std::uint32_t frame, std::uint32_t lock) {
  Lock& l = locks_[lock];
  Frame& f = frames_[frame];
  if (l.holder == none) {
    l.holder = frame;
    l.holder_generation = f.generation;
    return true;
  }
  if (l.holder == frame) return true;
  f.state = FrameState::Locked;
  f.since = now_;
  l.line.push_back(frames_, frame);
  return false;
}

void Engine::release_locks(std::uint32_t frame) {
  for (Lock& l : locks_) {
    if (l.holder != frame || l.holder_generation != frames_[frame].generation) continue;
    l.holder = none;
    if (l.line.length == 0) continue;
    const std::uint32_t next = l.line.pop_front(frames_);
    Frame& f = frames_[next];
    trace_to(f, p_.code[f.pc - 1].c);
    f.state = FrameState::Running;
    l.holder = next;
    l.holder_generation = f.generation;
    ready_.push(Ready::Run, next);
  }
}

}  // namespace scantling::sim
