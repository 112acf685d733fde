// Work that takes longer with the state of its instance, what fails together, and copies that are
// built anew.
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

System slowed(Slowdown slows, TimeLaw law, double rate, double cpu, std::vector<Step> after = {}) {
  System s;
  s.service("web", cpu).runtime->slows = said(std::move(slows));
  std::vector<Step> steps = {work(std::move(law))};
  steps.insert(steps.end(), after.begin(), after.end());
  s.operation("ask", s.endpoint("web", "ask", std::move(steps)), rate);
  return s;
}

// M/G/1 with room for 20 that wait, whose service times are exponential with mean (1 + a w) m, w
// the number that wait when one begins: the chain of w at these times (of those that come
// meanwhile, k are geometric) gives the share of the time that the server works.
double utilisation(double rate, double mean, double a) {
  constexpr int kRoom = 20;
  std::vector<double> now(kRoom, 0);
  now[0] = 1;
  const auto time = [&](int w) { return mean * (1 + a * w); };
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> next(kRoom, 0);
    for (int w = 0; w < kRoom; ++w) {
      const double r = rate * time(w) / (1 + rate * time(w));
      double p = now[static_cast<std::size_t>(w)] * (1 - r),
             left = now[static_cast<std::size_t>(w)];
      for (int k = 0; w + k < kRoom; ++k, p *= r) {
        next[static_cast<std::size_t>(std::max(0, w + k - 1))] += p;
        left -= p;
      }
      next[kRoom - 1] += left;  // the room is full when it ends
    }
    now = next;
  }
  double busy = 0;
  for (int w = 0; w < kRoom; ++w)
    busy += now[static_cast<std::size_t>(w)] * time(w);
  const double idle = now[0] / (1 + rate * mean) / rate;
  return busy / (busy + idle);
}

TEST(State, WorkThatTakesLongerWhileRequestsWait) {
  Slowdown slows;
  slows.per = said(Count{10});
  slows.by = said(Share{.5});
  const double expected = utilisation(60, .01, .05);
  EXPECT_GT(expected, .62);  // .6 without
  System s = slowed(slows, exponential_time(.01), 60, 1);
  s.model.services.raw()[0].runtime->concurrency = said(Count{1});
  s.model.services.raw()[0].runtime->queue = said(Count{20});
  expect_inside(station(run(s, quick(1500, 8)), "web").utilisation, expected, .015, "utilisation");
}

TEST(State, WorkThatTakesLongerWhileAnswersFail) {
  Slowdown slows;
  slows.failing = said(Factor{3});
  slows.over = said(in_seconds(5));
  // No queue; 30% fail: 10 ms x (1 + 2 x .3).
  const System s = slowed(slows, fixed_time(.01), 500, 1000, {fail_step(.3)});
  expect_inside(run(s, quick(120)).operations[0].latency.mean, .016, .01, "mean");
  // Processors that are shared take the same work longer too.
  System shared = s;
  shared.model.services.raw()[0].runtime->discipline = said(Discipline::ProcessorSharing);
  expect_inside(run(shared, quick(120)).operations[0].latency.mean, .016, .01, "shared");
}

TEST(State, ErrorsOfAFaultMakeTheRestSlowerAndAreForgotten) {
  Slowdown slows;
  slows.failing = said(Factor{5});
  slows.over = said(in_seconds(2));
  const System s = slowed(slows, fixed_time(.01), 500, 1000);
  Fault failing = fault(FaultKind::Fail, 20, 20, service_target(s, "web"));
  failing.share = Share{.25};
  const ExperimentResult r = run(s, quick(60), with_faults({failing}, 60));
  const Series& p50 = series(r.operations[0], "p50");
  EXPECT_NEAR(mean_between(p50, 0, 20), .01, .0003);
  EXPECT_NEAR(mean_between(p50, 30, 40), .02, .0006);
  // After 5 s, 2.5 times `over`, the share has come down to .25 e^-2.5 = .0205.
  EXPECT_NEAR(mean_between(p50, 45, 46), .01 * (1 + 4 * .25 * std::exp(-2.75)), .0005);
  EXPECT_NEAR(mean_between(p50, 55, 60), .01, .0003);
}

TEST(State, AnInstanceIsColdAfterItsStart) {
  Slowdown slows;
  slows.cold = said(Factor{5});
  slows.warms = said(in_seconds(20));
  System s = slowed(slows, fixed_time(.01), 500, 1000);
  s.model.services.raw()[0].runtime->start = said(in_seconds(5));
  const ExperimentResult r = run(
      s, quick(60), with_faults({fault(FaultKind::Lose, 10, 10, service_target(s, "web"))}, 60));
  const Series& p50 = series(r.operations[0], "p50");
  EXPECT_NEAR(mean_between(p50, 0, 10), .01, .0003);  // those of the start are warm
  // Ready at 25 s; half a second later 1 + 4 x (1 - .5 / 20).
  EXPECT_NEAR(mean_between(p50, 27, 28), .01 * (1 + 4 * (1 - 2.5 / 20)), .001);
  EXPECT_NEAR(mean_between(p50, 35, 36), .01 * (1 + 4 * (1 - 10.5 / 20)), .001);
  EXPECT_NEAR(mean_between(p50, 46, 60), .01, .0003);
}

// --- what fails together ---

System on_nodes() {
  System s;
  NodeSize node;
  node.cpu = said(Cores{4});
  node.memory = said(Bytes{64LL << 30});
  s.model.placement->nodes = said(std::move(node));
  for (const char* name : {"web", "shop"}) {
    s.service(name, 1, 4);
    s.operation(std::string("ask-") + name, s.endpoint(name, "ask", {work(fixed_time(.001))}), 100);
  }
  return s;
}

