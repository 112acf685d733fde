// Failure modes and effects: operations/failure-modes.md. Ratings by the numbers of the simulated
// failures, each with its derivation.
#pragma once

#include <string>

#include "generate/plan.h"

namespace scantling::generate {

// How bad, how often, how late it is seen: 1 is best, 10 worst (the scales of IEC 60812:2018 annex
// B are an organisation's own; ours are printed with the page).
struct FailureRating {
  int severity = 1, occurrence = 1, detection = 1;
  std::string why_severity, why_occurrence, why_detection;
  int priority() const { return severity * occurrence * detection; }
};
FailureRating rate_failure(const Plan& plan, const PredictedFailure& failure);
std::string failure_modes_page(const Plan& plan);

}  // namespace scantling::generate
