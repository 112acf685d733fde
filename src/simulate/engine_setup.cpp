// The state that a run starts from.
#include <algorithm>

#include "simulate/engine.h"

namespace scantling::sim {

void Engine::prepare_stations() {
  const std::size_t n = p_.instances.size();
  stations_.resize(n);
  if (std::any_of(p_.services.begin(), p_.services.end(),
                  [](const ServiceInfo& info) { return info.slows.any(); }))
    memory_.resize(n);
  shared_.resize(n);
  down_count_.assign(n, 0);
  pause_count_.assign(n, 0);
  silent_.assign(n, false);
  to_rebuild_.assign(n, 0);
  starting_.assign(n, false);
  cpu_factor_.assign(n, 1);
  slow_factor_.assign(n, 1);
  fail_share_.assign(n, 0);
  base_slowness_.assign(n, 1);
  stretch_.assign(n, 1);
  ejected_.assign(n, false);
  unwell_.assign(n, false);
  failures_in_row_.assign(n, 0);
  failed_checks_.assign(n, 0);
  ejections_.assign(n, 0);
  health_turn_.assign(p_.services.size(), 0);
  priority_run_.resize(n);
  priority_queue_.resize(n);
  rotation_.resize(p_.services.size());
  running_area_.assign(p_.services.size(), 0);
  running_changed_.assign(p_.services.size(), 0);
  station_guarded_.assign(p_.services.size(), 0);
  wanted_.assign(p_.services.size(), 0);
  scale_last_.resize(p_.services.size());
  scale_hold_.assign(p_.services.size(), 0);
  shard_first_.assign(p_.services.size(), 0);
  for (std::uint32_t k = 0; k < p_.services.size(); ++k) {
    const ServiceInfo& info = p_.services[k];
    const std::uint32_t initial =
        k < options_.initial.size() && options_.initial[k] > 0 ? options_.initial[k] : info.initial;
    wanted_[k] = initial;
    for (std::uint32_t i = 0; i < info.instances; ++i) {
      Station& s = stations_[info.first_instance + i];
      s.service = k;
      s.servers = info.servers;
      s.slots = info.slots;
      s.queue_limit = info.queue;
      s.discipline = info.discipline;
      base_slowness_[info.first_instance + i] = 1 / info.speed;
      s.slowness = 1 / info.speed;
      s.slows = info.slows.any();
      priority_run_[info.first_instance + i].prepare(p_.ranks[k]);
      priority_queue_[info.first_instance + i].prepare(p_.ranks[k]);
      s.up = s.rotating = i < initial;
    }
    rebuild_rotation(k);
    station_guarded_[k] = info.rate_limit > 0 || info.shed != unlimited;
    bucket_first_.push_back(bucket_level_.size());
    bucket_level_.resize(bucket_level_.size() + std::max(1U, info.callers),
                         std::max(1.0, info.rate_limit));
    watched_ = watched_ || info.eject_after > 0;
    if (info.health_every > 0)
      heap_.push(info.health_every / std::max(1U, info.instances), EventKind::Health, k);
    if (info.kind != ServiceKind::Store) continue;
    shard_first_[k] = static_cast<std::uint32_t>(leader_.size());
    for (std::uint32_t shard = 0; shard < info.shards; ++shard)
      leader_.push_back(info.first_instance + shard * info.copies);
  }
  bucket_time_.assign(bucket_level_.size(), 0);
}

void Engine::prepare_lanes() {
  std::vector<Time> times = {0};
  lanes_.resize(1);
  for (Time t : p_.latency) {
    auto lane = static_cast<std::size_t>(std::find(times.begin(), times.end(), t) - times.begin());
    if (lane == times.size() && lane <= EventHeap::most_lanes) {
      times.push_back(t);
      lanes_.emplace_back();
    } else if (lane == times.size()) {
      lane = 0;
    }
    lane_of_.push_back(static_cast<std::uint8_t>(lane));
  }
}

void Engine::prepare_policies() {
  in_flight_.assign(p_.in_flight_counters, 0);
  turn_.assign(p_.turns, 0);
  // Callers start at different places of the rotation: in step they would all hit the same one.
  for (const LinkInfo& link : p_.links)
    for (std::uint32_t i = 0; i < p_.services[link.caller_service].instances; ++i)
      turn_[link.turn + i] = i % std::max(1U, p_.services[link.callee_service].instances);
  rings_.resize(p_.edges.size());
  budget_.assign(p_.budget_buckets, 0);
  hedge_tokens_.assign(p_.edges.size(), 0);
  breaker_.resize(p_.breaker_count);
  bulkhead_.resize(p_.bulkhead_count);
  connections_.resize(p_.pools.size());
  locks_.resize(p_.locks);
  row_version_.assign(p_.rows, 0);
  throttles_.resize(p_.throttle_count);
  caches_.resize(p_.cache_states);
  for (const CacheInfo& cache : p_.caches)
    caches_[cache.state].prepare(cache);
  logs_.resize(p_.logs);
  log_armed_.assign(p_.logs, 0);
  log_lost_at_.assign(p_.logs, 0);
  for (const ReplicationInfo& r : p_.replications)
    for (std::uint32_t shard = 0; shard < p_.services[r.service].shards; ++shard)
      logs_[r.first + shard].prepare(p_.services[r.service].copies);
  for (const GroupInfo& group : p_.groups) {
    const ChannelInfo& channel = p_.channels[group.channel];
    GroupState state;
    state.lines.resize(channel.ordered ? channel.partitions : 1);
    state.busy.assign(state.lines.size(), false);
    state.owner.assign(state.lines.size(), none);
    state.in_progress.assign(p_.services[p_.endpoints[group.endpoint].service].instances, 0);
    if (group.prefetch > 0) state.fetched.resize(state.in_progress.size());
    group_state_.push_back(std::move(state));
  }
  for (std::uint32_t k = 0; k < p_.services.size(); ++k)
    reassign(k);
}

void Engine::prepare_measures() {
  const std::size_t operations = p_.operations.size();
  phases_ = static_cast<std::uint32_t>(p_.phase_ends.size()) + 1;  // the last one: warm-up
  phase_ = phases_ - 1;
  operation_.resize(operations);
  endpoint_.resize(p_.endpoints.size());
  edge_.resize(p_.edges.size());
  channel_.resize(p_.channels.size());
  bucketing_.resize(operations);
  out_.operation_latency.resize(operations * phases_);
  out_.endpoint_latency.resize(p_.endpoints.size());
  out_.channel_delay.resize(p_.channels.size());
  out_.replica_lag.resize(p_.replications.size());
  out_.replicated.resize(p_.replications.size());
  out_.oldest_read.assign(operations, 0);
  out_.overdue.assign(operations, 0);
  out_.operation_series.resize(operations);
  out_.service_series.resize(p_.services.size());
  source_count_.assign(p_.sources.size(), 0);
  replayed_.assign(p_.sources.size(), 0);
  trace_every_.assign(p_.sources.size(), 1);
  for (std::size_t i = 0; i < p_.sources.size(); ++i) {
    const SourceInfo& source = p_.sources[i];
    const double expected = p_.operations[source.operation].nominal_rate *
                            static_cast<double>(end_ - measure_from_) * 1e-9;
    constexpr double wanted = 4000;  // traced requests of one operation
    trace_every_[i] = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(expected / wanted));
  }
  if (options_.pilot) {
    level_step_ = std::max<Time>(1, end_ / 2000);
    heap_.push(level_step_, EventKind::Level, 0);
  }
}

}  // namespace scantling::sim
