// Autoscaling by each metric: how many are asked for, and when they are there. The metric is looked
// at each 10 s; warm-up of 10 s, so that this is at 10, 20, ... of the measured time.
#include <gtest/gtest.h>

#include "simulate/test_pieces.h"
#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

ExperimentResult stepped(const System& s, double at, double by, double seconds) {
  Experiment e = plain_experiment();
  ExperimentLoad load;
  load.steps = said(std::vector<LoadStep>{{said(in_seconds(at)), said(Factor{by})}});
  e.load = said(std::move(load));
  e.lasts = said(in_seconds(seconds));
  SimulateOptions o = quick(seconds);
  o.warm_up = in_seconds(10);
  return run(s, o, e);
}

double instances_between(const ExperimentResult& r, const std::string& name, double from,
                         double to) {
  return mean_between(station(r, name).series[2], from, to);
}

TEST(Scaling, ByWhatWaits) {
  // 50/s of 10 ms, from 60 s on 250/s: 1500 more wait after each interval, 10 an instance are
  // wanted. So eight are asked for, two at a time, each pair at 70, 80, 90, 100 s, ready 20 s
  // later.
  System s;
  Service& web = scaled(s, {1, 8}, ScaleMetric::Queue, 10);
  web.scale->delay = said(in_seconds(20));
  web.scale->step = said(Count{2});
  s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.01))}), 50);
  const ExperimentResult r = stepped(s, 60, 5, 130);
  EXPECT_NEAR(instances_between(r, "web", 0, 90), 1, .01);
  EXPECT_NEAR(instances_between(r, "web", 90, 100), 3, .01);
  EXPECT_NEAR(instances_between(r, "web", 100, 110), 5, .01);
  EXPECT_NEAR(instances_between(r, "web", 110, 120), 7, .01);
  EXPECT_NEAR(instances_between(r, "web", 120, 130), 8, .01);  // all that are allowed
  EXPECT_NEAR(mean_between(station(r, "web").series[1], 89, 90), 150 * 29.5, 150);
}

TEST(Scaling, ByMessagesBehind) {
  // Two consumers of 10/s each, 10/s come; from 60 s on 60/s. 400 are behind at 70 s: eight are
  // asked for, four at a time, ready after 10 s. Each change stops the group for 3 s. Behind: 40/s
  // more for 20 s, 60/s for 3 s, as much as before for 7 s, 60/s for 3 s: 1160.
  System s;
  Channel c;
  c.kind = said(ChannelKind::Topic);
  c.partitions = said(Count{24});
  const EndpointId on = piped(s, std::move(c), 10, fixed_time(.1), 2);
  s.model.endpoint(on).concurrency = said(Count{1});
  Service& consumer = s.model.services.raw()[1];
  consumer.runtime->instances = said(CountRange{2, 8});
  ScalePolicy scale;
  scale.on = said(ScaleMetric::Lag);
  scale.target = said(20.);
  scale.interval = said(in_seconds(10));
  scale.delay = said(in_seconds(10));
  scale.step = said(Count{4});
  consumer.scale = said(std::move(scale));
  const ExperimentResult r = stepped(s, 60, 6, 100);
  EXPECT_NEAR(instances_between(r, "consumer", 0, 80), 2, .01);
  EXPECT_NEAR(instances_between(r, "consumer", 80, 90), 6, .01);
  EXPECT_NEAR(instances_between(r, "consumer", 90, 100), 8, .01);
  EXPECT_NEAR(r.channels.at(0).lag_max, 1160, 80);
}

TEST(Scaling, DownOneAtATimeAfterAWhile) {
  // Eight busy ones whose load falls to a quarter at 60 s. One goes each five intervals.
  System s;
  Service& web = scaled(s, {1, 20}, ScaleMetric::Utilisation, .5);
  web.scale->delay = said(in_seconds(20));
  s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.01))}), 400);
  const ExperimentResult r = stepped(s, 60, .25, 300);
  const double at_first = instances_between(r, "web", 40, 60);
  EXPECT_NEAR(at_first, 8, .5);
  EXPECT_NEAR(instances_between(r, "web", 121, 160), at_first - 2, .6);
  EXPECT_NEAR(instances_between(r, "web", 221, 260), at_first - 4, .6);
}

