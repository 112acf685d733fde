// An architecture as an open queueing network in flat arrays, and its solution. Compiling is done
// once a topology; a search then changes the numbers (instances, cpu, copies, pools, policies) in
// place and solves again. Solving allocates nothing once a solution has been used.
//
// What is solved (`solve`):
// 1. Rates, callers first: arrivals at every endpoint, store, external and channel from the
//    operations' load, multiplied along calls, branches, repeats, misses, retries and consumers.
// 2. Waiting at every station by its own M/G/c (Allen-Cunneen), as in a Jackson network: arrivals
//    are taken as Poisson, stations as independent.
// 3. Times and failures, callees first: cumulants of hops add, parallel branches take the maximum,
//    timeouts cut, retries add what they wait for.
// 4. Failures change the rates (retries), times change the slots that are held: 1..3 are repeated
//    from an idle system until nothing moves. The result is the least fixed point, that of a system
//    which has not been pushed over; whether it could be is what `Stability` says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "estimate/breakers.h"
#include "estimate/estimate.h"
#include "estimate/instructions.h"
#include "estimate/moments.h"
#include "estimate/solution.h"
#include "model/architecture.h"

namespace scantling {

class Catalog;

struct NetPolicy {
  double timeout_seconds = kUnlimited;
  int attempts = 1;
  bool on_timeout = true, on_error = true, on_rejected = true;
  double backoff_seconds = 0;  // mean before the second attempt, jitter included; doubles
  double cap_seconds = 0;
  double budget = 1e9;
  bool propagate = false;
  double hedge_after_seconds = kUnlimited;
  double hedge_at_most = 1;
  std::int32_t breaker = -1;  // of `breakers`
};

// One a caller's instance: of all calls of a service to one element under the same terms.
struct NetBreaker {
  std::int32_t service = -1;  // that calls
  std::int32_t callee = -1;   // services first, then stores, externals, channels
  std::string to;             // its name
  BreakerTerms terms;
};

struct NetService {
  // Varied by a search.
  double instances_low = 1, instances_high = 1;
  double scale_target = 0;  // utilisation aimed at between low and high; 0: stays at low
  int servers = 1;          // cpu servers of one instance
  double speed = 1;         // of one server
  double concurrency = kUnlimited;
  double queue = kUnlimited;
  bool spread_zones = true;
  // Of the topology.
  double visits = 1;  // of one request to it, as a visit sees them: see count_visits
  Balance balance = Balance::RoundRobin;
  Discipline discipline = Discipline::Fifo;
};

struct NetStore {
  double copies = 1, shards = 1, concurrency = 32;
  Moments read, write;  // at the server
  ConsistencyKind consistency = ConsistencyKind::Strong;
  double read_quorum = 1, write_quorum = 1;
  double hottest_key = 0;  // share of the requests; 0: even
  double failover_seconds = 30;
  bool spread_zones = true;
  bool read_anywhere = false;  // some steps choose any copy by themselves
  // Network, there and back: to the copy that answers, also where any does, and from a leader to
  // those that make a majority with it.
  Moments reach, reach_any, copying;

