// What the words of a model mean, each with a figure worked out by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/test_pieces.h"
#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

Experiment under(ExperimentLoad load, double seconds) {
  Experiment e = plain_experiment();
  e.load = said(std::move(load));
  e.lasts = said(in_seconds(seconds));
  return e;
}

// --- arrivals ---

TEST(Arrivals, RampsAndStepsChangeTheRate) {
  ExperimentLoad ramp;
  ramp.ramp = said(LoadRamp{said(Factor{1}), said(Factor{5}), said(in_seconds(100))});
  const System s = one_station(200, fixed_time(.0001));
  const ExperimentResult r = run(s, quick(150), under(ramp, 150));
  const Series& offered = series(r.operations[0], "offered");
  EXPECT_NEAR(mean_between(offered, 0, 100), 600, 15);  // half way
  EXPECT_NEAR(mean_between(offered, 20, 30), 400, 20);  // x2 after 25 s
  EXPECT_NEAR(mean_between(offered, 100, 150), 1000, 20);
  ExperimentLoad steps;
  steps.steps = said(std::vector<LoadStep>{{said(in_seconds(20)), said(Factor{3})},
                                           {said(in_seconds(40)), said(Factor{.5})}});
  const ExperimentResult t = run(s, quick(60), under(steps, 60));
  const Series& stepped = series(t.operations[0], "offered");
  EXPECT_NEAR(mean_between(stepped, 0, 20), 200, 15);
  EXPECT_NEAR(mean_between(stepped, 20, 40), 600, 25);
  EXPECT_NEAR(mean_between(stepped, 40, 60), 100, 12);
}

// --- stations ---

TEST(Disciplines, ControlledDelayBoundsWhatIsWaited) {
  // Twice what the server can take. In order, the last of a minute wait for half of it; controlled,
  // nobody is served who waited over 100 ms.
  const auto overloaded = [](Discipline discipline) {
    System s = one_station(200, fixed_time(.01), 1, 1, -1);
    s.model.services.raw()[0].runtime->discipline = said(discipline);
    return run(s, quick(60)).operations[0];
  };
  EXPECT_GT(overloaded(Discipline::Fifo).latency.max, 25);
  for (const Discipline d : {Discipline::Codel, Discipline::AdaptiveLifo}) {
    const OperationResult o = overloaded(d);
    EXPECT_LE(o.latency.max, .11 + 1e-9);
    EXPECT_GT(o.goodput.mean, 95);
  }
}

TEST(Concurrency, IsHeldWhileARequestWaits) {
  // 40/s that wait for a second: an event loop holds 40 at once, ten places hold ten and refuse the
  // others by Erlang's loss formula, whatever the law of the time.
  const auto waiting = [](std::int64_t concurrency) {
    System s;
    s.service("web", 1, 1, concurrency, 0);
    s.operation("ask", s.endpoint("web", "ask", {wait(fixed_time(1))}), 40);
    return run(s, quick(300));
  };
  const ExperimentResult all = waiting(-1);
  expect_inside(station(all, "web").in_progress, 40, .05, "in progress");
  EXPECT_EQ(all.operations[0].errors.total(), 0);
  double loss = 1;
  for (int k = 1; k <= 10; ++k)
    loss = 40 * loss / (k + 40 * loss);
  EXPECT_NEAR(waiting(10).operations[0].availability.mean, 1 - loss, .005);
}

// --- balancing, network ---

// One caller in each of two zones, the callee's instances in turn over them.
System two_zones(std::int64_t callees, Balance balance) {
  System s;
  s.model.placement->zones = said(Count{2});
  s.model.placement->same_zone = said(in_seconds(.001));
  s.model.placement->other_zone = said(in_seconds(.01));
  s.service("caller", 1000, 2);
  s.service("callee", 1000, callees);
  s.model.services.raw()[1].balance = said(balance);
  const EndpointId get = s.endpoint("callee", "get", {wait(fixed_time(0))});
  s.operation("ask", s.endpoint("caller", "ask", {call(get)}), 200);
  return s;
}

