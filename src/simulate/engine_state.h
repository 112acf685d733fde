// What one replication holds, and the small things that every part of the engine does with it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/random.h"
#include "simulate/event_heap.h"
#include "simulate/measures.h"
#include "simulate/policies/cache.h"
#include "simulate/policies/discipline.h"
#include "simulate/policies/priority.h"
#include "simulate/policies/processor_sharing.h"
#include "simulate/policies/replication.h"
#include "simulate/policies/slowdown.h"
#include "simulate/policies/throttle.h"
#include "simulate/program.h"
#include "simulate/span_log.h"
#include "simulate/state.h"

namespace scantling::sim {

// After how long a caller without a timeout notices that nobody is there (keep-alive of a
// balancer).
inline constexpr Time silence_noticed = 60'000'000'000;

struct RunOptions {
  std::uint64_t seed = 1;
  std::uint64_t replication = 0;
  Time warm_up = 0;
  Time measured = 0;   // overrides the program's when pilot
  bool pilot = false;  // no faults; records the level for the warm-up rule
  std::uint64_t max_events = UINT64_MAX;
  std::uint32_t max_frames = 4'000'000;  // below 2^EventHeap::lane_shift
  const std::function<bool()>* stop = nullptr;
  std::vector<std::uint32_t> initial;  // instances per service, when not the program's
  SpanLog* spans = nullptr;            // notes single requests; the caller's
};

// What is to be done at this moment. One word: written and read back as such within nanoseconds.
struct Ready {
  enum Kind : std::uint32_t { Run, Fail, Start, Arrive, Connect, Launch };
  std::uint64_t word;

  Ready() = default;
  Ready(Kind kind, std::uint32_t index) : word((static_cast<std::uint64_t>(kind) << 32) | index) {}
  Kind kind() const { return static_cast<Kind>(word >> 32); }
  std::uint32_t index() const { return static_cast<std::uint32_t>(word); }
};
struct Rotation {
  std::vector<std::uint32_t> all;
  std::vector<std::vector<std::uint32_t>> by_region, by_zone;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ring;  // hash, instance
};
struct Lock {
  std::uint32_t holder = none, holder_generation = 0;
  Line line;  // of frames
};
struct GroupState {
  std::vector<Line> lines;  // of messages, per partition (a queue has one)
  std::vector<bool> busy;   // a topic's partition has a message in progress or in backoff
  std::vector<std::uint32_t> in_progress;  // per instance of the service
  std::vector<Line> fetched;               // prefetch: messages that wait in an instance
  std::vector<std::uint32_t> owner;        // instance per partition
  Time paused_until = 0;                   // rebalance
  std::uint32_t turn = 0;
};
struct User {
  std::uint32_t source = 0;
};
struct Happening {
  Time at;
  std::uint32_t fault;
  bool begins;
};

class EngineState {
 protected:
  EngineState(const Program& program, const RunOptions& options)
      : p_(program), options_(options), spans_(options.spans) {}

  void touch(Station& s) {
    const Time dt = now_ - s.changed;
    if (dt == 0) return;
    s.changed = now_;
    s.count.busy_area += dt * s.busy;
    s.count.slot_area += dt * s.in_progress;
    s.count.inside_area += dt * s.inside;
    s.count.run_area += dt * s.run.length;
    s.count.bypass_area += dt * s.messages;
  }
  void trace_to(Frame& f, std::uint32_t hop) {
    if (f.trace == none) return;
    if (spans_ != nullptr) spans_->segment(f.trace, hop, f.since, now_);
    add_segment(f.trace, hop, now_ - f.since);
    f.since = now_;
  }
  std::uint32_t new_trace();
  void add_segment(std::uint32_t trace, std::uint32_t hop, Time time);
  Time latency(std::uint32_t from, std::uint32_t to) const {
    return p_.latency[static_cast<std::size_t>(p_.instances[from].zone) * p_.zones +
                      p_.instances[to].zone];
  }
  std::uint32_t new_frame() {
    if (++frames_alive_ > frames_most_) {
      frames_most_ = frames_alive_;
      if (frames_most_ >= options_.max_frames) done_ = true;  // look_up says it
    }
    return frames_.take();
  }
  // A request of a client that vanished: it has been counted, its record waits for the client.
  static bool counted_as_lost(const Frame& f) {
    return f.cause == Cause::Lost && f.seen == seen_local;
  }
  // More requests, or more messages, than there may be.
  bool full() const {
    return frames_most_ >= options_.max_frames || messages_.size() >= options_.max_frames;
  }
  // Sends a frame over the network, which takes it the same time as all others on the same way.
  void on_the_wire(std::uint32_t from, std::uint32_t to, EventKind kind, std::uint32_t frame) {
    const std::uint32_t lane =
        lane_of_[static_cast<std::size_t>(p_.instances[from].zone) * p_.zones +
                 p_.instances[to].zone];
    if (lane == 0)
      heap_.push(now_ + latency(from, to), kind, frame);
    else
      heap_.push(lanes_[lane], lane, now_ + latency(from, to), kind, frame);
  }
  std::uint32_t off_the_wire(std::uint32_t index) {
    const std::uint32_t lane = index >> EventHeap::lane_shift;
    if (lane != 0) heap_.advance(lanes_[lane]);
    return index & ((1U << EventHeap::lane_shift) - 1);
  }
  RandomStream& stream(std::uint32_t i) { return streams_[i]; }
  Time draw(std::uint32_t law, std::uint32_t stream_index) {
    return static_cast<Time>(p_.laws[law].draw(streams_[stream_index]) + .5);
  }

