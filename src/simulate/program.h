// What the engine runs: an architecture and an experiment compiled to flat arrays. Everything is an
// index; nothing here points to the model, and names are only kept for results.
//
// One mechanism carries all: a *service* is a set of *instances*, each a station with servers,
// slots and queues; an *endpoint* is a list of instructions that a *frame* executes at one
// instance; an *edge* is a call site with its policies. Stores, externals and brokers are services
// too, whose endpoints (`read`, `write`, `append`, ...) are written by the compiler.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/distribution.h"
#include "model/enums.h"
#include "simulate/instructions.h"
#include "simulate/loads.h"
#include "simulate/policies/slowdown.h"

namespace scantling::sim {

enum class ServiceKind : std::uint8_t { Outside, Service, Store, External, Channel };

struct ServiceInfo {
  ServiceKind kind = ServiceKind::Service;
  std::uint32_t model_id = none;  // index in the model's vector
  std::string name;
  std::uint32_t first_instance = 0, instances = 0;  // instances that may ever run
  std::uint32_t initial = 0;                        // that run at the start
  std::uint32_t servers = 1;                        // for `work`, of one instance
  double speed = 1;                                 // of one server
  std::uint32_t slots = unlimited;                  // requests in progress, of one instance
  std::uint32_t queue = unlimited;                  // waiting for a slot
  Discipline discipline = Discipline::Fifo;
  Balance balance = Balance::RoundRobin;
  std::uint32_t shed = unlimited;
  double rate_limit = 0;      // per second over all instances; 0: none
  std::uint32_t callers = 0;  // that the limit is counted for each; 0: for all together
  SlowdownInfo slows;
  Time detection = 0;  // from a loss to leaving the rotation
  Time start = 0;      // from the end of a loss to ready
  // Active checks that take part in the pool of requests, or look at the callees; 0: none.
  Time health_every = 0, health_timeout = 0;
  std::uint32_t health_failures = 0;
  bool health_deep = false, health_apart = false;
  // Consecutive errors after which a caller ejects an instance (0: never), and the floor.
  std::uint32_t eject_after = 0;
  double eject_at_most = 0;
  Time eject_time = 0;
  // Autoscaling; interval 0: none.
  ScaleMetric scale_metric = ScaleMetric::Utilisation;
  double scale_target = 0;
  Time scale_interval = 0, scale_delay = 0;
  std::uint32_t scale_step = 0, scale_low = 0, scale_high = 0;
  // Stores: instance = shard * copies + copy; copy 0 leads at the start.
  std::uint32_t shards = 1, copies = 1;
  WeightedChoice shard_choice;  // empty: even
  Time failover = 0;
  bool rebuilds_all = false;  // copies, after a promotion
  Time rebuild_time = 0;
  std::uint32_t replication = none;  // of `replications`: copies that writes do not wait for
  std::uint32_t hop_queue = none, hop_run = none, hop_pool = none;
};

struct InstanceInfo {
  std::uint32_t service = 0;
  std::uint16_t zone = 0;
};

struct EndpointInfo {
  std::string name;
  std::uint32_t service = 0;
  std::uint32_t model_index = none;  // within its service
  std::uint32_t first_pc = 0;
  std::uint32_t priority = 1;
  std::uint32_t rank = 0;  // 0: the highest priority of its service
  bool locks = false;
  std::uint32_t shed_at = unlimited;  // refused from so many requests in its instance on
};

enum class Access : std::uint8_t { Balanced, Leader, AnyCopy, Quorum };

struct EdgeInfo {
  std::string from, to;
  std::uint32_t caller_endpoint = none;
  std::uint32_t caller_service = 0, callee_service = 0, callee_endpoint = 0;
  std::uint32_t link = 0;
  Access access = Access::Balanced;
  std::uint16_t quorum = 1;  // Quorum: copies that must answer
  bool plain = true;         // no policy, no pool: the quick path
  bool propagate = false;    // the deadline travels with the call
  Time timeout = 0;          // 0: none
  std::uint16_t attempts = 1;
  std::uint8_t retry_on = seen_timeout | seen_error | seen_rejected;
  Jitter jitter = Jitter::Full;
  Time backoff = 0, cap = 0;
  std::uint32_t budget = none;    // of `budgets`
  std::uint32_t breaker = none;   // of `breakers`
  std::uint32_t bulkhead = none;  // of `bulkheads`
  std::uint32_t throttle = none;  // of `throttles`
  Time hedge_after = 0;
  double hedge_at_most = 1;
  bool tied = false;
  bool hard = true;  // without a fallback
  bool pooled = false;
  std::uint32_t stream = 0;  // jitter, hedges
  std::uint32_t hop_wait = none, hop_failed = none, hop_backoff = none, hop_network = none;
};

// All calls of one service to another: what their instances share.
struct LinkInfo {
  std::uint32_t caller_service = 0, callee_service = 0;
  std::uint32_t stream = 0;
  std::uint32_t in_flight = none;  // first of callers x callees counters, when the balancer counts
  std::uint32_t turn = 0;          // first of one round-robin position a caller instance
  std::uint32_t pool = none;       // first of one pool a caller instance, or the shared one
  bool pool_shared = false;
  // Which counter is that of a pair of instances: set with `in_flight`.
  std::uint32_t counters_base = 0, counters_step = 0;
  std::uint32_t counter(std::uint32_t caller, std::uint32_t callee) const {
    return counters_base + caller * counters_step + callee;
  }
};

struct BudgetInfo {
  double share = 0;
  std::uint32_t first = 0;  // one bucket a caller instance
};
struct BreakerInfo {
  double share = 0;  // of the window; 0: consecutive
  std::uint32_t consecutive = 0;
  std::uint32_t window = 20, probes = 1;
  Time open = 0;
  std::uint32_t first = 0;  // one a caller instance
  std::uint32_t callers = 0;
};
struct BulkheadInfo {
  std::uint32_t calls = unlimited, waiting = 0;
  std::uint32_t first = 0;
};
struct ThrottleInfo {
  double accepts = 2;
  Time over = 0;
  std::uint32_t first = 0;
};
struct PoolInfo {
  std::uint32_t size = unlimited, waiting = unlimited;
};

struct CacheInfo {
  std::uint32_t service = 0;
  double hit_share = 0;    // rate-level: in the long run
  std::uint64_t keys = 0;  // key-level when > 0
  double skew = 0;
  std::uint64_t capacity = 0;  // keys; 0: all
  Time expires = 0;            // 0: never
  bool single_flight = false, leases = false;
  std::uint32_t stream = 0;
  std::uint32_t state = 0;  // caches of one store and keys share their content
};

struct ReplicationInfo {
  std::uint32_t service = 0;
  Time lag = 0;  // from the answer of a write until it is sent; `kept`: until it is seen
  // A write that was answered is at as many copies as it takes for none to be lost. They all show
  // it late: what they have written down they have not yet applied.
  bool kept = false;
  ZipfChoice keys;  // that are written and read
  std::uint32_t stream = 0;
  std::uint32_t first = 0;  // of the logs: one a shard
};

struct GroupInfo {
  std::uint32_t endpoint = 0;
  std::uint32_t channel = 0;
  std::uint32_t concurrency = 1;      // messages in progress, of one instance
  std::uint32_t prefetch = 0;         // messages that one instance holds at most; 0: as many
  std::uint32_t operation = none;     // of `operations`
  std::vector<std::uint32_t> events;  // empty: all
};
struct ChannelInfo {
  std::uint32_t model_id = 0;
  std::uint32_t service = 0;  // its broker
  bool ordered = true;        // a topic: one message of a partition at a time
  std::uint32_t partitions = 1;
  std::uint32_t attempts = 0;  // 0: for ever
  bool dead_letter = false;
  bool redeliver = true;
  Time keep = 0;  // 0: for ever
  Time redelivery = 0;
  Time rebalance = 0;
  std::vector<std::uint32_t> groups;
  std::uint32_t stream = 0;
};

struct Program {
  std::vector<Instruction> code;
  std::vector<std::uint32_t> branches;  // pcs
  std::vector<Choice> choices;
  std::vector<TimeSampler> laws;
  std::vector<std::uint8_t> memoryless;  // of each law: exponential
  std::vector<std::uint64_t> stream_purposes;
  std::vector<ServiceInfo> services;  // 0: the outside
  std::vector<InstanceInfo> instances;
  std::vector<EndpointInfo> endpoints;
  std::vector<EdgeInfo> edges;
  std::vector<LinkInfo> links;
  std::uint32_t in_flight_counters = 0, turns = 0;
  std::vector<BudgetInfo> budgets;
  std::uint32_t budget_buckets = 0;
  std::vector<BreakerInfo> breakers;
  std::uint32_t breaker_count = 0;
  std::vector<BulkheadInfo> bulkheads;
  std::uint32_t bulkhead_count = 0;
  std::vector<PoolInfo> pools;
  std::vector<ThrottleInfo> throttles;
  std::uint32_t throttle_count = 0;
  std::uint32_t locks = 0, rows = 0;
  std::vector<std::uint32_t> ranks;  // of each service: different priorities
  std::vector<CacheInfo> caches;
  std::uint32_t cache_states = 0;
  std::vector<ReplicationInfo> replications;
  std::uint32_t logs = 0;
  std::vector<ChannelInfo> channels;
  std::vector<GroupInfo> groups;
  std::vector<SourceInfo> sources;
  std::vector<OperationInfo> operations;
  BurstInfo bursts;
  std::vector<FaultInfo> faults;
  std::vector<Disturbance> disturbances;  // in order of time
  std::uint16_t zones = 1, regions = 1;
  std::uint16_t homes = 1;  // regions that keys have their home in, 1: keys have none
  std::vector<std::uint16_t> region_of_zone;
  std::vector<Time> latency;  // zones x zones, one way
  bool has_latency = false;
  std::vector<std::string> hops;  // names, for the critical path

  Time measured = 0;
  std::vector<Time> phase_ends;  // from the start of the measured time; the last is `measured`
  Time bucket = 1'000'000'000;   // of the time series
  std::vector<std::string> notes;
};

}  // namespace scantling::sim
