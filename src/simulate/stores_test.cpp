// Stores, pools, caches, externals.
#include <gtest/gtest.h>

#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

System reading(StoreId& id, double rate, TimeLaw law, std::int64_t concurrency, int callers = 1) {
  System s;
  s.service("web", 1000, callers);
  id = s.store("db", law, law, concurrency);
  s.operation("ask", s.endpoint("web", "ask", {access(StepKind::Read, id)}), rate);
  return s;
}

TEST(Stores, ServeAsMuchAtOnceAsTheySay) {
  StoreId id;
  const System s = reading(id, 80, exponential_time(.1), 10);
  expect_inside(run(s, quick(2000, 8)).operations[0].latency.mean, .1 + .40918 * .1 / 2, .02,
                "Erlang C");
}

TEST(Stores, APoolIsAStationOfItsOwn) {
  // 10 connections before a store that never waits: M/M/10 again. With 0 waiting: Erlang B.
  StoreId id;
  System s = reading(id, 80, exponential_time(.1), 1000);
  s.model.stores[id].pool = said(Pool{10, false});
  expect_inside(run(s, quick(2000, 8)).operations[0].latency.mean, .1 + .40918 * .1 / 2, .02,
                "Erlang C");
  s.model.stores[id].waiting = said(Count{0});
  Interval lost = run(s, quick(1500)).operations[0].availability;
  lost.mean = 1 - lost.mean;
  expect_inside(lost, .12166, .05, "Erlang B");
}

TEST(Stores, APoolPerInstanceIsNotShared) {
  // Two callers with 5 connections each wait longer than two that share 10.
  StoreId id;
  System s = reading(id, 80, exponential_time(.1), 1000, 2);
  s.model.stores[id].pool = said(Pool{5, true});
  const double apart = run(s, quick(600)).operations[0].latency.mean.mean;
  s.model.stores[id].pool = said(Pool{10, false});
  const double shared = run(s, quick(600)).operations[0].latency.mean.mean;
  EXPECT_GT(apart, shared * 1.05);
}

TEST(Stores, AQuorumWaitsForTheSlowestOfTheFastest) {
  // 2 of 3 exponentials of mean 1/mu: 1/(3 mu) + 1/(2 mu).
  StoreId id;
  System s = reading(id, 20, exponential_time(.06), 1000);
  s.model.stores[id].copies = said(Count{3});
  Consistency c;
  c.kind = ConsistencyKind::Quorum;
  c.quorum = {2, 2};
  s.model.stores[id].consistency = said(c);
  expect_inside(run(s, quick(1000)).operations[0].latency.mean, .02 + .03, .03, "2 of 3");
}

TEST(Stores, ASilentCopyHoldsNoConnectionOfAQuorum) {
  // 500/s of 1 ms each through 4 connections: were one in three held until the loss is noticed,
  // all four would be after a few milliseconds.
  StoreId id;
  System s = reading(id, 500, fixed_time(.001), 1000);
  s.model.stores[id].copies = said(Count{3});
  s.model.stores[id].pool = said(Pool{4, true});
  Consistency c;
  c.kind = ConsistencyKind::Quorum;
  c.quorum = {2, 2};
  s.model.stores[id].consistency = said(c);
  Target t;
  t.kind = Target::Kind::Instance;
  t.name = "db";
  t.store = id;
  const ExperimentResult r = run(s, quick(20), with_faults({fault(FaultKind::Lose, 5, 10, t)}, 20));
  EXPECT_NEAR(mean_between(series(r.operations[0], "goodput"), 5, 8), 500, 25);
}

TEST(Stores, AStrongWriteWaitsForAMajority) {
  // Leader, then one of the two others: s + s (fixed).
  System s;
  s.service("web", 1000);
  const StoreId id = s.store("db", fixed_time(.01), fixed_time(.01), 1000);
  s.model.stores[id].copies = said(Count{3});
  s.model.stores[id].consistency = said(Consistency{});
  s.operation("ask", s.endpoint("web", "ask", {access(StepKind::Write, id)}), 20);
  const ExperimentResult r = run(s, quick(60));
  EXPECT_NEAR(r.operations[0].latency.mean.mean, .02, 1e-6);
  EXPECT_NEAR(station(r, "db").rate.mean / r.operations[0].offered.mean, 3, .05);
}

