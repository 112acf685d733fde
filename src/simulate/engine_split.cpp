// Splitting a run, and what rare.h asks of it.
#include <algorithm>

#include "simulate/engine.h"

namespace scantling::sim {

Engine Engine::split(std::uint64_t copy) {
  Replication measured = std::move(out_);  // most of an engine's memory
  out_ = {};
  out_.operation_latency.resize(measured.operation_latency.size());
  out_.endpoint_latency.resize(measured.endpoint_latency.size());
  out_.channel_delay.resize(measured.channel_delay.size());
  out_.replica_lag.resize(measured.replica_lag.size());
  out_.replicated.resize(measured.replicated.size());
  out_.oldest_read.resize(measured.oldest_read.size());
  out_.operation_series.resize(measured.operation_series.size());
  out_.service_series.resize(measured.service_series.size());
  out_.overdue = measured.overdue;
  Engine other(*this);
  out_ = std::move(measured);
  std::uint64_t state = options_.seed + copy * 0x9e3779b97f4a7c15ULL;
  other.seed_streams(split_mix(state));
  other.forget_what_is_left();
  return other;
}

// What is left of an exponential time is as long as a new one, so that each copy draws its own: the
// next arrival of a steady source, the next request of a user, the end of work. Other times stay
// as they were scheduled.
void Engine::forget_what_is_left() {
  const auto after = [&](double mean, std::uint32_t stream_index) {
    return now_ + static_cast<Time>(stream(stream_index).exponential() * mean + .5);
  };
  heap_.reschedule([&](const Event& event) {
    switch (event.kind) {
      case EventKind::Source: {
        const SourceInfo& source = p_.sources[event.index];
        const bool steady =
            source.kind == SourceKind::Poisson && source.profile.empty() && burst_changes_.empty();
        return steady ? after(1e9 / source.rate, source.stream) : event.time;
      }
      case EventKind::User: {
        const SourceInfo& closed = p_.sources[users_[event.index].source];
        return closed.memoryless ? after(closed.think.mean_nanoseconds(), closed.stream)
                                 : event.time;
      }
      case EventKind::WorkDone: {
        const Frame& f = frames_[event.index];
        const Station& s = stations_[f.instance];
        // What a fault makes slower while it runs is not exponential as a whole.
        if ((f.flags & frame_dead) || s.paused || s.slows || !p_.faults.empty()) return event.time;
        const Instruction& in = p_.code[f.pc - 1];
        if (!p_.memoryless[in.a]) return event.time;
        return after(p_.laws[in.a].mean_nanoseconds() * s.slowness, in.b);
      }
      default: return event.time;
    }
  });
}

std::uint32_t Engine::held(std::uint32_t service) const {
  const ServiceInfo& info = p_.services[service];
  std::uint32_t most = 0;
  for (std::uint32_t i = info.first_instance; i < info.first_instance + info.instances; ++i)
    most = std::max(most, stations_[i].inside);
  return most;
}

Engine::Answers Engine::answers(std::uint32_t operation) const {
  const OperationCounters& count = operation_[operation];
  return {count.good, count.bad()};
}

}  // namespace scantling::sim
