// Faults, what follows from them, channels, scaling, verdicts.
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/test_pieces.h"
#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

Target zone_target(const std::string& name) {
  Target t;
  t.kind = Target::Kind::Zone;
  t.name = name;
  return t;
}

System three_zones(std::int64_t instances) {
  System s;
  s.model.placement->zones = said(Count{3});
  s.service("web", 4, instances);
  s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.005))}), 300);
  return s;
}

TEST(Faults, ALostZoneCostsItsShareUntilItIsNoticed) {
  const System s = three_zones(6);
  // Default health: 3 x 1 s + 1 s. A third of the requests is lost for 4 s.
  const ExperimentResult r =
      run(s, quick(90), with_faults({fault(FaultKind::Lose, 20, 30, zone_target("a"))}, 90));
  const Series& good = series(r.operations[0], "goodput");
  EXPECT_NEAR(mean_between(good, 0, 20), 300, 8);
  EXPECT_NEAR(mean_between(good, 20, 24), 200, 8);
  EXPECT_NEAR(mean_between(good, 25, 90), 300, 6);
  EXPECT_NEAR(mean_between(station(r, "web").series[2], 30, 50), 4, .01);
  EXPECT_NEAR(mean_between(station(r, "web").series[2], 70, 90), 6, .01);
  EXPECT_NEAR(r.operations[0].availability.mean, 1 - 100 * 4 / (300.0 * 90), .001);
}

TEST(Faults, LosingAServiceFailsEverythingAndItComesBack) {
  System s = three_zones(3);
  s.model.services.raw()[0].runtime->start = said(in_seconds(5));
  const ExperimentResult r = run(
      s, quick(60), with_faults({fault(FaultKind::Lose, 10, 20, service_target(s, "web"))}, 60));
  const Series& good = series(r.operations[0], "goodput");
  EXPECT_EQ(mean_between(good, 11, 35), 0);
  EXPECT_NEAR(mean_between(good, 36, 60), 300, 8);
}

TEST(Faults, WorkInsideALostInstanceIsLostAndEveryBookBalances) {
  // Everything at once: pools, branches, calls in flight, locks, retries; instances come and go.
  System s;
  s.model.placement->zones = said(Count{3});
  s.service("back", 2, 3, 10, 20);
  s.service("front", 2, 3, 30, 20);
  const StoreId db = s.store("db", exponential_time(.005), exponential_time(.01), 4);
  s.model.stores[db].pool = said(Pool{4, true});
  s.model.stores[db].waiting = said(Count{5});
  s.model.stores[db].copies = said(Count{3});
  s.model.stores[db].failover = said(in_seconds(3));
  CallPolicy policy = timeout_policy(.2);
  policy.retry = said(retry_policy(3, .01, Jitter::Full));
  BulkheadPolicy bulkhead;
  bulkhead.calls = said(Count{8});
  bulkhead.waiting = said(Count{4});
  policy.at_once = said(std::move(bulkhead));
  BreakerPolicy breaker;
  breaker.open = said(in_seconds(1));
  policy.breaker = said(std::move(breaker));
  HedgePolicy hedge;
  hedge.after = said(in_seconds(.02));
  policy.hedge = said(std::move(hedge));
  Step lock;
  lock.kind = StepKind::Lock;
  lock.lock = "row";
  const EndpointId get =
      s.endpoint("back", "get",
                 {work(exponential_time(.004)), access(StepKind::Read, db, timeout_policy(.5)),
                  access(StepKind::Write, db, timeout_policy(.5))});
  const EndpointId rare = s.endpoint("back", "rare", {lock, wait(exponential_time(.02))});
  s.operation("ask",
              s.endpoint("front", "ask",
                         {work(exponential_time(.002)),
                          together({call(get, policy), call(get, timeout_policy(1))}),
                          choose({{.1, {call(rare, timeout_policy(.1))}}})}),
              100);
  std::vector<Fault> faults = {fault(FaultKind::Lose, 5, 5, zone_target("a")),
                               fault(FaultKind::Lose, 15, 3, service_target(s, "back")),
                               fault(FaultKind::Pause, 25, 3, service_target(s, "back")),
                               fault(FaultKind::Lose, 26, 4, zone_target("b")),
                               fault(FaultKind::Slow, 32, 5, service_target(s, "back"))};
  faults.back().factor = Factor{10};
  Fault flap = fault(FaultKind::Flap, 40, 8, service_target(s, "front"));
  flap.every = in_seconds(1);
  faults.push_back(flap);
  Fault drop = fault(FaultKind::Drop, 50, 5, service_target(s, "front"));
  drop.to = service_target(s, "back");
  drop.share = Share{.2};
  faults.push_back(drop);
  // A broken balance of requests, or of Little's law, is an error of simulate().
  const ExperimentResult r = run(s, quick(70), with_faults(faults, 70));
  EXPECT_GT(r.operations[0].goodput.mean, 50);
  EXPECT_GT(r.operations[0].errors.lost, 0);
}

