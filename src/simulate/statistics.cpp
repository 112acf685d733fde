#include "simulate/statistics.h"

#include <cmath>
#include <numbers>

namespace scantling::sim {

double student_within(double t, int degrees) {
  const double theta = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double s = std::sin(theta);
  const double c = std::cos(theta);
  if (degrees % 2 == 1) {
    double sum = 0;
    double term = c;
    for (int k = 1; k <= degrees - 2; k += 2) {
      sum += term;
      term *= c * c * static_cast<double>(k + 1) / static_cast<double>(k + 2);
    }
    return 2 / std::numbers::pi * (theta + (degrees > 1 ? s * sum : 0));
  }
  double sum = 0;
  double term = 1;
  for (int k = 0; k <= degrees - 2; k += 2) {
    sum += term;
    term *= c * c * static_cast<double>(k + 1) / static_cast<double>(k + 2);
  }
  return s * sum;
}

double student_t(double confidence, int degrees) {
  double low = 0;
  double high = 1;
  while (student_within(high, degrees) < confidence && high < 1e9)
    high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-12 * high; ++i) {
    const double middle = (low + high) / 2;
    (student_within(middle, degrees) < confidence ? low : high) = middle;
  }
  return (low + high) / 2;
}

Interval interval(std::span<const double> values, double confidence) {
  Interval out;
  if (values.empty()) return out;
  const auto n = static_cast<double>(values.size());
  for (double v : values)
    out.mean += v / n;
  if (values.size() < 2) return out;
  double squares = 0;
  for (double v : values)
    squares += (v - out.mean) * (v - out.mean);
  const double error = std::sqrt(squares / (n - 1) / n);
  out.half_width = error * student_t(confidence, static_cast<int>(values.size()) - 1);
  return out;
}

Verdict verdict_of(double target, const Interval& measured, bool at_least) {
  if (at_least) {
    if (measured.low() >= target) return Verdict::Holds;
    if (measured.high() < target) return Verdict::Fails;
  } else {
    if (measured.high() <= target) return Verdict::Holds;
    if (measured.low() > target) return Verdict::Fails;
  }
  return Verdict::Undecided;
}

WarmUp mser5(std::span<const double> samples) {
  constexpr std::size_t batch = 5;
  const std::size_t n = samples.size() / batch;
  if (n < 4) return {};
  std::vector<double> means(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < batch; ++k)
      means[i] += samples[i * batch + k] / static_cast<double>(batch);
  }
  // From the end: sums of what remains when d batches are left out.
  double sum = 0;
  double squares = 0;
  double best = -1;
  std::size_t cut = 0;
  for (std::size_t d = n; d-- > 0;) {
    sum += means[d];
    squares += means[d] * means[d];
    const auto left = static_cast<double>(n - d);
    if (left < 5) continue;  // the last few always look quiet
    const double mean = sum / left;
    const double score = std::max(0.0, squares / left - mean * mean) / left;
    if (best < 0 || score <= best) {
      best = score;
      cut = d;
    }
  }
  if (cut > n / 2) return {n / 2 * batch, false};
  return {cut * batch, true};
}

}  // namespace scantling::sim
