#include "simulate/engine.h"

#include <algorithm>

namespace scantling::sim {

Engine::Engine(const Program& program, const RunOptions& options) : EngineState(program, options) {
  measure_from_ = options.warm_up;
  end_ = measure_from_ + (options.measured > 0 ? options.measured : program.measured);
  seed_streams(options.seed);
  prepare_stations();
  prepare_lanes();
  prepare_policies();
  prepare_measures();
}

void Engine::seed_streams(std::uint64_t seed) {
  streams_.clear();
  for (std::uint64_t purpose : p_.stream_purposes)
    streams_.emplace_back(seed, options_.replication, purpose);
  fault_stream_ = static_cast<std::uint32_t>(streams_.size());
  streams_.emplace_back(seed, options_.replication, random_purpose("faults"));
  key_stream_ = static_cast<std::uint32_t>(streams_.size());
  streams_.emplace_back(seed, options_.replication, random_purpose("keys"));
}

void Engine::begin() {
  start_sources();
  plan_faults();
  heap_.push(measure_from_, EventKind::Phase, 0);
}

inline void Engine::turn() {
  const Event event = heap_.take();
  now_ = event.time;
  ++events_;
  dispatch(event);
  if (!ready_.empty()) drain();
  if ((events_ & 0xffff) == 0) look_up();
}

bool Engine::advance() {
  if (done_ || heap_.empty()) return false;
  turn();
  return true;
}

Replication Engine::run() {
  begin();
  while (!done_ && !heap_.empty())
    turn();
  if (full()) look_up();
  finish_measures();
  return std::move(out_);
}

// Now and then: is there still time, memory, and somebody who wants to know?
void Engine::look_up() {
  const bool stopped = options_.stop != nullptr && *options_.stop && (*options_.stop)();
  if (!stopped && events_ < options_.max_events && !full()) return;
  out_.incomplete = true;
  if (full())
    out_.log.push_back("stopped: more than " + std::to_string(options_.max_frames) +
                       (frames_most_ >= options_.max_frames ? " requests were in flight at once"
                                                            : " messages were waiting at once"));
  done_ = true;
}

void Engine::dispatch(const Event& event) {
  switch (event.kind) {
    case EventKind::WorkDone: work_done(event.index); break;
    case EventKind::Source: source(event.index); break;
    case EventKind::Arrive: arrive(off_the_wire(event.index)); break;
    case EventKind::Answered: complete(off_the_wire(event.index)); break;
    case EventKind::WaitDone: {
      Frame& f = frames_[event.index];
      if (f.flags & frame_dead) {
        release(event.index);
        break;
      }
      trace_to(f, p_.code[f.pc - 1].c);
      f.state = FrameState::Running;
      step(event.index);
      break;
    }
    case EventKind::EdgeTimer: edge_timer(event.index); break;
    case EventKind::Timer: timer(event.index); break;
    case EventKind::User: user(event.index); break;
    case EventKind::SharedDone: shared_done(event.index); break;
    case EventKind::Fault: happening(event.index); break;
    case EventKind::Bucket: bucket(); break;
    case EventKind::Phase: phase(); break;
    case EventKind::Scale: scale(event.index); break;
    case EventKind::Health: check_health(event.index); break;
    case EventKind::Level: sample_level(); break;
  }
}

void Engine::drain() {
  while (!ready_.empty() && !(done_ && frames_alive_ >= options_.max_frames)) {
    const Ready item = ready_.back();
    ready_.pop_back();
    switch (item.kind()) {
      case Ready::Run: step(item.index()); break;
      case Ready::Fail: fail_frame(item.index()); break;
      case Ready::Start: start_attempt(item.index()); break;
      case Ready::Arrive: arrive(item.index()); break;
      case Ready::Connect: after_bulkhead(item.index(), 0); break;
      case Ready::Launch: launch(item.index(), 0); break;
    }
  }
}

void Engine::step(std::uint32_t frame) {
  for (;;) {
    Frame& f = frames_[frame];
    const Instruction& in = p_.code[f.pc++];
    switch (in.op) {
      case Op::Work: begin_work(frame, in); return;
      case Op::End:
      case Op::BranchEnd: finish(frame, Cause::None, 0); return;
      case Op::Call: begin_call(frame, in.a); return;
      case Op::Wait: {
        const Time t =
            static_cast<Time>(static_cast<double>(draw(in.a, in.b)) * stretch_[f.instance]);
        f.state = FrameState::Waiting;
        heap_.push(now_ + t, EventKind::WaitDone, frame);
        return;
      }
      case Op::Jump: f.pc = in.c; break;
      default:
        if (!step_rare(frame, in)) return;
    }
  }
}

// --- work on the servers of the instance ---

void Engine::begin_work(std::uint32_t frame, const Instruction& in) {
  Frame& f = frames_[frame];
  Station& s = stations_[f.instance];
  touch(s);
  if (s.discipline == Discipline::ProcessorSharing) {
    f.state = FrameState::Sharing;
    SharedProcessors& shared = shared_[f.instance];
    const double state = s.slows ? slowdown(f.instance) : 1;
    shared.add(frame, static_cast<double>(draw(in.a, in.b)) * s.slowness * state, now_, s.servers);
    s.busy = std::min(shared.size(), s.servers);
    arm_shared(f.instance);
  } else if (s.busy < s.servers && !s.paused) {
    ++s.busy;
    start_work(frame, s);
  } else {
    f.state = FrameState::Ready;
    // The discipline rules the line that requests wait in first: with unlimited slots it's this
    // one.
    if (s.slots == unlimited)
      line_up(s, s.run, priority_run_[f.instance], frame);
    else
      s.run.push_back(frames_, frame);
  }
}

void Engine::start_work(std::uint32_t frame, Station& station) {
  Frame& f = frames_[frame];
  const Instruction& in = p_.code[f.pc - 1];
  f.state = FrameState::Working;
  double time = p_.laws[in.a].draw(streams_[in.b]) * station.slowness;
  if (station.slows) [[unlikely]]
    time *= slowdown(f.instance);
  if (f.flags & frame_tied) [[unlikely]]
    take_other_back(frame);
  heap_.push(now_ + static_cast<Time>(time + .5), EventKind::WorkDone, frame);
}

// Takes its place in a line of the instance.
void Engine::line_up(Station& s, Line& line, PriorityLine& ranks, std::uint32_t frame) {
  if (s.discipline == Discipline::Priority)
    ranks.insert(line, frames_, frame, p_.endpoints[frames_[frame].endpoint].rank);
  else if (takes_last_first(s, line.length == 0, now_))
    line.push_front(frames_, frame);
  else
    line.push_back(frames_, frame);
}

// A server is free (it is still counted busy): gives it to the next in line.
void Engine::start_next(Station& station) {
  while (station.run.length > 0) {
    const std::uint32_t frame = station.run.pop_front(frames_);
    Frame& f = frames_[frame];
    trace_to(f, p_.services[station.service].hop_run);
    if (station.discipline == Discipline::Priority)
      priority_run_[f.instance].popped(frame, p_.endpoints[f.endpoint].rank);
    if ((f.flags & frame_taken_back) && drop_taken_back(frame)) [[unlikely]] {
      ready_.push_back({Ready::Fail, frame});
      continue;
    }
    if (f.deadline < now_) {  // nobody waits for it any more
      f.state = FrameState::Running;
      f.cause = Cause::Timeout;
      f.seen = seen_error;
      ready_.push_back({Ready::Fail, frame});
      continue;
    }
    start_work(frame, station);
    return;
  }
  --station.busy;
}

void Engine::work_done(std::uint32_t frame) {
  Frame& f = frames_[frame];
  if (f.flags & frame_dead) {
    release(frame);
    return;
  }
  Station& s = stations_[f.instance];
  if (s.paused) {  // the process stood still: what was left is done after it goes on
    if (s.paused_until != never)
      heap_.push(s.paused_until + (now_ - s.paused_at), EventKind::WorkDone, frame);
    return;
  }
  touch(s);
  trace_to(f, p_.code[f.pc - 1].c);
  f.state = FrameState::Running;
  if (s.run.length > 0)
    start_next(s);
  else
    --s.busy;
  step(frame);
}

void Engine::arm_shared(std::uint32_t instance) {
  SharedProcessors& shared = shared_[instance];
  const Station& s = stations_[instance];
  const Time due = s.paused ? never : shared.next_finish(now_, s.servers);
  if (due != never) heap_.push(due, EventKind::SharedDone, instance);
}

void Engine::shared_done(std::uint32_t instance) {
  SharedProcessors& shared = shared_[instance];
  Station& s = stations_[instance];
  if (shared.due() != now_ || s.paused) return;  // out of date
  touch(s);
  const std::uint32_t frame = shared.pop_finished(now_, s.servers);
  s.busy = std::min(shared.size(), s.servers);
  arm_shared(instance);
  if (frame == none) return;
  Frame& f = frames_[frame];
  trace_to(f, p_.code[f.pc - 1].c);
  f.state = FrameState::Running;
  step(frame);
}

// --- at the door of the instance ---

void Engine::arrive(std::uint32_t frame) {
  Frame& f = frames_[frame];
  Station& s = stations_[f.instance];
  const EndpointInfo& endpoint = p_.endpoints[f.endpoint];
  if (f.edge != none) trace_to(f, p_.edges[f.edge].hop_network);
  if (f.trace != none && spans_ != nullptr && s.up)
    spans_->arrived(f.trace, f.endpoint, f.instance, now_);
  if (!s.up) [[unlikely]] {
    f.cause = Cause::Lost;
    f.seen = seen_error;
    if (silent_[f.instance])
      vanish(frame);
    else
      deliver(frame);
    return;
  }
  touch(s);
  ++s.count.arrived;
  ++endpoint_[f.endpoint].arrived;
  f.entered = now_;
  Cause refused = Cause::Rejected;
  const bool bypass = f.kind == FrameKind::Message;  // consumers have threads of their own
  const bool room = bypass || (s.in_progress < s.slots && !s.paused);
  if (station_guarded_[s.service] && guarded(frame, s, refused)) {
    refuse(frame, s, refused);
    return;
  }
  f.flags |= frame_inside;
  ++s.inside;
  if (room) {
    if (!bypass) {
      ++s.in_progress;
      f.flags |= frame_slot;
    } else {
      ++s.messages;
    }
    f.pc = endpoint.first_pc;
    f.state = FrameState::Running;
    step(frame);
    return;
  }
  if (s.queue.length >= s.queue_limit) {
    --s.inside;
    f.flags &= static_cast<std::uint8_t>(~frame_inside);
    refuse(frame, s, Cause::Rejected);
    return;
  }
  f.state = FrameState::Queued;
  line_up(s, s.queue, priority_queue_[f.instance], frame);
}

void Engine::refuse(std::uint32_t frame, Station& station, Cause cause) {
  Frame& f = frames_[frame];
  ++station.count.rejected;
  ++endpoint_[f.endpoint].bad;
  if (!memory_.empty() && cause == Cause::Failed) remember_answer(f.instance, false);
  f.cause = cause;
  f.seen = cause == Cause::Failed ? seen_error : seen_rejected;
  deliver(frame);
}

// Free slots take the next waiting requests. The caller has touched the station.
void Engine::admit_next(Station& s) {
  while (s.queue.length > 0 && s.in_progress < s.slots && !s.paused) {
    const std::uint32_t frame = s.queue.pop_front(frames_);
    if (s.queue.length == 0) s.queue_empty = now_;
    Frame& f = frames_[frame];
    trace_to(f, p_.services[s.service].hop_queue);
    if (s.discipline == Discipline::Priority)
      priority_queue_[f.instance].popped(frame, p_.endpoints[f.endpoint].rank);
    if ((f.flags & frame_taken_back) && drop_taken_back(frame)) [[unlikely]] {
      ++endpoint_[f.endpoint].bad;
      leave(frame);
      deliver(frame);
      continue;
    }
    const bool expired = f.deadline < now_;
    if (expired || (controlled(s) && waited_too_long(s, now_ - f.entered, now_))) {
      f.cause = expired ? Cause::Timeout : Cause::Rejected;
      f.seen = expired ? seen_error : seen_rejected;
      ++endpoint_[f.endpoint].bad;
      leave(frame);
      deliver(frame);
      continue;
    }
    ++s.in_progress;
    f.flags |= frame_slot;
    f.pc = p_.endpoints[f.endpoint].first_pc;
    f.state = FrameState::Running;
    ready_.push_back({Ready::Run, frame});
  }
}

// The request is over at its instance.
void Engine::leave(std::uint32_t frame) {
  Frame& f = frames_[frame];
  Station& s = stations_[f.instance];
  touch(s);
  --s.inside;
  ++s.count.finished;
  s.count.sojourn += now_ - f.entered;
  const bool slot = (f.flags & frame_slot) != 0;
  if (f.kind == FrameKind::Message) --s.messages;
  f.flags &= static_cast<std::uint8_t>(~(frame_slot | frame_inside));
  if (slot) {
    --s.in_progress;
    if (s.queue.length > 0) admit_next(s);
  }
}

void Engine::finish(std::uint32_t frame, Cause cause, std::uint8_t seen) {
  Frame& f = frames_[frame];
  f.cause = cause;
  f.seen = seen;
  if (f.kind == FrameKind::Branch || f.kind == FrameKind::Detached) {
    if (f.kind == FrameKind::Branch) join(frame);
    release(frame);
    return;
  }
  if (f.flags & frame_versioned) [[unlikely]] {
    if (cause == Cause::None && !commits(frame)) {
      f.cause = cause = Cause::Failed;
      f.seen = seen_error;
    }
  }
  EndpointCounters& count = endpoint_[f.endpoint];
  if (cause == Cause::None) {
    ++count.good;
    out_.endpoint_latency[f.endpoint].record(now_ - f.entered);
  } else {
    ++count.bad;
  }
  if (!memory_.empty()) [[unlikely]]
    remember_answer(f.instance, cause == Cause::None);
  if (p_.endpoints[f.endpoint].locks) release_locks(frame);
  leave(frame);
  deliver(frame);
}

// --- the way back ---

void Engine::deliver(std::uint32_t frame) {
  Frame& f = frames_[frame];
  if (f.trace != none && spans_ != nullptr) spans_->finished(f.trace, f.cause, now_);
  if (network_faulty_ && answer_is_lost(frame)) return;
  const bool near = f.kind == FrameKind::Entry || f.kind == FrameKind::Message || !p_.has_latency;
  if (near || latency(f.instance, f.caller_instance) == 0) {
    complete(frame);
    return;
  }
  f.state = FrameState::Returning;
  on_the_wire(f.instance, f.caller_instance, EventKind::Answered, frame);
}

void Engine::complete(std::uint32_t frame) {
  Frame& f = frames_[frame];
  if (f.edge != none && f.trace != none) trace_to(f, p_.edges[f.edge].hop_network);
  if (watched_ && f.kind != FrameKind::Message) learn_outcome(f.instance, f.cause);
  switch (f.kind) {
    case FrameKind::Entry: entry_answered(frame); break;
    case FrameKind::Direct: {
      const EdgeInfo& edge = p_.edges[f.edge];
      count_in_flight(edge, f.caller_instance, f.instance, -1);
      if (f.cause != Cause::None) ++edge_[f.edge].errors[static_cast<std::size_t>(f.cause)];
      resume({f.parent, f.parent_generation}, f.cause, f.seen, f.trace, edge.hop_wait);
      break;
    }
    case FrameKind::Attempt: attempt_answered(frame); break;
    case FrameKind::Leg:
      if (f.edge != none) count_in_flight(p_.edges[f.edge], f.caller_instance, f.instance, -1);
      if (f.edge != none && f.cause != Cause::None)
        ++edge_[f.edge].errors[static_cast<std::size_t>(f.cause)];
      if (f.parent != none)
        join(frame);
      else if (f.cause != Cause::None)
        missed(frame);
      break;
    case FrameKind::Message: message_done(frame); break;
    default: break;
  }
  release(frame);
}

// A call of this frame has an answer: goes on behind it, or fails.
void Engine::resume(Handle parent, Cause cause, std::uint8_t seen, std::uint32_t child_trace,
                    std::uint32_t hop) {
  Frame& f = frames_[parent.index];
  if (f.generation != parent.generation) return;  // it has not waited
  if (f.trace != none) merge_trace(f, child_trace, hop);
  if (cause == Cause::None) {
    ready_.push_back({Ready::Run, parent.index});
    return;
  }
  f.cause = cause;
  f.seen = seen;
  ready_.push_back({Ready::Fail, parent.index});
}

// The frame's current step has failed: its fallback, or its end.
void Engine::fail_frame(std::uint32_t frame) {
  Frame& f = frames_[frame];
  const Instruction& in = p_.code[f.pc - 1];
  if (in.op == Op::Call && in.b != none) {
    f.pc = in.b;
    f.cause = Cause::None;
    step(frame);
    return;
  }
  if (in.op == Op::Together && p_.code[in.c].op == Op::CacheFill) {
    const bool stale = in.tolerant && has_stale(frame, p_.code[in.c].a);
    cache_fill(frame, p_.code[in.c].a, false);
    if (stale) {
      f.pc = in.c + 1;
      f.cause = Cause::None;
      step(frame);
      return;
    }
  }
  finish(frame, f.cause, seen_error);
}

// A branch or a leg is over: its parent may go on, or fail.
void Engine::join(std::uint32_t frame) {
  const Frame& child = frames_[frame];
  Frame& f = frames_[child.parent];
  if (f.generation != child.parent_generation || f.join_ticket != child.ticket) return;
  const Instruction& in = p_.code[f.pc - 1];
  if (child.cause == Cause::None) {
    if (--f.join_left > 0) return;
    ++f.join_ticket;
    if (f.trace != none) merge_trace(f, child.trace, none);
    if (in.op == Op::Together) f.pc = in.c;
    ready_.push_back({Ready::Run, child.parent});
    return;
  }
  if (f.join_spare > 0) {
    --f.join_spare;
    return;
  }
  ++f.join_ticket;
  f.cause = child.cause;
  f.seen = child.seen;
  ready_.push_back({Ready::Fail, child.parent});
}

void Engine::release(std::uint32_t frame) {
  Frame& f = frames_[frame];
  if (f.trace != none) {
    if (spans_ != nullptr) spans_->released(f.trace, f.cause, now_);
    traces_[f.trace].clear();
    free_traces_.push_back(f.trace);
    f.trace = none;
  }
  f.kind = FrameKind::Free;
  f.flags = 0;
  --frames_alive_;
  frames_.give(frame);
}

}  // namespace scantling::sim
