// Rare events, held against closed forms.
#include "simulate/rare.h"

#include <cmath>

#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

RareResult rare(const System& s, const Experiment& e, const std::string& station,
                std::uint32_t at_least, double seconds, int jobs = 0) {
  RareOptions options;
  options.simulate = quick(seconds, 10);
  options.simulate.jobs = jobs;
  options.station = station;
  options.at_least = at_least;
  auto found = estimate_rare(s.model, e, options);
  EXPECT_TRUE(found.has_value()) << (found ? "" : found.error().message);
  return found ? *found : RareResult{};
}

System single_queue(double rate) {
  System s;
  s.service("server", 1, 1);
  s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.01))}), rate);
  return s;
}

// M/M/1: P(N >= k) = rho^k (Kleinrock I, 3.2).
TEST(Rare, AnMM1AtOneInABillion) {
  const System s = single_queue(25);
  const RareResult r = rare(s, plain_experiment(), "server", 15, 40);
  ASSERT_TRUE(r.reached);
  const double right = std::pow(.25, 15);  // 9.3e-10
  EXPECT_GE(r.thresholds.size(), 7U);
  expect_inside(r.share, right, 1, "P(N >= 15)");
}

TEST(Rare, WhatIsNotRareIsTheSame) {
  const System s = single_queue(50);
  expect_inside(rare(s, plain_experiment(), "server", 2, 100).share, .25, .15, "P(N >= 2)");
}

TEST(Rare, IsTheSameOnAnyNumberOfThreads) {
  const System s = single_queue(40);
  const RareResult one = rare(s, plain_experiment(), "server", 8, 10, 1);
  const RareResult two = rare(s, plain_experiment(), "server", 8, 10, 2);
  EXPECT_EQ(one.share.mean, two.share.mean);
  EXPECT_EQ(one.share.half_width, two.share.half_width);
  EXPECT_EQ(one.events, two.events);
}

TEST(Rare, SaysHowFarItCame) {
  System s = single_queue(40);
  s.model.services[ServiceId(std::size_t{0})].runtime->concurrency = said(Count{2});
  s.model.services[ServiceId(std::size_t{0})].runtime->queue = said(Count{3});
  const RareResult r = rare(s, plain_experiment(), "server", 6, 10);
  EXPECT_FALSE(r.reached);
  EXPECT_EQ(r.highest, 5U);
  RareOptions options;
  options.station = "sever";
  const auto unknown = estimate_rare(s.model, plain_experiment(), options);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_NE(unknown.error().message.find("did you mean 'server'?"), std::string::npos);
}

// Machines that fail and are repaired: users who think until they fail and ask for a repair.
struct Machines : System {
  Experiment experiment = plain_experiment();

  Machines(std::int64_t machines, double repairmen, double fails_after, double repaired_in) {
    service("repair", repairmen);
    operation("fix", endpoint("repair", "fix", {work(exponential_time(repaired_in))}), 1);
    ClosedLoad closed{said(Count{machines}), said(exponential_time(fails_after))};
    ExperimentLoad load;
    load.closed = said(std::move(closed));
    experiment.load = said(std::move(load));
  }
};

// k of n, each repaired by itself: more than n - k are down with the binomial's probability. Here
// 2 of 6 are needed: 5 or 6 down, each 1% of the time; beyond nine nines.
TEST(Rare, KOfNMachinesWithARepairmanEach) {
  const Machines m(6, 6, 9.9, .1);
  const double right = 6 * std::pow(.01, 5) * .99 + std::pow(.01, 6);  // 6.0e-10
  const RareResult r = rare(m, m.experiment, "repair", 5, 800);
  ASSERT_TRUE(r.reached);
  expect_inside(r.share, right, 1, "5 of 6 down");
}

// One repairman: a birth-death chain, p(i + 1) = p(i) (n - i) MTTR / MTTF.
TEST(Rare, MachinesThatShareARepairman) {
  const Machines m(4, 1, 5, .1);
  double p = 1;
  double sum = 1;
  for (int i = 0; i < 4; ++i)
    sum += p *= (4 - i) * .1 / 5;
  const RareResult r = rare(m, m.experiment, "repair", 4, 300);
  ASSERT_TRUE(r.reached);
  expect_inside(r.share, p / sum, 1, "all down");  // 3.5e-6: between five and six nines
}

// M/M/1/K loses (1 - rho) rho^K / (1 - rho^(K + 1)).
double mm1k(double rho, int k) {
  return (1 - rho) * std::pow(rho, k) / (1 - std::pow(rho, k + 1));
}

System bounded_queue(double rate, std::int64_t k) {
  System s;
  s.service("server", 1, 1, 1, k - 1);
  s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.01))}), rate);
  return s;
}

TEST(Rare, LossOfAFullQueueAtSixNines) {
  const System s = bounded_queue(40, 16);
  RareOptions options;
  options.simulate = quick(60, 10);
  options.station = "server";
  const auto r =
      estimate_failures(s.model, plain_experiment(), options, OperationId(std::size_t{0}), 1e-5);
  ASSERT_TRUE(r.has_value() && r->reached);
  expect_inside(r->share, mm1k(.4, 16), 1, "loss");  // 2.6e-7
}

TEST(Rare, DecidesFiveNinesThatPlainRunsCannot) {
  // Loses 2.6e-7: plain runs of 12,000 requests see nothing. Asked for: 99.999% and 99.99999%.
  for (const auto& [target, verdict] :
       {std::pair{99.999, Verdict::Holds}, std::pair{99.99999, Verdict::Fails}}) {
    System s = bounded_queue(40, 16);
    Objective five;
    five.availability = said(Share{target / 100});
    s.model.operations.raw()[0].objective = said(five);
    SimulateOptions options = quick(60);
    const Experiment peak = peak_experiment(s.model);
    EXPECT_FALSE(run(s, options, peak).judgements[0].by_splitting);
    options.rare = true;
    const ExperimentResult r = run(s, options, peak);
    ASSERT_EQ(r.judgements.size(), 1U);
    EXPECT_TRUE(r.judgements[0].by_splitting);
    EXPECT_EQ(r.judgements[0].verdict, verdict) << r.judgements[0].measured.mean;
    EXPECT_NE(r.notes.back().find("by splitting runs"), std::string::npos) << r.notes.back();
  }
}

TEST(Rare, SaysWhenNothingSeenIsTooLittle) {
  // Nothing can fail here, and 300 requests don't show it.
  System s = single_queue(1);
  Objective five;
  five.availability = said(Share{.99999});
  s.model.operations.raw()[0].objective = said(five);
  SimulateOptions options = quick(60);
  options.rare = true;
  const ExperimentResult r = run(s, options, peak_experiment(s.model));
  EXPECT_EQ(r.judgements[0].verdict, Verdict::Undecided);
  EXPECT_NE(r.notes.back().find("not enough"), std::string::npos) << r.notes.back();
}

}  // namespace
}  // namespace scantling::sim
