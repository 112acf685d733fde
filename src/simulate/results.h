// From replications to results and verdicts.
#pragma once

#include <vector>

#include "simulate/measures.h"
#include "simulate/program.h"
#include "simulate/simulate.h"

namespace scantling::sim {

// Everything about the runs of one experiment.
struct Runs {
  const Program& program;
  const std::vector<Replication>& replications;  // in order
  double confidence = .99;
};

ExperimentResult combine(const Architecture& model, const Runs& runs);
// One operation's answers in some of the phases.
Interval latency_quantile(const Runs& runs, std::uint32_t operation, std::size_t first_phase,
                          std::size_t end_phase, double q);
Interval latency_mean(const Runs& runs, std::uint32_t operation, std::size_t first_phase,
                      std::size_t end_phase);
Interval availability_of(const Runs& runs, std::uint32_t operation, std::size_t first_phase,
                         std::size_t end_phase);
Interval goodput_of(const Runs& runs, std::uint32_t operation, std::size_t first_phase,
                    std::size_t end_phase);
void judge(const Architecture& model, const Experiment& experiment, const Runs& runs,
           ExperimentResult& result);
std::vector<std::string> causes_of(const Runs& runs, const ExperimentResult& result,
                                   std::uint32_t operation);

}  // namespace scantling::sim
