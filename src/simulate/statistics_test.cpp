// Intervals, warm-up, sequential stopping, and runs that are cut short.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "simulate/statistics.h"
#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

System mm1() {
  System s;
  s.service("server");
  s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.01))}), 80);
  return s;
}

TEST(Student, AsTabulated) {
  EXPECT_NEAR(student_t(.99, 4), 4.6041, 1e-4);
  EXPECT_NEAR(student_t(.95, 9), 2.2622, 1e-4);
  EXPECT_NEAR(student_t(.95, 1), 12.7062, 1e-4);
  EXPECT_NEAR(student_within(1.959964, 1'000'000), .95, 1e-4);
}

TEST(Interval, OfThreeValuesByHand) {
  // 1, 2, 3: mean 2, deviation 1, t(.95, 2) = 4.3027: 4.3027 / sqrt(3).
  const std::vector<double> values = {1, 2, 3};
  const Interval i = interval(values, .95);
  EXPECT_DOUBLE_EQ(i.mean, 2);
  EXPECT_NEAR(i.half_width, 4.3027 / std::sqrt(3), 1e-4);
  EXPECT_LT(interval(std::vector<double>{1}, .95).half_width, 0);
}

TEST(Interval, IsJudgedAsAWhole) {
  const Interval five{5, 1};  // 4 to 6
  for (const bool at_least : {false, true}) {
    EXPECT_EQ(verdict_of(4, five, at_least), at_least ? Verdict::Holds : Verdict::Undecided);
    EXPECT_EQ(verdict_of(3.9, five, at_least), at_least ? Verdict::Holds : Verdict::Fails);
    EXPECT_EQ(verdict_of(5, five, at_least), Verdict::Undecided);
    EXPECT_EQ(verdict_of(6, five, at_least), at_least ? Verdict::Undecided : Verdict::Holds);
    EXPECT_EQ(verdict_of(6.1, five, at_least), at_least ? Verdict::Fails : Verdict::Holds);
    EXPECT_EQ(verdict_of(5, Interval{5, -1}, at_least), Verdict::Holds);  // of one run: a point
    EXPECT_EQ(verdict_of(5, Interval{std::nan(""), -1}, at_least), Verdict::Undecided);
  }
}

TEST(Interval, CoversTheTruthAsOftenAsItSays) {
  // 99% intervals of M/M/1's mean from 8 replications, 200 times: about 2 of 200 miss .05; more
  // than 8 would have a probability of 0.0002.
  const System s = mm1();
  int missed = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SimulateOptions o = quick(100, 8);
    o.seed = seed;
    o.warm_up = in_seconds(5);
    const Interval i = run(s, o).operations.at(0).latency.mean;
    missed += i.low() > .05 || i.high() < .05 ? 1 : 0;
  }
  EXPECT_LE(missed, 8);
}

TEST(WarmUp, CutsWhatIsNotYetSteady) {
  // A level that climbs for 200 samples, then stays with a little noise.
  RandomStream random(1, 0, 0);
  std::vector<double> level;
  for (int i = 0; i < 2000; ++i)
    level.push_back(std::min(i, 200) + random.uniform());
  const WarmUp found = mser5(level);
  EXPECT_TRUE(found.settled);
  EXPECT_GE(found.samples, 195U);
  EXPECT_LE(found.samples, 400U);
  std::vector<double> grows;
  for (int i = 0; i < 2000; ++i)
    grows.push_back(i);
  EXPECT_FALSE(mser5(grows).settled);
}

TEST(Interval, OfAQuantileCoversItToo) {
  // The p99 of M/M/1 is .05 ln 100. 120 intervals: about one misses; more than 6 would have a
  // probability of 0.0002.
  const System s = mm1();
  int missed = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    SimulateOptions o = quick(200, 6);
    o.seed = seed;
    o.warm_up = in_seconds(5);
    const Interval i = run(s, o).operations.at(0).latency.p99;
    missed += i.low() > .05 * std::log(100) || i.high() < .05 * std::log(100) ? 1 : 0;
  }
  EXPECT_LE(missed, 6);
}

// --- warm-up ---

// White, Cobb, Spratt 2000: of the means of batches of five, the d that makes
// sum over i > d of (Z_i - mean)^2 / (n - d)^2 the least.
TEST(WarmUp, IsWhatTheRuleSaysByHand) {
  // One batch of 100, then 20 that alternate between 1 and 2: .25 of variance over 20 is the least.
  std::vector<double> samples(5, 100);
  for (int i = 0; i < 20; ++i)
    samples.insert(samples.end(), 5, 1 + i % 2);
  EXPECT_EQ(mser5(samples).samples, 5U);
}

