// The instructions that are not work or call.
#include <cmath>

#include "simulate/engine.h"

namespace scantling::sim {

bool Engine::step_rare(std::uint32_t frame, const Instruction& in) {
  Frame& f = frames_[frame];
  switch (in.op) {
    case Op::Together: together(frame, in); return false;
    case Op::Spawn:
      for (std::uint32_t i = 0; i < in.count; ++i) {
        const std::uint32_t b = branch(frame, p_.branches[in.a + i], FrameKind::Detached);
        ready_.push(Ready::Run, b);
      }
      frames_[frame].pc = in.c;
      return true;
    case Op::Choose: choose(frame, in); return true;
    case Op::LoopBegin: {
      const double whole = std::floor(in.x);
      f.loop_left = static_cast<std::uint32_t>(whole);
      if (in.x > whole && stream(in.b).uniform() < in.x - whole) ++f.loop_left;
      if (f.loop_left == 0) f.pc = in.c;
      return true;
    }
    case Op::LoopEnd:
      f.key = f.key * 2654435761U + 1;  // each round is about another key
      if (--f.loop_left > 0) f.pc = in.c;
      return true;
    case Op::Wait: {
      const Time t =
          static_cast<Time>(static_cast<double>(draw(in.a, in.b)) * stretch_[f.instance]);
      f.state = FrameState::Waiting;
      heap_.push(now_ + t, EventKind::WaitDone, frame);
      return false;
    }
    case Op::Lock: return take_lock(frame, in.a);
    case Op::Version: read_version(frame, in.a); return true;
    case Op::Fail:
      if (stream(in.b).uniform() >= in.x) return true;
      finish(frame, Cause::Failed, seen_error);
      return false;
    case Op::CacheLook: return cache_look(frame, in);
    case Op::CacheFill: cache_fill(frame, in.a, true); return true;
    case Op::Replicate:
      if (in.c != none) {
        log_write(frame, in.c, in.a);
        return true;
      }
      replicate(frame, in);
      return false;
    case Op::Applied: applied(frame); return true;
    case Op::See: see(frame, in.a); return true;
    case Op::Deliver: deliver_message(in.a, in.b, f.key, f.trace); return true;
    default: SCANTLING_ASSERT(false && "instruction not of the rare kind"); return false;
  }
}

std::uint32_t Engine::branch(std::uint32_t frame, std::uint32_t pc, FrameKind kind) {
  const std::uint32_t b = new_frame();
  Frame& child = frames_[b];
  const Frame& f = frames_[frame];
  child.pc = pc;
  child.parent = frame;
  child.parent_generation = f.generation;
  child.ticket = f.join_ticket;
  child.kind = kind;
  child.state = FrameState::Running;
  child.edge = none;
  child.instance = f.instance;
  child.caller_instance = f.caller_instance;
  child.endpoint = f.endpoint;
  child.key = f.key;
  child.item = none;
  child.cause = Cause::None;
  child.flags = 0;
  child.entered = now_;
  child.since = now_;
  child.deadline = kind == FrameKind::Detached ? never : f.deadline;
  const bool traced =
      kind == FrameKind::Branch || (kind == FrameKind::Detached && spans_ != nullptr);
  child.trace = traced && f.trace != none ? new_trace() : none;
  if (child.trace != none && spans_ != nullptr) spans_->share(f.trace, child.trace);
  return b;
}

[[gnu::flatten]] void Engine::together(std::uint32_t frame, const Instruction& in) {
  {
    Frame& f = frames_[frame];
    ++f.join_ticket;
    const auto needed = static_cast<std::uint16_t>(in.b);
    f.join_left = needed;
    f.join_spare = static_cast<std::uint16_t>(in.count - needed);
    f.since = now_;
  }
  // In reverse: what is ready last runs first.
  for (std::uint32_t i = in.count; i-- > 0;) {
    const std::uint32_t pc = p_.branches[in.a + i];
    const Instruction& head = p_.code[pc];
    if (head.op == Op::Call && head.b == none && p_.edges[head.a].plain &&
        p_.code[pc + 1].op == Op::BranchEnd) {
      start_leg(frame, head.a);  // no more than a call: it needs no frame of its own to wait
      continue;
    }
    const std::uint32_t b = branch(frame, pc, FrameKind::Branch);
    ready_.push(Ready::Run, b);
  }
}

void Engine::start_leg(std::uint32_t frame, std::uint32_t edge_index) {
  const EdgeInfo& edge = p_.edges[edge_index];
  ++edge_[edge_index].first;
  ++edge_[edge_index].attempts;
  const std::uint32_t caller = frames_[frame].instance;
  const std::uint32_t callee = pick_copy(edge, caller, frames_[frame].key);
  const std::uint32_t leg = new_child(frame, edge_index, callee == none ? caller : callee);
  Frame& f = frames_[leg];
  f.kind = FrameKind::Leg;
  f.ticket = frames_[frame].join_ticket;
  if (callee == none) {  // nobody to call: it fails when the others have started
    f.cause = Cause::Lost;
    f.seen = seen_error;
    f.edge = none;
    ++edge_[edge_index].errors[static_cast<std::size_t>(Cause::Lost)];
    f.state = FrameState::Returning;
    heap_.push(now_, EventKind::Answered, leg);
    return;
  }
  count_in_flight(edge, caller, callee, 1);
  send(leg);
}

void Engine::choose(std::uint32_t frame, const Instruction& in) {
  const double u = stream(in.b).uniform();
  std::uint32_t i = 0;
  while (i + 1 < in.count && u >= p_.choices[in.a + i].up_to)
    ++i;
  frames_[frame].pc = p_.choices[in.a + i].pc;
}

// --- caches ---

// On a hit the frame jumps over the steps of the miss. With single flight it waits when another
// fetches the same key. True: go on.
bool Engine::cache_look(std::uint32_t frame, const Instruction& in) {
  const CacheInfo& info = p_.caches[in.a];
  CacheState& cache = caches_[info.state];
  Frame& f = frames_[frame];
  if (!cache.key_level()) {
    if (cache.hit_by_rate(info.hit_share, stream(info.stream))) f.pc = in.c;
    return true;
  }
  const std::uint64_t key = cache.draw_key(stream(info.stream));
  f.cache_key = static_cast<std::uint32_t>(key);
  if (cache.hit(key, now_)) {
    f.pc = in.c;
    return true;
  }
  if (!info.single_flight && !info.leases) return true;
  const std::uint64_t name = Fills::name_of(info.leases ? 0 : f.instance + 1, f.cache_key);
  Fills::Entry* fill = cache.fills().find(name);
  if (fill == nullptr) {
    cache.fills().add(name);
    f.flags |= frame_filling;
    return true;
  }
  f.state = FrameState::Filling;
  f.since = now_;
  f.pc = in.c;
  fill->value.push_back(frames_, frame);
  return false;
}

// The branch that fetches has ended; only success fills.
void Engine::cache_fill(std::uint32_t frame, std::uint32_t cache_index, bool success) {
  const CacheInfo& info = p_.caches[cache_index];
  CacheState& cache = caches_[info.state];
  if (!cache.key_level()) {
    if (success) cache.fill_by_rate(now_);
    return;
  }
  const std::uint64_t key = frames_[frame].cache_key;
  if (success) cache.fill(key, now_);
  if ((frames_[frame].flags & frame_filling) == 0) return;
  frames_[frame].flags &= static_cast<std::uint16_t>(~frame_filling);
  const std::uint64_t name =
      Fills::name_of(info.leases ? 0 : frames_[frame].instance + 1, frames_[frame].cache_key);
  const Fills::Entry* fill = cache.fills().find(name);
  if (fill == nullptr) return;
  Line line = fill->value;
  cache.fills().remove(name);
  while (line.length > 0) {
    const std::uint32_t waiting = line.pop_front(frames_);
    Frame& w = frames_[waiting];
    trace_to(w, p_.services[info.service].hop_queue);
    w.state = FrameState::Running;
    w.cause = success ? Cause::None : Cause::Failed;
    w.seen = seen_error;
    ready_.push(success ? Ready::Run : Ready::Fail, waiting);
  }
}

// What the fetch didn't bring may still be there, though out of date (serve-stale).
bool Engine::has_stale(std::uint32_t frame, std::uint32_t cache_index) {
  const CacheInfo& info = p_.caches[cache_index];
  const CacheState& cache = caches_[info.state];
  if (cache.key_level()) return cache.had(frames_[frame].cache_key);
  return stream(info.stream).uniform() < cache.fullness();
}

}  // namespace scantling::sim
