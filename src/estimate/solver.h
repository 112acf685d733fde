// The fixed point of a network: one object a solution. Its parts are in solve.cpp (rates, stations,
// rounds), solve_times.cpp (times and failures, slots, channels), solve_closed.cpp and
// solve_stability.cpp.
#pragma once

#include "estimate/closed.h"
#include "estimate/closed_load.h"
#include "estimate/hops.h"
#include "estimate/network.h"

namespace scantling {

inline std::size_t at(std::int32_t i) {
  return static_cast<std::size_t>(i);
}

class NetworkSolver {
 public:
  NetworkSolver(const EstimateNetwork& network, const EstimateOptions& options,
                NetworkSolution& out)
      : net_(network), options_(options), out_(out) {}
  void run();
  void run_closed(const ClosedUsers& users);

 private:
  void prepare();
  double outside_rate(const NetEndpoint& endpoint) const;
  void rates();
  void endpoint_rates(const NetEndpoint& endpoint, double weight);
  void deliver(const NetInstruction& publish, double rate);
  void stations();
  void store_station(std::size_t i);
  void any_copy(std::size_t i, double alive, double hot);
  Moments batch_seconds(const NetInstruction& op) const;
  void times();
  void endpoint_times(std::size_t e);
  void access(std::size_t pc, NetworkSolution::Frame& frame);
  void close(std::size_t pc);
  double alike(const NetInstruction& together, const NetworkSolution::Frame* lists) const;
  void admission();
  void consumers();
  double moved();
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

  const EstimateNetwork& net_;
  const EstimateOptions& options_;
  NetworkSolution& out_;
  ClosedQueues* closed_ = nullptr;  // while a closed load is solved
  double closed_scale_ = 0;         // of all peak loads
};

}  // namespace scantling
