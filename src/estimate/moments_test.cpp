#include "estimate/moments.h"

#include <gtest/gtest.h>

#include <cmath>

namespace scantling {
namespace {

TimeLaw law(TimeLaw::Kind kind, double milliseconds, double variation = 1) {
  TimeLaw out;
  out.kind = kind;
  out.mean = Duration::from_seconds(milliseconds / 1000);
  out.variation = variation;
  return out;
}

TEST(Quantile, ExponentialIsExact) {
  const Moments one = exponential_wait(1, .1);
  EXPECT_NEAR(quantile(one, Percentile::P50), .1 * std::log(2), 1e-9);
  EXPECT_NEAR(quantile(one, Percentile::P95), .1 * std::log(20), 1e-9);
  EXPECT_NEAR(quantile(one, Percentile::P99), .1 * std::log(100), 1e-9);
  EXPECT_NEAR(quantile(one, Percentile::P999), .1 * std::log(1000), 1e-9);
}

TEST(Quantile, ResponseOfMm1IsExponential) {
  // rho .8, s .1: wait and service together are exponential with mean s / (1 - rho).
  Moments response = moments_of(law(TimeLaw::Kind::Exponential, 100));
  response += exponential_wait(.8, .5);
  EXPECT_NEAR(response.mean, .5, 1e-12);
  EXPECT_NEAR(response.variance, .25, 1e-12);
  EXPECT_NEAR(quantile(response, Percentile::P99), .5 * std::log(100), 1e-9);
}

TEST(Quantile, LognormalAsItsOwnLaw) {
  for (const double variation : {.3, 1.0, 2.0}) {
    const TimeLaw time = law(TimeLaw::Kind::Lognormal, 10, variation);
    const Moments moments = moments_of(time);
    EXPECT_NEAR(quantile(moments, Percentile::P50) / time.quantile_seconds(.5), 1, 2e-3);
    EXPECT_NEAR(quantile(moments, Percentile::P99) / time.quantile_seconds(.99), 1, 2e-3);
    EXPECT_NEAR(quantile(moments, Percentile::P999) / time.quantile_seconds(.999), 1, 2e-3);
  }
}

TEST(Quantile, ErlangOfThreeHops) {
  // Three exponential hops of mean 1: gamma with shape 3, quantiles tabulated.
  const Moments sum = exponential_wait(1, 1).times(3);
  EXPECT_NEAR(quantile(sum, Percentile::P50), 2.67406, 2e-4);
  EXPECT_NEAR(quantile(sum, Percentile::P99), 8.40595, 5e-4);
  EXPECT_NEAR(quantile(sum, Percentile::P999), 11.22887, 2e-3);
}

TEST(Quantile, FixedTime) {
  EXPECT_EQ(quantile(fixed_time(.02), Percentile::P999), .02);
}

TEST(Tail, ExponentialAndLognormal) {
  const Moments one = exponential_wait(1, .1);
  EXPECT_NEAR(tail(one, .3), std::exp(-3), 1e-9);
  const TimeLaw time = law(TimeLaw::Kind::Lognormal, 10);
  EXPECT_NEAR(tail(moments_of(time), time.quantile_seconds(.99)), .01, 1e-6);
  EXPECT_EQ(tail(fixed_time(1), .5), 1);
  EXPECT_EQ(tail(fixed_time(1), 1), 0);
}

TEST(Mixture, TwoExponentialsRawMoments) {
  Mixture mix;
  mix.add(.5, exponential_wait(1, 1));
  mix.add(.5, exponential_wait(1, 3));
  const Moments m = mix.moments();
  EXPECT_NEAR(m.mean, 2, 1e-12);
  EXPECT_NEAR(m.variance, .5 * 2 + .5 * 18 - 4, 1e-12);
  // Third cumulant: m3 - 3 m1 m2 + 2 m1^3 with m3 = .5 * 6 + .5 * 162.
  EXPECT_NEAR(m.third, 84 - 3 * 2 * 10 + 16, 1e-12);
}

TEST(Together, MaximumOfExponentials) {
  const Moments both[] = {exponential_wait(1, 1), exponential_wait(1, 1)};
  const Moments m = order_statistic(both, 2);
  EXPECT_NEAR(m.mean, 1.5, .01);       // 1 + 1/2
  EXPECT_NEAR(m.variance, 1.25, .02);  // 1 + 1/4
  EXPECT_NEAR(quantile(m, Percentile::P99), -std::log(1 - std::sqrt(.99)), .05);
}

TEST(Together, FirstOfThreeAndUnequal) {
  const Moments three[] = {exponential_wait(1, 1), exponential_wait(1, 1), exponential_wait(1, 1)};
  EXPECT_NEAR(order_statistic(three, 1).mean, 1.0 / 3, .01);
  EXPECT_NEAR(order_statistic(three, 2).mean, 1.0 / 3 + 1.0 / 2, .01);
  EXPECT_NEAR(order_statistic(three, 3).mean, 11.0 / 6, .02);
  const Moments unequal[] = {exponential_wait(1, 1), exponential_wait(1, 2)};
  EXPECT_NEAR(order_statistic(unequal, 2).mean, 1 + 2 - 1 / 1.5, .02);
}

TEST(Together, EquallyLateIsTheLatest) {
  const Moments unequal[] = {exponential_wait(1, 1), exponential_wait(1, 2)};
  EXPECT_NEAR(order_statistic(unequal, 2, 1).mean, 2, .01);
  EXPECT_NEAR(order_statistic(unequal, 1, 1).mean, 1, .01);
  const Moments both[] = {exponential_wait(1, 1), exponential_wait(1, 1)};
  EXPECT_NEAR(order_statistic(both, 2, .5).mean, 1.25, .01);  // half of the way from 1.5 to 1
}

TEST(Together, FixedTimesTakeTheLongest) {
  const Moments fixed[] = {fixed_time(.1), fixed_time(.3)};
  EXPECT_NEAR(order_statistic(fixed, 2).mean, .3, 1e-9);
}

TEST(Truncate, ExponentialIsExact) {
  const Truncated cut = truncate(exponential_wait(1, 1), 2);
  const double p = std::exp(-2);
  EXPECT_NEAR(cut.cut, p, 1e-9);
  EXPECT_NEAR(cut.mean_spent, 1 - p, 1e-9);  // E[min(T, 2)]
  EXPECT_NEAR(cut.kept.mean, (1 - 3 * p) / (1 - p), 1e-9);
}

TEST(Truncate, FarLimitChangesNothing) {
  const Truncated cut = truncate(exponential_wait(1, .001), 10);
  EXPECT_EQ(cut.cut, 0);
  EXPECT_EQ(cut.kept.mean, .001);
}

TEST(Truncate, NearlyAllIsLate) {
  const Truncated cut = truncate(fixed_time(5), 1);
  EXPECT_EQ(cut.cut, 1);
  EXPECT_EQ(cut.mean_spent, 1);
}

TEST(Moments, AGammaWaitOfSpreadTwoIsExponential) {
  const Moments one = gamma_wait(.8, .5, 2);
  const Moments other = exponential_wait(.8, .5);
  EXPECT_NEAR(one.mean, other.mean, 1e-12);
  EXPECT_NEAR(one.variance, other.variance, 1e-12);
  EXPECT_NEAR(one.third, other.third, 1e-12);
  // Spread 1: always the same time.
  EXPECT_NEAR(gamma_wait(1, .5, 1).variance, 0, 1e-12);
  EXPECT_NEAR(gamma_wait(1, .5, 1).third, 0, 1e-12);
}

}  // namespace
}  // namespace scantling
