// Runs one replication of a program.
#pragma once

#include "simulate/engine_state.h"

namespace scantling::sim {

class Engine : private EngineState {
  friend struct EngineBreaker;  // a test: breaks a counter, to see that it is found

 public:
  Engine(const Program& program, const RunOptions& options);
  Replication run();

  // In steps, for splitting (rare.h): `begin`, then `advance` event by event while it is true.
  // Between events, `split` gives a copy with random numbers of its own that has measured nothing.
  void begin();
  bool advance();
  Engine split(std::uint64_t copy);
  Time now() const { return now_; }
  bool measuring() const { return measuring_; }
  std::uint32_t held(std::uint32_t service) const;  // requests in its fullest instance
  struct Answers {
    std::uint64_t good = 0, bad = 0;
  };
  Answers answers(std::uint32_t operation) const;  // since the start of the run

 private:
  // --- engine.cpp: the loop and what a frame does at a station ---
  void seed_streams(std::uint64_t seed);
  void go(std::uint64_t most);  // events
  void dispatch(const Event& event);
  void go_on(Ready item);
  void step(std::uint32_t frame);
  void begin_work(std::uint32_t frame, const Instruction& in);
  void share_work(std::uint32_t frame, const Instruction& in);
  void start_work(std::uint32_t frame, Station& station);
  void start_next(Station& station);
  void line_up(Station& s, Line& line, PriorityLine& ranks, std::uint32_t frame);
  std::uint32_t work_done(std::uint32_t frame);
  void work_cut(std::uint32_t frame);
  std::uint32_t arrive(std::uint32_t frame);
  void trace_arrival(std::uint32_t frame);
  void nobody_there(std::uint32_t frame);
  void look_up();
  void arm_shared(std::uint32_t instance);
  void shared_done(std::uint32_t instance);
  void refuse(std::uint32_t frame, Station& station, Cause cause);
  void admit_next(Station& station);
  bool guarded(std::uint32_t frame, const Station& station, Cause& cause);
  void leave(std::uint32_t frame);  // the instance's system: slot, locks, counters
  void finish(std::uint32_t frame, Cause cause, Seen seen);
  void deliver(std::uint32_t frame);
  void complete(std::uint32_t frame);
  void leg_answered(std::uint32_t frame);
  void fail_frame(std::uint32_t frame);
  void resume(Handle parent, Cause cause, Seen seen, std::uint32_t trace, std::uint32_t hop);
  void join(std::uint32_t frame);
  void release(std::uint32_t frame);
  void forget_what_is_left();

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
  void begin_guarded_call(std::uint32_t frame, std::uint32_t edge);
  std::uint32_t new_child(std::uint32_t caller, std::uint32_t edge, std::uint32_t instance);
  void send(std::uint32_t child);
  void vanish(std::uint32_t child);
  std::uint32_t pick(std::uint32_t link, std::uint32_t caller_instance, std::uint32_t key);
  std::uint32_t pick_of_many(const LinkInfo& link, std::uint32_t caller, std::uint32_t key);
  std::uint32_t pick_in_shard(const EdgeInfo& edge, std::uint32_t caller, std::uint32_t key);
  std::uint32_t pick_copy(const EdgeInfo& edge, std::uint32_t caller_instance, std::uint32_t key);
  std::uint32_t shard_of(const ServiceInfo& store, std::uint32_t key) const;
  std::uint32_t home_of(std::uint32_t key) const;
  std::uint32_t home_slot(std::uint32_t key, double u, std::uint32_t n) const;
  void start_attempt(std::uint32_t call);
  void after_bulkhead(std::uint32_t call, int which);
  void launch(std::uint32_t call, int which);
  void launch_to(std::uint32_t call, int which, std::uint32_t callee, bool pooled);
  void settle(Call& call, int which, std::uint32_t caller);
  bool next_waiting(Line& line, Handle& call);
  void launch_quorum(std::uint32_t call, int which, const EdgeInfo& edge);
  void attempt_answered(std::uint32_t child);
  void attempt_ended(std::uint32_t call, int which, Cause cause, Seen seen, std::uint32_t trace);
  void end_call(std::uint32_t call, Cause cause, Seen seen, std::uint32_t trace);
  void fail_attempt(std::uint32_t call, int which, Cause cause, Seen seen);
  void retry_or_fail(std::uint32_t call, Cause cause, Seen seen);
  void hedge(std::uint32_t call);
  void abandon_call(std::uint32_t call, std::uint32_t caller);
  void release_bulkhead(const EdgeInfo& edge, std::uint32_t caller_local);
  void release_connection(const EdgeInfo& edge, std::uint32_t caller_instance);
  void count_in_flight(const EdgeInfo& edge, std::uint32_t caller, std::uint32_t callee, int by);
  void start_timeout(std::uint32_t call);
  bool take_connection(std::uint32_t call, int which);
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
    return in_flight_[link.counter(caller, callee)];
  }
  std::uint32_t least_of_three(const std::vector<std::uint32_t>& list, const LinkInfo& link,
                               std::uint32_t caller);
  std::uint32_t by_hash(const Rotation& rotation, const LinkInfo& link, std::uint32_t caller,
                        std::uint32_t key, bool bounded) const;
  const std::vector<std::uint32_t>& zone_local(const Rotation& rotation, const LinkInfo& link,
                                               std::uint32_t caller);

