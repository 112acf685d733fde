// Searches, held against closed forms.
#include "simulate/search.h"

#include <cmath>

#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

Experiment expecting(OperationId operation, const std::string& name, double p99) {
  Experiment e = plain_experiment();
  OperationExpectation wanted;
  wanted.operation = {name, operation};
  wanted.objective.p99 = said(in_seconds(p99));
  Expectation expect;
  expect.operations.push_back(std::move(wanted));
  e.expect = said(std::move(expect));
  return e;
}

SearchOptions searching(double seconds, double within) {
  SearchOptions o;
  o.simulate = quick(seconds);
  o.within = within;
  return o;
}

// M/M/1: time in system is exponential with rate mu - lambda, so that p99 <= T while
// lambda <= mu - ln(100) / T (Kleinrock I, 3.2; 5.118).
TEST(Search, CapacityOfAnMM1) {
  System s;
  s.service("server", 1, 1);
  const OperationId ask =
      s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.01))}), 50);
  const auto found = find_capacity(s.model, expecting(ask, "ask", .2), searching(400, .04));
  ASSERT_TRUE(found.has_value());
  const double right = (100 - std::log(100.0) / .2) / 50;
  EXPECT_LE(found->holds, right);
  EXPECT_GE(found->fails, right);
  EXPECT_LT(found->fails / found->holds, 1.2);
  ASSERT_NE(found->failing(), nullptr);
  EXPECT_EQ(found->failing()->first, "ask p99");
}

TEST(Search, CapacityBelowTheLoadGiven) {
  System s;
  s.service("server", 1, 1);
  const OperationId ask =
      s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.01))}), 400);
  const auto found = find_capacity(s.model, expecting(ask, "ask", .2), searching(50, .2));
  ASSERT_TRUE(found.has_value());
  EXPECT_LE(found->holds, 76.97 / 400);
  EXPECT_GT(found->holds, .1);
  EXPECT_GE(found->fails, 76.97 / 400);
}

// Work of fixed length: an instance is enough below its rate, and not above it.
TEST(Search, ReplicasThatTheLoadTakes) {
  System s;
  s.service("front", 1, 6);
  s.service("back", 1, 1);
  const EndpointId get = s.endpoint("back", "get", {work(fixed_time(.01))});  // 120% of one
  const OperationId ask =
      s.operation("ask", s.endpoint("front", "ask", {work(fixed_time(.02)), call(get)}), 120);
  const auto found = find_replicas(s.model, expecting(ask, "ask", .15), searching(60, .1));
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->holds);
  ASSERT_EQ(found->services.size(), 2U);
  EXPECT_EQ(found->services[0].needed, 3);  // 2.4 at work
  EXPECT_EQ(found->services[1].needed, 2);  // 1.2 at work
  EXPECT_EQ(found->services[0].below.first, "ask p99");
}

TEST(Search, NothingToHoldIsAnError) {
  System s;
  s.service("server", 1, 1);
  s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.01))}), 50);
  EXPECT_FALSE(find_capacity(s.model, plain_experiment(), searching(1, .5)).has_value());
}

TEST(Search, OneThatIsStoppedSaysSo) {
  System s;
  s.service("server", 1, 1);
  s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.01))}), 50);
  SearchOptions options = searching(60, .1);
  options.simulate.stop = [] { return true; };
  const auto found = find_trigger(s.model, plain_experiment(), Duration{1'000'000'000}, options);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_TRUE(found->spike.stopped);
}

TEST(Search, EndsAtTheMostEventsAndSaysSo) {
  System s;
  s.service("server", 1, 1);
  const OperationId ask =
      s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.01))}), 50);
  SearchOptions options = searching(60, .01);
  const auto whole = find_capacity(s.model, expecting(ask, "ask", .2), options);
  options.most_events = 200'000;
  const auto limited = find_capacity(s.model, expecting(ask, "ask", .2), options);
  ASSERT_TRUE(whole.has_value() && limited.has_value());
  EXPECT_FALSE(whole->limited);
  EXPECT_TRUE(limited->limited);
  EXPECT_LT(limited->runs.size(), whole->runs.size());
  std::uint64_t events = 0;
  for (const SearchRun& run : limited->runs)
    events += run.events;
  EXPECT_GE(events, 200'000U);
  EXPECT_LT(events, 600'000U);  // the run that passed it is finished
}

TEST(Search, RunsOfABusySystemAreShorter) {
  const auto seconds = [](double rate) {
    System s;
    s.service("server", 1000, 1);
    s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.0001))}), rate);
    const auto length =
        search_length(s.model, plain_experiment(), quick(60), Duration{60'000'000'000});
    EXPECT_TRUE(length.has_value());
    return length ? length->seconds() : 0;
  };
  // Two events a request, five replications: 10 M events each.
  EXPECT_NEAR(seconds(1000), 60, 1e-6);
  EXPECT_NEAR(seconds(200'000), 25, 2);
  EXPECT_NEAR(seconds(1'000'000), 10, 1e-6);
}

// Bronson et al., "Metastable Failures in Distributed Systems" (HotOS 2021): 300/s, a timeout of
// 1 s and a retry. At 280/s a spike that fills the queue keeps it full for ever; at 100/s, twice of
// which is below 300/s, none does.
TEST(Search, TheTriggerOfAMetastableFailure) {
  const auto trigger = [](double rate) {
    System s;
    s.service("db", 1, 1);
    s.service("client", 1000, 1);
    const EndpointId query = s.endpoint("db", "query", {work(fixed_time(1.0 / 300))});
    CallPolicy policy = timeout_policy(1);
    policy.retry = said(retry_policy(2));
    s.operation("ask", s.endpoint("client", "ask", {call(query, policy)}), rate);
    SearchOptions options = searching(60, .3);
    options.simulate.replications = 5;
    options.most = 8;
    auto found = find_trigger(s.model, plain_experiment(), Duration{5'000'000'000}, options);
    EXPECT_TRUE(found.has_value());
    return found ? *found : Trigger{};
  };
  const Trigger high = trigger(280);
  // The queue must come to hold a second's work: 300 = 5 (280 x - 300), x = 1.29.
  EXPECT_LE(high.spike.holds, 1.29 * 1.1);
  EXPECT_GE(high.spike.fails, 1.29 / 1.1);
  EXPECT_LT(high.spike.fails, 2);
  const Trigger low = trigger(100);
  EXPECT_EQ(low.spike.holds, 8);
  EXPECT_FALSE(std::isfinite(low.spike.fails));
}

}  // namespace
}  // namespace scantling::sim
