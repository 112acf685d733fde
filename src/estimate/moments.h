// A random time known by its first three cumulants. Cumulants of independent times add, so a chain
// of hops is three additions; quantiles come from two three-parameter laws fitted to them.
//
// The two laws are a gamma and a lognormal, both shifted. `light` is the part of the third cumulant
// that came from exponential-like parts (queueing, exponential service): a quantile is the mean of
// the two laws' quantiles weighted by it. So one exponential, and one lognormal, come out exactly,
// and sums of both lie between. Where skewness is over 60 (a rare and huge delay) the fit is
// clamped there.
#pragma once

#include <algorithm>
#include <span>

#include "base/time_law.h"

namespace scantling {

struct Moments {
  double mean = 0;      // seconds
  double variance = 0;  // second cumulant
  double third = 0;     // third cumulant
  double light = 0;     // part of `third`

  Moments& operator+=(const Moments& o) {
    mean += o.mean;
    variance += o.variance;
    third += o.third;
    light += o.light;
    return *this;
  }
  bool operator==(const Moments&) const = default;
  double third_moment() const { return third + mean * (3 * variance + mean * mean); }
  Moments times(double n) const { return {mean * n, variance * n, third * n, light * n}; }
  // Of this time stretched.
  Moments scaled(double factor) const {
    const double cube = factor * factor * factor;
    return {mean * factor, variance * factor * factor, third * cube, light * cube};
  }
};

Moments moments_of(const TimeLaw& law);
Moments fixed_time(double seconds);
// 0 with probability 1 - p, else exponential with mean `mean_if`.
Moments exponential_wait(double p, double mean_if);
// The same for a time whose second moment is `spread` times its squared mean, with the third of a
// gamma law.
Moments gamma_wait(double p, double mean_if, double spread);

// A mixture is built from raw moments: add each part with its weight, then take the cumulants.
class Mixture {
 public:
  void add(double weight, const Moments& part);
  double weight() const { return weight_; }
  Moments moments() const;  // weights are taken relative to their sum

 private:
  double weight_ = 0, first_ = 0, second_ = 0, third_ = 0, light_ = 0, heavy_ = 0;
};

enum class Percentile : std::uint8_t { P50, P95, P99, P999 };
double quantile(const Moments& time, Percentile q);
// P(T > seconds). Gamma: Wilson and Hilferty (1931), within 2% of the tail for shapes over .3, and
// exact for an exponential; lognormal: exact.
double tail(const Moments& time, double seconds);

// The time until `first` of the branches have ended (all: first = branches). Branches are
// independent but for a share `alike` of the requests, in which all are equally late: each at the
// same quantile of its own law. Moments by integrating the distribution function over 16 points,
// exponential in between.
Moments order_statistic(std::span<const Moments> branches, int first, double alike = 0);

// T given T <= limit, and P(T > limit) as `cut`; the part over the limit is taken as exponential
// with the deviation of T, which is exact for an exponential.
struct Truncated {
  Moments kept;
  double cut = 0;
  double mean_spent = 0;  // E[min(T, limit)]
};
Truncated truncate(const Moments& time, double limit);

}  // namespace scantling
