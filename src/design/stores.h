// Which stores a service needs, and which engine, copies and shards fit each.
#pragma once

#include <string>
#include <vector>

#include "design/failovers.h"
#include "design/workspace.h"

namespace scantling {

enum class StoreRole : std::uint8_t { Records, Log, Analytics };

// Aggregates of one service whose access asks for the same kind of engine.
struct StoreNeed {
  ServiceId service;
  StoreRole role = StoreRole::Records;
  std::vector<AggregateId> members;
  double bytes = 0;                      // in three years
  double row_reads = 0, row_writes = 0;  // per second at peak
  bool transactions = false;             // an invariant or an atomic operation
  StoreId store = {};                    // given without an engine; invalid: to be made
};

std::vector<StoreNeed> store_needs(const Workspace& ws);

// The operations whose requests are answered by way of what the need holds, with what experiments
// that take a leader ask of them.
std::vector<FailoverNeed> needs_on(const Workspace& ws, const StoreNeed& need);

// Analytics: scanned by the thousand; Log: appended faster or kept larger than a database of
// records takes. Neither where an invariant or an atomic operation needs transactions.
StoreRole store_role(const Architecture& model, AggregateId id, const AggregateRates& rates);

// What an engine would need to carry it: shards, by size and by writes at 60% of 8 cores a copy.
struct StoreSize {
  int shards = 1;
  double bound_by_bytes = 0, bound_by_writes = 0;
};
int round_up_to(int value, int multiple);  // of both at least 1
// The least multiple of the regions that serve: each is the home of as many shards.
int round_to_homes(const Workspace& ws, int shards);
// Whether every region that serves is the home of some: a request finds its key in its own region.
bool keys_at_home(const Workspace& ws, std::int64_t shards);
// Connections that each of so many instances may have open: 90% of what the servers of all shards
// accept. No bound where the store has none.
std::int64_t connections_allowed(const Store& store, double instances);
inline constexpr double kCoresACopy = 8;
StoreSize size_store(const Technology& engine, const StoreNeed& need);

struct EngineScore {
  const Technology* engine = nullptr;
  double total = 0;
  std::vector<Score> parts;
  std::string against;        // the largest thing that speaks against it
  double lost_with_zone = 0;  // share of the requests, where that is more than is allowed
};
// Best first. Never empty: the catalogue's relational engines carry any records.
std::vector<EngineScore> rank_engines(const Workspace& ws, const StoreNeed& need);

// Of the engines for records that may be chosen: the shortest time without a leader, in seconds.
double shortest_failover_seconds(const Workspace& ws);

// Best first among technologies of a kind, by required, preferred, what the team knows, burden.
std::vector<EngineScore> rank_technologies(const Workspace& ws, std::string_view kind, TeamId team);
// The place among them of the one that is locked, else `best`.
std::size_t pick_technology(Draft& draft, const std::vector<EngineScore>& ranked, std::size_t best);

inline constexpr int kEventsASnapshot = 100;  // that are replayed for a read, at most

}  // namespace scantling
