// How requests come, beyond Poisson: schedules, spikes, recordings, users who think.
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

ExperimentResult under(const System& s, ExperimentLoad load, double seconds) {
  Experiment e = plain_experiment();
  e.load = said(std::move(load));
  e.lasts = said(in_seconds(seconds));
  return run(s, quick(seconds), e);
}

TEST(Arrivals, AScheduleIsRegular) {
  // D/M/1 at .8: sigma = exp(-mu (1 - sigma) T), time 1 / (mu (1 - sigma)) (Kleinrock I, 6.3).
  double sigma = .5;
  for (int i = 0; i < 500; ++i)
    sigma = std::exp(-(1 - sigma) / .8);
  System s = one_station(0, exponential_time(.01));
  s.model.services.raw()[0].endpoints[0].every = said(in_seconds(.0125));
  const ExperimentResult r = run(s, quick(2000, 8));
  expect_inside(r.operations.at(0).latency.mean, .01 / (1 - sigma), .04, "D/M/1");
  EXPECT_NEAR(r.operations[0].offered.mean, 80, .001);
}

TEST(Arrivals, ASpikeLastsItsTime) {
  ExperimentLoad load;
  load.spike = said(LoadSpike{said(in_seconds(20)), said(in_seconds(10)), said(Factor{4})});
  const ExperimentResult r = under(one_station(200, fixed_time(.0001)), load, 60);
  const Series& offered = series(r.operations[0], "offered");
  EXPECT_NEAR(mean_between(offered, 0, 20), 200, 12);
  EXPECT_NEAR(mean_between(offered, 20, 30), 800, 30);
  EXPECT_NEAR(mean_between(offered, 30, 60), 200, 10);
}

TEST(Arrivals, RecordedRatesAreSharedOut) {
  // 300/s, then 900/s, of two operations that come 1 : 2.
  System s;
  s.service("server", 1000);
  s.operation("one", s.endpoint("server", "one", {wait(fixed_time(.001))}), 10);
  s.operation("two", s.endpoint("server", "two", {wait(fixed_time(.001))}), 20);
  ExperimentLoad load;
  load.replay = said(std::string("rates"));
  load.recorded.rates.assign(40, 300);
  for (std::size_t i = 20; i < 40; ++i)
    load.recorded.rates[i] = 900;
  const ExperimentResult r = under(s, load, 40);
  EXPECT_NEAR(mean_between(series(r.operations[0], "offered"), 0, 20), 100, 8);
  EXPECT_NEAR(mean_between(series(r.operations[1], "offered"), 0, 20), 200, 10);
  EXPECT_NEAR(mean_between(series(r.operations[0], "offered"), 20, 40), 300, 12);
  EXPECT_NEAR(mean_between(series(r.operations[1], "offered"), 20, 40), 600, 18);
}

TEST(Arrivals, OneOperationsLoadMayChangeAlone) {
  System s;
  s.service("server", 1000);
  const OperationId one =
      s.operation("one", s.endpoint("server", "one", {wait(fixed_time(.001))}), 100);
  s.operation("two", s.endpoint("server", "two", {wait(fixed_time(.001))}), 100);
  ExperimentLoad load;
  LoadChange change;
  change.operation = {"one", one};
  change.factor = Factor{3};
  load.changes.push_back(change);
  const ExperimentResult r = under(s, load, 60);
  EXPECT_NEAR(r.operations[0].offered.mean, 300, 8);
  EXPECT_NEAR(r.operations[1].offered.mean, 100, 5);
}

TEST(Arrivals, UsersWhoThinkAreASourceOfTheirOwn) {
  // 50 users who think for a second and wait for 250 ms: 40/s, whatever the laws.
  System s;
  s.service("server", 1000);
  s.operation("ask", s.endpoint("server", "ask", {wait(exponential_time(.25))}), 1);
  ExperimentLoad load;
  load.closed = said(ClosedLoad{said(Count{50}), said(lognormal_time(1, 1))});
  expect_inside(under(s, load, 400).operations[0].goodput, 40, .02, "users");
}

}  // namespace
}  // namespace scantling::sim