Target named(Target::Kind kind, const std::string& name) {
  Target t;
  t.kind = kind;
  t.name = name;
  return t;
}

TEST(Together, ALostNodeTakesAllThatStandsOnIt) {
  // Eight cores on nodes of four: two nodes, each with two instances of both.
  const System s = on_nodes();
  const ExperimentResult r =
      run(s, quick(60),
          with_faults({fault(FaultKind::Lose, 20, 20, named(Target::Kind::Node, "a/2"))}, 60));
  for (const char* name : {"web", "shop"}) {
    const Series& running = station(r, name).series[2];
    EXPECT_NEAR(mean_between(running, 0, 20), 4, .01) << name;
    EXPECT_NEAR(mean_between(running, 30, 40), 2, .01) << name;
    EXPECT_NEAR(mean_between(running, 55, 60), 4, .01) << name;
  }
  // Silent, as a machine is: half of the requests until it is noticed, after 3 x 1 s + 1 s.
  EXPECT_NEAR(mean_between(series(r.operations[0], "goodput"), 21, 24), 50, 6);
  const auto said_so = [&](const std::string& text) {
    return std::find(r.notes.begin(), r.notes.end(), text) != r.notes.end();
  };
  EXPECT_TRUE(
      said_so("node a/2, one of 2 in its zone, carries web, shop: placed as Kubernetes' "
              "scheduler would"));
}

TEST(Together, ANodeThatThereIsNotIsSaid) {
  const ExperimentResult r =
      run(on_nodes(), quick(20),
          with_faults({fault(FaultKind::Lose, 5, 5, named(Target::Kind::Node, "a/3"))}, 20));
  ASSERT_FALSE(r.notes.empty());
  EXPECT_EQ(r.notes[0], "node a/3 does not exist: zone a has 2, a/1 to a/2");
  EXPECT_NEAR(r.operations[0].availability.mean, 1, 1e-9);
}

TEST(Together, ALostFailureDomainTakesItsMembersAndNoOthers) {
  System s = on_nodes();
  FailureDomain discovery;
  discovery.name = "discovery";
  discovery.services =
      said(std::vector<Ref<ServiceId>>{{"shop", find_by_name(s.model.services, "shop")}});
  s.model.placement->failure_domains.push_back(std::move(discovery));
  const ExperimentResult r = run(
      s, quick(60),
      with_faults({fault(FaultKind::Lose, 20, 20, named(Target::Kind::Domain, "discovery"))}, 60));
  for (const OperationResult& o : r.operations) {
    const bool member = s.model.operations[o.operation].name == "ask-shop";
    EXPECT_NEAR(mean_between(series(o, "goodput"), 21, 40), member ? 0 : 100, member ? 0 : 6);
    EXPECT_NEAR(mean_between(series(o, "goodput"), 52, 60), 100, 12);
  }
  s.model.placement->failure_domains[0].all_services = said(true);
  const ExperimentResult all = run(
      s, quick(60),
      with_faults({fault(FaultKind::Lose, 20, 20, named(Target::Kind::Domain, "discovery"))}, 60));
  for (const OperationResult& o : all.operations)
    EXPECT_EQ(mean_between(series(o, "goodput"), 21, 40), 0);
}

// --- copies that are built anew after a promotion ---

// Three copies of 1,000 MiB; the leader is lost at 20 s for 5 s, another leads at 22 s. 100 MiB are
// copied in a second.
std::vector<double> copies_that_answer(Rebuild rebuild) {
  System s;
  s.service("web", 1000);
  Aggregate rows;
  rows.name = "Row";
  rows.count = said(Count{1'024'000});
  rows.size = said(Bytes{1024});
  const AggregateId row = s.model.aggregates.add(std::move(rows));
  const StoreId id = s.store("db", fixed_time(.001), fixed_time(.001), 1000);
  Store& db = s.model.stores[id];
  db.holds = said(std::vector<Ref<AggregateId>>{{"Row", row}});
  db.copies = said(Count{3});
  Consistency eventual;
  eventual.kind = ConsistencyKind::Eventual;
  db.consistency = said(eventual);
  db.failover = said(in_seconds(2));
  db.rebuild = said(rebuild);
  s.operation("ask", s.endpoint("web", "ask", {access(StepKind::Read, id)}), 100);
  Target leader = named(Target::Kind::Instance, "db");
  leader.store = id;
  const ExperimentResult r =
      run(s, quick(60), with_faults({fault(FaultKind::Lose, 20, 5, leader)}, 60));
  const Series& up = station(r, "db").series[2];
  return {mean_between(up, 10, 19), mean_between(up, 27, 31), mean_between(up, 33, 34),
          mean_between(up, 45, 60)};
}

TEST(Rebuild, EveryCopyIsOutUntilItHasAll) {
  const auto expect = [](Rebuild rebuild, std::vector<double> copies) {
    const std::vector<double> answer = copies_that_answer(rebuild);
    for (std::size_t i = 0; i < copies.size(); ++i)
      EXPECT_NEAR(answer[i], copies[i], .01) << to_text_enum(rebuild) << " " << i;
  };
  expect(Rebuild::None, {3, 3, 3, 3});
  expect(Rebuild::Diverged, {3, 3, 3, 3});
  // The other copy is there after 22 + 10 s, the former leader after 25 + 10 s.
  expect(Rebuild::All, {3, 1, 2, 3});
}

}  // namespace
}  // namespace scantling::sim
