// Channels: groups, rebalancing, redelivery, what is given up; each with a figure worked out by
// hand.
#include <gtest/gtest.h>

#include "simulate/compile.h"
#include "simulate/engine.h"
#include "simulate/test_pieces.h"
#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

Channel topic(std::int64_t partitions) {
  Channel c;
  c.kind = said(ChannelKind::Topic);
  c.partitions = said(Count{partitions});
  return c;
}

// The operation that the consumer carries out.
OperationId reaction(System& s, EndpointId on) {
  const OperationId id = s.operation("react", on, 0);
  s.model.operations[id].on = said(std::vector<std::string>{"Happened"});
  return id;
}
const OperationResult& result_of(const ExperimentResult& r, OperationId id) {
  for (const OperationResult& o : r.operations)
    if (o.operation == id) return o;
  ADD_FAILURE() << "no result of the operation";
  return r.operations.at(0);
}
void steps_of(System& s, EndpointId on, std::vector<Step> steps) {
  s.model.endpoint(on).steps = said(std::move(steps));
}

TEST(Groups, EachGetsEveryMessage) {
  // A second service that consumes: both handle all 50/s, each behind by its own time (Little).
  System s;
  const EndpointId on = piped(s, topic(8), 50, fixed_time(.02), 4);
  s.model.endpoint(on).concurrency = said(Count{100});
  const ChannelId channel = s.model.endpoint(on).consumes->id;
  s.service("audit", 1000, 2);
  const EndpointId also = s.endpoint("audit", "on", {wait(fixed_time(.04))});
  s.model.endpoint(also).consumes = said(Ref<ChannelId>{"events", channel});
  s.model.endpoint(also).concurrency = said(Count{100});
  const ExperimentResult r = run(s, quick(300));
  EXPECT_NEAR(r.channels.at(0).published.mean, 50, 1);
  EXPECT_NEAR(r.channels[0].consumed.mean, 2 * r.channels[0].published.mean, .2);
  EXPECT_NEAR(station(r, "consumer").rate.mean, r.channels[0].published.mean, .2);
  EXPECT_NEAR(station(r, "audit").rate.mean, r.channels[0].published.mean, .2);
  // M/D/1 of each of the eight partitions.
  const auto time = [](double work) {
    const double busy = 50 / 8. * work;
    return work + busy * work / (2 * (1 - busy));
  };
  expect_inside(r.channels[0].lag, 50 * (time(.02) + time(.04)), .03, "behind");
}

TEST(Groups, SomeEventsAloneWhereItSaysSo) {
  System s;
  const EndpointId on = piped(s, topic(4), 50, fixed_time(.001));
  s.model.endpoint(on).events = said(std::vector<std::string>{"Other"});
  EXPECT_EQ(run(s, quick(20)).channels.at(0).consumed.mean, 0);
}

TEST(Groups, ARebalanceStopsAllAndWhatWasMissedIsDrained) {
  // Four partitions of 50/s, each takes 100/s; one of two consumers is lost at 20 s. Until that is
  // noticed (4 s) two partitions stand still, until the rebalance is over (3 s) all four: 2 x 350
  // and 2 x 150 are behind. Each drains by 50/s: all four for 3 s, two for another 4.
  System s;
  const EndpointId on = piped(s, topic(4), 200, fixed_time(.01), 2);
  s.model.endpoint(on).concurrency = said(Count{100});
  const OperationId react = reaction(s, on);
  Target one = service_target(s, "consumer");
  one.kind = Target::Kind::Instance;
  one.name = "consumer/1";
  const ExperimentResult r =
      run(s, quick(60, 20), with_faults({fault(FaultKind::Lose, 20, 0, one)}, 60));
  const Series& handled = series(result_of(r, react), "goodput");
  EXPECT_NEAR(mean_between(handled, 5, 20), 200, 8);
  EXPECT_NEAR(mean_between(handled, 20, 24), 100, 8);
  EXPECT_NEAR(mean_between(handled, 24, 27), 0, 2);
  EXPECT_NEAR(mean_between(handled, 27, 30), 400, 8);
  EXPECT_NEAR(mean_between(handled, 30, 33), 300, 25);
  EXPECT_NEAR(mean_between(handled, 40, 60), 200, 8);
  // Two triangles of 14 s, two of 6 s; else M/D/1 at .5.
  expect_inside(r.channels.at(0).lag, (2 * 350 * 7 + 2 * 150 * 3 + 46 * 4 * 50 * .015) / 60, .06,
                "behind");
}