  bool any_copy(const NetInstruction& of) const {
    return of.copy == CopyChoice::Stores ? consistency == ConsistencyKind::Eventual
                                         : of.copy == CopyChoice::Any;
  }
};

// Connections from one service to one store, or of all services to it.
struct NetPool {
  std::int32_t store = -1;
  std::int32_t service = -1;  // -1: shared by all
  double size = kUnlimited;   // of one instance when `service` is valid
  double waiting = kUnlimited;
};

struct NetExternal {
  Moments latency;
  double limit = kUnlimited;
  double availability = 1;
};

struct NetChannel {
  double partitions = 1;
  bool topic = true;
  double copies = 3, in_sync = 2;
  bool spread_zones = true;
};

struct NetEndpoint {
  std::int32_t service = -1;
  std::int32_t first = 0, last = 0;     // instructions, end excluded
  double mean_load = 0, peak_load = 0;  // from outside, per second
  double schedule_load = 0;             // `every`: a rate that no load factor changes
  std::int32_t channel = -1;            // consumes
  double concurrency = 1;               // consumers: messages in progress, of one instance
  int deliveries = 1;                   // consumers: of one message, at most
};

// A step whose failure fails its endpoint, with the probability that a request comes to need it.
struct NetDependency {
  // Copies: any copy of a store, of those that answer by more than one or by a leader.
  enum class Kind : std::uint8_t { Service, Store, Copies, External, Channel };
  Kind kind = Kind::Service;
  std::int32_t index = -1;
  double need = 1;
  std::uint64_t domains = 0;  // failure domains that it is in: bit i for `domain_down[i]`
};

// An event as published on a channel, and the endpoints that it starts.
struct NetEvent {
  std::int32_t channel = -1;
  std::vector<std::int32_t> consumers;
};

// A station that a branch of a fork comes to, so often in one request.
struct NetReach {
  enum class Kind : std::uint8_t { Slots, Processor, Store };
  Kind kind = Kind::Slots;
  std::int32_t branch = 0;
  std::int32_t station = -1;
  double visits = 1;
};
struct NetFork {
  std::int32_t first = 0, last = 0;  // of `reached`, by branch; end excluded
};

struct NetCaller {
  std::int32_t service = -1;
  std::int32_t link = -1;  // of all pairs of a service and one that it calls
};

struct EstimateNetwork {
  std::vector<NetInstruction> code;
  std::vector<NetPolicy> policies;
  std::vector<NetBreaker> breakers;
  std::vector<NetService> services;  // this and the next four in the model's order
  std::vector<NetStore> stores;
  std::vector<NetExternal> externals;
  std::vector<NetChannel> channels;
  std::vector<NetEndpoint> endpoints;  // by service
  std::vector<NetPool> pools;
  std::vector<NetEvent> events;
  std::vector<NetFork> forks;  // of each `Together`
  std::vector<NetReach> reached;
  std::vector<std::int32_t> callers_first;             // endpoints; read backwards: callees first
  std::vector<std::uint8_t> is_entry;                  // of each endpoint: an operation's first
  std::vector<std::int32_t> operation_entry;           // endpoint of each operation, or -1
  std::vector<double> operation_mean, operation_peak;  // its own load
  std::vector<int> depth;  // of each endpoint: services in its longest chain
  std::vector<std::vector<NetDependency>> dependencies;  // of each endpoint, its service first
  std::vector<double> domain_down;  // unavailability of what failure domains share; at most 64
  std::vector<std::vector<NetCaller>> callers;  // of each service
  std::vector<std::int32_t> first_endpoint;     // of each service
  std::vector<EndpointId> endpoint_ids;
  std::int32_t locks = 0, links = 0;
  int zones = 1, regions = 1;
  bool active_active = false;
  Moments hop, hop_near;      // network, there and back
  double region_seconds = 0;  // to another region, one way
  std::vector<std::string> does_not_apply;

  std::int32_t index_of(EndpointId id) const {
    return first_endpoint[static_cast<std::size_t>(id.service.index)] + id.index;
  }
};

EstimateNetwork compile_network(const Architecture& model);
void solve(const EstimateNetwork& network, const EstimateOptions& options, NetworkSolution& out);
// Availability of each endpoint (only of entries, when options.endpoints is false) into
// `out.availability`; needs `solve` before (how many instances carry the load). See
// availability.cpp for the algebra.
struct SolveMemo;  // incremental.h
void solve_availability(const EstimateNetwork& network, const EstimateOptions& options,
                        NetworkSolution& out, SolveMemo* memo = nullptr);
// What it costs a month: machines held at mean load, stores sized for peak. See cost.cpp.
std::vector<CostLine> estimate_cost(const Architecture& model, const EstimateNetwork& network,
                                    const NetworkSolution& at_mean, const NetworkSolution& at_peak,
                                    const Catalog& catalog);

}  // namespace scantling