TEST(Faults, ACutIsOneWay) {
  System s;
  s.service("back", 100);
  s.service("front", 100);
  const EndpointId get = s.endpoint("back", "get", {work(fixed_time(.001))});
  s.operation("ask", s.endpoint("front", "ask", {call(get, timeout_policy(.1))}), 100);
  for (const bool answers : {false, true}) {
    Fault cut = fault(FaultKind::Cut, 10, 10, service_target(s, answers ? "back" : "front"));
    cut.to = service_target(s, answers ? "front" : "back");
    const ExperimentResult r = run(s, quick(40), with_faults({cut}, 40));
    const Series& good = series(r.operations[0], "goodput");
    EXPECT_EQ(mean_between(good, 11, 20), 0);
    EXPECT_NEAR(mean_between(good, 21, 40), 100, 5);
    // The request side: nothing arrives. The answer side: it works on for nobody.
    const double rate = station(r, "back").rate.mean;
    EXPECT_NEAR(rate, answers ? 100 : 75, 4);
  }
}

TEST(Faults, SlowAndCpuMakeWorkLonger) {
  System s;
  s.service("web", 1000);
  s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.01))}), 50);
  Fault slow = fault(FaultKind::Slow, 10, 10, service_target(s, "web"));
  slow.factor = Factor{10};
  Fault cpu = fault(FaultKind::Cpu, 30, 10, service_target(s, "web"));
  cpu.factor = Factor{.2};
  const ExperimentResult r = run(s, quick(60), with_faults({slow, cpu}, 60));
  const Series& p50 = series(r.operations[0], "p50");
  EXPECT_NEAR(mean_between(p50, 1, 10), .01, .0005);
  EXPECT_NEAR(mean_between(p50, 11, 20), .1, .005);
  EXPECT_NEAR(mean_between(p50, 31, 40), .05, .003);
  EXPECT_NEAR(mean_between(p50, 50, 60), .01, .0005);
}

// --- channels ---

struct Piped {
  System s;
  ChannelId channel;
  OperationId started;
};

Piped pipe(double rate, TimeLaw handling, std::int64_t partitions, std::int64_t instances,
           std::int64_t concurrency, ChannelKind kind = ChannelKind::Topic) {
  Piped p;
  Channel c;
  c.kind = said(kind);
  c.partitions = said(Count{partitions});
  const EndpointId on = piped(p.s, std::move(c), rate, std::move(handling), instances);
  p.channel = p.s.model.endpoint(on).consumes->id;
  p.s.model.endpoint(on).concurrency = said(Count{concurrency});
  p.started = p.s.operation("react", on, 0);
  p.s.model.operations[p.started].on = said(std::vector<std::string>{"Happened"});
  return p;
}

