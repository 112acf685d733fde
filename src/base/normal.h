// The standard normal distribution.
#pragma once

namespace scantling {

// P(Z > x). Keeps its digits in the upper tail.
double normal_above(double x);

// x with P(Z <= x) = p, 0 < p < 1. Relative accuracy about 1e-16.
double normal_quantile(double p);

}  // namespace scantling
