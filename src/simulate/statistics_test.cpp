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
