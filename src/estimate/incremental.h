// Solving one network again and again while its sizes change: a part is solved anew only where what
// it is made of has changed, to the bit, so that the result is that of `solve` and
// `solve_availability`, to the bit.
//
// What is remembered: of each station, slots and pool, the numbers that it was solved from; of each
// endpoint, since which round the parts that it uses are what they are. A change of one service's
// size reaches its endpoints and those that call them, as far up as numbers differ.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "estimate/network.h"

namespace scantling {

struct SolveMemo {
  using Key = std::array<double, 8>;
  struct Slots {
    Waiting wait;
    Moments waited;
    double scatter = 0;
  };
  // Solved from. The first is never equal to a key: NaN.
  std::vector<Key> services, slots, stores, pools, down;
  std::vector<double> longest, copies;  // what the frontier was solved from
  std::vector<double> speeds;  // of the rates that are there, where they are a first round's
  bool first_rates = false;

  // Parts: services, slots, stores, pools, externals, forks, endpoints.
  std::vector<std::uint64_t> changed;    // round in which each last became another
  std::vector<std::uint64_t> instances;  // the same of the number of a service's instances
  std::vector<std::uint64_t> solved;     // of each endpoint
  std::vector<std::uint64_t> turned;     // of each service: its callers' turns
  std::vector<std::int32_t> needs;       // of all endpoints
  std::vector<std::int32_t> needs_first;
  std::vector<std::uint8_t> always;  // endpoints with locks or breakers
  std::uint64_t rates = 0;           // round of the rates that are there
  std::uint64_t round = 0;

  std::vector<Slots> slots_solved, slots_seen;
  std::vector<double> forked, losses, counts;  // as of `changed`
  // While a first round's rates are solved: what calls come to.
  std::vector<double> calls, passes, success, accepted;

  bool usable = false;  // no calls lead back
  bool filled = false;

  std::size_t slots_at(std::size_t i) const { return slots_seen.size() + i; }
  std::size_t store_at(std::size_t i) const { return 2 * slots_seen.size() + i; }
  std::size_t pool_at(std::size_t i) const { return store_at(stores.size()) + i; }
  std::size_t external_at(std::size_t i) const { return pool_at(pools.size()) + i; }
  std::size_t fork_at(std::size_t i) const { return external_at(losses.size()) + i; }
  std::size_t endpoint_at(std::size_t i) const { return fork_at(forked.size()) + i; }
};

class IncrementalSolver {
 public:
  // Both must outlive it.
  IncrementalSolver(const EstimateNetwork& network, const EstimateOptions& options);
  // With availability. Since the last time only these may have changed: of services instances,
  // servers, speed, concurrency and queue; of stores copies, shards and concurrency.
  const NetworkSolution& solve();

 private:
  const EstimateNetwork& network_;
  EstimateOptions options_;
  NetworkSolution solution_;
  SolveMemo memo_;
};

}  // namespace scantling
