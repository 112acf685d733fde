#include "estimate/moments.h"

#include <array>
#include <cmath>
#include <vector>

namespace scantling {
namespace {

constexpr std::array kProbabilities = {.5, .95, .99, .999};
constexpr std::array kNormalQuantiles = {0.0, 1.6448536269514722, 2.3263478740408408,
                                         3.0902323061678132};

// --- the gamma law, for the tables only ---

// Regularised lower incomplete gamma function: series below k + 1, continued fraction above.
double gamma_cdf(double k, double x) {
  if (x <= 0) return 0;
  const double front = std::exp(k * std::log(x) - x - std::lgamma(k));
  if (x < k + 1) {
    double term = 1 / k;
    double sum = term;
    for (int n = 1; n < 500 && term > sum * 1e-16; ++n) {
      term *= x / (k + n);
      sum += term;
    }
    return front * sum;
  }
  double b = x + 1 - k;
  double c = 1e300;
  double d = 1 / b;
  double h = d;
  for (int i = 1; i < 500; ++i) {
    const double an = -i * (i - k);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const double step = d * c;
    h *= step;
    if (std::abs(step - 1) < 1e-15) break;
  }
  return 1 - front * h;
}

double gamma_quantile(double k, double p, double z) {
  const double cube = 1 - 1 / (9 * k) + z / (3 * std::sqrt(k));
  double x = cube > .1 ? k * cube * cube * cube
                       : std::exp((std::log(p) + std::lgamma(k + 1)) / k);  // small x: x^k
  if (x < 1e-290) return 0;
  double low = 0;
  double high = 1e300;
  for (int i = 0; i < 60; ++i) {
    const double error = gamma_cdf(k, x) - p;
    (error > 0 ? high : low) = x;
    const double density = std::exp((k - 1) * std::log(x) - x - std::lgamma(k));
    double next = x - error / density;
    if (!(next > low && next < high)) next = high < 1e299 ? (low + high) / 2 : x * 2;
    if (std::abs(next - x) < 1e-13 * x) return next;
    x = next;
  }
  return x;
}

// --- the lognormal with a given skewness ---

// omega = exp(sigma^2) with (omega + 2) sqrt(omega - 1) = skew: with u = sqrt(omega - 1) the cubic
// u^3 + 3u = skew, whose real root is 2 sinh(asinh(skew / 2) / 3).
double lognormal_u(double skew) {
  return 2 * std::sinh(std::asinh(skew / 2) / 3);
}

// --- standardised quantiles by skewness, for one law of mean 0 and variance 1 ---

constexpr int kStepsPerOctave = 32;  // of 1 + skew / 2: skew 2, the exponential, is on the grid
constexpr int kEntries = 5 * kStepsPerOctave + 1;  // to skew 62

struct QuantileTable {
  std::array<std::array<double, kEntries>, 4> gamma{};
  std::array<std::array<double, kEntries>, 4> lognormal{};

