#include "base/distribution.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/assert.h"

namespace scantling {

double portable_exp(double x) {
  if (x > 709.0) x = 709.0;
  if (x < -708.0) return 0;
  // x = k ln 2 + r, |r| <= ln 2 / 2; ln 2 in two parts, so that k ln 2 is exact.
  constexpr double inverse_ln2 = 1.4426950408889634;
  constexpr double ln2_high = 6.93147180369123816490e-01;
  constexpr double ln2_low = 1.90821492927058770002e-10;
  const double scaled = x * inverse_ln2;
  const auto k = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const auto kd = static_cast<double>(k);
  const double r = (x - kd * ln2_high) - kd * ln2_low;
  // Taylor to r^11 / 11!: (.3466)^12 / 12! = 6e-15.
  const double r2 = r * r;
  const double r4 = r2 * r2;
  const double p01 = 1 + r;
  const double p23 = 1.0 / 2 + r * (1.0 / 6);
  const double p45 = 1.0 / 24 + r * (1.0 / 120);
  const double p67 = 1.0 / 720 + r * (1.0 / 5040);
  const double p89 = 1.0 / 40320 + r * (1.0 / 362880);
  const double pab = 1.0 / 3628800 + r * (1.0 / 39916800);
  const double p = (p01 + r2 * p23) + r4 * ((p45 + r2 * p67) + r4 * (p89 + r2 * pab));
  return p * std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

TimeSampler::TimeSampler(const TimeLaw& law) : kind_(law.kind) {
  const auto mean = static_cast<double>(law.mean.nanoseconds);
  mean_ = law.mean_seconds() * 1e9;
  switch (law.kind) {
    case TimeLaw::Kind::Fixed:
    case TimeLaw::Kind::Exponential: a_ = mean; break;
    case TimeLaw::Kind::Lognormal: {
      if (mean <= 0 || law.variation <= 0) {
        kind_ = TimeLaw::Kind::Fixed;
        a_ = std::max(mean, 0.0);
        break;
      }
      const double variance = std::log1p(law.variation * law.variation);
      a_ = std::log(mean) - variance / 2;
      b_ = std::sqrt(variance);
      break;
    }
    case TimeLaw::Kind::Uniform:
      a_ = static_cast<double>(law.low.nanoseconds);
      b_ = static_cast<double>((law.high - law.low).nanoseconds);
      break;
    case TimeLaw::Kind::Normal:
      a_ = mean;
      b_ = static_cast<double>(law.deviation.nanoseconds);
      break;
    case TimeLaw::Kind::Empirical:
      for (Duration sample : law.samples)
        samples_.push_back(static_cast<double>(sample.nanoseconds));
      if (samples_.empty()) {
        kind_ = TimeLaw::Kind::Fixed;
        a_ = mean;
      }
      break;
  }
}

double TimeSampler::draw_normal(RandomStream& random) const {
  for (int tries = 0; tries < 1000; ++tries) {  // cut at 0: drawn again while negative
    const double x = a_ + b_ * random.normal();
    if (x >= 0) return x;
  }
  return 0;
}

WeightedChoice::WeightedChoice(std::span<const double> weights) {
  const std::size_t n = weights.size();
  double sum = 0;
  for (double w : weights)
    sum += w;
  SCANTLING_ASSERT(n > 0 && sum > 0);
  keep_.assign(n, 1);
  other_.assign(n, 0);
  std::vector<double> scaled(n);
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::size_t i = 0; i < n; ++i) {
    scaled[i] = weights[i] * static_cast<double>(n) / sum;
    (scaled[i] < 1 ? small : large).push_back(static_cast<std::uint32_t>(i));
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t s = small.back();
    const std::uint32_t l = large.back();
    small.pop_back();
    keep_[s] = scaled[s];
    other_[s] = l;
    scaled[l] -= 1 - scaled[s];
    if (scaled[l] < 1) {
      large.pop_back();
      small.push_back(l);
    }
  }
}

ZipfChoice::ZipfChoice(std::uint64_t n, double exponent) : n_(n), exponent_(exponent) {
  SCANTLING_ASSERT(n > 0 && exponent >= 0);
  low_ = integral(1.5) - 1;
  high_ = integral(static_cast<double>(n) + .5);
  shortcut_ = 2 - integral_inverse(integral(2.5) - std::pow(2.0, -exponent));
}

// Integral of x^-exponent.
double ZipfChoice::integral(double x) const {
  const double log_x = std::log(x);
  const double e = (1 - exponent_) * log_x;
  return std::abs(e) < 1e-8 ? log_x * (1 + e / 2) : std::expm1(e) / (1 - exponent_);
}

double ZipfChoice::integral_inverse(double y) const {
  double t = y * (1 - exponent_);
  if (t < -1) t = -1;
  return std::abs(t) < 1e-8 ? std::exp(y * (1 - t / 2)) : std::exp(std::log1p(t) / (1 - exponent_));
}

std::uint64_t ZipfChoice::draw(RandomStream& random) const {
  if (exponent_ == 0) return static_cast<std::uint64_t>(random.uniform() * static_cast<double>(n_));
  for (;;) {
    const double u = high_ + random.uniform() * (low_ - high_);
    const double x = integral_inverse(u);
    double k = std::floor(x + .5);
    k = std::clamp(k, 1.0, static_cast<double>(n_));
    if (k - x <= shortcut_ || u >= integral(k + .5) - std::exp(-exponent_ * std::log(k)))
      return static_cast<std::uint64_t>(k) - 1;
  }
}

}  // namespace scantling
