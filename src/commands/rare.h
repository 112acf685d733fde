// `scantling simulate --rare`.
#pragma once

#include "commands/command.h"
#include "model/architecture.h"
#include "simulate/simulate.h"

namespace scantling {

// Estimates how often what `--rare` names happens in the experiment, and prints it; the exit
// status.
int run_rare(const Invocation& invocation, const Architecture& model, const Experiment& experiment,
             const SimulateOptions& options);

}  // namespace scantling
