// The loop: what a simulation showed to fail becomes a demand on the pass that owns it.
#pragma once

#include <vector>

#include "design/workspace.h"

namespace scantling {

// An experiment as the loop runs it: the same load and faults over less time, so that a design is
// proved in seconds. `scantling simulate` runs it in full. `note` says what was shortened; empty:
// nothing.
struct ShortExperiment {
  Experiment experiment;
  std::string note;
  double full_seconds = 0;  // of the measured time when it is run in full; 0: not shortened
  double full_fault_seconds = 0;
};
// `pace` below 1 shortens further: for systems so busy that a second holds enough.
// A fault lasts at least `least_fault_seconds` (or as long as it is given), so that a failover ends
// in it.
ShortExperiment shortened(const Experiment& experiment, double pace = 1,
                          double least_fault_seconds = 0);
// 1 up to 10,000 operations a second at peak (those that events start too), less above, at least
// 1/4.
double pace_of(const Architecture& model);

// What the availabilities of a shortened run would be over the full time: what is lost when a fault
// begins and ends counts once, what is lost all through it (its last three seconds) is stretched.
void stretch_availability(const Architecture& model, ExperimentResult& result,
                          const ShortExperiment& of);

// Runs the peak and every experiment, shortened.
Expected<SimulationResult> prove(const Architecture& model, const DesignOptions& options);

// How far what fails is from what was asked, summed over the failing expectations; each counts from
// just above 0 to 1. 0: nothing fails.
double shortfall(const SimulationResult& simulation);

// Raises the demands for what failed and notes it in the round; false when nothing is left to try.
bool demand(const Architecture& model, const SimulationResult& simulation, Demands& demands,
            LoopRound& round);

// What is still failing, as requirements that can't be met by what the loop can change.
std::vector<Unmet> unmet_requirements(const Architecture& model,
                                      const SimulationResult& simulation);

// "slow-psp: browse p99 310 ms, 250 ms asked for"
std::string describe(const Judgement& judgement);

}  // namespace scantling