TEST(Channels, AnOrderedPartitionIsASingleServer) {
  // One partition: M/D/1 at .8; the broker's 2 ms are before it.
  const Piped p = pipe(80, fixed_time(.01), 1, 1, 10);
  const ExperimentResult r = run(p.s, quick(1000));
  expect_inside(r.channels.at(0).delay.mean, .01 + .8 * .01 / .4, .05, "delay");
  EXPECT_NEAR(r.channels[0].published.mean, r.channels[0].consumed.mean, .1);
  expect_inside(r.channels[0].lag, 80 * .03, .06, "lag by Little");
  bool reacted = false;
  for (const OperationResult& o : r.operations)
    if (o.operation == p.started) {
      reacted = true;
      EXPECT_NEAR(o.goodput.mean, 80, 1);
    }
  EXPECT_TRUE(reacted);
}

TEST(Channels, AQueueIsServedByAllItsConsumers) {
  // 2 instances x 5 at once, 8 Erlang: Erlang C again.
  const Piped p = pipe(80, exponential_time(.1), 1, 2, 5, ChannelKind::Queue);
  expect_inside(run(p.s, quick(1500, 8)).channels.at(0).delay.mean, .1 + .40918 * .1 / 2, .02,
                "delay");
}

TEST(Channels, WhatIsPrefetchedWaitsForItsInstance) {
  // All is fetched at once by two consumers in turn: each sees every second arrival, E2/M/1. With
  // A*(s) = (80 / (80 + s))^2 and mu = 50, sigma = A*(mu (1 - sigma)); time 1 / (mu (1 - sigma)).
  double sigma = .5;
  for (int i = 0; i < 200; ++i)
    sigma = std::pow(80 / (80 + 50 * (1 - sigma)), 2);
  Piped p = pipe(80, exponential_time(.02), 1, 2, 1, ChannelKind::Queue);
  const ServiceId consumer = find_by_name(p.s.model.services, "consumer");
  p.s.model.services[consumer].endpoints[0].prefetch = said(Count{100'000});
  const ExperimentResult bound = run(p.s, quick(3000, 8));
  expect_inside(bound.channels.at(0).delay.mean, 1 / (50 * (1 - sigma)), .05, "E2/M/1");
  // One at a time is one line for both: M/M/2 at .8.
  p.s.model.services[consumer].endpoints[0].prefetch = said(Count{1});
  expect_inside(run(p.s, quick(3000, 8)).channels.at(0).delay.mean, .02 / (1 - .64), .05, "M/M/2");
}

TEST(Channels, AFetchedMessageOutlivesItsInstance) {
  Piped p = pipe(40, fixed_time(.02), 1, 2, 1, ChannelKind::Queue);
  const ServiceId consumer = find_by_name(p.s.model.services, "consumer");
  p.s.model.services[consumer].endpoints[0].prefetch = said(Count{1000});
  Target one;
  one.kind = Target::Kind::Instance;
  one.name = "consumer/1";
  one.service = consumer;
  const ExperimentResult r =
      run(p.s, quick(60), with_faults({fault(FaultKind::Lose, 20, 20, one)}, 60));
  EXPECT_NEAR(r.channels.at(0).consumed.mean, r.channels.at(0).published.mean, .1);
  EXPECT_EQ(r.channels.at(0).dead_lettered, 0);
}

// Three copies of the broker: until a lost one is noticed (3 checks of 1 s and a timeout of 1 s)
// the partitions that it leads stand still, afterwards another leads them.
TEST(Channels, AnotherCopyOfTheBrokerTakesOver) {
  Piped p = pipe(60, fixed_time(.001), 6, 2, 50);
  Target one;
  one.kind = Target::Kind::Instance;
  one.name = "events/1";
  one.channel = p.channel;
  const ExperimentResult r =
      run(p.s, quick(60), with_faults({fault(FaultKind::Lose, 20, 20, one)}, 60));
  const OperationResult* reacted = nullptr;
  for (const OperationResult& o : r.operations)
    if (o.operation == p.started) reacted = &o;
  ASSERT_NE(reacted, nullptr);
  const Series& handled = series(*reacted, "goodput");
  EXPECT_NEAR(mean_between(handled, 5, 20), 60, 4);
  EXPECT_LT(mean_between(handled, 20, 24), 50);
  EXPECT_GT(mean_between(handled, 20, 24), 20);
  EXPECT_NEAR(mean_between(handled, 27, 40), 60, 5);
}

TEST(FaultWindows, SayWhatWasBeforeDuringAndAfter) {
  System s;
  s.service("server", 1, 1);
  s.operation("ask", s.endpoint("server", "ask", {work(fixed_time(.005))}), 100);
  Fault failing = fault(FaultKind::Fail, 10, 5, service_target(s, "server"));
  failing.share = Share{1};
  Fault later = fault(FaultKind::Fail, 25, 5, service_target(s, "server"));
  later.share = Share{.5};
  const ExperimentResult r = run(s, quick(40), with_faults({failing, later}, 40));
  ASSERT_EQ(r.fault_windows.size(), 2U);
  const FaultWindow& first = r.fault_windows[0];
  EXPECT_EQ(first.faults, "fail server");
  EXPECT_EQ(first.from_seconds, 10);
  EXPECT_NEAR(first.to_seconds, 15, 1e-9);
  const FaultEffect& effect = first.operations.at(0);
  EXPECT_EQ(effect.before.availability.mean, 1);
  EXPECT_LT(effect.during.availability.mean, .01);  // what was in service is answered
  EXPECT_EQ(effect.after.seconds, 10);
  EXPECT_EQ(effect.back_after_seconds, 0);
  EXPECT_NEAR(effect.after.goodput.mean, 100, 5);
  const FaultEffect& second = r.fault_windows[1].operations.at(0);
  EXPECT_EQ(second.before.seconds, 10);
  EXPECT_NEAR(second.during.availability.mean, .5, .05);
}

TEST(Channels, LagGrowsWhenConsumersCannotKeepUp) {
  const Piped p = pipe(100, fixed_time(.05), 4, 2, 2);  // capacity 80/s
  const ExperimentResult r = run(p.s, quick(60));
  EXPECT_NEAR(r.channels[0].consumed.mean, 80, 1);
  EXPECT_GT(r.channels[0].lag_max, 20 * 55);
}

TEST(Channels, APoisonMessageBlocksUntilTheDeadLetterTakesIt) {
  Piped p = pipe(10, fixed_time(.001), 1, 1, 1);
  const ServiceId consumer = find_by_name(p.s.model.services, "consumer");
  p.s.model.services[consumer].endpoints[0].steps = said(std::vector<Step>{fail_step(.02)});
  // Failing messages are tried again after 1 s and then usually succeed: at-least-once.
  const ExperimentResult kept = run(p.s, quick(200));
  EXPECT_EQ(kept.channels[0].dead_lettered, 0);
  EXPECT_GT(kept.channels[0].delay.mean.mean, .05);
  p.s.model.channels[p.channel].dead_letter = said(std::string("dead"));
  p.s.model.channels[p.channel].attempts = said(Count{1});
  const ExperimentResult dead = run(p.s, quick(200));
  EXPECT_NEAR(dead.channels[0].dead_lettered, .2, .05);
  EXPECT_LT(dead.channels[0].delay.mean.mean, .001);
}

TEST(Channels, AnOutboxDoesNotHoldUpTheCallerAndOutlivesTheBroker) {
  Piped p = pipe(50, fixed_time(.001), 4, 2, 4);
  Step& publish = p.s.model.services.raw()[0].endpoints[0].steps->at(0);
  publish.via = said(PublishVia::Outbox);
  Target t;
  t.kind = Target::Kind::Channel;
  t.name = "events";
  t.channel = p.channel;
  const ExperimentResult r =
      run(p.s, quick(90), with_faults({fault(FaultKind::Lose, 20, 20, t)}, 90));
  for (const OperationResult& o : r.operations)
    if (o.operation != p.started) {
      EXPECT_EQ(o.errors.total(), 0);
      EXPECT_LT(o.latency.max, .001);
    }
  EXPECT_NEAR(r.channels[0].consumed.mean, 50, 2);
}

// --- autoscaling ---

TEST(Scaling, FollowsTheLoadAfterItsDelay) {
  System s;
  Service& web = scaled(s, {2, 20}, ScaleMetric::Utilisation, .5);
  web.scale->delay = said(in_seconds(20));
  web.scale->step = said(Count{10});
  s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.01))}), 200);
  Experiment e = plain_experiment();
  ExperimentLoad load;
  LoadStep step;
  step.at = said(in_seconds(60));
  step.by = said(Factor{2});
  load.steps = said(std::vector<LoadStep>{step});
  e.load = said(std::move(load));
  e.lasts = said(in_seconds(200));
  const ExperimentResult r = run(s, quick(200), e);
  const Series& instances = station(r, "web").series[2];
  EXPECT_NEAR(mean_between(instances, 0, 60), 4, .4);  // 2 busy servers / .5
  EXPECT_NEAR(mean_between(instances, 60, 79), 4, .5);
  EXPECT_NEAR(mean_between(instances, 150, 200), 8, .9);
}

