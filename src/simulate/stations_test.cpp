// Stations beyond the rows of test_rows_queues.cpp. Each expected value must lie inside the 99%
// confidence interval, and the interval must be narrow enough to mean something.
#include <gtest/gtest.h>

#include "simulate/compile.h"
#include "simulate/engine.h"
#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

TEST(Level, TheAreaIsThatOfTheSteps) {
  Level level;
  level.up(10);
  level.up(30);
  EXPECT_EQ(level, 2U);
  EXPECT_EQ(level.area(30), 20);
  EXPECT_EQ(level.area(40), 40);
  level.down(40);
  EXPECT_EQ(level.area(100), 100);
  level.set(5, 100);
  level.set(0, 110);
  EXPECT_EQ(level.area(1000), 150);
}

TEST(Stations, WhatIsLostIsRefused) {
  const ExperimentResult r = run(one_station(90, exponential_time(.01), 1, 1, 9), quick(100));
  const OperationResult& o = r.operations.at(0);
  EXPECT_GT(o.errors.rejected, 0);
  EXPECT_EQ(o.errors.total(), o.errors.rejected);
}

TEST(Stations, ProcessorSharingDoesNotMindTheLaw) {
  // M/G/1-PS: mean = s / (1 - r) whatever the law (Kleinrock 1976, section 4.4).
  System s = one_station(70, lognormal_time(.01, 2));
  s.model.services.raw()[0].runtime->discipline = said(Discipline::ProcessorSharing);
  const ExperimentResult r = run(s, quick(2000, 8));
  expect_inside(r.operations.at(0).latency.mean, .01 / .3, .05, "mean");
  expect_inside(station(r, "server").utilisation, .7, .03, "utilisation");
}

TEST(Stations, JacksonTandem) {
  // Poisson through M/M/1 (.5), then M/M/2 (.8): each as if alone.
  System s;
  s.service("second", 2);
  s.service("first");
  const EndpointId second = s.endpoint("second", "work", {work(exponential_time(.02))});
  s.operation("ask", s.endpoint("first", "ask", {work(exponential_time(.00625)), call(second)}),
              80);
  const ExperimentResult r = run(s, quick(2000));
  const double first_time = .00625 / .5;
  const double second_time = .02 / (1 - .8 * .8);  // M/M/2: s / (1 - r^2)
  expect_inside(r.operations.at(0).latency.mean, first_time + second_time, .05, "mean");
  expect_inside(station(r, "second").in_progress, 80 * second_time, .08, "at the second");
}

TEST(Stations, HalfACoreWorksHalfAsFast) {
  const ExperimentResult r = run(one_station(40, fixed_time(.01), .5), quick(2000, 10));
  // M/D/1 with service .02 at .8.
  expect_inside(r.operations.at(0).latency.mean, .02 + .8 * .02 / (2 * .2), .03, "mean");
}

TEST(Stations, WhatPilesUpIsNotAvailable) {
  // Three times what the server can take, nobody gives up: a third is answered. And where nobody
  // ever waits, the queue is nothing at all.
  const ExperimentResult r = run(one_station(300, fixed_time(.01)), quick(60));
  EXPECT_NEAR(r.operations.at(0).goodput.mean, 100, 1);
  EXPECT_NEAR(r.operations[0].availability.mean, 1 / 3., .01);
  const ExperimentResult idle = run(one_station(10, fixed_time(.0001), 1000), quick(60));
  EXPECT_EQ(idle.operations.at(0).availability.mean, 1);
  EXPECT_EQ(station(idle, "server").queue.mean, 0);
}

TEST(Stations, AFloodEndsTheRunAndSaysSo) {
  // Each request starts a million branches that don't end within the run.
  System s;
  s.service("root", 1);
  std::vector<Step> inner(1000, wait(fixed_time(1000)));
  std::vector<Step> outer(1000, together(inner));
  s.operation("ask", s.endpoint("root", "ask", {together(outer)}), 100);
  const auto program = compile(s.model, plain_experiment(), quick(5, 1));
  ASSERT_TRUE(program.has_value());
  RunOptions run;
  run.max_frames = 50'000;
  const Replication r = Engine(*program, run).run();
  EXPECT_TRUE(r.incomplete);
  EXPECT_TRUE(r.ok) << r.error;
  ASSERT_FALSE(r.log.empty());
  EXPECT_NE(r.log[0].find("more than 50000 requests were in flight"), std::string::npos);
  EXPECT_LT(r.most_frames, 60'000U);
}

TEST(Stations, SameSeedSameBytesWhateverTheJobs) {
  const System s = one_station(80, lognormal_time(.01, 1));
  SimulateOptions one = quick(20);
  one.jobs = 1;
  SimulateOptions two = quick(20);
  two.jobs = 2;
  const ExperimentResult a = run(s, one);
  const ExperimentResult b = run(s, two);
  EXPECT_EQ(a.fingerprint, b.fingerprint);
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.operations[0].latency.p99.mean, b.operations[0].latency.p99.mean);
  EXPECT_EQ(a.operations[0].latency.p99.half_width, b.operations[0].latency.p99.half_width);
  SimulateOptions other = quick(20);
  other.seed = 2;
  EXPECT_NE(run(s, other).fingerprint, a.fingerprint);
}

}  // namespace
}  // namespace scantling::sim