TEST(Redelivery, HoldsUpItsPartition) {
  // 2% of the attempts fail and are tried again in place after 1 s: M/G/1, whose work is 1 s a
  // failure (geometric): E[S] = p / (1 - p), E[S^2] = p (1 + p) / (1 - p)^2.
  System s;
  const EndpointId on = piped(s, topic(1), 10, fixed_time(0));
  steps_of(s, on, {fail_step(.02)});
  const double p = .02;
  const double work = p / (1 - p);
  const double waits = 10 * p * (1 + p) / ((1 - p) * (1 - p)) / (2 * (1 - 10 * work));
  expect_inside(run(s, quick(4000, 8)).channels.at(0).delay.mean, work + waits, .1, "M/G/1");
}

TEST(Redelivery, APoisonMessageBlocksForEver) {
  System s;
  const EndpointId on = piped(s, topic(1), 10, fixed_time(0));
  steps_of(s, on, {fail_step(1)});
  const ExperimentResult stuck = run(s, quick(60));
  EXPECT_EQ(stuck.channels.at(0).consumed.mean, 0);
  EXPECT_GT(stuck.channels[0].lag_max, 10 * 50);              // all of a minute
  EXPECT_NEAR(station(stuck, "consumer").rate.mean, 1, .05);  // one attempt a second
}

TEST(Redelivery, ADeadLetterTakesItAfterItsAttempts) {
  // Three attempts, a second between them: M/D/1 of 2 s at .8, nothing of it good.
  System s;
  Channel c = topic(1);
  c.attempts = said(Count{3});
  c.dead_letter = said(std::string("dead"));
  const EndpointId on = piped(s, std::move(c), .4, fixed_time(0));
  steps_of(s, on, {fail_step(1)});
  const OperationId react = reaction(s, on);
  const ExperimentResult r = run(s, quick(20'000));
  EXPECT_NEAR(r.channels.at(0).dead_lettered, r.channels[0].published.mean, .01);
  expect_inside(r.channels[0].lag, .4 * (2 + .8 * 2 / .4), .2, "behind");
  EXPECT_NEAR(result_of(r, react).errors.failed, .4, .02);
  EXPECT_NEAR(station(r, "consumer").rate.mean, 3 * r.channels[0].published.mean, .02);
}

TEST(Redelivery, AtMostOnceIsGivenUpAtItsFirstFailure) {
  System s;
  Channel c = topic(4);
  c.delivery = said(Delivery::AtMostOnce);
  const EndpointId on = piped(s, std::move(c), 100, fixed_time(0));
  steps_of(s, on, {fail_step(.3)});
  const OperationId react = reaction(s, on);
  const ExperimentResult r = run(s, quick(200));
  EXPECT_NEAR(r.channels.at(0).consumed.mean, 70, 1.5);
  EXPECT_NEAR(result_of(r, react).availability.mean, .7, .01);
  EXPECT_EQ(r.channels[0].dead_lettered, 0);
}

TEST(Redelivery, OfAQueueGoesToItsEnd) {
  // Half of the attempts fail, and the others are not held up: the time is one second a failure,
  // p / (1 - p) of them.
  System s;
  Channel c;
  c.kind = said(ChannelKind::Queue);
  const EndpointId on = piped(s, std::move(c), 20, fixed_time(0));
  steps_of(s, on, {fail_step(.5)});
  expect_inside(run(s, quick(400, 8)).channels.at(0).delay.mean, 1, .03, "geometric");
}

TEST(Retention, WhatExpiresIsAnError) {
  // 100/s come, 80/s are handled, the rest is gone after 5 s: of the operation's offered, lost.
  System s;
  Channel c = topic(1);
  c.keep = said(in_seconds(5));
  const EndpointId on = piped(s, std::move(c), 100, fixed_time(.0125));
  const OperationId react = reaction(s, on);
  SimulateOptions o = quick(120);
  o.warm_up = in_seconds(60);
  const ExperimentResult r = run(s, o);
  const OperationResult& of = result_of(r, react);
  EXPECT_NEAR(of.goodput.mean, 80, 1);
  EXPECT_NEAR(of.errors.lost, 20, 1.5);
  EXPECT_NEAR(of.offered.mean, of.goodput.mean + of.errors.total(), .5);
}

TEST(Backlog, ThatGrowsForEverEndsTheRunAndSaysSo) {
  // Nobody consumes: what waits takes memory too.
  System s;
  const EndpointId on = piped(s, topic(4), 10'000, fixed_time(1000));
  s.model.endpoint(on).concurrency = said(Count{1});
  const auto program = compile(s.model, plain_experiment(), quick(60, 1));
  ASSERT_TRUE(program.has_value());
  RunOptions run;
  run.max_frames = 50'000;
  const Replication r = Engine(*program, run).run();
  EXPECT_TRUE(r.incomplete);
  EXPECT_TRUE(r.ok) << r.error;
  ASSERT_FALSE(r.log.empty());
  EXPECT_EQ(r.log[0], "stopped: more than 50000 messages were waiting at once");
}

}  // namespace
}  // namespace scantling::sim
