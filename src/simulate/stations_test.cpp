// Stations held against the closed forms of queueing theory. Each expected value must lie inside
// the 99% confidence interval, and the interval must be narrow enough to mean something.
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/compile.h"
#include "simulate/engine.h"
#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

// One service; `law` of work at `rate` arrivals a second.
System one_station(double rate, TimeLaw law, double cpu = 1, std::int64_t concurrency = -1,
                   std::int64_t queue = -1) {
  System s;
  s.service("server", cpu, 1, concurrency, queue);
  s.operation("ask", s.endpoint("server", "ask", {work(std::move(law))}), rate);
  return s;
}

TEST(Stations, MM1) {
  const System s = one_station(80, exponential_time(.01));
  const ExperimentResult r = run(s, quick(3000, 10));
  const OperationResult& o = r.operations.at(0);
  expect_inside(o.latency.mean, .01 / (1 - .8), .05, "mean time in system");
  // The sojourn time is exponential with mean .05: p99 = .05 ln 100.
  expect_inside(o.latency.p99, .05 * std::log(100), .08, "p99");
  expect_inside(o.latency.p50, .05 * std::log(2), .05, "p50");
  expect_inside(station(r, "server").utilisation, .8, .02, "utilisation");
  expect_inside(station(r, "server").in_progress, 4, .06, "requests in the system");
  EXPECT_EQ(o.errors.total(), 0);
}

TEST(Stations, MMcWaitsByErlangC) {
  // 10 servers, 8 Erlang: C = .40918; mean wait = C / (c mu - lambda) = .40918 x .1 / 2.
  const ExperimentResult r = run(one_station(80, exponential_time(.1), 10), quick(1500));
  expect_inside(r.operations.at(0).latency.mean, .1 + .40918 * .1 / 2, .02, "mean");
  expect_inside(station(r, "server").queue, 80 * .40918 * .1 / 2, .12, "waiting");
}

TEST(Stations, MM1KLoses) {
  // M/M/1/10 at .9: (1 - r) r^10 / (1 - r^11) = .05081.
  const ExperimentResult r = run(one_station(90, exponential_time(.01), 1, 1, 9), quick(1500));
  const OperationResult& o = r.operations.at(0);
  Interval lost = o.availability;
  lost.mean = 1 - lost.mean;
  expect_inside(lost, .05081, .1, "share lost");
  EXPECT_GT(o.errors.rejected, 0);
  EXPECT_EQ(o.errors.total(), o.errors.rejected);
}

TEST(Stations, MMccLosesByErlangB) {
  // Erlang B (8 Erlang, 10 servers) = .12166.
  const ExperimentResult r = run(one_station(80, exponential_time(.1), 10, 10, 0), quick(1500));
  Interval lost = r.operations.at(0).availability;
  lost.mean = 1 - lost.mean;
  expect_inside(lost, .12166, .05, "share lost");
}

TEST(Stations, MD1) {
  // Wait = r s / (2 (1 - r)): half of M/M/1's.
  const ExperimentResult r = run(one_station(80, fixed_time(.01)), quick(1500));
  expect_inside(r.operations.at(0).latency.mean, .01 + .8 * .01 / (2 * .2), .03, "mean");
}

TEST(Stations, MG1ByPollaczekKhinchine) {
  // Lognormal, variation 1.5: wait = lambda E[S^2] / (2 (1 - r)) = r s (1 + 2.25) / (2 (1 - r)).
  const ExperimentResult r = run(one_station(60, lognormal_time(.01, 1.5)), quick(3000, 10));
  expect_inside(r.operations.at(0).latency.mean, .01 + .6 * .01 * 3.25 / (2 * .4), .05, "mean");
}

TEST(Stations, ProcessorSharingDoesNotMindTheLaw) {
  // M/G/1-PS: mean = s / (1 - r) whatever the law (Kleinrock 1976, section 4.4).
  System s = one_station(70, lognormal_time(.01, 2));
  s.model.services.raw()[0].runtime->discipline = said(Discipline::ProcessorSharing);
  const ExperimentResult r = run(s, quick(2000, 8));
  expect_inside(r.operations.at(0).latency.mean, .01 / .3, .05, "mean");
  expect_inside(station(r, "server").utilisation, .7, .03, "utilisation");
}

TEST(Stations, ClosedMachineRepair) {
  // 10 users think 1 s (exponential), one server of .2 s: M/M/1//N. p0 = 1 / sum N!/(N-n)! (s/Z)^n,
  // throughput = (1 - p0) / s.
  System s = one_station(1, exponential_time(.2));
  Experiment e = plain_experiment();
  ExperimentLoad load;
  ClosedLoad closed;
  closed.users = said(Count{10});
  closed.think = said(exponential_time(1));
  load.closed = said(std::move(closed));
  e.load = said(std::move(load));
  const ExperimentResult r = run(s, quick(4000, 10), e);
  double sum = 0;
  double term = 1;
  for (int n = 0; n <= 10; ++n) {
    sum += term;
    term *= (10 - n) * .2;
  }
  const double throughput = (1 - 1 / sum) / .2;
  expect_inside(r.operations.at(0).goodput, throughput, .02, "throughput");
  expect_inside(r.operations.at(0).latency.mean, 10 / throughput - 1, .04, "response time");
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

TEST(Stations, FanOutMakesTheTailCommon) {
  // The Tail at Scale (Dean, Barroso 2013): 1 in 100 slow, 100 leaves: 63.4% of requests are slow.
  System s;
  s.service("leaf", 1, 1);
  s.service("root");
  const EndpointId leaf = s.endpoint(
      "leaf", "get", {choose({{.01, {wait(fixed_time(1))}}, {.99, {wait(fixed_time(.01))}}})});
  std::vector<Step> leaves;
  for (int i = 0; i < 100; ++i)
    leaves.push_back(call(leaf));
  s.operation("ask", s.endpoint("root", "ask", {together(std::move(leaves))}), 50);
  const ExperimentResult r = run(s, quick(200));
  // Mean = .01 + .99 x share slow.
  const double slow = 1 - std::pow(.99, 100);
  EXPECT_NEAR(slow, .634, .0005);
  expect_inside(r.operations.at(0).latency.mean, .01 + .99 * slow, .02, "mean");
}

TEST(Stations, HalfACoreWorksHalfAsFast) {
  const ExperimentResult r = run(one_station(40, fixed_time(.01), .5), quick(2000, 10));
  // M/D/1 with service .02 at .8.
  expect_inside(r.operations.at(0).latency.mean, .02 + .8 * .02 / (2 * .2), .03, "mean");
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
