// Policies of calls, held against what they are known to do.
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

CallPolicy with_retry(CallPolicy policy, RetryPolicy retry) {
  policy.retry = said(std::move(retry));
  return policy;
}

// --- retries ---

TEST(Retries, LoadIsTheSumOfThePowersOfTheFailureShare) {
  // A failing share f and at most 4 attempts: 1 + f + f^2 + f^3 attempts a call.
  System s;
  s.service("callee", 100);
  s.service("caller", 100);
  const EndpointId get = s.endpoint("callee", "get", {fail_step(.4)});
  s.operation("ask", s.endpoint("caller", "ask", {call(get, with_retry({}, retry_policy(4)))}),
              500);
  const ExperimentResult r = run(s, quick(100));
  const EdgeResult& e = edge_to(r, "callee.get");
  EXPECT_NEAR(e.amplification, 1 + .4 + .16 + .064, .01);
  expect_inside(r.operations[0].availability, 1 - std::pow(.4, 4), .01, "availability");
}

TEST(Retries, FiveLayersOfThreeAttemptsMakeIt243Times) {
  System s;
  s.service("last", 1000);
  EndpointId next = s.endpoint("last", "get", {fail_step(1)});
  for (int i = 0; i < 5; ++i) {
    const std::string name = "layer" + std::to_string(i);
    s.service(name, 1000);
    next = s.endpoint(name, "get", {call(next, with_retry({}, retry_policy(3)))});
  }
  s.operation("ask", next, 10);
  const ExperimentResult r = run(s, quick(20));
  EXPECT_NEAR(station(r, "last").rate.mean / r.operations[0].offered.mean, 243, .5);
  EXPECT_EQ(r.operations[0].goodput.mean, 0);
}

TEST(Retries, ABudgetBoundsTheLoad) {
  System s;
  s.service("callee", 1000);
  s.service("caller", 1000);
  RetryPolicy retry = retry_policy(10);
  retry.budget = said(Share{.1});
  const EndpointId get = s.endpoint("callee", "get", {fail_step(1)});
  s.operation("ask", s.endpoint("caller", "ask", {call(get, with_retry({}, retry))}), 500);
  const ExperimentResult r = run(s, quick(60));
  EXPECT_LE(edge_to(r, "callee.get").amplification, 1.1 + 1e-3);
  EXPECT_GE(edge_to(r, "callee.get").amplification, 1.09);
}

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

// --- the metastable row of HotOS'21 (Bronson et al. 2021, section 2.1) ---
// A database of 300/s, timeout 1 s, one retry; for 10 s nothing comes through and is delivered when
// the connection is back.
double goodput_long_after(double load, CallPolicy policy, Discipline discipline) {
  System s;
  s.service("db", 1);
  s.model.services.raw()[0].runtime->discipline = said(discipline);
  s.service("web", 1000);
  const EndpointId query = s.endpoint("db", "query", {work(fixed_time(1.0 / 300))});
  s.operation("ask", s.endpoint("web", "ask", {call(query, policy)}), load);
  const Experiment e = with_faults({fault(FaultKind::Pause, 30, 10, service_target(s, "db"))}, 400);
  const ExperimentResult r = run(s, quick(400), e);
  return mean_between(series(r.operations[0], "goodput"), 300, 400);
}

TEST(Metastable, RetryRow) {
  const CallPolicy once = timeout_policy(1);
  const CallPolicy twice = with_retry(once, retry_policy(2));
  const auto budget = [&](double share) {
    RetryPolicy r = retry_policy(2);
    r.budget = said(Share{share});
    return with_retry(once, r);
  };
  EXPECT_NEAR(goodput_long_after(280, twice, Discipline::Fifo), 0, 3);
  EXPECT_NEAR(goodput_long_after(280, once, Discipline::Fifo), 280, 4);
  EXPECT_NEAR(goodput_long_after(140, twice, Discipline::Fifo), 140, 3);
  EXPECT_NEAR(goodput_long_after(155, twice, Discipline::Fifo), 0, 3);
  EXPECT_NEAR(goodput_long_after(280, budget(.07), Discipline::Fifo), 0, 3);
  EXPECT_NEAR(goodput_long_after(280, budget(.02), Discipline::Fifo), 280, 4);
  EXPECT_NEAR(goodput_long_after(280, twice, Discipline::Lifo), 280, 4);
  CallPolicy propagated = twice;
  propagated.deadline = said(Deadline::Propagate);
  EXPECT_NEAR(goodput_long_after(280, propagated, Discipline::Fifo), 280, 4);
}

// --- balancing ---

TEST(Balancing, PowerOfTwoChoices) {
  // Mitzenmacher 2001: d = 2 at load .9: mean time in system 2.614 service times for many servers.
  System s;
  s.service("server", 1, 200);
  s.model.services.raw()[0].balance = said(Balance::RandomOfTwo);
  s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(1))}), 180);
  const ExperimentResult two = run(s, quick(600));
  EXPECT_NEAR(two.operations[0].latency.mean.mean, 2.614, .06);
  s.model.services.raw()[0].balance = said(Balance::RandomOfThree);
  const ExperimentResult three = run(s, quick(600));
  EXPECT_NEAR(three.operations[0].latency.mean.mean, 2.028, .04);
  s.model.services.raw()[0].balance = said(Balance::Random);
  SimulateOptions longer = quick(2000);
  longer.warm_up = in_seconds(1000);  // 1 / (1 - sqrt(.9))^2 = 380 service times of memory
  const ExperimentResult one = run(s, longer);
  expect_inside(one.operations[0].latency.mean, 10, .12, "random");
}

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
