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

}  // namespace
}  // namespace scantling::sim
