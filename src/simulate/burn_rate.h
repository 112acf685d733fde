// Which burn-rate alerts a run would have fired, and when: multiwindow, multi-burn-rate alerts of
// "The Site Reliability Workbook" (Beyer et al., 2018), chapter 5, table 5-8. An alert fires when
// the share of errors over its long window and over its short one are both at least its factor
// times the share that the objective allows.
#pragma once

#include <array>
#include <optional>

#include "simulate/simulate.h"

namespace scantling {

struct BurnAlert {
  double factor;
  double long_seconds, short_seconds;
  const char* name;
};
inline constexpr std::array<BurnAlert, 3> kBurnAlerts = {
    BurnAlert{14.4, 3600, 300, "14.4x over 1 h"},
    BurnAlert{6, 21'600, 1800, "6x over 6 h"},
    BurnAlert{1, 259'200, 21'600, "1x over 3 d"},
};

// Seconds from the start of the measured time until the alert fires, nothing when it doesn't. The
// time before is taken to have had the run's mean load and no errors. `objective` is a share:
// .999.
std::optional<double> fires_after(const OperationResult& operation, double objective,
                                  const BurnAlert& alert);

}  // namespace scantling
