#include "base/time_law.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/assert.h"
#include "base/normal.h"
#include "base/text.h"

namespace scantling {

namespace {

constexpr double kZ99 = 2.3263478740408408;  // the standard normal's 99% quantile

// A normal cut at 0 (drawn again while negative). With a = -mean/deviation and
// h = density(a) / P(Z > a): mean + deviation h, and variance deviation^2 (1 + a h - h^2).
// Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions 1, 2nd ed., section 13.10.1.
struct CutNormal {
  double mean;
  double deviation;
  double cut;    // in deviations
  double above;  // probability of the uncut law above 0

  CutNormal(double m, double d) : mean(m), deviation(d), cut(-m / d), above(normal_above(-m / d)) {}
  double hazard() const {
    return std::exp(-0.5 * cut * cut) * std::numbers::inv_sqrtpi / std::numbers::sqrt2 / above;
  }
  double cut_mean() const { return mean + deviation * hazard(); }
  double cut_variance() const {
    const double h = hazard();
    return deviation * deviation * (1 + cut * h - h * h);
  }
  // From the upper tail, which keeps its digits where q is near one.
  double quantile(double q) const {
    return std::max(0.0, mean - deviation * normal_quantile((1 - q) * above));
  }
};

std::optional<Duration> word_duration(std::string_view text) {
  return parse_duration(trim(text));
}

std::optional<TimeLaw> parse_uniform(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) return std::nullopt;
  const auto low = word_duration(text.substr(0, dots));
  const auto high = word_duration(text.substr(dots + 2));
  if (!low || !high || *low > *high) return std::nullopt;
  TimeLaw law;
  law.kind = TimeLaw::Kind::Uniform;
  law.low = *low;
  law.high = *high;
  law.mean.nanoseconds = low->nanoseconds + (high->nanoseconds - low->nanoseconds) / 2;
  return law;
}

std::optional<TimeLaw> parse_normal(std::string_view text) {
  const std::size_t at = text.find(" sd ");
  if (at == std::string_view::npos) return std::nullopt;
  const auto mean = word_duration(text.substr(0, at));
  const auto deviation = word_duration(text.substr(at + 4));
  if (!mean || !deviation) return std::nullopt;
  TimeLaw law;
  law.kind = TimeLaw::Kind::Normal;
  law.mean = *mean;
  law.deviation = *deviation;
  return law;
}

std::optional<TimeLaw> of_mean(TimeLaw::Kind kind, std::string_view text) {
  const auto mean = word_duration(text);
  if (!mean) return std::nullopt;
  TimeLaw law;
  law.kind = kind;
  law.mean = *mean;
  return law;
}

double sample_mean(const std::vector<Duration>& samples) {
  double sum = 0;
  for (const Duration sample : samples)
    sum += sample.seconds();
  return sum / static_cast<double>(samples.size());
}

}  // namespace

double TimeLaw::mean_seconds() const {
  switch (kind) {
    case Kind::Uniform: return 0.5 * (low.seconds() + high.seconds());
    case Kind::Normal:
      return deviation.nanoseconds == 0 ? mean.seconds()
                                        : CutNormal(mean.seconds(), deviation.seconds()).cut_mean();
    case Kind::Empirical: return samples.empty() ? mean.seconds() : sample_mean(samples);
    default: return mean.seconds();
  }
}

double TimeLaw::squared_variation() const {
  const double average = mean_seconds();
  if (average == 0) return 0;
  switch (kind) {
    case Kind::Fixed: return 0;
    case Kind::Exponential: return 1;
    case Kind::Lognormal: return variation * variation;
    case Kind::Uniform: {
      const double width = high.seconds() - low.seconds();
      return width * width / 12 / (average * average);
    }
    case Kind::Normal:
      return deviation.nanoseconds == 0
                 ? 0
                 : CutNormal(mean.seconds(), deviation.seconds()).cut_variance() /
                       (average * average);
    case Kind::Empirical: {
      double sum = 0;
      for (const Duration sample : samples)
        sum += (sample.seconds() - average) * (sample.seconds() - average);
      return samples.empty() ? 0 : sum / static_cast<double>(samples.size()) / (average * average);
    }
  }
  return 0;
}

