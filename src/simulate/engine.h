// Runs one replication of a program.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/random.h"
#include "simulate/event_heap.h"
#include "simulate/measures.h"
#include "simulate/policies/cache.h"
#include "simulate/policies/discipline.h"
#include "simulate/policies/processor_sharing.h"
#include "simulate/program.h"
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
};

class Engine {
 public:
  Engine(const Program& program, const RunOptions& options);
  Replication run();

 private:
  // What is to be done at this moment. One word: written and read back as such within nanoseconds.
  struct Ready {
    enum Kind : std::uint32_t { Run, Fail, Start, Arrive, Connect, Launch };
    std::uint64_t word;

    Ready() = default;
    Ready(Kind kind, std::uint32_t index)
        : word((static_cast<std::uint64_t>(kind) << 32) | index) {}
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

  // --- engine.cpp: the loop and what a frame does at a station ---
  void dispatch(const Event& event);
  void drain();
  void step(std::uint32_t frame);
  void begin_work(std::uint32_t frame, const Instruction& in);
  void start_work(std::uint32_t frame, Station& station);
  void start_next(Station& station);
  void work_done(std::uint32_t frame);
  void arrive(std::uint32_t frame);
  void look_up();
  void arm_shared(std::uint32_t instance);
  void shared_done(std::uint32_t instance);
  void refuse(std::uint32_t frame, Station& station, Cause cause);
  void admit_next(Station& station);
  bool guarded(std::uint32_t frame, const Station& station, Cause& cause);
  void leave(std::uint32_t frame);  // the instance's system: slot, locks, counters
  void finish(std::uint32_t frame, Cause cause, std::uint8_t seen);
  void deliver(std::uint32_t frame);
  void complete(std::uint32_t frame);
  void fail_frame(std::uint32_t frame);
  void resume(Handle parent, Cause cause, std::uint8_t seen, std::uint32_t child_trace,
              std::uint32_t hop);
  void join(std::uint32_t frame);
  void release(std::uint32_t frame);

  // --- engine_setup.cpp ---
  void prepare_stations();
  void prepare_lanes();
  void prepare_policies();
  void prepare_measures();

  // --- engine_steps.cpp: the rarer instructions ---
  bool step_rare(std::uint32_t frame, const Instruction& in);  // true: go on with the frame
  void together(std::uint32_t frame, const Instruction& in);
  void start_leg(std::uint32_t frame, std::uint32_t edge);
  std::uint32_t branch(std::uint32_t frame, std::uint32_t pc, FrameKind kind);
  void choose(std::uint32_t frame, const Instruction& in);
  void replicate(std::uint32_t frame, const Instruction& in);
  bool take_lock(std::uint32_t frame, std::uint32_t lock);
  void release_locks(std::uint32_t frame);
  bool cache_look(std::uint32_t frame, const Instruction& in);
  bool has_stale(std::uint32_t frame, std::uint32_t cache);
  void cache_fill(std::uint32_t frame, std::uint32_t cache, bool success);

  // --- engine_calls.cpp: edges and their policies ---
  void begin_call(std::uint32_t frame, std::uint32_t edge);
  std::uint32_t new_child(std::uint32_t caller, std::uint32_t edge, std::uint32_t instance);
  void send(std::uint32_t child);
  void vanish(std::uint32_t child);
  std::uint32_t pick(std::uint32_t link, std::uint32_t caller_instance, std::uint32_t key);
  std::uint32_t pick_copy(const EdgeInfo& edge, std::uint32_t caller_instance, std::uint32_t key);
  std::uint32_t shard_of(const ServiceInfo& store, std::uint32_t key) const;
  void start_attempt(std::uint32_t call);
  void after_bulkhead(std::uint32_t call, int which);
  void launch(std::uint32_t call, int which);
  void launch_to(std::uint32_t call, int which, std::uint32_t callee, bool pooled);
  void settle(Call& call, int which, std::uint32_t caller);
  bool next_waiting(Line& line, Handle& call);
  void launch_quorum(std::uint32_t call, int which, const EdgeInfo& edge);
  void attempt_answered(std::uint32_t child);
  void attempt_ended(std::uint32_t call, int which, Cause cause, std::uint8_t seen,
                     std::uint32_t trace);
  void end_call(std::uint32_t call, Cause cause, std::uint8_t seen, std::uint32_t trace);
  void fail_attempt(std::uint32_t call, int which, Cause cause, std::uint8_t seen);
  void retry_or_fail(std::uint32_t call, Cause cause, std::uint8_t seen);
  void hedge(std::uint32_t call);
  void abandon_call(std::uint32_t call, std::uint32_t caller);
  void release_bulkhead(const EdgeInfo& edge, std::uint32_t caller_local);
  void release_connection(const EdgeInfo& edge, std::uint32_t caller_instance);
  void count_in_flight(const EdgeInfo& edge, std::uint32_t caller, std::uint32_t callee, int by);
  void edge_timer(std::uint32_t edge);
  void arm(std::uint32_t edge);
  void timer(std::uint32_t note);
  void other_timer(const Note& note);
  std::uint32_t new_note(std::uint32_t call, std::uint16_t ticket, TimerPurpose purpose);
  std::uint32_t pool_of(const EdgeInfo& edge, std::uint32_t caller_instance) const;
  std::uint32_t local(std::uint32_t instance) const {
    return instance - p_.services[p_.instances[instance].service].first_instance;
  }