TEST(Stores, LosingTheLeaderFailsWritesUntilAnotherTakesOver) {
  System s;
  s.service("web", 1000);
  const StoreId id = s.store("db", fixed_time(.001), fixed_time(.001), 1000);
  s.model.stores[id].copies = said(Count{3});
  s.model.stores[id].failover = said(in_seconds(15));
  s.operation("ask", s.endpoint("web", "ask", {access(StepKind::Write, id)}), 100);
  Target t;
  t.kind = Target::Kind::Instance;
  t.name = "db";
  t.store = id;
  const ExperimentResult r =
      run(s, quick(80), with_faults({fault(FaultKind::Lose, 20, 40, t)}, 80));
  const Series& good = series(r.operations[0], "goodput");
  EXPECT_NEAR(mean_between(good, 0, 20), 100, 5);
  EXPECT_EQ(mean_between(good, 21, 34), 0);
  EXPECT_NEAR(mean_between(good, 36, 80), 100, 4);
}

// --- caches ---

System cached(StoreId& cache, Miss miss, double rate) {
  System s;
  s.service("web", 1000);
  cache = s.store("cache", fixed_time(0), fixed_time(0), 1000);
  const StoreId db = s.store("db", fixed_time(.01), fixed_time(.01), 1000);
  Step read = access(StepKind::Read, cache);
  miss.then = {access(StepKind::Read, db)};
  read.miss = said(std::move(miss));
  s.operation("ask", s.endpoint("web", "ask", {read}), rate);
  return s;
}

TEST(Caches, AGivenMissRateIsKeptAndAFlushIsFelt) {
  StoreId id;
  Miss miss;
  miss.rate = said(Share{.1});
  System s = cached(id, miss, 1000);
  s.model.stores[id].expires = said(in_seconds(10));
  Fault flush;
  flush.kind = FaultKind::Flush;
  flush.at = said(in_seconds(60));
  flush.target.kind = Target::Kind::Store;
  flush.target.name = "cache";
  flush.target.store = id;
  const ExperimentResult r = run(s, quick(120), with_faults({flush}, 120));
  const Series& busy = station(r, "db").series[0];
  // Of 1000 servers: 1000/s x 10% x 10 ms = 1 busy; all missing: 10.
  EXPECT_NEAR(mean_between(busy, 10, 60) * 1000, 1, .05);
  EXPECT_GT(mean_between(busy, 60, 61) * 1000, 5);
  EXPECT_NEAR(mean_between(busy, 100, 120) * 1000, 1, .1);
}

TEST(Caches, SingleFlightFetchesOnce) {
  StoreId id;
  Miss miss;
  miss.keys = said(Count{1});
  System s = cached(id, miss, 1000);
  s.model.stores[id].expires = said(in_seconds(1));
  const double stampede = station(run(s, quick(60)), "db").rate.mean;
  s.model.stores[id].single_flight = said(true);
  const double single = station(run(s, quick(60)), "db").rate.mean;
  EXPECT_GT(stampede, 8);               // about 10 ask while the first is fetching
  EXPECT_NEAR(single, 1 / 1.011, .03);  // one fetch of 10 ms a second
}

TEST(Caches, SingleFlightIsOfOneInstanceAndALeaseOfAll) {
  // One key, fetched anew every second over 10 ms, 1000/s over four instances: each of them fetches
  // once with single flight, one of them with leases.
  StoreId id;
  Miss miss;
  miss.keys = said(Count{1});
  System s = cached(id, miss, 4000);
  s.model.services.raw()[0].runtime->instances = said(CountRange{4, 4});
  s.model.stores[id].expires = said(in_seconds(1));
  s.model.stores[id].single_flight = said(true);
  EXPECT_NEAR(station(run(s, quick(60)), "db").rate.mean, 4 / 1.011, .1);
  s.model.stores[id].leases = said(true);
  EXPECT_NEAR(station(run(s, quick(60)), "db").rate.mean, 1 / 1.011, .03);
}

// --- externals ---

TEST(Externals, FailTheirShareAndRefuseAboveTheirLimit) {
  System s;
  s.service("web", 1000);
  External psp;
  psp.name = "psp";
  psp.latency = said(fixed_time(.1));
  psp.availability = said(Share{.9});
  const ExternalId id = s.model.externals.add(psp);
  s.operation("ask", s.endpoint("web", "ask", {call_external(id)}), 200);
  expect_inside(run(s, quick(100)).operations[0].availability, .9, .01, "availability");
  s.model.externals[id].availability = said(Share{1});
  s.model.externals[id].limit = said(Rate{150});
  const ExperimentResult limited = run(s, quick(100));
  EXPECT_NEAR(limited.operations[0].goodput.mean, 150, 1);
  EXPECT_NEAR(limited.operations[0].errors.throttled, 50, 3);
}

}  // namespace
}  // namespace scantling::sim
