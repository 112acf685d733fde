// Further closed forms: priorities, bursts, networks, bounds; and what must not matter.
#include <gtest/gtest.h>

#include <array>
#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

const OperationResult& of(const ExperimentResult& r, std::size_t i) {
  return r.operations.at(i);
}

TEST(ClosedForms, PrioritiesByCobham) {
  // M/G/1 without preemption (Cobham 1954): R = sum lambda E[S^2] / 2; the high class waits
  // R / (1 - r1), the low one R / ((1 - r1)(1 - r1 - r2)). .3 of exponential 10 ms, .5 of fixed 20.
  System s;
  s.service("server").runtime->discipline = said(Discipline::Priority);
  s.operation("high", s.endpoint("server", "high", {work(exponential_time(.01))}), 30);
  s.operation("low", s.endpoint("server", "low", {work(fixed_time(.02))}), 25);
  s.model.services.raw()[0].endpoints[0].priority = said(Count{5});
  s.model.services.raw()[0].endpoints[1].priority = said(Count{1});
  const ExperimentResult r = run(s, quick(3000, 8));
  const double residual = (30 * 2 * .01 * .01 + 25 * .02 * .02) / 2;
  expect_inside(of(r, 0).latency.mean, .01 + residual / .7, .03, "high");
  expect_inside(of(r, 1).latency.mean, .02 + residual / (.7 * .2), .08, "low");
}

TEST(ClosedForms, BurstsMakeAMarkovModulatedQueue) {
  // MMPP/M/1: pi_n = pi_0 R^n, R the least solution of Lambda + R (Q - Lambda - mu) + R^2 mu = 0
  // (Neuts 1981, "Matrix-Geometric Solutions"); 40/s, 160/s in bursts, mu 100/s.
  constexpr double mu = 100;
  constexpr std::array<double, 2> rate = {40, 160};
  constexpr double begin = 1 / 6.0;  // bursts: every 6 s, for 2 s
  constexpr double end = 1 / 2.0;
  double r[2][2] = {};
  for (int round = 0; round < 100'000; ++round) {
    // R <- (Lambda + mu R^2) (Lambda + mu - Q)^-1
    const double a = rate[0] + mu + begin;
    const double d = rate[1] + mu + end;
    const double det = a * d - begin * end;
    double m[2][2];
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j)
        m[i][j] = (i == j ? rate[static_cast<std::size_t>(i)] : 0) +
                  mu * (r[i][0] * r[0][j] + r[i][1] * r[1][j]);
    for (int i = 0; i < 2; ++i) {
      r[i][0] = (m[i][0] * d + m[i][1] * end) / det;
      r[i][1] = (m[i][0] * begin + m[i][1] * a) / det;
    }
  }
  // The phase alone is stationary: pi_0 (1 - R)^-1 = (3/4, 1/4). L = (3/4, 1/4) R (1 - R)^-1 1.
  const double det = (1 - r[0][0]) * (1 - r[1][1]) - r[0][1] * r[1][0];
  const double inverse[2] = {(1 - r[1][1] + r[0][1]) / det, (1 - r[0][0] + r[1][0]) / det};
  double in_system = 0;
  for (int i = 0; i < 2; ++i)
    in_system += (i == 0 ? .75 : .25) * (r[i][0] * inverse[0] + r[i][1] * inverse[1]);
  System s;
  s.service("server");
  s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(1 / mu))}), rate[0]);
  Experiment e = plain_experiment();
  ExperimentLoad load;
  LoadBursts bursts;
  bursts.every = said(in_seconds(6));
  bursts.lasts = said(in_seconds(2));
  bursts.by = said(Factor{rate[1] / rate[0]});
  load.bursts = said(bursts);
  e.load = said(load);
  SimulateOptions o = quick(8000, 10);
  o.warm_up = in_seconds(200);
  const ExperimentResult result = run(s, o, e);
  expect_inside(of(result, 0).offered, .75 * rate[0] + .25 * rate[1], .04, "offered");
  EXPECT_GT(in_system, 20);  // .7 busy: without bursts 2.3 would be there
  expect_inside(station(result, "server").in_progress, in_system, .15, "in the system");
}