TEST(Network, LatencyIsByRelation) {
  // Half of the calls stay in their zone: 2 ms there and back, the others 20 ms.
  EXPECT_NEAR(run(two_zones(2, Balance::Random), quick(100)).operations[0].latency.mean.mean, .011,
              .0003);
  EXPECT_NEAR(run(two_zones(2, Balance::ZoneLocal), quick(100)).operations[0].latency.mean.mean,
              .002, 1e-9);
}

TEST(Balancing, ZoneLocalSpillsWhatItsShareCannotTake) {
  // Two callees in zone a and one in b, half of the callers in each: what b's callers ask of a is
  // one third of theirs, so that each callee has a third of all.
  const ExperimentResult r = run(two_zones(3, Balance::ZoneLocal), quick(200));
  EXPECT_NEAR(r.operations[0].latency.mean.mean, .002 + .018 / 6, .0001);
}

TEST(Network, LossIsNoticedByTheTimeout) {
  System s = two_zones(2, Balance::Random);
  s.model.services.raw()[0].endpoints[0].steps->at(0).policy = timeout_policy(.1);
  Fault drop = fault(FaultKind::Drop, 0, 100, service_target(s, "caller"));
  drop.to = service_target(s, "callee");
  drop.share = Share{.2};
  const ExperimentResult r = run(s, quick(100), with_faults({drop}, 100));
  EXPECT_NEAR(r.operations[0].availability.mean, .8, .01);
  EXPECT_NEAR(r.operations[0].latency.max, .02, 1e-9);  // of answers
}

// --- faults ---

TEST(Faults, OfFailuresThatOverlapEachLastsItsTime) {
  System s = one_station(500, fixed_time(.0001));
  const auto failing = [&](double at, double lasts, double share) {
    Fault f = fault(FaultKind::Fail, at, lasts, service_target(s, "server"));
    f.share = Share{share};
    return f;
  };
  const ExperimentResult r =
      run(s, quick(80), with_faults({failing(10, 50, .2), failing(20, 10, .5)}, 80));
  const Series& good = series(r.operations[0], "goodput");
  EXPECT_NEAR(mean_between(good, 0, 10), 500, 12);
  EXPECT_NEAR(mean_between(good, 10, 20), 400, 12);
  EXPECT_NEAR(mean_between(good, 21, 29), 200, 12);  // both: .8 x .5
  EXPECT_NEAR(mean_between(good, 31, 60), 400, 12);
  EXPECT_NEAR(mean_between(good, 61, 80), 500, 12);
}

// --- stores, caches ---

TEST(Shards, ASkewedKeyMakesOneShardHot) {
  // 80/s of 10 ms over four shards: M/D/1 at 20% each. With a Zipf exponent of 5 the first key has
  // 1 / zeta(5) = .9644 of the requests: its shard is busy for at least 77% and at most 80%.
  System s;
  s.service("web", 1000);
  const StoreId id = s.store("db", fixed_time(.01), fixed_time(.01), 1);
  s.model.stores[id].shards = said(Count{4});
  s.operation("ask", s.endpoint("web", "ask", {access(StepKind::Read, id)}), 80);
  const auto mean = [&] { return run(s, quick(500)).operations[0].latency.mean.mean; };
  EXPECT_NEAR(mean(), .01 + .01 * .2 / (2 * .8), .0003);
  s.model.stores[id].skew = said(5.);
  const double hot = mean();
  EXPECT_GT(hot, .9644 * (.01 + .01 * .77 / (2 * .23)) - .001);
  EXPECT_LT(hot, .01 + .01 * .8 / (2 * .2) + .001);
}

