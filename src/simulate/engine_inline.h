// What nearly every request and call runs through: inlined into the loop (Engine::go) and where
// policies start their attempts. Included by engine.h.
#pragma once

namespace scantling::sim {

// --- requests from outside ---

// The exponential law has no memory, so that the gap between two requests is drawn when the first
// comes.
inline void Engine::schedule_steady(const SourceInfo& info, std::uint32_t s) {
  if (info.rate <= 0) return;
  heap_.push(now_ + static_cast<Time>(stream(info.stream).exponential() * 1e9 / info.rate + .5),
             EventKind::Source, s);
}

inline std::uint32_t Engine::source(std::uint32_t s) {
  const SourceInfo& info = p_.sources[s];
  if (info.kind == SourceKind::Poisson && info.profile.empty() && burst_changes_.empty())
    schedule_steady(info, s);
  else
    schedule_next(s);
  return enter(info, s, none);
}

inline bool Engine::wants_trace(std::uint32_t source) {
  if (spans_ != nullptr) return spans_->takes(source);
  if (++source_count_[source] < trace_every_[source]) return false;
  source_count_[source] = 0;
  return true;
}

// A request at its first endpoint: gives the frame that arrives there. `user` is who waits for the
// answer, none in an open load.
inline std::uint32_t Engine::enter(const SourceInfo& info, std::uint32_t source_index,
                                   std::uint32_t user) {
  const std::uint32_t frame = new_frame();
  Frame& f = frames_[frame];
  ++operation_[info.operation].offered;
  f.kind = FrameKind::Entry;
  f.item = source_index;
  f.parent = user;
  f.edge = none;
  f.key = static_cast<std::uint32_t>(stream(key_stream_).next() >> 32);
  f.endpoint = info.endpoint;
  f.caller_instance = 0;
  f.cause = Cause::None;
  f.flags = 0;
  f.entered = f.since = f.began = now_;
  f.deadline = never;
  f.trace = none;
  if (measuring_ && wants_trace(source_index)) [[unlikely]]
    f.trace = new_trace();
  const std::uint32_t instance = pick(info.link, 0, f.key);
  if (instance == none) [[unlikely]] {
    f.instance = 0;
    f.cause = Cause::Lost;
    f.seen = seen_error;
    complete(frame);
    return none;
  }
  f.instance = instance;
  if (spans_ != nullptr && f.trace != none)
    spans_->begin_request(f.trace, info.operation, info.endpoint, instance, now_);
  const LinkInfo& link = p_.links[info.link];
  if (link.in_flight != none) ++in_flight_[link.counter(0, instance)];
  return frame;
}

inline void Engine::entry_answered(std::uint32_t frame) {
  Frame& f = frames_[frame];
  const SourceInfo& info = p_.sources[f.item];
  const LinkInfo& link = p_.links[info.link];
  if (link.in_flight != none && f.instance != 0) --in_flight_[link.counter(0, f.instance)];
  OperationCounters& count = operation_[info.operation];
  hash_ = (hash_ ^ static_cast<std::uint64_t>(now_) ^ static_cast<std::uint64_t>(f.cause)) *
          0x100000001b3ULL;
  if (f.cause == Cause::None) {
    ++count.good;
    const Time took = now_ - f.began;
    out_.operation_latency[info.operation * phases_ + phase_].record(took);
    bucketing_[info.operation].record(took);
    if (f.trace != none) [[unlikely]]
      keep_trace(info.operation, took, f.trace);
  } else if (!counted_as_lost(f)) {
    ++count.errors[static_cast<std::size_t>(f.cause)];
  }
  if (f.parent != none) think(f.parent);
}

// --- calls ---

inline void Engine::begin_call(std::uint32_t frame, std::uint32_t edge_index) {
  const EdgeInfo& edge = p_.edges[edge_index];
  Frame& f = frames_[frame];
  EdgeCounters& count = edge_[edge_index];
  f.since = now_;
  ++count.first;
  if (!edge.plain) {
    begin_guarded_call(frame, edge_index);
    return;
  }
  ++count.attempts;
  const std::uint32_t caller = f.instance;
  const std::uint32_t callee = pick_copy(edge, caller, f.key);
  if (callee == none) [[unlikely]] {
    ++count.errors[static_cast<std::size_t>(Cause::Lost)];
    resume({frame, f.generation}, Cause::Lost, seen_error, none, edge.hop_wait);
    return;
  }
  const std::uint32_t child = new_child(frame, edge_index, callee);
  count_in_flight(edge, caller, callee, 1);
  send(child);
}

inline std::uint32_t Engine::new_child(std::uint32_t caller, std::uint32_t edge_index,
                                       std::uint32_t instance) {
  const EdgeInfo& edge = p_.edges[edge_index];
  const std::uint32_t c = new_frame();
  Frame& child = frames_[c];
  const Frame& f = frames_[caller];
  child.parent = caller;
  child.parent_generation = f.generation;
  child.kind = FrameKind::Direct;
  child.edge = edge_index;
  child.instance = instance;
  child.caller_instance = f.instance;
  child.endpoint = edge.callee_endpoint;
  child.key = f.key;
  child.cause = Cause::None;
  child.flags = 0;
  child.entered = now_;
  child.since = now_;
  child.deadline = edge.propagate ? f.deadline : never;
  child.trace = f.trace != none ? new_trace() : none;
  if (child.trace != none && spans_ != nullptr)
    spans_->begin_call(f.trace, child.trace, edge_index, f.instance, instance, now_);
  return c;
}

inline void Engine::count_in_flight(const EdgeInfo& edge, std::uint32_t caller,
                                    std::uint32_t callee, int by) {
  const LinkInfo& link = p_.links[edge.link];
  if (link.in_flight == none) return;
  in_flight_[link.counter(caller, callee)] += static_cast<std::uint32_t>(by);
}

inline std::uint32_t Engine::pick_copy(const EdgeInfo& edge, std::uint32_t caller_instance,
                                       std::uint32_t key) {
  if (edge.access != Access::Balanced) return pick_in_shard(edge, caller_instance, key);
  return pick(edge.link, caller_instance, key);
}

inline std::uint32_t Engine::pick(std::uint32_t link_index, std::uint32_t caller_instance,
                                  std::uint32_t key) {
  const LinkInfo& link = p_.links[link_index];
  const std::vector<std::uint32_t>& all = rotation_[link.callee_service].all;
  if (all.size() == 1) return all[0];
  return all.empty() ? none : pick_of_many(link, caller_instance, key);
}

// Sets the child on its way to its instance.
inline void Engine::send(std::uint32_t child) {
  Frame& f = frames_[child];
  if (network_faulty_ && request_is_lost(child)) return;
  if (p_.has_latency) {
    const std::size_t way = way_between(f.caller_instance, f.instance);
    if (p_.latency[way] > 0) {
      f.state = FrameState::Outbound;
      on_the_wire(way, EventKind::Arrive, child);
      return;
    }
  }
  ready_.push(Ready::Arrive, child);
}

}  // namespace scantling::sim
