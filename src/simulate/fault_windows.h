// Before, during and after the faults of a run.
#pragma once

#include <string>
#include <vector>

#include "simulate/program.h"
#include "simulate/results.h"

namespace scantling::sim {

// Faults that overlap or touch in time, as one. `until` is `never` when one of them stays.
struct FaultGroup {
  std::string names;  // "lose zone b and slow psp"
  Time at = 0, until = never;
};
std::vector<FaultGroup> fault_groups(const std::vector<FaultInfo>& faults);

// What each group did to each operation with load. A part is read from the phases that lie wholly
// in it, so the program's phases have to end where groups begin and end.
std::vector<FaultWindow> fault_windows(const Runs& runs, const ExperimentResult& result);

}  // namespace scantling::sim
