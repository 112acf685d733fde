// What one replication counts. Counters run from the start; the difference of two snapshots is a
// window. Histograms are kept per phase of the measured time (before, during, after the faults).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "simulate/state.h"

namespace scantling::sim {

struct OperationCounters {
  std::uint64_t offered = 0, good = 0;
  // Of stores whose copies may be behind: reads, those that missed a write of their key, and those
  // that missed one older than the operation allows.
  std::uint64_t copy_reads = 0, outdated = 0, stale = 0;
  std::array<std::uint64_t, cause_count> errors{};
  std::uint64_t bad() const {
    std::uint64_t sum = 0;
    for (std::uint64_t e : errors)
      sum += e;
    return sum;
  }
};

struct EndpointCounters {
  std::uint64_t arrived = 0, good = 0, bad = 0;
  std::uint64_t shed = 0;  // of the bad: refused for its priority
};

struct EdgeCounters {
  std::uint64_t first = 0, attempts = 0;
  std::array<std::uint64_t, cause_count> errors{};  // of attempts
};

struct ChannelCounters {
  std::uint64_t published = 0, handled = 0, dead = 0, dropped = 0;
  std::uint64_t behind = 0;  // messages not yet handled, over all groups
  std::uint64_t behind_max = 0;
  Time behind_area = 0;
  Time changed = 0;
};

// Of one store, in the measured time.
struct ReplicationCounters {
  std::uint64_t failovers = 0, lost = 0;  // leaders replaced; writes lost with them
  Time longest = 0;                       // before the loss the oldest of these was answered
};

// All counters at one moment.
struct Snapshot {
  Time at = 0;
  std::vector<OperationCounters> operations;
  std::vector<EndpointCounters> endpoints;
  std::vector<EdgeCounters> edges;
  std::vector<StationCounters> services;  // summed over a service's instances
  std::vector<double> running;            // instances in the rotation, area in instance-seconds
  std::vector<ChannelCounters> channels;
  std::vector<double> breaker_open;  // seconds, per breaker group over its callers
};

struct Segment {
  std::uint32_t hop;
  Time time;
};

struct TracedRequest {
  std::uint32_t operation = 0;
  Time total = 0;
  std::vector<Segment> segments;
};

// Answers of one bucket of a time series: 16 parts an octave (quantiles within 3%), quick to clear.
class BucketHistogram {
 public:
  void record(std::int64_t nanoseconds) {
    const std::uint64_t v = static_cast<std::uint64_t>(nanoseconds) | 16;
    const int shift = static_cast<int>(std::bit_width(v)) - 5;
    const std::size_t i = (static_cast<std::size_t>(shift) << 4) + ((v >> shift) & 15);
    ++counts_[i];
    ++count_;
    if (i < low_) low_ = i;
    if (i > high_) high_ = i;
  }
  double quantile_seconds(double q) const;
  void clear();

 private:
  std::array<std::uint32_t, 1024> counts_{};
  std::uint32_t count_ = 0;
  std::size_t low_ = 1023, high_ = 0;
};

// Per bucket of the time series.
struct OperationBucket {
  std::uint32_t offered = 0, good = 0, bad = 0;
  double p50 = 0, p99 = 0;  // seconds
};
struct ServiceBucket {
  float utilisation = 0, queue = 0, instances = 0;
};

struct Replication {
  bool ok = true;
  bool incomplete = false;
  std::string error;  // a broken conservation law: our bug
  std::uint64_t events = 0;
  std::uint64_t hash = 0;
  std::size_t bytes_in_flight = 0, most_frames = 0;
  Snapshot start, end;                       // of the measured time
  std::vector<Snapshot> phases;              // at the end of each phase
  std::vector<Histogram> operation_latency;  // operation x phase
  std::vector<Histogram> endpoint_latency;
  std::vector<Histogram> channel_delay;
  std::vector<Histogram>
      replica_lag;  // per replication: from a write's answer to when a copy has it
  std::vector<ReplicationCounters> replicated;
  std::vector<Time> oldest_read;       // per operation: the oldest write that a read missed
  std::vector<std::uint64_t> overdue;  // per operation
  std::vector<std::vector<OperationBucket>> operation_series;
  std::vector<std::vector<ServiceBucket>> service_series;
  std::vector<TracedRequest> traced;
  std::vector<double> level;       // pilot: requests in the system, sampled evenly
  std::vector<double> cpu_demand;  // pilot: busy servers, mean, per service
  std::vector<std::string> log;    // what happened: breakers, scaling (bounded)
};

}  // namespace scantling::sim
