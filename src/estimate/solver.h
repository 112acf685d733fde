// The fixed point of a network: one object a solution. Its parts are in solve.cpp (rates, stations,
// rounds), solve_times.cpp (times and failures, slots, channels) and solve_stability.cpp.
#pragma once

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

 private:
  void prepare();
  double outside_rate(const NetEndpoint& endpoint) const;
  void rates();
  void endpoint_rates(const NetEndpoint& endpoint, double weight);
  void deliver(const NetInstruction& publish, double rate);
  void stations();
  void store_station(std::size_t i);
  Moments batch_seconds(const NetInstruction& op) const;
  void times();
  void endpoint_times(std::size_t e);
  void access(std::size_t pc, NetworkSolution::Frame& frame);
  void close(std::size_t pc);
  void admission();
  void consumers();
  double moved();
  void amplified();
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
};

}  // namespace scantling