// --- verdicts ---

TEST(Verdicts, HoldFailAndUndecided) {
  System s;
  s.service("web", 1);
  const OperationId id =
      s.operation("ask", s.endpoint("web", "ask", {work(exponential_time(.01))}), 80);
  const auto verdict = [&](double p99) {
    Objective o;
    o.p99 = said(in_seconds(p99));
    s.model.operations[id].objective = said(o);
    const ExperimentResult r = run(s, quick(600), peak_experiment(s.model));
    EXPECT_EQ(r.judgements.size(), 1U);
    if (r.judgements.at(0).verdict == Verdict::Fails) {
      EXPECT_FALSE(r.judgements[0].causes.empty());
    }
    return r.judgements[0].verdict;
  };
  const double truth = .05 * std::log(100);
  EXPECT_EQ(verdict(truth * 1.3), Verdict::Holds);
  EXPECT_EQ(verdict(truth * .7), Verdict::Fails);
  EXPECT_EQ(verdict(truth * 1.005), Verdict::Undecided);
}

// A schedule by the hour in a run of seconds: neither kept nor missed.
TEST(Verdicts, WhatDidNotComeIsNotJudged) {
  System s = one_station(50, fixed_time(.01));
  const EndpointId hourly = s.endpoint("server", "hourly", {work(fixed_time(.01))});
  s.model.endpoint(hourly).every = said(in_seconds(1e6));
  const OperationId job = s.operation("job", hourly, 0);
  s.model.operations[job].every = said(in_seconds(1e6));
  Experiment e = plain_experiment();
  Expectation expect;
  OperationExpectation of;
  of.operation = {"job", job};
  of.objective.availability = said(Share{.999});
  expect.operations = {of};
  e.expect = said(std::move(expect));
  const ExperimentResult r = run(s, quick(10), e);
  EXPECT_TRUE(r.judgements.empty());
  EXPECT_NE(std::find(r.notes.begin(), r.notes.end(),
                      "nothing is expected of job that can be judged: none ended in the measured "
                      "time"),
            r.notes.end());
}