  // --- policies/balancing.cpp: which instance ---
  std::uint32_t among(const std::vector<std::uint32_t>& list, const LinkInfo& link,
                      const ServiceInfo& callee, std::uint32_t caller_instance, std::uint32_t key);
  std::uint32_t in_flight(const LinkInfo& link, std::uint32_t caller, std::uint32_t callee) const {
    return in_flight_[link.in_flight + local(caller) * p_.services[link.callee_service].instances +
                      local(callee)];
  }
  std::uint32_t by_hash(const Rotation& rotation, const LinkInfo& link, std::uint32_t caller,
                        std::uint32_t key, bool bounded) const;
  const std::vector<std::uint32_t>& zone_local(const Rotation& rotation, const LinkInfo& link,
                                               std::uint32_t caller);

  // --- engine_load.cpp ---
  void start_sources();
  void source(std::uint32_t source);
  void user(std::uint32_t user);
  void enter(const SourceInfo& source, std::uint32_t source_index, std::uint32_t key);
  void schedule_source(std::uint32_t source);
  void entry_answered(std::uint32_t frame);
  double factor_at(const SourceInfo& source, Time at, Time& next_change) const;

  // --- engine_channels.cpp ---
  void deliver_message(std::uint32_t channel, std::uint32_t event, std::uint32_t key);
  void pull(std::uint32_t group);
  void pull_partition(std::uint32_t group, std::uint32_t partition);
  bool takes_message(std::uint32_t group, std::uint32_t instance) const;
  void handle(std::uint32_t group, std::uint32_t message, std::uint32_t instance);
  void message_done(std::uint32_t frame);
  void message_over(std::uint32_t message, bool handled);
  void redeliver(std::uint32_t message);
  void reassign(std::uint32_t service);
  void behind(ChannelCounters& counters, int by);

  // --- policies/fault.cpp ---
  void plan_faults();
  void happening(std::uint32_t index);
  void apply(std::uint32_t fault, bool begins);
  void pause(std::uint32_t instance, bool begins, Time until);
  void elect(std::uint32_t service, std::uint32_t lost);
  void elected(std::uint32_t service, std::uint32_t shard);
  void started(std::uint32_t instance);
  void kill(std::uint32_t frame, bool silent);
  void unlink_from(Line& line, std::uint32_t frame);
  void lose(std::uint32_t instance, bool silent);
  void bring_back(std::uint32_t instance);
  void kill_inside(std::uint32_t instance, bool silent);
  void set_rotation(std::uint32_t instance, bool in);
  void rebuild_rotation(std::uint32_t service);
  void set_slowness(std::uint32_t instance);
  bool answer_is_lost(std::uint32_t frame);
  double drop_share(std::uint32_t from, std::uint32_t to) const;

  // --- policies/scaling.cpp ---
  void scale(std::uint32_t service);
  void scaled(std::uint32_t instance);
  double scale_metric(std::uint32_t service, double seconds);

  // --- engine_measure.cpp ---
  void finish_measures();
  void merge_trace(Frame& frame, std::uint32_t child_trace, std::uint32_t hop);
  Snapshot snapshot();
  void bucket();
  void phase();
  StationCounters service_count(std::uint32_t service);
  void check_conservation();
  void sample_level();
  std::uint32_t new_trace();
  void add_segment(std::uint32_t trace, std::uint32_t hop, Time time);

  // --- small and hot ---
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
    add_segment(f.trace, hop, now_ - f.since);
    f.since = now_;
  }
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
  std::vector<Lock> locks_;
  std::vector<CacheState> caches_;
  std::vector<GroupState> group_state_;
  std::vector<User> users_;
  std::vector<std::uint64_t> source_count_, trace_every_;

  // faults
  std::vector<Happening> happenings_;
  std::vector<std::uint32_t> down_count_, pause_count_;  // per instance: overlapping faults
  std::vector<bool> silent_;
  std::vector<double> cpu_factor_, slow_factor_, fail_share_, base_slowness_, stretch_;
  std::vector<std::uint32_t> active_network_;  // faults
  bool network_faulty_ = false, failing_ = false;
  std::uint32_t fault_stream_ = 0, key_stream_ = 0;
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
