// Tied requests (Dean, Barroso 2013, "The Tail at Scale", CACM 56:2): a hedge whose two calls know
// of each other. When the work of one begins, it takes the other back, which takes a message from
// one instance to the other; one whose work has not begun by then is dropped when its turn comes.
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_tied = {
    "tied", "the first of two calls whose work begins takes the other one back",
    "Dean, Barroso, The Tail at Scale, CACM 56(2), 2013"};

void Engine::tie(std::uint32_t call, int which, std::uint32_t child) {
  frames_[child].flags |= frame_tied;
  if (tied_.size() <= call) tied_.resize(calls_.size());
  tied_[call][static_cast<std::size_t>(which)] = {child, frames_[child].generation};
}

void Engine::take_other_back(std::uint32_t frame) {
  Frame& f = frames_[frame];
  f.flags &= static_cast<std::uint16_t>(~frame_tied);
  const Call& call = calls_[f.parent];
  if (call.generation != f.parent_generation) return;
  const int other = call.live[0] == f.ticket ? 1 : call.live[1] == f.ticket ? 0 : -1;
  if (other < 0 || call.live[other] == 0) return;
  const Handle child = tied_[f.parent][static_cast<std::size_t>(other)];
  if (child.index == none) return;
  // What stands there may be of an earlier call, or of an attempt before this one.
  const Frame& counterpart = frames_[child.index];
  if (counterpart.generation != child.generation || counterpart.parent != f.parent ||
      counterpart.parent_generation != f.parent_generation ||
      counterpart.ticket != call.live[other])
    return;
  const std::uint32_t note = new_note(child.index, 0, TimerPurpose::TakeBack);
  notes_[note].call_generation = child.generation;
  heap_.push(now_ + latency(f.instance, frames_[child.index].instance), EventKind::Timer, note);
}

void Engine::taken_back(std::uint32_t frame, std::uint32_t generation) {
  Frame& f = frames_[frame];
  if (f.generation == generation && (f.flags & frame_tied)) f.flags |= frame_taken_back;
}

// Its turn has come, but it has been taken back.
bool Engine::drop_taken_back(std::uint32_t frame) {
  Frame& f = frames_[frame];
  f.state = FrameState::Running;
  f.cause = Cause::Rejected;
  f.seen = seen_rejected;
  return true;
}

// The answer of one that was dropped: no failure of the callee, and nothing to try again while the
// other is on its way.
bool Engine::ended_taken_back(std::uint32_t call, int which, const Frame& child) {
  if (child.cause == Cause::None) return false;
  Call& c = calls_[call];
  settle(c, which, frames_[c.frame].instance);
  if (c.live[1 - which] == 0) retry_or_fail(call, Cause::Rejected, seen_rejected);
  return true;
}

}  // namespace scantling::sim