TEST(Verdicts, RecoveryIsJudgedAfterTheFault) {
  System s;
  s.service("db", 1);
  s.service("web", 1000);
  CallPolicy twice = timeout_policy(1);
  const EndpointId query = s.endpoint("db", "query", {work(fixed_time(1.0 / 300))});
  const EndpointId entry = s.endpoint("web", "ask", {call(query, twice)});
  const OperationId id = s.operation("ask", entry, 280);
  Experiment e = with_faults({fault(FaultKind::Pause, 30, 10, service_target(s, "db"))}, 400);
  Expectation expect;
  AfterFaults after;
  after.within = said(in_seconds(200));
  after.goodput = said(Share{.95});
  expect.after_faults = said(std::move(after));
  expect.recovers_within = said(in_seconds(200));
  OperationExpectation o;
  o.operation = {"ask", id};
  o.objective.p99 = said(in_seconds(.5));
  expect.operations.push_back(std::move(o));
  e.expect = said(std::move(expect));
  const auto of = [](const ExperimentResult& r, const std::string& what) {
    for (const Judgement& j : r.judgements)
      if (j.what == what) return j.verdict;
    ADD_FAILURE() << "no judgement " << what;
    return Verdict::Undecided;
  };
  const ExperimentResult recovers = run(s, quick(400), e);
  EXPECT_EQ(of(recovers, "p99"), Verdict::Fails);  // over the whole time
  EXPECT_EQ(of(recovers, "goodput after faults"), Verdict::Holds);
  EXPECT_EQ(of(recovers, "recovers-within p99"), Verdict::Holds);
  twice.retry = said(retry_policy(2));
  s.model.endpoint(entry).steps->at(0).policy = twice;
  const ExperimentResult stays = run(s, quick(400), e);
  EXPECT_EQ(of(stays, "goodput after faults"), Verdict::Fails);
}

