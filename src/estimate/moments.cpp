#include "estimate/moments.h"

#include <array>
#include <cmath>
#include <vector>

#include "base/normal.h"

namespace scantling {
namespace {

// Where the laws are tabulated: survival probabilities, dense where percentiles are asked for.
constexpr std::size_t kGrid = 16;
constexpr std::array<double, kGrid> kSurvival = {.995, .95, .85, .7,  .5,   .35,  .22,   .13,
                                                 .08,  .05, .02, .01, .003, .001, .0002, 2e-5};
constexpr std::array<std::size_t, 4> kPercentileAt = {4, 9, 11, 13};

// --- the gamma law, for the tables only ---

// Regularised lower incomplete gamma function: series below k + 1, continued fraction above.
double gamma_cdf(double k, double x) {
  if (x <= 0) return 0;
  const double front = std::exp(k * std::log(x) - x - std::lgamma(k));
  if (x < k + 1) {
    double term = 1 / k;
    double sum = term;
    for (int n = 1; n < 500 && term > sum * 1e-13; ++n) {
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
    if (std::abs(step - 1) < 1e-13) break;
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
    if (std::abs(next - x) < 1e-9 * x) return next;
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

constexpr int kStepsPerOctave = 16;  // of 1 + skew / 2: skew 2, the exponential, is on the grid
constexpr double kMostSkew = 62;
constexpr std::size_t kEntries = 5 * kStepsPerOctave + 1;  // to skew 62

struct QuantileTable {
  struct Row {
    std::array<double, kGrid> gamma, lognormal;
  };
  std::array<Row, kEntries> rows{};

  QuantileTable() {
    for (std::size_t i = 0; i < kEntries; ++i) {
      const double skew = 2 * (std::exp2(static_cast<double>(i) / kStepsPerOctave) - 1);
      for (std::size_t q = 0; q < kGrid; ++q) {
        const double z = -normal_quantile(kSurvival[q]);
        if (i == 0) {
          rows[i].gamma[q] = rows[i].lognormal[q] = z;
          continue;
        }
        const double k = 4 / (skew * skew);
        rows[i].gamma[q] = gamma_quantile(k, 1 - kSurvival[q], z) * skew / 2 - 2 / skew;
        const double u = lognormal_u(skew);
        const double sigma = std::sqrt(std::log1p(u * u));
        rows[i].lognormal[q] = std::expm1(sigma * z - sigma * sigma / 2) / u;
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

Moments gamma_wait(double p, double mean_if, double spread) {
  const double m1 = p * mean_if;
  const double m2 = m1 * mean_if * spread;
  const double m3 = m2 * mean_if * (2 * spread - 1);
  const double third = m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1;
  return {m1, std::max(0.0, m2 - m1 * m1), third, third};
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

namespace {

// The fitted law of one time: where it lies in the table.
class Fitted {
 public:
  explicit Fitted(const Moments& time)
      : mean_(time.mean), deviation_(std::sqrt(time.variance)), light_(light_share(time)) {
    skew_ = std::clamp(time.third / (time.variance * deviation_), 0.0, kMostSkew);
    const double place = std::log2(1 + skew_ / 2) * kStepsPerOctave;
    const std::size_t i = std::min(static_cast<std::size_t>(place), kEntries - 2);
    part_ = place - static_cast<double>(i);
    low_ = &table().rows[i];
    high_ = low_ + 1;
  }
  // In deviations from the mean, at a point of the grid.
  double standard(std::size_t q) const {
    const double gamma = low_->gamma[q] + part_ * (high_->gamma[q] - low_->gamma[q]);
    const double lognormal =
        low_->lognormal[q] + part_ * (high_->lognormal[q] - low_->lognormal[q]);
    return light_ * gamma + (1 - light_) * lognormal;
  }
  double seconds(std::size_t q) const { return std::max(0.0, mean_ + deviation_ * standard(q)); }
  double tail(double seconds) const {
    const double z = (seconds - mean_) / deviation_;
    if (z > 1.6 * standard(kGrid - 1)) return 0;  // below some 1e-6
    double out = 0;
    if (light_ > 0) out += light_ * gamma_tail(z, skew_);
    if (light_ < 1) out += (1 - light_) * lognormal_tail(z, skew_);
    return out;
  }

 private:
  double mean_, deviation_, light_, skew_ = 0, part_ = 0;
  const QuantileTable::Row* low_ = nullptr;
  const QuantileTable::Row* high_ = nullptr;
};

}  // namespace

double quantile(const Moments& time, Percentile q) {
  if (time.variance <= 0) return time.mean;
  return Fitted(time).seconds(kPercentileAt[static_cast<std::size_t>(q)]);
}

double tail(const Moments& time, double seconds) {
  if (time.variance <= 0) return seconds < time.mean ? 1 : 0;
  return Fitted(time).tail(seconds);
}

namespace {

// Distributions are survival probabilities at rising times, exponential between two of them and
// after the last.

const std::array<double, kGrid>& log_survival() {
  static const std::array<double, kGrid> instance = [] {
    std::array<double, kGrid> out{};
    for (std::size_t q = 0; q < kGrid; ++q)
      out[q] = std::log(kSurvival[q]);
    return out;
  }();
  return instance;
}

// P(T > seconds) by interpolation; `from` is where to look first, for times that rise.
double survival_at(const std::array<double, kGrid>& at, double seconds, std::size_t& from) {
  if (seconds < at[0]) return 1;
  while (from + 2 < kGrid && at[from + 1] <= seconds)
    ++from;
  if (seconds == at[from]) return kSurvival[from];
  const std::array<double, kGrid>& logs = log_survival();
  const double width = at[from + 1] - at[from];
  if (width <= 0) return seconds < at[from + 1] ? kSurvival[from] : 0;
  const double slope = (logs[from + 1] - logs[from]) / width;
  return std::exp(logs[from] + slope * (seconds - at[from]));
}

// Cumulants by integrating n t^(n-1) P(T > t), in closed form on each stretch.
Moments moments_of_curve(const std::array<double, kGrid>& at,
                         const std::array<double, kGrid>& survival) {
  // About the first point, before which it is certain not to have ended.
  double m1 = 0;
  double m2 = 0;
  double m3 = 0;
  double rate = 0;
  for (std::size_t q = 0; q < kGrid; ++q) {
    const double from = at[q] - at[0];
    const bool last = q + 1 == kGrid;
    const double width = last ? 0 : at[q + 1] - at[q];
    const double left = survival[q];
    const double right = last ? 0 : survival[q + 1];
    double i0 = 0;  // integrals of S, (t - from) S and (t - from)^2 S
    double i1 = 0;
    double i2 = 0;
    if (!last && width <= 0) continue;
    if (!last && (left - right < 1e-6 * left || right <= 0)) {
      i0 = width * (left + right) / 2;
      i1 = width * width * (left + 2 * right) / 6;
      i2 = width * width * width * (left + 3 * right) / 12;
    } else {
      if (!last) rate = std::log(left / right) / width;
      if (rate <= 0) break;
      i0 = (left - right) / rate;
      i1 = (i0 - width * right) / rate;
      i2 = (2 * i1 - width * width * right) / rate;
    }
    m1 += i0;
    m2 += 2 * (from * i0 + i1);
    m3 += 3 * (from * from * i0 + 2 * from * i1 + i2);
  }
  return {at[0] + m1, std::max(0.0, m2 - m1 * m1),
          std::max(0.0, m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1), 0};
}

// P(fewer than `need` branches have ended), from P(each has not).
double still_running(std::span<const double> survival, std::size_t need,
                     std::vector<double>& ended) {
  ended.assign(need + 1, 0);  // of 0 .. need - 1 and of `need` or more
  ended[0] = 1;
  for (const double running : survival) {
    const double done = 1 - running;
    for (std::size_t k = need; k > 0; --k)
      ended[k] = ended[k] * (k == need ? 1 : running) + ended[k - 1] * done;
    ended[0] *= running;
  }
  return 1 - ended[need];
}

using Curve = std::array<double, kGrid>;

// P(not all branches have ended).
Curve last_running(const std::vector<Curve>& laws, const Curve& at, double alike,
                   std::vector<std::size_t>& place) {
  Curve ended;
  Curve latest{};
  Curve out{};
  ended.fill(1);
  for (std::size_t i = 0; i < laws.size(); ++i)
    for (std::size_t q = 0; q < kGrid; ++q) {
      const double runs = survival_at(laws[i], at[q], place[i]);
      ended[q] *= 1 - runs;
      latest[q] = std::max(latest[q], runs);
    }
  for (std::size_t q = 0; q < kGrid; ++q) {
    out[q] = 1 - ended[q];
    if (alike > 0) out[q] += alike * (latest[q] - out[q]);
  }
  return out;
}

}  // namespace

Moments order_statistic(std::span<const Moments> branches, int first, double alike) {
  const std::size_t n = branches.size();
  if (n == 0) return {};
  if (n == 1) return branches[0];
  const std::size_t need = std::min<std::size_t>(static_cast<std::size_t>(std::max(1, first)), n);
  thread_local std::vector<std::array<double, kGrid>> laws;
  thread_local std::vector<std::size_t> place;
  thread_local std::vector<double> level, running, ended_of;
  laws.resize(n);
  place.assign(n, 0);
  double heavy = 0;
  double third = 0;
  for (std::size_t i = 0; i < n; ++i) {
    heavy += branches[i].third - branches[i].light;
    third += branches[i].third;
    if (branches[i].variance <= 0) {
      laws[i].fill(branches[i].mean);
      continue;
    }
    const Fitted law(branches[i]);
    for (std::size_t q = 0; q < kGrid; ++q)
      laws[i][q] = law.seconds(q);
  }
  // The result's own grid: where the `need`-th of the branches' times at each level lies, stretched
  // to where the maximum of many still has a tail.
  std::array<double, kGrid> at{};
  std::array<double, kGrid> survival{};
  if (need == n) {
    at = laws[0];
    for (std::size_t i = 1; i < n; ++i)
      for (std::size_t q = 0; q < kGrid; ++q)
        at[q] = std::max(at[q], laws[i][q]);
  }
  for (std::size_t q = 0; q < kGrid && need < n; ++q) {
    level.clear();
    for (std::size_t i = 0; i < n; ++i)
      level.push_back(laws[i][q]);
    std::nth_element(level.begin(), level.begin() + static_cast<std::ptrdiff_t>(need - 1),
                     level.end());
    at[q] = level[need - 1];
  }
  if (need == n) survival = last_running(laws, at, alike, place);
  for (std::size_t q = 0; q < kGrid && need < n; ++q) {
    running.resize(n);
    for (std::size_t i = 0; i < n; ++i)
      running[i] = survival_at(laws[i], at[q], place[i]);
    survival[q] = still_running(running, need, ended_of);
    if (alike <= 0) continue;
    // Equally late: the `need`-th ends where that many laws have.
    std::nth_element(running.begin(), running.begin() + static_cast<std::ptrdiff_t>(need - 1),
                     running.end());
    survival[q] += alike * (running[need - 1] - survival[q]);
  }
  Moments out = moments_of_curve(at, survival);
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
