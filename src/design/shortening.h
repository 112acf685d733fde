// Experiments as the loop runs them: the same load and faults over less time, so that a design is
// proved in seconds. `scantling simulate` runs them in full.
#pragma once

#include <string>

#include "model/architecture.h"
#include "simulate/simulate.h"

namespace scantling {

// `note` says what was shortened; empty: nothing.
struct ShortExperiment {
  Experiment experiment{};
  std::string note{};
  double full_seconds = 0;  // of the measured time when it is run in full; 0: not shortened
  double full_fault_seconds = 0;
  double lasting_seconds = 3;        // what is lost at the end of a fault is measured in them
  double failover_factor = 1;        // every failover of the model is run so much shorter
  double full_failover_seconds = 0;  // the slowest; 0: no leader is lost
};

// `pace` below 1 shortens further: for systems so busy that a second holds enough.
// `failover_seconds`: the slowest failover that the experiment causes (failover_seconds below).
// `breaker_seconds`: the longest that a breaker stays open; a fault outlasts it, so that what is
// seen at its end is not the failover's echo.
ShortExperiment shortened(const Experiment& experiment, double pace = 1,
                          double failover_seconds = 0, double breaker_seconds = 0);

// 1 up to 10,000 operations a second at peak (those that events start too), less above, at least
// 1/4.
double pace_of(const Architecture& model);

// The slowest failover among the stores whose leaders the experiment takes away; 0: it takes none.
double failover_seconds(const Architecture& model, const Experiment& experiment);

// The longest that a breaker of the model stays open; 0: there is none.
double breaker_seconds(const Architecture& model);

Architecture with_shorter_failovers(Architecture model, const ShortExperiment& of);

// What the availabilities of a shortened run would be over the full time. What is lost when a fault
// begins and ends counts once; what is lost all through it (its last `lasting_seconds`), and all
// through a failover (its last two), is stretched to the time that they take in full.
void stretch_availability(const Architecture& model, ExperimentResult& result,
                          const ShortExperiment& of);

}  // namespace scantling
