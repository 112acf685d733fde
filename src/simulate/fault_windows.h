// Before, during and after the faults of a run.
#pragma once

#include <string>
#include <vector>

#include "simulate/program.h"
#include "simulate/results.h"

namespace scantling::sim {

// Merges what overlaps or touches, in order of time.
std::vector<Disturbance> merged(std::vector<Disturbance> all);

// What each disturbance did to each operation with load. A part is read from the phases that lie
// wholly in it, so the program's phases have to end where disturbances begin and end.
std::vector<FaultWindow> fault_windows(const Runs& runs, const ExperimentResult& result);

}  // namespace scantling::sim