  // --- policies/: optimistic, tied, ejection, health, rate_limit ---
  void read_version(std::uint32_t frame, std::uint32_t row);
  bool commits(std::uint32_t frame);
  void tie(std::uint32_t call, int which, std::uint32_t child);
  void take_other_back(std::uint32_t frame);
  void taken_back(std::uint32_t frame, std::uint32_t generation);
  bool drop_taken_back(std::uint32_t frame);
  bool ended_taken_back(std::uint32_t call, int which, const Frame& child);
  bool may_take_out(std::uint32_t service) const;
  void learn_outcome(std::uint32_t instance, Cause cause);
  void readmit(std::uint32_t instance);
  bool callees_answer(std::uint32_t service) const;
  bool passes_check(std::uint32_t instance) const;
  void check_health(std::uint32_t service);
  bool throttled(std::uint32_t service, std::uint32_t key);
  double slowdown(std::uint32_t instance) const;
  void promoted(std::uint32_t service, std::uint32_t former, std::uint32_t leader);
  Time rebuilding(std::uint32_t instance);
  void remember_answer(std::uint32_t instance, bool well);

  // --- policies/replication.cpp ---
  std::uint32_t log_of(std::uint32_t instance) const;
  void log_write(std::uint32_t frame, std::uint32_t replication, std::uint32_t work);
  void ship(std::uint32_t leader);
  void ship_timer(std::uint32_t instance);
  void ship_now(std::uint32_t instance);
  void applied(std::uint32_t frame);
  void shown(std::uint32_t instance, std::uint32_t number);
  void show(std::uint32_t leader, std::uint32_t copy, std::uint32_t number);
  void missed(std::uint32_t frame);
  void missed(std::uint32_t instance, std::uint32_t number);
  void resend(std::uint32_t instance);
  void see(std::uint32_t frame, std::uint32_t replication);
  std::uint32_t operation_of(std::uint32_t frame) const;
  void copy_lost(std::uint32_t instance);
  void copy_back(std::uint32_t instance);
  std::uint32_t most_advanced(std::uint32_t service, std::uint32_t first) const;
  void leads(std::uint32_t instance, std::uint32_t before);

  // --- engine_load.cpp, policies/arrivals.cpp ---
  void plan_bursts();
  void schedule_replay(std::uint32_t source);
  void start_sources();
  std::uint32_t source(std::uint32_t source);
  void user(std::uint32_t user);
  std::uint32_t enter(const SourceInfo& source, std::uint32_t source_index, std::uint32_t key);
  void schedule_source(std::uint32_t source);
  void schedule_steady(const SourceInfo& info, std::uint32_t source);
  void schedule_next(std::uint32_t source);
  void think(std::uint32_t user);
  bool wants_trace(std::uint32_t source);
  void entry_answered(std::uint32_t frame);
  double factor_at(const SourceInfo& source, Time at, Time& next_change) const;

  // --- engine_channels.cpp ---
  void deliver_message(std::uint32_t channel, std::uint32_t event, std::uint32_t key,
                       std::uint32_t trace);
  void pull(std::uint32_t group);
  void pull_owned(std::uint32_t group, std::uint32_t instance, std::uint32_t partition);
  void pull_partition(std::uint32_t group, std::uint32_t partition);
  bool leader_answers(std::uint32_t broker, std::uint32_t partition) const;
  void pull_channel(std::uint32_t broker);
  bool takes_message(std::uint32_t group, std::uint32_t instance) const;
  void handle(std::uint32_t group, std::uint32_t message, std::uint32_t instance);
  void fetch(std::uint32_t group, std::uint32_t message, std::uint32_t instance);
  void return_fetched(std::uint32_t instance);
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
  void set_failing(const FaultInfo& changed);
  bool request_is_lost(std::uint32_t child);
  bool answer_is_lost(std::uint32_t frame);
  double drop_share(std::uint32_t from, std::uint32_t to) const;

  // --- policies/scaling.cpp ---
  void scale(std::uint32_t service);
  void scaled(std::uint32_t instance);
  double scale_metric(std::uint32_t service, double seconds);

  // --- engine_measure.cpp ---
  void finish_measures();
  void end_trace(Frame& frame);
  void keep_trace(std::uint32_t operation, Time took, std::uint32_t trace);
  void merge_trace(Frame& frame, std::uint32_t child_trace, std::uint32_t hop);
  Snapshot snapshot();
  void bucket();
  void phase();
  StationCounters service_count(std::uint32_t service);
  void check_conservation();
  void check_flow();
  void sample_level();
};

}  // namespace scantling::sim

#include "simulate/engine_inline.h"
