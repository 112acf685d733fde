// The results of a simulation on their own, for `scantling simulate`.
#pragma once

#include <string>
#include <vector>

#include "model/architecture.h"
#include "simulate/simulate.h"

namespace scantling {

struct SimulationTextOptions {
  int width = 100;
  bool color = false;
  std::vector<std::string> not_run;  // experiments that an interrupt left out
};

// Verdicts first; then for each experiment where time goes, what saturates, amplification, lag.
std::string simulation_terminal(const Architecture& model, const SimulationResult& result,
                                const SimulationTextOptions& options);

// docs/schemas/simulation.schema.json: the experiments as in design.json, and what was not run.
std::string simulation_json(const Architecture& model, const SimulationResult& result,
                            const std::vector<std::string>& not_run = {});

}  // namespace scantling
