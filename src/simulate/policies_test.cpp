// Policies against what they are known to do: contention, throttling, limits, ties, ejection.
#include <gtest/gtest.h>

#include "simulate/policies/throttle.h"
#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

Step lock_row(const std::string& row) {
  Step s;
  s.kind = StepKind::Lock;
  s.lock = row;
  s.optimistic = said(true);
  return s;
}

// --- optimistic locks ---

TEST(Optimistic, TheSecondOfTwoFails) {
  // Both read version 0 at once and end after 1 s: one counts.
  System s;
  s.service("server", 1000);
  s.operation("update", s.endpoint("server", "update", {lock_row("r"), wait(fixed_time(1))}), 1);
  Experiment e = plain_experiment();
  ExperimentLoad load;
  load.replay = said(std::string("two"));
  load.recorded.arrivals = {{Duration{}, "update"},
                            {in_seconds(.5), "update"},
                            {in_seconds(2), "update"},
                            {in_seconds(9), "nobody"}};
  e.load = said(load);
  e.lasts = said(in_seconds(10));
  const ExperimentResult r = run(s, quick(10, 2), e);
  EXPECT_NEAR(r.operations.at(0).goodput.mean, .2, 1e-9);
  EXPECT_NEAR(r.operations.at(0).errors.failed, .1, 1e-9);
  ASSERT_FALSE(r.notes.empty());
  EXPECT_EQ(r.notes[0], "replay: 1 arrivals of nobody are left out: no such operation has a load");
}

// --- adaptive throttling ---

TEST(Throttle, SendsAtMostKTimesWhatIsAccepted) {
  // The callee accepts 100/s (a token bucket) of 400/s: with k = 2 it is sent 200/s.
  System s;
  s.service("callee", 1000);
  s.service("caller", 1000);
  RateLimitRule rule;
  rule.limit = said(Rate{100});
  s.model.services.raw()[0].rate_limit = said(rule);
  CallPolicy policy;
  ThrottlePolicy throttle;
  throttle.accepts = said(Factor{2});
  throttle.over = said(in_seconds(10));
  policy.throttle = said(throttle);
  const EndpointId get = s.endpoint("callee", "get", {wait(fixed_time(.001))});
  s.operation("ask", s.endpoint("caller", "ask", {call(get, policy)}), 400);
  SimulateOptions o = quick(200);
  o.warm_up = in_seconds(60);
  const ExperimentResult r = run(s, o);
  EXPECT_NEAR(station(r, "callee").rate.mean, 200, 4);
  EXPECT_NEAR(r.operations.at(0).goodput.mean, 100, 1);
  // While all is accepted, nothing is refused.
  s.model.services.raw()[0].rate_limit = {};
  EXPECT_EQ(run(s, o).operations.at(0).errors.total(), 0);
}

