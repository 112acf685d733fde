// Policies of calls, held against what they are known to do.
#include <gtest/gtest.h>

#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

CallPolicy with_retry(CallPolicy policy, RetryPolicy retry) {
  policy.retry = said(std::move(retry));
  return policy;
}

// --- retries ---

TEST(Retries, OnlyWhatTheFilterNames) {
  System s;
  s.service("callee", 1000);
  s.service("caller", 1000);
  RetryPolicy retry = retry_policy(3);
  retry.on = said(std::vector<RetryOn>{RetryOn::Timeout});
  const EndpointId get = s.endpoint("callee", "get", {fail_step(.5)});
  s.operation("ask", s.endpoint("caller", "ask", {call(get, with_retry({}, retry))}), 100);
  EXPECT_EQ(edge_to(run(s, quick(20)), "callee.get").amplification, 1);
}

TEST(Retries, WaitByTheirJitter) {
  // One failing attempt, then a good one cannot be had here: measure the time to give up after two
  // attempts with a fixed service of 0: none: b; full: b/2; equal: 3b/4 on average.
  const auto time_of = [](Jitter jitter) {
    System s;
    s.service("callee", 1000);
    s.service("caller", 1000);
    const EndpointId get = s.endpoint("callee", "get", {fail_step(1)});
    Step c = call(get, with_retry({}, retry_policy(2, .1, jitter)));
    c.fallback = {wait(fixed_time(0))};
    s.operation("ask", s.endpoint("caller", "ask", {c}), 500);
    return run(s, quick(40)).operations[0].latency.mean;
  };
  EXPECT_NEAR(time_of(Jitter::None).mean, .1, 1e-6);
  EXPECT_NEAR(time_of(Jitter::Full).mean, .05, .001);
  EXPECT_NEAR(time_of(Jitter::Equal).mean, .075, .001);
  EXPECT_NEAR(time_of(Jitter::Decorrelated).mean, .2, .003);  // uniform b .. 3b
}

// --- timeouts belong to the caller ---

TEST(Timeouts, TheCalleeGoesOnWorking) {
  System s;
  s.service("callee", 1);
  s.service("caller", 1000);
  const EndpointId get = s.endpoint("callee", "get", {work(fixed_time(.2))});
  s.operation("ask", s.endpoint("caller", "ask", {call(get, timeout_policy(.1))}), 1);
  const ExperimentResult r = run(s, quick(2000));
  EXPECT_EQ(r.operations[0].goodput.mean, 0);
  EXPECT_NEAR(r.operations[0].errors.timeout, r.operations[0].offered.mean, .01);
  expect_inside(station(r, "callee").utilisation, .2, .1, "work for nobody");
}

TEST(Timeouts, APropagatedDeadlineDropsExpiredWorkBeforeItStarts) {
  const auto callee_rate = [](bool propagate) {
    System s;
    s.service("callee", 1);
    s.service("caller", 1000);
    CallPolicy policy = timeout_policy(.5);
    if (propagate) policy.deadline = said(Deadline::Propagate);
    const EndpointId get = s.endpoint("callee", "get", {work(fixed_time(.02))});
    s.operation("ask", s.endpoint("caller", "ask", {call(get, policy)}), 80);  // 1.6 times capacity
    return run(s, quick(60)).operations[0].goodput.mean;
  };
  EXPECT_LT(callee_rate(false), 2);  // everything served is too late
  // First in, first out, waits hover at the deadline, so that much starts in time but ends too
  // late.
  EXPECT_GT(callee_rate(true), 10);
}

// --- balancing ---

TEST(Balancing, EveryKindUsesEveryInstance) {
  for (Balance b : {Balance::RoundRobin, Balance::Random, Balance::RandomOfTwo,
                    Balance::LeastRequest, Balance::Weighted, Balance::ConsistentHash,
                    Balance::BoundedHash, Balance::ZoneLocal, Balance::RandomOfThree}) {
    System s;
    s.service("server", 1, 4);
    s.model.services.raw()[0].balance = said(b);
    s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.01))}), 200);
    const ExperimentResult r = run(s, quick(60));
    EXPECT_NEAR(station(r, "server").utilisation.mean, .5, .03) << to_text_enum(b);
    // At .5, one instance with all the load would be unstable; with its share the mean is bounded.
    EXPECT_LT(r.operations[0].latency.mean.mean, .04) << to_text_enum(b);
  }
}

TEST(Balancing, LeastRequestIsNoWorseThanRandom) {
  const auto mean = [](Balance b) {
    System s;
    s.service("server", 1, 10);
    s.model.services.raw()[0].balance = said(b);
    s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.01))}), 800);
    return run(s, quick(60)).operations[0].latency.mean.mean;
  };
  EXPECT_LT(mean(Balance::LeastRequest), .5 * mean(Balance::Random));
}

// --- breakers, bulkheads, hedges, fallbacks ---

TEST(Breakers, OpenUnderFailuresAndShieldTheCallee) {
  System s;
  s.service("callee", 100);
  s.service("caller", 100);
  CallPolicy policy;
  BreakerPolicy breaker;
  breaker.failures = said(FailureThreshold{Share{.5}, 0});
  breaker.over = said(Count{20});
  breaker.open = said(in_seconds(5));
  breaker.probes = said(Count{3});
  policy.breaker = said(std::move(breaker));
  const EndpointId get = s.endpoint("callee", "get", {fail_step(1)});
  s.operation("ask", s.endpoint("caller", "ask", {call(get, policy)}), 100);
  const ExperimentResult r = run(s, quick(100));
  const EdgeResult& e = edge_to(r, "callee.get");
  EXPECT_GT(e.breaker_open_share, .99);
  // A probe every 5 s, and no more.
  EXPECT_NEAR(station(r, "callee").rate.mean, .2, .03);
  EXPECT_NEAR(r.operations[0].errors.breaker_open, 100, 3);
}