TEST(ClosedForms, ProcessorSharingOfTwoClassesIsBcmp) {
  // Baskett, Chandy, Muntz, Palacios 1975: each class stays its own service time over 1 - rho,
  // whatever the laws.
  System s;
  s.service("server").runtime->discipline = said(Discipline::ProcessorSharing);
  s.operation("short", s.endpoint("server", "short", {work(lognormal_time(.005, 1.5))}), 60);
  s.operation("long", s.endpoint("server", "long", {work(fixed_time(.04))}), 10);
  const ExperimentResult r = run(s, quick(3000, 8));
  expect_inside(of(r, 0).latency.mean, .005 / .3, .05, "short");
  expect_inside(of(r, 1).latency.mean, .04 / .3, .05, "long");
}

TEST(ClosedForms, SeveralServersStayWithinTheBoundsOfMgc) {
  // Lognormal, variation 1.5, 3 servers at .8. Kingman 1970 from above, Brumelle 1971 from below.
  constexpr double c = 3;
  constexpr double rate = 240;
  constexpr double mean = .01;
  constexpr double square = mean * mean * (1 + 2.25);
  constexpr double rho = rate * mean / c;
  const double upper =
      (1 / (rate * rate) + (square - mean * mean) / c + (c - 1) / (c * c) * mean * mean) * rate /
      (2 * (1 - rho));
  const double lower =
      rate * square / (c * c) / (2 * (1 - rho)) - (c - 1) / c * square / (2 * mean);
  System s;
  s.service("server", c);
  s.operation("ask", s.endpoint("server", "ask", {work(lognormal_time(mean, 1.5))}), rate);
  const Interval waited = of(run(s, quick(600, 8)), 0).latency.mean;
  EXPECT_LT(waited.high() - mean, upper);
  EXPECT_GT(waited.low() - mean, lower);
  EXPECT_LT(lower, upper);
}

// --- what must not matter, and how results scale ---

System front_and_back(double unit, bool back_first) {
  System s;
  if (back_first) s.service("back", 2);
  s.service("front", 4);
  if (!back_first) s.service("back", 2);
  const EndpointId get = s.endpoint("back", "get", {work(lognormal_time(.02 * unit, 1))});
  s.operation("ask", s.endpoint("front", "ask", {work(exponential_time(.01 * unit)), call(get)}),
              70 / unit);
  return s;
}

TEST(Metamorphic, TheOrderOfDeclarationChangesNothing) {
  EXPECT_EQ(run(front_and_back(1, true), quick(50)).fingerprint,
            run(front_and_back(1, false), quick(50)).fingerprint);
}

TEST(Metamorphic, StretchingAllTimesStretchesTheResults) {
  SimulateOptions once = quick(100);
  once.warm_up = in_seconds(5);
  SimulateOptions stretched = quick(300);
  stretched.warm_up = in_seconds(15);
  const OperationResult a = of(run(front_and_back(1, true), once), 0);
  const OperationResult b = of(run(front_and_back(3, true), stretched), 0);
  EXPECT_NEAR(b.latency.mean.mean, 3 * a.latency.mean.mean, 1e-5);
  EXPECT_NEAR(b.offered.mean, a.offered.mean / 3, 1e-9);
  EXPECT_NEAR(b.latency.p99.mean, 3 * a.latency.p99.mean, .01 * b.latency.p99.mean);
}

TEST(Metamorphic, ASplitPoissonStreamIsTheSameLoad) {
  System whole;
  whole.service("server");
  whole.operation("ask", whole.endpoint("server", "ask", {work(exponential_time(.01))}), 75);
  System split;
  split.service("server");
  for (int i = 0; i < 3; ++i) {
    const std::string name = "ask" + std::to_string(i);
    split.operation(name, split.endpoint("server", name, {work(exponential_time(.01))}), 25);
  }
  const double one = station(run(whole, quick(3000, 8)), "server").in_progress.mean;
  const Interval three = station(run(split, quick(3000, 8)), "server").in_progress;
  EXPECT_NEAR(one, 3, .3);
  expect_inside(three, 3, .12, "in the system");
}

TEST(Metamorphic, MoreServersNeverMakeItSlower) {
  double before = 1e9;
  for (int servers = 1; servers <= 4; ++servers) {
    System s;
    s.service("server", servers);
    s.operation("ask", s.endpoint("server", "ask", {work(lognormal_time(.01, 2))}), 80);
    const double mean = of(run(s, quick(300)), 0).latency.mean.mean;
    EXPECT_LT(mean, before) << servers;
    before = mean;
  }
}

}  // namespace
}  // namespace scantling::sim