  QuantileTable() {
    for (int i = 0; i < kEntries; ++i) {
      const double skew = 2 * (std::exp2(static_cast<double>(i) / kStepsPerOctave) - 1);
      for (std::size_t q = 0; q < 4; ++q) {
        const double z = kNormalQuantiles[q];
        auto& gamma_at = gamma[q][static_cast<std::size_t>(i)];
        auto& lognormal_at = lognormal[q][static_cast<std::size_t>(i)];
        if (i == 0) {
          gamma_at = lognormal_at = z;
          continue;
        }
        const double k = 4 / (skew * skew);
        gamma_at = gamma_quantile(k, kProbabilities[q], z) * skew / 2 - 2 / skew;
        const double u = lognormal_u(skew);
        const double sigma = std::sqrt(std::log1p(u * u));
        lognormal_at = std::expm1(sigma * z - sigma * sigma / 2) / u;
      }
    }
  }
};

const QuantileTable& table() {
  static const QuantileTable instance;
  return instance;
}

double light_share(const Moments& time) {
  return time.third > 0 ? std::clamp(time.light / time.third, 0.0, 1.0) : 1;
}

double normal_tail(double z) {
  return .5 * std::erfc(z * .7071067811865476);
}

double lognormal_tail(double z, double skew) {
  if (skew < 1e-6) return normal_tail(z);
  const double u = lognormal_u(skew);
  const double inside = 1 + u * z;
  if (inside <= 0) return 1;
  const double sigma_squared = std::log1p(u * u);
  return normal_tail((std::log(inside) + sigma_squared / 2) / std::sqrt(sigma_squared));
}

double gamma_tail(double z, double skew) {
  if (skew < 1e-6) return normal_tail(z);
  if (std::abs(skew - 2) < 1e-9) return z <= -1 ? 1 : std::exp(-(z + 1));
  const double k = 4 / (skew * skew);
  const double over_k = 1 + z * skew / 2;  // x / k
  if (over_k <= 0) return 1;
  return normal_tail((std::cbrt(over_k) - 1 + 1 / (9 * k)) * 3 * std::sqrt(k));
}

}  // namespace

Moments fixed_time(double seconds) {
  return {seconds, 0, 0, 0};
}

Moments exponential_wait(double p, double mean_if) {
  const double m1 = p * mean_if;
  const double m2 = 2 * m1 * mean_if;
  const double m3 = 3 * m2 * mean_if;
  const double third = m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1;
  return {m1, m2 - m1 * m1, third, third};
}

Moments moments_of(const TimeLaw& law) {
  const double mean = law.mean_seconds();
  const double cv2 = law.squared_variation();
  Moments out{mean, cv2 * mean * mean, 0, 0};
  const double cube = mean * mean * mean;
  switch (law.kind) {
    case TimeLaw::Kind::Exponential: out.third = out.light = 2 * cube; break;
    case TimeLaw::Kind::Lognormal:
      out.third = cube * cv2 * cv2 * (cv2 + 3);  // skew (w + 2) sqrt(w - 1), w = 1 + cv^2
      break;
    case TimeLaw::Kind::Empirical: {
      double third = 0;
      for (const Duration sample : law.samples)
        third += std::pow(sample.seconds() - mean, 3);
      if (!law.samples.empty()) out.third = third / static_cast<double>(law.samples.size());
      break;
    }
    case TimeLaw::Kind::Fixed:
    case TimeLaw::Kind::Uniform:
    case TimeLaw::Kind::Normal: break;  // symmetric (the cut of a normal at 0 left out)
  }
  return out;
}

void Mixture::add(double weight, const Moments& part) {
  const double m = part.mean;
  weight_ += weight;
  first_ += weight * m;
  second_ += weight * (part.variance + m * m);
  third_ += weight * (part.third + 3 * part.variance * m + m * m * m);
  light_ += weight * part.light;
  heavy_ += weight * (part.third - part.light);
}

Moments Mixture::moments() const {
  if (weight_ <= 0) return {};
  const double m1 = first_ / weight_;
  const double m2 = second_ / weight_;
  const double m3 = third_ / weight_;
  Moments out{m1, std::max(0.0, m2 - m1 * m1), m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1, 0};
  // What the mixing itself adds has no tail: it counts as light. The parts' own ratio is kept.
  out.light = std::clamp(out.third - heavy_ / weight_, 0.0, std::max(0.0, out.third));
  return out;
}

double quantile(const Moments& time, Percentile q) {
  if (time.variance <= 0) return time.mean;
  const double deviation = std::sqrt(time.variance);
  const double skew = std::max(0.0, time.third / (time.variance * deviation));
  const double place =
      std::min(std::log2(1 + skew / 2) * kStepsPerOctave, static_cast<double>(kEntries - 1));
  const auto i = std::min(static_cast<std::size_t>(place), static_cast<std::size_t>(kEntries - 2));
  const double part = place - static_cast<double>(i);
  const auto at = [&](const std::array<double, kEntries>& row) {
    return row[i] + part * (row[i + 1] - row[i]);
  };
  const auto row = static_cast<std::size_t>(q);
  const double light = light_share(time);
  const double standard = light * at(table().gamma[row]) + (1 - light) * at(table().lognormal[row]);
  return std::max(0.0, time.mean + deviation * standard);
}

double tail(const Moments& time, double seconds) {
  if (time.variance <= 0) return seconds < time.mean ? 1 : 0;
  const double deviation = std::sqrt(time.variance);
  const double z = (seconds - time.mean) / deviation;
  if (z > 200) return 0;
  const double skew = std::clamp(time.third / (time.variance * deviation), 0.0, 62.0);
  const double light = light_share(time);
  double out = 0;
  if (light > 0) out += light * gamma_tail(z, skew);
  if (light < 1) out += (1 - light) * lognormal_tail(z, skew);
  return out;
}

Moments order_statistic(std::span<const Moments> branches, int first) {
  const std::size_t n = branches.size();
  if (n == 0) return {};
  if (n == 1) return branches[0];
  const std::size_t need = std::min<std::size_t>(static_cast<std::size_t>(std::max(1, first)), n);
  const bool all = need == n;
  // Before `begin` it is certain not to have ended; `scale` is how long the rest takes.
  double begin = 0;
  double end = 0;
  double heavy = 0;
  double third = 0;
  for (const Moments& branch : branches) {
    const double deviation = std::sqrt(branch.variance);
    if (all) begin = std::max(begin, branch.mean - 4 * deviation);
    end = std::max(end, branch.mean + 2 * deviation);
    heavy += branch.third - branch.light;
    third += branch.third;
  }
  const double scale = end - begin;
  if (scale <= 0) return fixed_time(begin);
  // E[T^m] is the integral of m t^(m-1) P(T > t); t = begin + scale u / (1 - u) maps the rest onto
  // (0, 1). Moments are taken about `begin`.
  constexpr int kPoints = 48;
  double m1 = 0;
  double m2 = 0;
  double m3 = 0;
  std::vector<double> ended(all ? 0 : need + 1);  // P(k branches have ended), k >= need together
  for (int i = 0; i < kPoints; ++i) {
    const double u = (i + .5) / kPoints;
    const double t = scale * u / (1 - u);
    double running = 1;  // P(T > begin + t)
    if (all) {
      double product = 1;
      for (const Moments& branch : branches)
        product *= 1 - tail(branch, begin + t);
      running = 1 - product;
    } else {
      std::fill(ended.begin(), ended.end(), 0.0);
      ended[0] = 1;
      for (const Moments& branch : branches) {
        const double done = 1 - tail(branch, begin + t);
        for (std::size_t k = need; k > 0; --k)
          ended[k] = ended[k] * (k == need ? 1 : 1 - done) + ended[k - 1] * done;
        ended[0] *= 1 - done;
      }
      running = 1 - ended[need];
    }
    const double step = scale / ((1 - u) * (1 - u)) / kPoints * running;
    m1 += step;
    m2 += 2 * t * step;
    m3 += 3 * t * t * step;
  }
  Moments out{begin + m1, std::max(0.0, m2 - m1 * m1),
              std::max(0.0, m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1), 0};
  out.light = third > 0 ? out.third * (1 - std::clamp(heavy / third, 0.0, 1.0)) : out.third;
  return out;
}

Truncated truncate(const Moments& time, double limit) {
  Truncated out;
  out.cut = tail(time, limit);
  out.kept = time;
  out.mean_spent = time.mean;
  if (out.cut < 1e-9) return out;
  const double deviation = std::sqrt(time.variance);
  const double kept = 1 - out.cut;
  if (kept < 1e-9) {
    out.mean_spent = limit;
    out.kept = fixed_time(limit);
    return out;
  }
  const double over = limit + deviation;
  const double mean = std::clamp((time.mean - out.cut * over) / kept, 0.0, limit);
  const double raw2 =
      (time.variance + time.mean * time.mean - out.cut * (over * over + deviation * deviation)) /
      kept;
  // No time in [0, limit] with this mean varies more than a coin toss between both ends.
  const double variance = std::clamp(raw2 - mean * mean, 0.0, mean * (limit - mean));
  out.mean_spent = kept * mean + out.cut * limit;
  const double shrink = time.variance > 0 ? variance / time.variance : 0;
  const double factor = shrink * std::sqrt(shrink);
  out.kept = {mean, variance, time.third * factor, time.light * factor};
  return out;
}

}  // namespace scantling