TEST(Breakers, CloseAgainWhenProbesAreGood) {
  System s;
  s.service("callee", 100);
  s.service("caller", 100);
  CallPolicy policy;
  BreakerPolicy breaker;
  breaker.failures = said(FailureThreshold{Share{0}, 5});
  breaker.open = said(in_seconds(2));
  breaker.probes = said(Count{2});
  policy.breaker = said(std::move(breaker));
  const EndpointId get = s.endpoint("callee", "get", {work(fixed_time(.001))});
  s.operation("ask", s.endpoint("caller", "ask", {call(get, policy)}), 100);
  Fault failing = fault(FaultKind::Fail, 20, 20, service_target(s, "callee"));
  failing.share = Share{1};
  const ExperimentResult r = run(s, quick(80), with_faults({failing}, 80));
  const Series& good = series(r.operations[0], "goodput");
  EXPECT_NEAR(mean_between(good, 0, 20), 100, 5);
  EXPECT_NEAR(mean_between(good, 22, 40), 0, .5);
  EXPECT_NEAR(mean_between(good, 44, 80), 100, 4);
}

TEST(Bulkheads, BoundCallsInFlight) {
  // 4 at once of 100 ms, none waiting: Erlang B (8 Erlang, 4) = .5746 refused.
  System s;
  s.service("callee", 1000);
  s.service("caller", 1000);
  CallPolicy policy;
  BulkheadPolicy bulkhead;
  bulkhead.calls = said(Count{4});
  policy.at_once = said(std::move(bulkhead));
  const EndpointId get = s.endpoint("callee", "get", {wait(fixed_time(.1))});
  s.operation("ask", s.endpoint("caller", "ask", {call(get, policy)}), 80);
  const ExperimentResult r = run(s, quick(400));
  Interval lost = r.operations[0].availability;
  lost.mean = 1 - lost.mean;
  expect_inside(lost, .57459, .02, "share refused");
  EXPECT_LE(station(r, "callee").in_progress.high(), 4);
}

TEST(Hedges, TheFirstAnswerWins) {
  // 10% take 1 s, the rest 10 ms; a second call after 50 ms: slow only when both are.
  System s;
  s.service("callee", 1000);
  s.service("caller", 1000);
  CallPolicy policy;
  HedgePolicy hedge;
  hedge.after = said(in_seconds(.05));
  hedge.at_most = said(Share{1});
  policy.hedge = said(std::move(hedge));
  const EndpointId get = s.endpoint(
      "callee", "get", {choose({{.1, {wait(fixed_time(1))}}, {.9, {wait(fixed_time(.01))}}})});
  s.operation("ask", s.endpoint("caller", "ask", {call(get, policy)}), 200);
  const ExperimentResult r = run(s, quick(100));
  EXPECT_NEAR(r.operations[0].latency.mean.mean, .9 * .01 + .09 * .06 + .01 * 1, .001);
  EXPECT_NEAR(edge_to(r, "callee.get").amplification, 1.1, .01);
}

TEST(Fallbacks, RunWhereTheCallWouldHaveFailed) {
  System s;
  s.service("callee", 1000);
  s.service("caller", 1000);
  const EndpointId get = s.endpoint("callee", "get", {fail_step(.3)});
  Step c = call(get);
  c.fallback = {wait(fixed_time(.01))};
  s.operation("ask", s.endpoint("caller", "ask", {c}), 200);
  const ExperimentResult r = run(s, quick(60));
  EXPECT_EQ(r.operations[0].errors.total(), 0);
  EXPECT_NEAR(r.operations[0].latency.mean.mean, .003, .0002);
}

TEST(Together, FirstOfNIsTheLeast) {
  // The least of two exponentials of 1 s is exponential of .5 s; all of two: 1.5 s.
  const auto mean = [](int first) {
    System s;
    s.service("root", 1000);
    Step t = together({wait(exponential_time(.1)), wait(exponential_time(.1))});
    if (first > 0) t.first = said(Count{first});
    s.operation("ask", s.endpoint("root", "ask", {t}), 200);
    return run(s, quick(100)).operations[0].latency.mean;
  };
  expect_inside(mean(1), .05, .03, "first of two");
  expect_inside(mean(0), .15, .03, "all of two");
}

TEST(Steps, RepeatSpawnLockNestAsWritten) {
  System s;
  s.service("root", 1000);
  Step spawn;
  spawn.kind = StepKind::Spawn;
  spawn.steps = {wait(fixed_time(5))};
  s.operation("ask",
              s.endpoint("root", "ask", {repeat(3, {repeat(2, {wait(fixed_time(.01))})}), spawn}),
              50);
  const ExperimentResult r = run(s, quick(30));
  EXPECT_NEAR(r.operations[0].latency.mean.mean, .06, 1e-6);

  System locked;
  locked.service("root", 1000);
  Step lock;
  lock.kind = StepKind::Lock;
  lock.lock = "row";
  locked.operation("ask", locked.endpoint("root", "ask", {lock, wait(fixed_time(.01))}), 80);
  // One at a time: M/D/1 at .8.
  expect_inside(run(locked, quick(1000)).operations[0].latency.mean, .01 + .8 * .01 / .4, .05,
                "lock");
}

}  // namespace
}  // namespace scantling::sim