  const Program& p_;
  RunOptions options_;
  SpanLog* spans_ = nullptr;
  Time now_ = 0, measure_from_ = 0, end_ = 0;
  bool done_ = false;
  bool measuring_ = false;
  std::uint64_t events_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
  EventHeap heap_;
  std::vector<EventLane> lanes_;       // one a latency; the first is unused
  std::vector<std::uint8_t> lane_of_;  // zones x zones; 0: none
  Pool<Frame> frames_;
  Pool<Call> calls_;
  Pool<Note> notes_;
  Pool<Message> messages_;
  std::uint32_t frames_alive_ = 0, frames_most_ = 0;
  std::vector<Ready> ready_;
  std::vector<RandomStream> streams_;
  std::vector<Station> stations_;
  std::vector<std::uint8_t> station_guarded_;  // per service: rate limit, shedding, failing
  std::vector<SharedProcessors> shared_;
  std::vector<InstanceMemory> memory_;  // per instance; empty where no work goes by its state
  std::vector<Rotation> rotation_;
  std::vector<std::uint32_t> leader_;  // per store shard; indexed by shard_first_[service] + shard
  std::vector<std::uint32_t> shard_first_;  // per service
  std::vector<Time> leader_ready_;
  std::vector<std::uint32_t> in_flight_, turn_;
  std::vector<TimeoutRing> rings_;
  std::vector<double> budget_, hedge_tokens_;
  std::vector<Breaker> breaker_;
  std::vector<Bulkhead> bulkhead_;
  std::vector<Connections> connections_;
  std::vector<double> bucket_level_;  // rate limits: tokens per service
  std::vector<Time> bucket_time_;
  std::vector<std::size_t> bucket_first_;  // per service
  std::vector<Throttle> throttles_;
  std::vector<std::array<Handle, 2>> tied_;  // frames of tied attempts, by call
  std::vector<Lock> locks_;
  std::vector<std::uint32_t> row_version_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> versions_read_;  // row, version; by frame
  std::vector<PriorityLine> priority_run_, priority_queue_;             // per instance
  std::vector<CacheState> caches_;
  std::vector<WriteLog> logs_;           // per replicated shard
  std::vector<std::uint8_t> log_armed_;  // has a timer for what is to be sent next
  std::vector<Time> log_lost_at_;        // when its leader went
  std::vector<GroupState> group_state_;
  std::vector<User> users_;
  std::vector<std::uint64_t> source_count_, trace_every_, replayed_;
  std::vector<Time> burst_changes_;

  // faults
  std::vector<Happening> happenings_;
  std::vector<std::uint32_t> down_count_, pause_count_;  // per instance: overlapping faults
  std::vector<bool> silent_;
  std::vector<std::uint8_t> to_rebuild_;  // per instance: when it comes back
  std::vector<double> cpu_factor_, slow_factor_, fail_share_, base_slowness_, stretch_;
  std::vector<std::uint32_t> active_network_, active_failures_;  // faults
  bool network_faulty_ = false, failing_ = false;
  std::uint32_t fault_stream_ = 0, key_stream_ = 0;
  // health: per instance, and whose turn it is per service
  bool watched_ = false;  // some service ejects
  std::vector<bool> ejected_, unwell_;
  std::vector<std::uint32_t> failures_in_row_, failed_checks_, health_turn_;
  std::vector<Time> ejections_;
  // scaling
  std::vector<std::uint32_t> wanted_;
  std::vector<StationCounters> scale_last_;
  std::vector<Time> scale_hold_;
  std::vector<bool> starting_;  // per instance

  // measures
  std::uint32_t phase_ = 0, phases_ = 1;
  std::vector<OperationCounters> operation_;
  std::vector<EndpointCounters> endpoint_;
  std::vector<EdgeCounters> edge_;
  std::vector<ChannelCounters> channel_;
  std::vector<BucketHistogram> bucketing_;
  Snapshot bucket_last_;
  Time level_step_ = 0;
  std::vector<double> running_area_;
  std::vector<Time> running_changed_;
  std::vector<std::vector<Segment>> traces_;
  std::vector<std::uint32_t> free_traces_;
  Replication out_;
};

}  // namespace scantling::sim