TEST(Verdicts, CriticalPathAddsUp) {
  System s;
  s.service("back", 1);
  s.service("front", 100);
  const StoreId db = s.store("db", exponential_time(.002), exponential_time(.002), 1);
  const EndpointId get =
      s.endpoint("back", "get", {work(exponential_time(.005)), access(StepKind::Read, db)});
  s.operation("ask",
              s.endpoint("front", "ask",
                         {work(fixed_time(.001)), call(get, timeout_policy(5)),
                          together({call(get), wait(fixed_time(.001))})}),
              60);
  const ExperimentResult r = run(s, quick(100));
  ASSERT_EQ(r.critical_path.size(), 1U);
  double sum = 0;
  for (const HopShare& h : r.critical_path[0].second)
    sum += h.mean_seconds;
  EXPECT_NEAR(sum / r.operations[0].latency.mean.mean, 1, .06);  // a sample of the answers
  EXPECT_EQ(r.critical_path[0].second[0].name, "cpu queue at back");
}

TEST(Notes, SayThatAConstantLoadIsMeasuredForLess) {
  System s;
  s.service("web", 1);
  s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.001))}), 10);
  Experiment e = plain_experiment();
  ExperimentLoad load;
  load.over = said(in_seconds(600));
  e.load = said(std::move(load));
  const ExperimentResult r = run(s, quick(5), e);
  EXPECT_EQ(r.measured_seconds, 5);
  ASSERT_FALSE(r.notes.empty());
  EXPECT_NE(r.notes[0].find("of its 10min"), std::string::npos) << r.notes[0];
  // A load that changes is measured to its end.
  LoadStep step;
  step.at = said(in_seconds(10));
  step.by = said(Factor{2});
  e.load->over = said(in_seconds(20));
  e.load->steps = said(std::vector<LoadStep>{step});
  EXPECT_EQ(run(s, quick(5), e).measured_seconds, 20);
}

TEST(Notes, SayWhatIsNotSimulated) {
  System s;
  s.service("web", 1);
  s.operation("ask", s.endpoint("web", "ask", {work(fixed_time(.001))}), 10);
  RateLimitRule rule;
  rule.per = said(std::string("user"));
  rule.limit = said(Rate{5});
  s.model.services.raw()[0].rate_limit = said(rule);
  const ExperimentResult r = run(s, quick(5));
  ASSERT_FALSE(r.notes.empty());
  EXPECT_NE(r.notes[0].find("the rate limit of web per user is not simulated"), std::string::npos);
}

}  // namespace
}  // namespace scantling::sim