TEST(Scaling, WithinATenthOfItsTargetItStays) {
  // From 3.6 instances' worth on four to 4.14, which is within Kubernetes' tolerance, or to 4.61.
  const auto after = [](double by) {
    System s;
    Service& web = scaled(s, {4, 20}, ScaleMetric::RatePerInstance, 100);
    web.scale->delay = said(in_seconds(1));
    s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.001))}), 360);
    return instances_between(stepped(s, 20, by, 100), "web", 50, 100);
  };
  EXPECT_NEAR(after(1.15), 4, .01);
  EXPECT_NEAR(after(1.28), 5, .01);
}

// --- where things are ---

TEST(Regions, ALostOneTakesEverythingInIt) {
  // Two regions that both serve, half of the keys at home in each. One is lost for 20 s: half of
  // the answers until that is noticed (3 x 1 s + 1 s), all afterwards, from the other.
  System s;
  Placement& placed = *s.model.placement;
  placed.regions = said(std::vector<std::string>{"north", "south"});
  placed.mode = said(RegionMode::ActiveActive);
  placed.other_region = said(in_seconds(.04));
  s.service("front", 100, 4);
  s.service("back", 100, 4);
  const EndpointId get = s.endpoint("back", "get", {wait(fixed_time(.001))});
  s.operation("ask", s.endpoint("front", "ask", {call(get, timeout_policy(.5))}), 200);
  Target region;
  region.kind = Target::Kind::Region;
  region.name = "south";
  const ExperimentResult r =
      run(s, quick(60), with_faults({fault(FaultKind::Lose, 20, 20, region)}, 60));
  const Series& good = series(r.operations[0], "goodput");
  EXPECT_NEAR(mean_between(good, 0, 20), 200, 8);
  EXPECT_NEAR(mean_between(good, 20, 24), 100, 10);
  EXPECT_NEAR(mean_between(good, 25, 60), 200, 8);
  // Nobody calls over there while there is somebody here.
  EXPECT_LT(r.operations[0].latency.max, .01);
  EXPECT_NEAR(instances_between(r, "back", 25, 40), 2, .01);
}

TEST(Regions, ACallToTheOtherOneTakesItsTime) {
  System s;
  Placement& placed = *s.model.placement;
  placed.regions = said(std::vector<std::string>{"north", "south"});
  placed.mode = said(RegionMode::ActiveActive);
  placed.other_region = said(in_seconds(.04));
  s.service("front", 100, 2);
  s.service("back", 100, 1);  // in the north
  const EndpointId get = s.endpoint("back", "get", {wait(fixed_time(.001))});
  s.operation("ask", s.endpoint("front", "ask", {call(get)}), 200);
  EXPECT_NEAR(run(s, quick(60)).operations[0].latency.mean.mean, .001 + .5 * .08, .001);
}

TEST(CommonCause, AZoneTakesServicesStoresAndBrokers) {
  // Three zones; a third of each kind is in one.
  System s;
  s.model.placement->zones = said(Count{3});
  Channel c;
  c.kind = said(ChannelKind::Queue);
  c.copies = said(Count{3});
  piped(s, std::move(c), 30, fixed_time(.001), 3);
  const StoreId db = s.store("db", fixed_time(.001), fixed_time(.001), 100);
  s.model.stores[db].copies = said(Count{3});
  Target zone;
  zone.kind = Target::Kind::Zone;
  zone.name = "b";
  const ExperimentResult r =
      run(s, quick(60), with_faults({fault(FaultKind::Lose, 10, 40, zone)}, 60));
  for (const char* name : {"consumer", "db", "events"})
    EXPECT_NEAR(instances_between(r, name, 20, 50), 2, .01) << name;
}

}  // namespace
}  // namespace scantling::sim
