// How long something takes, when that varies: the language's forms of a random time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace scantling {

// `3ms`                        lognormal with coefficient of variation 1
// `fixed 3ms`                  always the same
// `exponential 3ms`
// `{ mean: 3ms, p99: 15ms }`   lognormal fitted to both (cv instead of p99 is accepted)
// `uniform 1ms..5ms`
// `normal 300ms sd 30ms`       cut at 0
// `empirical samples.csv`      one duration a line, drawn with equal chance
struct TimeLaw {
  enum class Kind : std::uint8_t { Fixed, Exponential, Lognormal, Uniform, Normal, Empirical };

  Kind kind = Kind::Fixed;
  Duration mean;                  // Uniform and Empirical: computed
  double variation = 1;           // Lognormal: standard deviation over mean, 0 or more
  std::optional<Duration> p99;    // Lognormal: as written, when it was fitted to one
  Duration low, high;             // Uniform
  Duration deviation;             // Normal
  std::string file;               // Empirical: as written
  std::vector<Duration> samples;  // Empirical: sorted

  // One draw's mean, squared coefficient of variation, and quantile (0 < q < 1), in seconds. For
  // Normal the cut at 0 is accounted for in the mean and the variation.
  double mean_seconds() const;
  double squared_variation() const;
  double quantile_seconds(double q) const;
};

bool operator==(const TimeLaw& a, const TimeLaw& b);

// Every text form but empirical's samples (which the caller loads). The map form is built by the
// language room. Nothing when the text is not of the form.
std::optional<TimeLaw> parse_time_law(std::string_view text);
// Lognormal through a mean and a 99th percentile; nothing unless mean > 0 and 1 <= p99/mean
// <= 14.96 (exp(z^2/2), z = 2.3263: no lognormal has a larger ratio).
std::optional<TimeLaw> fit_lognormal(Duration mean, Duration p99);

// In the language; the map form is written as flow, "{ mean: 3ms, p99: 15ms }".
std::string to_text(const TimeLaw& law);

}  // namespace scantling
