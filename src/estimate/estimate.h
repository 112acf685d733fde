// The analytic twin: answers in microseconds what the simulation answers in seconds, for the parts
// of a model where closed forms or stated approximations apply.
#pragma once

#include <string>
#include <vector>

#include <cstdint>
#include <string_view>

#include "model/architecture.h"

namespace scantling {

class Catalog;

enum class LoadBasis : std::uint8_t { Mean, Peak };

struct EstimateOptions {
  LoadBasis basis = LoadBasis::Peak;
  double load_factor = 1;
  double cache_hit_factor = 1;  // 0: every cache lost
  int zones_lost = 0;           // capacity of that many zones is taken away
  bool endpoints = true;        // availability of every endpoint, not of entries alone
};

// Stability of a station against load with retries and misses multiplied in (Habibi et al. 2023,
// "Metastability"): C / (w_load x w_capacity).
enum class Stability : std::uint8_t { Stable, Vulnerable, Overloaded };
std::string_view to_text(Stability stability);

struct StationEstimate {
  std::string kind, name;      // "service" | "store" | "external" | "channel"
  double servers = 0;          // processors, or requests served at once, over all instances
  double arrival_rate = 0;     // per second
  double service_seconds = 0;  // mean demand a visit
  // Of the servers: a service's processors, the busiest copy of a store's hottest shard, the
  // slowest consumers of a channel. Over 1: asked for more than there is. A service can also be
  // full by its slots; `capacity` and `stability` count both.
  double utilisation = 0;
  double slots_in_use = 0;       // services: share of `concurrency` that is held; 0 when unlimited
  double wait_mean_seconds = 0;  // a visit: Allen-Cunneen; services: admission included
  double wait_p99_seconds = 0;
  double capacity = 0;         // arrivals per second it can take for ever
  double hidden_capacity = 0;  // the same with every retry and miss happening
  Stability stability = Stability::Stable;
  double in_progress = 0;  // Little: requests held at once
  double connections = 0;  // stores: of all callers in use at once, the network's time included
};

struct EndpointEstimate {
  EndpointId endpoint;
  double rate = 0;  // arrivals per second
  double mean_seconds = 0, p50_seconds = 0, p95_seconds = 0, p99_seconds = 0, p999_seconds = 0;
  double availability = 1;
  std::vector<std::string> hard_dependencies;  // whose failure fails it: "stores.orders-db"
};

struct OperationEstimate {
  OperationId operation;
  EndpointId entry;
  double rate = 0;
  double mean_seconds = 0, p50_seconds = 0, p95_seconds = 0, p99_seconds = 0, p999_seconds = 0;
  double availability = 1;
  int synchronous_depth = 0;  // services one waits for, one after the other
};

struct CostLine {
  std::string element;  // "services.orders", "stores.orders-db", "network"
  std::string what;     // "12 x 1 vCPU, 1 GiB"
  double per_month = 0;
  // Of a store: one machine's; of a channel: what its messages take on all disks.
  double cores = 0, memory_gib = 0, disk_gib = 0;
  double machines = 0;  // of a store; of an engine that shards itself many shards are on one
};

struct Estimate {
  std::vector<StationEstimate> stations;
  std::vector<EndpointEstimate> endpoints;
  std::vector<OperationEstimate> operations;
  std::vector<CostLine> cost;
  double cost_per_month = 0;
  std::string currency = "USD";
  std::vector<std::string> does_not_apply;  // parts left out, and why

  const StationEstimate* station(std::string_view kind, std::string_view name) const;
  const OperationEstimate* of(OperationId operation) const;
  const EndpointEstimate* of(EndpointId endpoint) const;
};

// Times that grow without bound (an overloaded queue that nothing limits) are infinite. Cost is
// always that of mean load, no zone lost. To solve many variants of one topology, see network.h.
Estimate estimate(const Architecture& model, const EstimateOptions& options = {});
Estimate estimate(const Architecture& model, const EstimateOptions& options,
                  const Catalog& catalog);  // with a user's prices

}  // namespace scantling