TEST(Throttle, RefusesByItsFormula) {
  // max(0, (asked - k accepts) / (asked + 1)): of 99 asked for and 30 accepted, k = 1.5, 54% more.
  const ThrottleInfo info{1.5, 10'000'000'000, 0};
  RandomStream random(1, 0, 0);
  int refused = 0;
  for (int n = 0; n < 20'000; ++n) {
    Throttle t;
    for (int i = 0; i < 99; ++i)
      t.allows(info, 0, random);
    for (int i = 0; i < 30; ++i)
      t.accepted(info, 1'000'000'000);
    refused += t.allows(info, 9'000'000'000, random) ? 0 : 1;
    // Ten seconds later nothing of that counts.
    EXPECT_TRUE(t.allows(info, 20'000'000'000, random));
  }
  EXPECT_NEAR(refused / 20'000., (99 - 45) / 100., .015);
}

// --- limits ---

TEST(RateLimit, OfAServiceLetsASecondsWorthThroughAtOnce) {
  // 100/s; 30/s come, and ten times that from 20 to 30 s: what was saved up, 100, and 100/s.
  System s = one_station(30, fixed_time(.0001), 1000);
  RateLimitRule rule;
  rule.limit = said(Rate{100});
  s.model.services.raw()[0].rate_limit = said(rule);
  Experiment e = plain_experiment();
  ExperimentLoad load;
  load.spike = said(LoadSpike{said(in_seconds(20)), said(in_seconds(10)), said(Factor{10})});
  e.load = said(std::move(load));
  e.lasts = said(in_seconds(40));
  const ExperimentResult r = run(s, quick(40), e);
  const Series& good = series(r.operations[0], "goodput");
  EXPECT_NEAR(mean_between(good, 0, 20), 30, 4);
  EXPECT_NEAR(mean_between(good, 20, 30), (100 + 10 * 100) / 10., 3);
  EXPECT_NEAR(mean_between(good, 21, 30), 100, 1);
  EXPECT_NEAR(mean_between(good, 31, 40), 30, 4);
}

TEST(RateLimit, OfEachCallerIsARenewalProcess) {
  // A bucket of one request refilled at L: after one that is let in, none is for 1/L; callers ask
  // at random: 1 / (1/L + 1/lambda) each. 500 callers, .5/s each, limit .4/s.
  System s;
  s.service("server", 1000);
  RateLimitRule rule;
  rule.per = said(std::string("user"));
  rule.limit = said(Rate{.4});
  rule.callers = said(Count{500});
  s.model.services.raw()[0].rate_limit = said(rule);
  s.operation("ask", s.endpoint("server", "ask", {wait(fixed_time(.001))}), 250);
  SimulateOptions o = quick(200);
  o.warm_up = in_seconds(20);
  const ExperimentResult r = run(s, o);
  expect_inside(r.operations.at(0).goodput, 500 / (1 / .4 + 1 / .5), .01, "let in");
}

// --- tied requests ---

TEST(Tied, TheOtherIsTakenBack) {
  // Two instances that each work 1 s. The tie goes out after 10 ms, to the other instance, and
  // waits there behind another request: it is taken back, so no work is done twice.
  System s;
  s.service("callee", 1, 2);
  s.service("caller", 1000);
  CallPolicy policy;
  HedgePolicy hedge;
  hedge.after = said(in_seconds(.01));
  hedge.at_most = said(Share{1});
  policy.hedge = said(hedge);
  const EndpointId get = s.endpoint("callee", "get", {work(exponential_time(.05))});
  s.operation("ask", s.endpoint("caller", "ask", {call(get, policy)}), 16);
  const auto busy = [&](bool tied) {
    (*s.model.services.raw()[1].endpoints[0].steps)[0].policy.hedge->tied = said(tied);
    return run(s, quick(1000));
  };
  const ExperimentResult hedged = busy(false);
  const ExperimentResult tied = busy(true);
  // Without a tie nearly every slow call is worked on twice.
  EXPECT_GT(station(hedged, "callee").utilisation.mean, .6);
  // With it only those whose two calls both found an idle instance.
  EXPECT_GT(station(tied, "callee").utilisation.mean, .4);
  EXPECT_LT(station(tied, "callee").utilisation.mean, station(hedged, "callee").utilisation.mean);
  EXPECT_LT(tied.operations.at(0).latency.mean.mean, hedged.operations.at(0).latency.mean.mean);
  EXPECT_EQ(tied.operations.at(0).errors.total(), 0);
  EXPECT_EQ(edge_to(tied, "callee.get").errors.total(), 0);
}

// --- state-dependent service ---

TEST(Slowdown, ByWhatWaitsWhenWorkBegins) {
  // 5 users who don't think, one server: when work begins 4 others... one of them is the user that
  // has just been answered and is back only afterwards: 3 wait. 10 ms x (1 + 3 x 20%) = 16 ms.
  System s;
  Service& server = s.service("server");
  Slowdown slows;
  slows.per = said(Count{2});
  slows.by = said(Share{.4});
  server.runtime->slows = said(slows);
  s.operation("ask", s.endpoint("server", "ask", {work(fixed_time(.01))}), 1);
  Experiment e = plain_experiment();
  ExperimentLoad load;
  ClosedLoad closed;
  closed.users = said(Count{5});
  closed.think = said(fixed_time(0));
  load.closed = said(closed);
  e.load = said(load);
  EXPECT_NEAR(run(s, quick(16), e).operations.at(0).goodput.mean, 1 / .016, .2);
}

// --- health ---

TEST(Ejection, TakesOutWhatFailsDownToItsFloor) {
  // One of four fails all it is asked: 3/4 are good until it is out, nearly all afterwards.
  System s;
  Service& server = s.service("server", 10, 4);
  server.balance = said(Balance::Random);
  HealthPolicy health;
  health.failures = said(Count{3});  // of checks; requests: 5
  health.eject_at_most = said(Share{.5});
  server.health = said(health);
  s.operation("ask", s.endpoint("server", "ask", {work(fixed_time(.001))}), 200);
  Target one;
  one.kind = Target::Kind::Instance;
  one.name = "server/2";
  one.service = ServiceId(std::int32_t{0});
  Fault failing = fault(FaultKind::Fail, 10, 100, one);
  failing.share = Share{1};
  const auto errors = [&] {
    return run(s, quick(120), with_faults({failing}, 120)).operations.at(0).errors.failed;
  };
  // Out for 30 s, then back for 5 failures, out for 60 s, and so on: 15 failures in 100 s.
  EXPECT_NEAR(errors() * 120, 15, 3);
  // All four fail: two stay in (the floor), so that what still works would be found.
  failing.target = service_target(s, "server");
  const ExperimentResult all = run(s, quick(120), with_faults({failing}, 120));
  EXPECT_GT(station(all, "server").instances, 2);
  EXPECT_LT(station(all, "server").instances, 2.7);
  // Without ejection a quarter fails all the time.
  failing.target = one;
  s.model.services.raw()[0].health = {};
  EXPECT_NEAR(errors(), 50 * 100 / 120.0, 2);
}

TEST(Health, DeepChecksTakeOutWhatDependsOnTheSick) {
  // The store is gone for 20 s. With deep checks its reader leaves the rotation too, and with it an
  // operation that doesn't read at all.
  const auto lost = [](HealthCheck check) {
    System s;
    Service& web = s.service("web", 100, 3);
    HealthPolicy health;
    health.check = said(check);
    health.every = said(in_seconds(1));
    health.failures = said(Count{2});
    web.health = said(health);
    const StoreId db = s.store("db", fixed_time(.001), fixed_time(.001), 100);
    s.operation("read", s.endpoint("web", "read", {access(StepKind::Read, db)}), 50);
    s.operation("ping", s.endpoint("web", "ping", {work(fixed_time(.001))}), 50);
    Target t;
    t.kind = Target::Kind::Store;
    t.name = "db";
    t.store = db;
    const ExperimentResult r =
        run(s, quick(60), with_faults({fault(FaultKind::Lose, 10, 20, t)}, 60));
    return r.operations.at(1).errors.total() * 60;
  };
  EXPECT_EQ(lost(HealthCheck::Shallow), 0);
  EXPECT_GT(lost(HealthCheck::Deep), 50 * 15);
}

TEST(Health, ChecksInAFullPoolTakeOutTheOverloaded) {
  // Twice what two instances can do, with room for 10: checks are refused like requests, instances
  // leave the rotation although they work; apart they stay.
  const auto instances = [](bool apart) {
    System s;
    Service& web = s.service("web", 1, 2, 1, 10);
    HealthPolicy health;
    health.check = said(HealthCheck::Shallow);
    health.every = said(in_seconds(1));
    health.failures = said(Count{2});
    health.apart = said(apart);
    web.health = said(health);
    s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.05))}), 80);
    return run(s, quick(60));
  };
  const ExperimentResult apart = instances(true);
  const ExperimentResult shared = instances(false);
  EXPECT_EQ(station(apart, "web").instances, 2);
  EXPECT_LT(station(shared, "web").instances, 1.7);
  EXPECT_LT(shared.operations.at(0).goodput.mean, apart.operations.at(0).goodput.mean);
}

}  // namespace
}  // namespace scantling::sim
