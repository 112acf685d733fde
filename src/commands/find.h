// `scantling simulate --find`.
#pragma once

#include <string>
#include <vector>

#include "commands/command.h"
#include "model/architecture.h"
#include "simulate/simulate.h"

namespace scantling {

// Searches in each of the experiments, prints what it found; the exit status.
int run_find(const Invocation& invocation, const Architecture& model,
             const std::vector<Experiment>& experiments, const SimulateOptions& options,
             const std::vector<std::pair<std::string, std::string>>& outputs);

}  // namespace scantling