TEST(WarmUp, IsWhatTheRuleSaysOfAnySeries) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomStream random(seed, 0, 0);
    std::vector<double> samples;
    double level = 50;  // falls to 0 by an autoregression
    for (int i = 0; i < 1000; ++i)
      samples.push_back(level = .98 * level + random.normal());
    std::vector<double> z(200, 0);
    for (std::size_t i = 0; i < samples.size(); ++i)
      z[i / 5] += samples[i] / 5;
    std::size_t cut = 0;
    double best = 1e300;
    for (std::size_t d = 0; d + 5 <= z.size(); ++d) {
      const auto left = static_cast<double>(z.size() - d);
      double mean = 0;
      for (std::size_t i = d; i < z.size(); ++i)
        mean += z[i] / left;
      double squares = 0;
      for (std::size_t i = d; i < z.size(); ++i)
        squares += (z[i] - mean) * (z[i] - mean);
      if (squares / (left * left) >= best) continue;
      best = squares / (left * left);
      cut = d;
    }
    const WarmUp found = mser5(samples);
    EXPECT_EQ(found.settled, cut <= z.size() / 2);
    EXPECT_EQ(found.samples, 5 * std::min(cut, z.size() / 2)) << seed;
  }
}

// --- comparing designs ---

TEST(CommonNumbers, MakeDifferencesSmall) {
  // A server 2% faster, 30 times with the other's numbers and 30 times with its own.
  const auto mean = [](double seconds, std::uint64_t seed) {
    SimulateOptions o = quick(100, 1);
    o.seed = seed;
    o.warm_up = in_seconds(5);
    return run(one_station(80, exponential_time(seconds)), o).operations.at(0).latency.mean.mean;
  };
  const auto variance = [&](std::uint64_t apart) {
    std::vector<double> differences;
    for (std::uint64_t seed = 1; seed <= 30; ++seed)
      differences.push_back(mean(.01, seed) - mean(.0098, seed + apart));
    const double half = interval(differences, .99).half_width;
    return half * half;
  };
  EXPECT_LT(50 * variance(0), variance(1000));
}

TEST(Sequential, RunsUntilThePrecisionIsReached) {
  SimulateOptions o = quick(100, 5);
  o.precision = .05;
  const ExperimentResult r = run(mm1(), o);
  EXPECT_LE(r.precision, .05);
  EXPECT_GT(r.replications, 5);
  const OperationResult& ask = r.operations.at(0);
  EXPECT_LE(ask.latency.p99.half_width, .05 * ask.latency.p99.mean);
  EXPECT_LE(ask.latency.mean.half_width, .05 * ask.latency.mean.mean);
  EXPECT_NEAR(ask.latency.mean.mean, .05, .003);
  // As many, to the byte, whatever the number of threads.
  SimulateOptions alone = o;
  alone.jobs = 1;
  const ExperimentResult again = run(mm1(), alone);
  EXPECT_EQ(again.replications, r.replications);
  EXPECT_EQ(again.fingerprint, r.fingerprint);
}

TEST(Sequential, SaysWhatItDidNotReach) {
  SimulateOptions o = quick(2, 5);
  o.precision = .001;
  o.most_replications = 12;
  const ExperimentResult r = run(mm1(), o);
  EXPECT_EQ(r.replications, 12);
  EXPECT_GT(r.precision, .001);
  ASSERT_FALSE(r.notes.empty());
  EXPECT_EQ(r.notes.back(), "the precision asked for is not reached with 12 replications");
}

TEST(Stopped, KeepsTheReplicationsThatRanToTheirEnd) {
  SimulateOptions o = quick(2000, 6);
  o.jobs = 1;
  o.warm_up = in_seconds(1);
  std::atomic<int> done = 0;
  o.progress = [&](const RunProgress& p) {
    done = p.done;
    EXPECT_EQ(p.wanted, 6);
  };
  o.stop = [&] { return done >= 3; };
  const ExperimentResult r = run(mm1(), o);
  EXPECT_TRUE(r.incomplete);
  EXPECT_EQ(r.notes.back(), "incomplete: the run was ended before its time");
  // Runs too short to be asked end by themselves.
  EXPECT_GE(r.replications, 3);
  EXPECT_NEAR(r.operations.at(0).goodput.mean, 80, 3);
}

}  // namespace
}  // namespace scantling::sim
