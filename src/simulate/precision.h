// How precisely the replications so far know what they measure.
#pragma once

#include <cstdint>
#include <vector>

#include "simulate/measures.h"
#include "simulate/program.h"

namespace scantling::sim {

// The largest relative half width of any loaded operation's goodput, mean time and 99th
// percentile; infinite while there is no interval. Keeps three numbers an operation and
// replication.
class Precision {
 public:
  Precision(const Program& program, double confidence);
  void add(const Replication& replication);
  double relative() const;

 private:
  struct Measured {
    std::uint32_t operation = 0;
    std::vector<double> goodput, mean, p99;
  };

  const Program& program_;
  double confidence_;
  std::vector<Measured> measured_;
};

}  // namespace scantling::sim