TEST(Caches, StaleAnswersOutliveTheirStore) {
  // One key, kept for a second; the store behind is gone for 20 of 60 s, felt for 19 to 20 of them.
  System s;
  s.service("web", 1000);
  const StoreId cache = s.store("cache", fixed_time(0), fixed_time(0), 1000);
  const StoreId db = s.store("db", fixed_time(.001), fixed_time(.001), 1000);
  s.model.stores[cache].expires = said(in_seconds(1));
  Miss miss;
  miss.keys = said(Count{1});
  miss.then = {access(StepKind::Read, db, timeout_policy(.1))};
  Step read = access(StepKind::Read, cache);
  read.miss = said(std::move(miss));
  s.operation("ask", s.endpoint("web", "ask", {read}), 100);
  Target t;
  t.kind = Target::Kind::Store;
  t.name = "db";
  t.store = db;
  const Experiment lost = with_faults({fault(FaultKind::Lose, 10, 20, t)}, 60);
  EXPECT_NEAR(run(s, quick(60), lost).operations[0].availability.mean, 1 - 19.5 / 60, .01);
  s.model.stores[cache].serve_stale = said(true);
  EXPECT_EQ(run(s, quick(60), lost).operations[0].availability.mean, 1);
}

// --- channels ---

TEST(Channels, WhatIsNotHandledInTimeIsGone) {
  // 100/s come, 80/s are handled; kept for 5 s, so that 500 wait at most.
  System s;
  Channel c;
  c.kind = said(ChannelKind::Topic);
  c.keep = said(in_seconds(5));
  piped(s, std::move(c), 100, fixed_time(.0125));
  const ExperimentResult r = run(s, quick(120));
  EXPECT_NEAR(r.channels.at(0).lag_max, 500, 80);  // as many as come in 5 s
  EXPECT_NEAR(r.channels[0].consumed.mean, 80, 1);
  EXPECT_LE(r.channels[0].delay.max, 5.0125 + 1e-6);
}

// --- autoscaling ---

TEST(Scaling, GoesInStepsToItsLimitByTheRate) {
  // 200/s at 50/s each takes four instances. From 60 s on twice of that takes eight, of which six
  // are allowed: one more each 10 s, ready after 20 s.
  System s;
  Service& web = scaled(s, {2, 6}, ScaleMetric::RatePerInstance, 50);
  web.scale->delay = said(in_seconds(20));
  web.scale->step = said(Count{1});
  s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.001))}), 200);
  ExperimentLoad load;
  load.steps = said(std::vector<LoadStep>{{said(in_seconds(60)), said(Factor{2})}});
  const ExperimentResult r = run(s, quick(200), under(load, 200));
  const Series& instances = station(r, "web").series[2];
  EXPECT_NEAR(mean_between(instances, 0, 60), 4, .2);
  EXPECT_NEAR(mean_between(instances, 60, 79), 4, .2);
  EXPECT_NEAR(mean_between(instances, 125, 200), 6, .1);
  double fifth = 0;
  double sixth = 0;
  for (std::size_t i = 60; i < instances.values.size(); ++i) {
    if (fifth == 0 && instances.values[i] > 4.5) fifth = static_cast<double>(i);
    if (sixth == 0 && instances.values[i] > 5.5) sixth = static_cast<double>(i);
  }
  EXPECT_GE(fifth, 80);  // an interval has to end, and an instance to start
  EXPECT_LE(fifth, 92);
  EXPECT_NEAR(sixth - fifth, 10, 1.5);
}

TEST(Scaling, ByRequestsInProgress) {
  // 200/s that stay for 100 ms: 20 at once, five for each of four instances.
  System s;
  scaled(s, {1, 20}, ScaleMetric::Concurrency, 5);
  s.operation("ask", s.endpoint("web", "ask", {wait(fixed_time(.1))}), 200);
  EXPECT_NEAR(station(run(s, quick(200)), "web").instances, 4, .3);
}

}  // namespace
}  // namespace scantling::sim