double TimeLaw::quantile_seconds(double q) const {
  SCANTLING_ASSERT(q > 0 && q < 1);
  switch (kind) {
    case Kind::Fixed: return mean.seconds();
    case Kind::Exponential: return -mean.seconds() * std::log1p(-q);
    case Kind::Lognormal: {
      if (mean.nanoseconds == 0) return 0;
      // Mean exp(m + s^2/2), squared variation exp(s^2) - 1 (Johnson et al., section 14.3).
      const double s2 = std::log1p(variation * variation);
      return mean.seconds() * std::exp(std::sqrt(s2) * normal_quantile(q) - 0.5 * s2);
    }
    case Kind::Uniform: return low.seconds() + q * (high.seconds() - low.seconds());
    case Kind::Normal:
      return deviation.nanoseconds == 0
                 ? mean.seconds()
                 : CutNormal(mean.seconds(), deviation.seconds()).quantile(q);
    case Kind::Empirical: {
      if (samples.empty()) return mean.seconds();
      // The smallest sample that at least a share q does not exceed.
      const double place = std::ceil(q * static_cast<double>(samples.size()) - 1e-9);
      const auto i = static_cast<std::size_t>(std::max(place, 1.0)) - 1;
      return samples[std::min(i, samples.size() - 1)].seconds();
    }
  }
  return 0;
}

bool operator==(const TimeLaw& a, const TimeLaw& b) {
  return a.kind == b.kind && a.mean == b.mean && a.variation == b.variation && a.p99 == b.p99 &&
         a.low == b.low && a.high == b.high && a.deviation == b.deviation && a.file == b.file &&
         a.samples == b.samples;
}

std::optional<TimeLaw> parse_time_law(std::string_view text) {
  const std::size_t blank = text.find(' ');
  const std::string_view word = text.substr(0, blank);
  const std::string_view rest =
      blank == std::string_view::npos ? std::string_view() : trim(text.substr(blank));
  if (word == "fixed") return of_mean(TimeLaw::Kind::Fixed, rest);
  if (word == "exponential") return of_mean(TimeLaw::Kind::Exponential, rest);
  if (word == "uniform") return parse_uniform(rest);
  if (word == "normal") return parse_normal(rest);
  if (word == "empirical" && !rest.empty()) {
    TimeLaw law;
    law.kind = TimeLaw::Kind::Empirical;
    law.file = std::string(rest);
    return law;
  }
  return of_mean(TimeLaw::Kind::Lognormal, text);
}

// p99/mean = exp(z s - s^2/2), so s^2 - 2 z s + 2 ln(p99/mean) = 0; of its two roots the smaller
// one (below z), whose law is the less spread.
std::optional<TimeLaw> fit_lognormal(Duration mean, Duration p99) {
  if (mean.nanoseconds <= 0 || p99 < mean) return std::nullopt;
  const double log_ratio = std::log(p99.seconds() / mean.seconds());
  const double under_root = kZ99 * kZ99 - 2 * log_ratio;
  if (under_root < 0) return std::nullopt;
  const double s = kZ99 - std::sqrt(under_root);
  TimeLaw law;
  law.kind = TimeLaw::Kind::Lognormal;
  law.mean = mean;
  law.p99 = p99;
  law.variation = std::sqrt(std::expm1(s * s));
  return law;
}

std::string to_text(const TimeLaw& law) {
  const std::string mean = to_text(law.mean);
  switch (law.kind) {
    case TimeLaw::Kind::Fixed: return "fixed " + mean;
    case TimeLaw::Kind::Exponential: return "exponential " + mean;
    case TimeLaw::Kind::Lognormal:
      if (law.p99) return "{ mean: " + mean + ", p99: " + to_text(*law.p99) + " }";
      return law.variation == 1 ? mean
                                : "{ mean: " + mean + ", cv: " + number_text(law.variation) + " }";
    case TimeLaw::Kind::Uniform: return "uniform " + to_text(law.low) + ".." + to_text(law.high);
    case TimeLaw::Kind::Normal: return "normal " + mean + " sd " + to_text(law.deviation);
    case TimeLaw::Kind::Empirical: return "empirical " + law.file;
  }
  return mean;
}

}  // namespace scantling
