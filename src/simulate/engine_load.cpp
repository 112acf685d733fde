// Where requests come from: open arrivals whose rate follows a profile, schedules, and closed loads
// of users who think between requests.
#include "simulate/engine.h"

namespace scantling::sim {

void Engine::start_sources() {
  users_.clear();
  plan_bursts();
  for (std::uint32_t s = 0; s < p_.sources.size(); ++s) {
    const SourceInfo& info = p_.sources[s];
    switch (info.kind) {
      case SourceKind::Poisson: schedule_source(s); break;
      case SourceKind::Every: {
        const double phase = stream(info.stream).uniform();
        heap_.push(static_cast<Time>(phase * static_cast<double>(info.period)), EventKind::Source,
                   s);
        break;
      }
      case SourceKind::Replay: schedule_replay(s); break;
      case SourceKind::Asked: break;
      case SourceKind::Closed:
        for (std::uint32_t u = 0; u < info.users; ++u) {
          users_.push_back({s});
          const auto think = static_cast<Time>(info.think.draw(stream(info.stream)));
          heap_.push(think, EventKind::User, static_cast<std::uint32_t>(users_.size() - 1));
        }
        break;
    }
  }
}

void Engine::source(std::uint32_t s) {
  const SourceInfo& info = p_.sources[s];
  if (info.kind == SourceKind::Every)
    heap_.push(now_ + info.period, EventKind::Source, s);
  else if (info.kind == SourceKind::Replay)
    ++replayed_[s], schedule_replay(s);
  else
    schedule_source(s);
  enter(info, s, none);
}

void Engine::user(std::uint32_t u) {
  const SourceInfo& closed = p_.sources[users_[u].source];
  double pick = stream(closed.stream).uniform();
  std::uint32_t chosen = closed.mix.back().pc;
  for (const Choice& c : closed.mix)
    if (pick < c.up_to) {
      chosen = c.pc;
      break;
    }
  enter(p_.sources[chosen], chosen, u);
}

// A request at its first endpoint. `user` is who waits for the answer, none in an open load.
void Engine::enter(const SourceInfo& info, std::uint32_t source_index, std::uint32_t user) {
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
  if (measuring_ && wants_trace(source_index)) f.trace = new_trace();
  const std::uint32_t instance = pick(info.link, 0, f.key);
  if (instance == none) {
    f.instance = 0;
    f.cause = Cause::Lost;
    f.seen = seen_error;
    complete(frame);
    return;
  }
  f.instance = instance;
  if (spans_ != nullptr && f.trace != none)
    spans_->begin_request(f.trace, info.operation, info.endpoint, instance, now_);
  const LinkInfo& link = p_.links[info.link];
  if (link.in_flight != none) ++in_flight_[link.in_flight + local(instance)];
  arrive(frame);
}

void Engine::entry_answered(std::uint32_t frame) {
  Frame& f = frames_[frame];
  const SourceInfo& info = p_.sources[f.item];
  const LinkInfo& link = p_.links[info.link];
  if (link.in_flight != none && f.instance != 0) --in_flight_[link.in_flight + local(f.instance)];
  OperationCounters& count = operation_[info.operation];
  hash_ = (hash_ ^ static_cast<std::uint64_t>(now_) ^ static_cast<std::uint64_t>(f.cause)) *
          0x100000001b3ULL;
  if (f.cause == Cause::None) {
    ++count.good;
    const Time took = now_ - f.began;
    out_.operation_latency[info.operation * phases_ + phase_].record(took);
    bucketing_[info.operation].record(took);
    if (f.trace != none) out_.traced.push_back({info.operation, took, traces_[f.trace]});
  } else if (!counted_as_lost(f)) {
    ++count.errors[static_cast<std::size_t>(f.cause)];
  }
  if (f.parent == none) return;
  const SourceInfo& closed = p_.sources[users_[f.parent].source];
  const auto think = static_cast<Time>(closed.think.draw(stream(closed.stream)));
  heap_.push(now_ + think, EventKind::User, f.parent);
}

}  // namespace scantling::sim
