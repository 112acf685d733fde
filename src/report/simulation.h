// The results of a simulation on their own, for `scantling simulate`.
#pragma once

#include <string>

#include "model/architecture.h"
#include "simulate/simulate.h"

namespace scantling {

struct SimulationTextOptions {
  int width = 100;
  bool color = false;
};

// Verdicts first; then for each experiment where time goes, what saturates, amplification, lag.
std::string simulation_terminal(const Architecture& model, const SimulationResult& result,
                                const SimulationTextOptions& options);

// { "schema": "scantling.simulation/1", "experiments": [...] }: the experiments as in design.json.
std::string simulation_json(const Architecture& model, const SimulationResult& result);

}  // namespace scantling
