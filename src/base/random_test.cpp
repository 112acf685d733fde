#include "base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/distribution.h"
#include "base/histogram.h"

namespace scantling {
namespace {

TEST(Random, ReferenceOutputs) {
  // SplitMix64 from state 0: first output of the reference implementation (Vigna).
  std::uint64_t state = 0;
  EXPECT_EQ(split_mix(state), 0xe220a8397b1dcdafULL);
}

TEST(Random, StreamsDifferByEachPart) {
  RandomStream a(1, 1, 1);
  RandomStream same(1, 1, 1);
  RandomStream seed(2, 1, 1);
  RandomStream replication(1, 2, 1);
  RandomStream purpose(1, 1, 2);
  const std::uint64_t first = a.next();
  EXPECT_EQ(first, same.next());
  EXPECT_NE(first, seed.next());
  EXPECT_NE(first, replication.next());
  EXPECT_NE(first, purpose.next());
}

// Moments within five standard errors, and the tail beyond the ziggurat's last layer.
TEST(Random, ExponentialMomentsAndTail) {
  RandomStream r(7, 0, 0);
  const int n = 2'000'000;
  double sum = 0;
  double squares = 0;
  int beyond = 0;
  for (int i = 0; i < n; ++i) {
    const double x = r.exponential();
    sum += x;
    squares += x * x;
    beyond += x > 8 ? 1 : 0;
  }
  EXPECT_NEAR(sum / n, 1, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 2, 5 * std::sqrt(20.0 / n));
  const double expected = n * std::exp(-8);
  EXPECT_NEAR(beyond, expected, 5 * std::sqrt(expected));
}

TEST(Random, NormalMomentsAndTail) {
  RandomStream r(8, 0, 0);
  const int n = 2'000'000;
  double sum = 0;
  double squares = 0;
  double fourth = 0;
  int beyond = 0;
  for (int i = 0; i < n; ++i) {
    const double x = r.normal();
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
    beyond += std::abs(x) > 3.7 ? 1 : 0;
  }
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth / n, 3, 5 * std::sqrt(96.0 / n));
  const double expected = n * std::erfc(3.7 / std::sqrt(2));
  EXPECT_NEAR(beyond, expected, 5 * std::sqrt(expected));
}

TEST(Distribution, PortableExp) {
  for (double x : {-700.0, -30.0, -1.0, -1e-9, 0.0, .5, 1.0, 20.0, 700.0})
    EXPECT_NEAR(portable_exp(x) / std::exp(x), 1, 1e-13) << x;
  EXPECT_EQ(portable_exp(-1000), 0);
}

TEST(Distribution, LawsHaveTheirMeans) {
  RandomStream r(9, 0, 0);
  const auto mean_of = [&](const char* text) {
    const TimeLaw law = *parse_time_law(text);
    const TimeSampler sampler(law);
    double sum = 0;
    const int n = 400'000;
    for (int i = 0; i < n; ++i)
      sum += sampler.draw(r);
    return sum / n * 1e-9 / law.mean_seconds();
  };
  EXPECT_NEAR(mean_of("3ms"), 1, .01);
  EXPECT_NEAR(mean_of("fixed 3ms"), 1, 1e-9);
  EXPECT_NEAR(mean_of("exponential 3ms"), 1, .01);
  EXPECT_NEAR(mean_of("uniform 1ms..5ms"), 1, .01);
  EXPECT_NEAR(mean_of("normal 10ms sd 10ms"), 1, .01);  // cut at 0: the mean is above 10 ms
}

TEST(Distribution, WeightedChoiceFollowsWeights) {
  RandomStream r(10, 0, 0);
  const std::vector<double> weights = {1, 2, 3, 4};
  const WeightedChoice choice(weights);
  std::vector<int> seen(4, 0);
  const int n = 400'000;
  for (int i = 0; i < n; ++i)
    ++seen[choice.draw(r)];
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(seen[i], weights[i] / 10 * n, 5 * std::sqrt(n * .25));
}

TEST(Distribution, ZipfFollowsItsLaw) {
  for (double s : {0.0, .8, 1.0, 1.5}) {
    RandomStream r(11, 0, 0);
    const std::uint64_t keys = 1000;
    const ZipfChoice zipf(keys, s);
    double total = 0;
    for (std::uint64_t k = 1; k <= keys; ++k)
      total += std::pow(static_cast<double>(k), -s);
    std::vector<int> seen(keys, 0);
    const int n = 400'000;
    for (int i = 0; i < n; ++i)
      ++seen[zipf.draw(r)];
    for (std::size_t k : {0UL, 1UL, 9UL, 99UL, 999UL}) {
      const double expected = n * std::pow(static_cast<double>(k + 1), -s) / total;
      EXPECT_NEAR(seen[k], expected, 5 * std::sqrt(expected) + 1) << s << " " << k;
    }
  }
}

TEST(Histogram, QuantilesWithinTheStatedError) {
  Histogram h;
  for (std::int64_t i = 1; i <= 1'000'000; ++i)
    h.record(i * 1000);
  for (double q : {.01, .5, .9, .99, .999})
    EXPECT_NEAR(h.quantile(q) / (q * 1e9), 1, 1.0 / 256 + 1e-5);
  EXPECT_EQ(h.quantile(1), 1e9);
  EXPECT_DOUBLE_EQ(h.mean(), 500'000'500.0);
  EXPECT_EQ(h.largest(), 1'000'000'000);
}

TEST(Histogram, SmallValuesAreExactAndBucketsMeet) {
  Histogram h;
  h.record(0);
  h.record(7);
  h.record(127);
  EXPECT_EQ(h.quantile(.5), 7);
  EXPECT_EQ(h.quantile(.1), 0);
  std::size_t last = Histogram::bucket_of(0);
  for (std::int64_t v = 1; v < 100'000; ++v) {
    const std::size_t bucket = Histogram::bucket_of(v);
    EXPECT_TRUE(bucket == last || bucket == last + 1) << v;
    last = bucket;
  }
}

TEST(Histogram, MergeIsTheSameAsRecordingAll) {
  Histogram a;
  Histogram b;
  Histogram all;
  for (int i = 0; i < 1000; ++i) {
    (i % 3 == 0 ? a : b).record(i * i);
    all.record(i * i);
  }
  a.merge(b);
  EXPECT_EQ(a.count(), all.count());
  EXPECT_EQ(a.quantile(.77), all.quantile(.77));
  EXPECT_EQ(a.sum(), all.sum());
}

}  // namespace
}  // namespace scantling
