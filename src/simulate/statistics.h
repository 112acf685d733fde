// What is said of several replications: means with confidence intervals; where the warm-up ends.
#pragma once

#include <span>
#include <vector>

#include "simulate/simulate.h"

namespace scantling::sim {

// Probability that Student's t with `degrees` degrees of freedom is within +-t. Finite sums for
// whole degrees: Abramowitz, Stegun, 26.7.3 and 26.7.4.
double student_within(double t, int degrees);
// The t with student_within(t, degrees) == confidence.
double student_t(double confidence, int degrees);

// Mean of the replications' values and the half width of its interval; unknown with one value.
Interval interval(std::span<const double> values, double confidence);

// Holds when the whole interval is on the right side of the target, fails when the whole is on the
// wrong side. Undecided between, and when nothing was measured (NaN).
Verdict verdict_of(double target, const Interval& measured, bool at_least);

// MSER-5 (White, Cobb, Spratt 2000): the batch means of five from which on the mean is known best.
// Returns how many samples to leave out; when that is more than half, the run was too short, and
// half is returned with `settled` false.
struct WarmUp {
  std::size_t samples = 0;
  bool settled = true;
};
WarmUp mser5(std::span<const double> samples);

}  // namespace scantling::sim
