// The fixed point of a network: one object a solution. Its parts are in solve.cpp (rates, stations,
// rounds), solve_times.cpp (times and failures, slots, channels), solve_breakers.cpp,
// solve_closed.cpp and solve_stability.cpp.
#pragma once

#include "estimate/closed.h"
#include "estimate/closed_load.h"
#include "estimate/hops.h"
#include "estimate/incremental.h"
#include "estimate/network.h"

namespace scantling {

inline std::size_t at(std::int32_t i) {
  return static_cast<std::size_t>(i);
}

// Change of a round that is none any more, of a number itself.
inline constexpr double kSettled = 1e-6;

class NetworkSolver {
 public:
  NetworkSolver(const EstimateNetwork& network, const EstimateOptions& options,
                NetworkSolution& out, SolveMemo* memo = nullptr)
      : net_(network),
        options_(options),
        out_(out),
        memo_(memo != nullptr && memo->usable ? memo : nullptr) {}
  void run();
  void run_closed(const ClosedUsers& users);

 private:
  void prepare();
  void prepare_again();
  void rates_again();
  double outside_rate(const NetEndpoint& endpoint) const;
  void rates();
  void endpoint_rates(const NetEndpoint& endpoint, double weight);
  void deliver(const NetInstruction& publish, double rate);
  void stations();
  void service_station(std::size_t i);
  void pool_station(std::size_t i);
  void turns();
  void see_slots();
  bool unchanged(std::size_t endpoint) const;
  void solve_endpoint(std::size_t endpoint);
  // Whether a part was last solved from these numbers; from now on it is.
  static bool same(SolveMemo::Key& known, const SolveMemo::Key& now);
  bool known(std::vector<SolveMemo::Key> SolveMemo::* keys, std::size_t i,
             const SolveMemo::Key& now) {
    return memo_ != nullptr && same((memo_->*keys)[i], now);
  }
  void note_change(std::size_t part, bool different) {
    if (different) memo_->changed[part] = memo_->round;
  }
  void store_station(std::size_t i);
  void any_copy(std::size_t i, double alive, double hot);
  Moments batch_seconds(const NetInstruction& op) const;
  void times();
  void endpoint_times(std::size_t e);
  void access(std::size_t pc, NetworkSolution::Frame& frame);
  void close(std::size_t pc);
  double alike(const NetInstruction& together, const NetworkSolution::Frame* lists) const;
  void admission();
  void through_breaker(const NetPolicy& policy, AttemptState& attempt, Attempted& call) const;
  void breakers();
  void consumers();
  bool moved();
  void amplified();
  double answer_seconds() const;
  // Waiting at a set of queues: `which` counts services, their slots, stores, pools, locks.
  Waiting closed_wait(std::size_t which, const ClosedVisit& visit) {
    return closed_->wait(which, visit);
  }
  // The same at the instances of a service.
  Waiting closed_balanced(std::size_t which, std::size_t service, ClosedVisit visit);
  std::size_t slots_at(std::size_t i) const { return net_.services.size() + i; }
  std::size_t store_at(std::size_t i) const { return 2 * net_.services.size() + i; }
  std::size_t pool_at(std::size_t i) const { return store_at(net_.stores.size()) + i; }
  std::size_t lock_at(std::size_t i) const { return pool_at(net_.pools.size()) + i; }
  bool shielded(std::int32_t policy, double longest, bool can_fail, Discipline discipline) const;
  void endpoint_longest(std::size_t e);
  void amplify_endpoint(std::size_t e);
  double instances_of(const NetService& service, double demand) const;
  double miss(const NetInstruction& fill) const {
    return 1 - (1 - fill.amount) * options_.cache_hit_factor;
  }
  double left(bool spread) const;
  double callers_of(std::size_t service) const;
  bool longest_known();
  bool copies_known();

  const EstimateNetwork& net_;
  const EstimateOptions& options_;
  NetworkSolution& out_;
  SolveMemo* memo_;                 // of the last solution; null: nothing is remembered
  ClosedQueues* closed_ = nullptr;  // while a closed load is solved
  double closed_scale_ = 0;         // of all peak loads
};

}  // namespace scantling
