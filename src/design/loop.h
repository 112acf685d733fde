// The loop: what a simulation showed to fail becomes a demand on the pass that owns it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "design/workspace.h"

namespace scantling {

// An expectation on an operation that ran fewer times is not shown to fail.
inline constexpr double kLeastRuns = 100;

// Runs the peak and every experiment whose name is `wanted`, shortened (shortening.h).
Expected<SimulationResult> prove(const Architecture& model, const DesignOptions& options,
                                 const std::function<bool(const std::string&)>& wanted);

// What is true of every run is said once, under the first.
void say_notes_once(SimulationResult& simulation);

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
