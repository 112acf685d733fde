#include "base/time_law.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/normal.h"

namespace scantling {
namespace {

TimeLaw law(const char* text) {
  return parse_time_law(text).value();
}

// Held against CPython's statistics.NormalDist().inv_cdf.
TEST(Normal, QuantilesMatchAnotherImplementation) {
  EXPECT_NEAR(normal_quantile(1e-300), -37.0471, 1e-4);
  EXPECT_NEAR(normal_quantile(1e-12), -7.034483825301132, 1e-13);
  EXPECT_NEAR(normal_quantile(1e-6), -4.753424308822899, 1e-14);
  EXPECT_NEAR(normal_quantile(0.01), -2.3263478740408408, 1e-15);
  EXPECT_EQ(normal_quantile(0.5), 0);
  EXPECT_NEAR(normal_quantile(0.7), 0.5244005127080407, 1e-15);
  EXPECT_NEAR(normal_quantile(0.95), 1.6448536269514722, 1e-14);
}

TEST(Normal, QuantileInvertsTheTail) {
  for (double p = 1e-9; p < 1; p += 0.00321)
    EXPECT_NEAR(normal_above(-normal_quantile(p)), p, 1e-15 + 1e-13 * p);
}

TEST(TimeLaw, ReadsItsForms) {
  EXPECT_EQ(law("3ms").kind, TimeLaw::Kind::Lognormal);
  EXPECT_EQ(law("3ms").variation, 1);
  EXPECT_EQ(law("fixed 3ms").kind, TimeLaw::Kind::Fixed);
  EXPECT_EQ(law("exponential 3ms").kind, TimeLaw::Kind::Exponential);
  EXPECT_EQ(law("uniform 1ms..5ms").mean.nanoseconds, 3'000'000);
  EXPECT_EQ(law("normal 300ms sd 30ms").deviation.nanoseconds, 30'000'000);
  EXPECT_EQ(law("empirical my samples.csv").file, "my samples.csv");
  for (const char* text :
       {"", "3", "fixed", "fixed 3", "uniform 5ms..1ms", "uniform 1ms", "normal 3ms",
        "normal 3ms sd", "empirical", "empirical ", "poisson 3ms", "exponential -1ms"})
    EXPECT_FALSE(parse_time_law(text)) << text;
}

TEST(TimeLaw, WritesWhatItReads) {
  for (const char* text : {"3ms", "fixed 3ms", "exponential 1.5s", "uniform 1ms..5ms",
                           "normal 300ms sd 30ms", "empirical samples.csv", "fixed 0s"}) {
    EXPECT_EQ(to_text(law(text)), text);
    EXPECT_TRUE(law(to_text(law(text)).c_str()) == law(text));
  }
  EXPECT_EQ(to_text(*fit_lognormal({3'000'000}, {15'000'000})), "{ mean: 3ms, p99: 15ms }");
  TimeLaw half = law("3ms");
  half.variation = 0.5;
  EXPECT_EQ(to_text(half), "{ mean: 3ms, cv: 0.5 }");
  EXPECT_FALSE(half == law("3ms"));
}

TEST(TimeLaw, FittedLognormalHasItsMeanAndPercentile) {
  const TimeLaw fitted = *fit_lognormal({3'000'000}, {15'000'000});
  EXPECT_DOUBLE_EQ(fitted.mean_seconds(), 0.003);
  EXPECT_NEAR(fitted.quantile_seconds(0.99), 0.015, 1e-12);
  EXPECT_EQ(fit_lognormal({3'000'000}, {3'000'000})->variation, 0);
  EXPECT_TRUE(fit_lognormal({1'000'000}, {14'960'000}));
  EXPECT_FALSE(fit_lognormal({1'000'000}, {15'000'000}));  // over exp(z^2/2) = 14.97
  EXPECT_FALSE(fit_lognormal({3'000'000}, {2'000'000}));
  EXPECT_FALSE(fit_lognormal({0}, {2'000'000}));
}

TEST(TimeLaw, LognormalQuantiles) {
  // cv 1: s^2 = ln 2, median mean / sqrt 2.
  EXPECT_NEAR(law("3ms").quantile_seconds(0.5), 0.003 / std::sqrt(2.0), 1e-15);
  EXPECT_NEAR(law("3ms").quantile_seconds(0.99),
              0.003 / std::sqrt(2.0) * std::exp(2.3263478740408408 * std::sqrt(std::log(2.0))),
              1e-12);
  EXPECT_EQ(law("3ms").squared_variation(), 1);
  EXPECT_EQ(law("0s").quantile_seconds(0.99), 0);
}

TEST(TimeLaw, ClosedFormsOfTheOthers) {
  EXPECT_EQ(law("fixed 3ms").squared_variation(), 0);
  EXPECT_EQ(law("fixed 3ms").quantile_seconds(0.999), 0.003);
  EXPECT_NEAR(law("exponential 1s").quantile_seconds(0.95), std::log(20.0), 1e-12);
  EXPECT_EQ(law("exponential 1s").squared_variation(), 1);
  EXPECT_DOUBLE_EQ(law("uniform 1s..3s").squared_variation(), 4.0 / 12 / 4);
  EXPECT_DOUBLE_EQ(law("uniform 1s..3s").quantile_seconds(0.25), 1.5);
}

// The values of a numerical integration of the density over 0 .. mean + 10 deviations.
TEST(TimeLaw, NormalIsCutAtZero) {
  const TimeLaw wide = law("normal 300ms sd 300ms");
  EXPECT_NEAR(wide.mean_seconds(), 0.38627997, 1e-7);
  EXPECT_NEAR(wide.squared_variation() * wide.mean_seconds() * wide.mean_seconds(), 0.05667178,
              1e-7);
  // A half normal: mean sqrt(2/pi), variance 1 - 2/pi, median .67449.
  const TimeLaw half = law("normal 0s sd 1s");
  EXPECT_NEAR(half.mean_seconds(), 0.7978845608, 1e-9);
  EXPECT_NEAR(half.squared_variation() * half.mean_seconds() * half.mean_seconds(), 0.3633802276,
              1e-9);
  EXPECT_NEAR(half.quantile_seconds(0.5), 0.6744897502, 1e-9);
  // Ten deviations away from 0 the cut changes nothing.
  EXPECT_NEAR(law("normal 300ms sd 30ms").quantile_seconds(0.99), 0.3 + 0.03 * 2.3263478740, 1e-9);
  EXPECT_DOUBLE_EQ(law("normal 300ms sd 0s").quantile_seconds(0.99), 0.3);
}

TEST(TimeLaw, EmpiricalDrawsItsSamples) {
  TimeLaw empirical = law("empirical samples.csv");
  empirical.samples = {{1'000'000'000}, {2'000'000'000}, {3'000'000'000}, {6'000'000'000}};
  EXPECT_DOUBLE_EQ(empirical.mean_seconds(), 3);
  EXPECT_DOUBLE_EQ(empirical.squared_variation(), 3.5 / 9);
  EXPECT_EQ(empirical.quantile_seconds(0.25), 1);
  EXPECT_EQ(empirical.quantile_seconds(0.26), 2);
  EXPECT_EQ(empirical.quantile_seconds(0.99), 6);
}

}  // namespace
}  // namespace scantling
