#include "estimate/estimate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "estimate/queueing.h"
#include "estimate/test_model.h"

namespace scantling {
namespace {

using namespace test;

TEST(Estimate, OneServerIsExact) {
  ModelBuilder b;
  const ServiceId s = b.service("api");
  const EndpointId e = b.endpoint(s, "get", {work(exponential(10))});
  const OperationId op = b.operation("get", e, 40, 80);
  const Estimate out = estimate(b.model);
  const StationEstimate& station = *out.station("service", "api");
  EXPECT_NEAR(station.utilisation, .8, 1e-12);
  EXPECT_NEAR(station.wait_mean_seconds, .04, 1e-12);
  EXPECT_NEAR(station.capacity, 100, 1e-9);
  EXPECT_NEAR(station.in_progress, 4, 1e-9);  // rho / (1 - rho)
  EXPECT_EQ(station.stability, Stability::Stable);
  const OperationEstimate& o = *out.of(op);
  EXPECT_NEAR(o.rate, 80, 1e-12);
  EXPECT_NEAR(o.mean_seconds, .05, 1e-12);
  EXPECT_NEAR(o.p50_seconds, .05 * std::log(2), 1e-9);
  EXPECT_NEAR(o.p99_seconds, .05 * std::log(100), 1e-9);
  EXPECT_NEAR(o.p999_seconds, .05 * std::log(1000), 1e-9);
  EXPECT_EQ(o.synchronous_depth, 1);
  EXPECT_TRUE(out.does_not_apply.empty());
}

TEST(Estimate, LoadBasisAndFactor) {
  ModelBuilder b;
  const EndpointId e = b.endpoint(b.service("api"), "get", {work(exponential(10))});
  b.operation("get", e, 40, 80);
  EstimateOptions options;
  options.basis = LoadBasis::Mean;
  options.load_factor = .5;
  EXPECT_NEAR(estimate(b.model, options).station("service", "api")->utilisation, .2, 1e-12);
}

TEST(Estimate, SeveralServersAndDeterministicService) {
  ModelBuilder b;
  const ServiceId s = b.service("api");
  b.model.services[s].runtime->cpu = given(Cores{10});
  const EndpointId e = b.endpoint(s, "get", {work(exponential(1000))});
  b.operation("get", e, 8, 8);
  EXPECT_NEAR(estimate(b.model).station("service", "api")->wait_mean_seconds, .40918 / 2, 3e-6);
  *b.model.endpoint(e).steps = {work(fixed(1000))};
  EXPECT_NEAR(estimate(b.model).station("service", "api")->wait_mean_seconds, .40918 / 4, 3e-6);
}

TEST(Estimate, HalfACoreWorksHalfAsFast) {
  ModelBuilder b;
  const ServiceId s = b.service("api");
  b.model.services[s].runtime->cpu = given(Cores{.5});
  const EndpointId e = b.endpoint(s, "get", {work(exponential(10))});
  const OperationId op = b.operation("get", e, 40, 40);
  EXPECT_NEAR(estimate(b.model).of(op)->mean_seconds, 1 / (50.0 - 40), 1e-12);
}

TEST(Estimate, JacksonTandem) {
  ModelBuilder b;
  const ServiceId back = b.service("back");
  const EndpointId inner = b.endpoint(back, "get", {work(exponential(8))});
  const ServiceId front = b.service("front");
  const EndpointId outer = b.endpoint(front, "get", {work(exponential(10)), call(inner)});
  const OperationId op = b.operation("get", outer, 50, 50);
  const Estimate out = estimate(b.model);
  // 1 / (100 - 50) and 1 / (125 - 50), independent exponentials.
  EXPECT_NEAR(out.of(op)->mean_seconds, 1.0 / 50 + 1.0 / 75, 1e-12);
  EXPECT_NEAR(out.of(inner)->mean_seconds, 1.0 / 75, 1e-12);
  // Hypoexponential tail: (75 exp(-50 t) - 50 exp(-75 t)) / 25 = .01 at t = .1140.
  double t = .1;
  for (int i = 0; i < 60; ++i)
    t += (3 * std::exp(-50 * t) - 2 * std::exp(-75 * t) > .01 ? 1 : -1) * .05 * std::pow(.7, i);
  EXPECT_NEAR(out.of(op)->p99_seconds / t, 1, .01);
  EXPECT_EQ(out.of(op)->synchronous_depth, 2);
}

TEST(Estimate, InstancesBehindBalancers) {
  ModelBuilder b;
  const ServiceId s = b.service("api", {4, 4});
  const EndpointId e = b.endpoint(s, "get", {work(exponential(10))});
  b.operation("get", e, 320, 320);
  const auto wait = [&](Balance balance) {
    b.model.services[s].balance = given(balance);
    return estimate(b.model).station("service", "api")->wait_mean_seconds;
  };
  EXPECT_NEAR(wait(Balance::Random), .04, 1e-12);  // four M/M/1 at .8
  EXPECT_NEAR(wait(Balance::LeastRequest), mmc_wait(4, 320, .01).mean, 1e-12);
  // E4/M/1 at .8: the root of s = (lambda' / (lambda' + mu (1 - s)))^4, lambda' = 320, is .7065 and
  // W = .01 s / (1 - s) = 24.1 ms. The approximation is within 4%.
  EXPECT_NEAR(wait(Balance::RoundRobin), .0241, .001);
  // Many instances: rho^2 + rho^6 + ... = .64 + .262 + .044 + .001 service times.
  b.model.services[s].runtime->instances = given(CountRange{400, 400});
  b.model.operations.raw()[0].load->peak = given(Rate{32000});
  EXPECT_NEAR(wait(Balance::RandomOfTwo), .01 * (power_of_d_time(.8, 2) - 1), 1e-9);
}

TEST(Estimate, BranchesRepeatsAndMisses) {
  ModelBuilder b;
  const StoreId cache = b.store("cache", fixed(1), fixed(1), 1000);
  const StoreId db = b.store("db", fixed(5), fixed(10), 1000);
  Step read = access(StepKind::Read, cache);
  Miss miss;
  miss.rate = given(Share{.1});
  miss.then = {access(StepKind::Read, db)};
  read.miss = given(miss);
  Step repeat;
  repeat.kind = StepKind::Repeat;
  repeat.times = given(Factor{3});
  repeat.steps = {read};
  Step choose;
  choose.kind = StepKind::Choose;
  choose.branches = {branch(.2, {access(StepKind::Write, db)}), branch(.3, {wait(fixed(40))})};
  const EndpointId e = b.endpoint(b.service("api"), "get", {repeat, choose});
  const OperationId op = b.operation("get", e, 100, 100);
  const Estimate out = estimate(b.model);
  EXPECT_NEAR(out.station("store", "cache")->arrival_rate, 300, 1e-9);
  EXPECT_NEAR(out.station("store", "db")->arrival_rate, 30 + 20, 1e-9);
  EXPECT_NEAR(out.of(op)->mean_seconds, 3 * (.001 + .1 * .005) + .2 * .01 + .3 * .04, 1e-9);
  EstimateOptions cold;
  cold.cache_hit_factor = 0;
  EXPECT_NEAR(estimate(b.model, cold).station("store", "db")->arrival_rate, 320, 1e-9);
}

TEST(Estimate, TimesOnACallIsThatManyCalls) {
  ModelBuilder b;
  const EndpointId inner = b.endpoint(b.service("back"), "get", {wait(fixed(2))});
  Step calls = call(inner);
  calls.times = given(Factor{5});
  const EndpointId outer = b.endpoint(b.service("front"), "get", {calls});
  const OperationId op = b.operation("get", outer, 10, 10);
  const Estimate out = estimate(b.model);
  EXPECT_NEAR(out.of(inner)->rate, 50, 1e-9);
  EXPECT_NEAR(out.of(op)->mean_seconds, .01, 1e-9);
}

TEST(Estimate, TogetherTakesTheLongestAndSpawnTakesNone) {
  ModelBuilder b;
  const EndpointId inner = b.endpoint(b.service("back"), "get", {wait(fixed(30))});
  Step together;
  together.kind = StepKind::Together;
  together.steps = {call(inner), wait(fixed(10))};
  Step spawn;
  spawn.kind = StepKind::Spawn;
  spawn.steps = {call(inner)};
  const EndpointId outer = b.endpoint(b.service("front"), "get", {together, spawn});
  const OperationId op = b.operation("get", outer, 10, 10);
  const Estimate out = estimate(b.model);
  EXPECT_NEAR(out.of(op)->mean_seconds, .03, 1e-6);
  EXPECT_NEAR(out.of(inner)->rate, 20, 1e-9);
}

TEST(Estimate, FanOutAtTheNinetyNinth) {
  ModelBuilder b;
  const EndpointId inner = b.endpoint(b.service("leaf"), "get", {wait(exponential(10))});
  Step together;
  together.kind = StepKind::Together;
  for (int i = 0; i < 20; ++i)
    together.steps.push_back(call(inner));
  const OperationId op = b.operation("get", b.endpoint(b.service("root"), "get", {together}), 1, 1);
  // Maximum of 20 exponentials: mean H_20 x 10 ms, p99 -ln(1 - .99^(1/20)) x 10 ms.
  double harmonic = 0;
  for (int i = 1; i <= 20; ++i)
    harmonic += 1.0 / i;
  const Estimate out = estimate(b.model);
  EXPECT_NEAR(out.of(op)->mean_seconds / (harmonic * .01), 1, .01);
  EXPECT_NEAR(out.of(op)->p99_seconds / (-.01 * std::log(1 - std::pow(.99, .05))), 1, .04);
}

TEST(Estimate, RetriesMultiplyLoadByTheFixedPoint) {
  ModelBuilder b;
  const EndpointId inner = b.endpoint(b.service("back"), "get", {wait(fixed(10)), fail_share(.2)});
  Step calls = call(inner);
  retry(calls, 3, 100);
  const OperationId op =
      b.operation("get", b.endpoint(b.service("front"), "get", {calls}), 100, 100);
  const Estimate out = estimate(b.model);
  EXPECT_NEAR(out.of(inner)->rate, 124, 1e-4);  // 1 + .2 + .04
  // Of those that succeed: 10 ms, and for each retry 10 ms more and its pause, 100 then 200 ms.
  EXPECT_NEAR(out.of(op)->mean_seconds, .01 + .24 * .01 + .2 * .1 + .04 * .2, 1e-6);
  calls.policy.retry->budget = given(Share{.1});
  *b.model.services.raw()[1].endpoints[0].steps = {calls};
  EXPECT_NEAR(estimate(b.model).of(inner)->rate, 110, 1e-4);
}

TEST(Estimate, TimeoutsFeedBack) {
  // M/M/1 callee, mu = 100; timeout 50 ms, 2 attempts, 50 calls/s. With lambda arrivals the time is
  // exponential of rate mu - lambda, so f = exp(-(100 - lambda) / 20) and lambda = 50 (1 + f).
  double lambda = 50;
  for (int i = 0; i < 200; ++i)
    lambda = 50 * (1 + std::exp(-(100 - lambda) * .05));
  ModelBuilder b;
  const EndpointId inner = b.endpoint(b.service("back"), "get", {work(exponential(10))});
  Step calls = call(inner);
  calls.policy.timeout = given(ms(50));
  retry(calls, 2, 1);
  b.operation("get", b.endpoint(b.service("front"), "get", {calls}), 50, 50);
  EXPECT_NEAR(estimate(b.model).of(inner)->rate, lambda, 1e-3);
  EXPECT_GT(lambda, 54);
}

TEST(Estimate, FallbackRescues) {
  ModelBuilder b;
  const ExternalId psp = b.external("psp", fixed(20), .9);
  Step calls = call(psp);
  calls.fallback = {wait(fixed(5))};
  const OperationId op = b.operation("pay", b.endpoint(b.service("api"), "pay", {calls}), 10, 10);
  const Estimate out = estimate(b.model);
  EXPECT_NEAR(out.of(op)->mean_seconds, .9 * .02 + .1 * .025, 1e-9);
  EXPECT_EQ(out.operations[0].availability, out.endpoints[0].availability);
  EXPECT_EQ(out.endpoints[0].hard_dependencies, std::vector<std::string>{"services.api"});
}

TEST(Estimate, SlotsAreHeldThroughCalls) {
  ModelBuilder b;
  const EndpointId inner = b.endpoint(b.service("back"), "get", {wait(exponential(100))});
  const ServiceId front = b.service("front");
  b.model.services[front].runtime->concurrency = given(Count{10});
  const OperationId op = b.operation("get", b.endpoint(front, "get", {call(inner)}), 80, 80);
  const Estimate out = estimate(b.model);
  const StationEstimate& station = *out.station("service", "front");
  EXPECT_NEAR(station.in_progress, 8, 1e-9);  // Little: 80/s x 100 ms
  EXPECT_NEAR(station.slots_in_use, .8, 1e-9);
  EXPECT_NEAR(station.wait_mean_seconds, .40918 * .1 / 2, 3e-7);
  EXPECT_NEAR(station.capacity, 100, 1e-9);
  EXPECT_NEAR(out.of(op)->mean_seconds, .1 + .40918 * .1 / 2, 1e-6);
}

TEST(Estimate, ABoundedQueueRefuses) {
  ModelBuilder b;
  const ServiceId s = b.service("api");
  b.model.services[s].runtime->concurrency = given(Count{1});
  b.model.services[s].runtime->queue = given(Count{9});
  const EndpointId inner = b.endpoint(s, "get", {wait(exponential(100))});
  const EndpointId outer = b.endpoint(b.service("front"), "get", {call(inner), wait(fixed(1))});
  const StoreId db = b.store("db", fixed(1), fixed(1), 100);
  b.model.endpoint(outer).steps->push_back(access(StepKind::Read, db));
  b.operation("get", outer, 9, 9);
  // M/M/1/10 at .9 loses .05081: the steps after the call happen less often.
  EXPECT_NEAR(estimate(b.model).station("store", "db")->arrival_rate, 9 * (1 - .05081), 2e-4);
}

TEST(Estimate, PoolsMakeCallersWait) {
  ModelBuilder b;
  const StoreId db = b.store("db", exponential(100), exponential(100), 1000);
  b.model.stores[db].pool = given(Pool{10, true});
  const ServiceId s = b.service("api");
  const OperationId op =
      b.operation("get", b.endpoint(s, "get", {access(StepKind::Read, db)}), 80, 80);
  EXPECT_NEAR(estimate(b.model).of(op)->mean_seconds, .1 + .40918 * .1 / 2, 1e-6);
}

TEST(Estimate, CopiesShardsAndLeaders) {
  ModelBuilder b;
  const StoreId db = b.store("db", fixed(10), fixed(20), 1);
  Store& store = b.model.stores[db];
  store.copies = given(Count{3});
  const ServiceId s = b.service("api");
  b.operation("get", b.endpoint(s, "get", {access(StepKind::Read, db)}), 30, 30);
  b.operation("put", b.endpoint(s, "put", {access(StepKind::Write, db)}), 10, 10);
  const auto use = [&] { return estimate(b.model).station("store", "db")->utilisation; };
  store.consistency = given(Consistency{ConsistencyKind::Strong, {}});
  EXPECT_NEAR(use(), .3 + .2, 1e-9);  // all at the leader
  store.consistency = given(Consistency{ConsistencyKind::Eventual, {}});
  EXPECT_NEAR(use(), .1 + .2, 1e-9);  // reads at any copy, writes at all
  store.shards = given(Count{2});
  EXPECT_NEAR(use(), (.1 + .2) / 2, 1e-9);
  store.skew = given(1.0);
  EXPECT_GT(use(), (.1 + .2) / 2);
}

TEST(Estimate, ReadsThatChooseAnyCopyLeaveTheLeader) {
  // As copies_test.cpp of the simulator has it: M/M/1 of 60/s at the leader, of 20/s at the other.
  ModelBuilder b;
  const StoreId db = b.store("db", exponential(10), fixed(0), 1);
  Store& store = b.model.stores[db];
  store.copies = given(Count{2});
  store.consistency = given(Consistency{});
  const ServiceId s = b.service("api");
  Step any = access(StepKind::Read, db);
  any.consistency = given(ConsistencyKind::Eventual);
  const OperationId look =
      b.operation("look", b.endpoint(s, "look", {access(StepKind::Read, db)}), 40, 40);
  const OperationId list = b.operation("list", b.endpoint(s, "list", {any}), 40, 40);
  const Estimate out = estimate(b.model);
  EXPECT_NEAR(out.station("store", "db")->utilisation, .6, 1e-9);
  EXPECT_NEAR(out.of(look)->mean_seconds, .025, 1e-9);
  EXPECT_NEAR(out.of(list)->mean_seconds, (.025 + .0125) / 2, 1e-9);
  // The other way: a strong read of a store whose copies answer.
  store.consistency->kind = ConsistencyKind::Eventual;
  b.model.endpoint(out.of(look)->entry).steps->front().consistency = given(ConsistencyKind::Strong);
  EXPECT_NEAR(estimate(b.model).of(look)->mean_seconds, .025, 1e-9);
}

TEST(Estimate, EventsStartTheirConsumers) {
  ModelBuilder b;
  const ChannelId events = b.channel("orders.events", 4);
  const EndpointId entry =
      b.endpoint(b.service("orders"), "place", {publish(events, "OrderPlaced")});
  b.operation("place", entry, 100, 100);
  const ServiceId mail = b.service("mail", {2, 2});
  const EndpointId wanted = b.endpoint(mail, "send", {wait(fixed(10))});
  const EndpointId other = b.endpoint(mail, "other", {wait(fixed(10))});
  for (const EndpointId e : {wanted, other}) {
    b.model.endpoint(e).consumes = given(Ref<ChannelId>("orders.events", events));
    b.model.endpoint(e).concurrency = given(Count{1});
  }
  b.model.endpoint(wanted).events = given(std::vector<std::string>{"OrderPlaced"});
  b.model.endpoint(other).events = given(std::vector<std::string>{"OrderLost"});
  const Estimate out = estimate(b.model);
  EXPECT_NEAR(out.of(wanted)->rate, 100, 1e-9);
  EXPECT_EQ(out.of(other)->rate, 0);
  const StationEstimate& channel = *out.station("channel", "orders.events");
  EXPECT_NEAR(channel.utilisation, .5, 1e-9);  // 100/s x 10 ms on 2 places
  EXPECT_NEAR(channel.capacity, 200, 1e-6);
  EXPECT_NEAR(channel.wait_mean_seconds, .005, 1e-9);  // M/D/1 at .5
}

TEST(Estimate, UnstableWithoutABoundIsInfinite) {
  ModelBuilder b;
  const OperationId op =
      b.operation("get", b.endpoint(b.service("api"), "get", {work(exponential(10))}), 120, 120);
  const Estimate out = estimate(b.model);
  EXPECT_EQ(out.stations[0].stability, Stability::Overloaded);
  EXPECT_NEAR(out.stations[0].utilisation, 1.2, 1e-12);
  EXPECT_TRUE(std::isinf(out.of(op)->p99_seconds));
}

TEST(Estimate, AutoscalingHoldsWhatTheLoadNeeds) {
  ModelBuilder b;
  const ServiceId s = b.service("api", {2, 20});
  b.operation("get", b.endpoint(s, "get", {work(exponential(10))}), 300, 720);
  EXPECT_NEAR(estimate(b.model).station("service", "api")->servers, 12, 1e-12);  // 7.2 / .6
  EstimateOptions mean;
  mean.basis = LoadBasis::Mean;
  EXPECT_NEAR(estimate(b.model, mean).station("service", "api")->servers, 5, 1e-12);
  EstimateOptions triple;
  triple.load_factor = 3;
  EXPECT_NEAR(estimate(b.model, triple).station("service", "api")->servers, 20, 1e-12);
}

TEST(Estimate, AZoneLostTakesItsShare) {
  ModelBuilder b;
  b.model.placement->zones = given(Count{3});
  const ServiceId s = b.service("api", {6, 6});
  const ServiceId single = b.service("batch", {2, 2});
  b.model.services[single].spread = given(Spread::None);
  b.operation("get", b.endpoint(s, "get", {work(exponential(10))}), 300, 300);
  b.operation("run", b.endpoint(single, "run", {work(exponential(10))}), 10, 10);
  EstimateOptions options;
  options.zones_lost = 1;
  const Estimate out = estimate(b.model, options);
  EXPECT_NEAR(out.station("service", "api")->servers, 4, 1e-12);
  EXPECT_NEAR(out.station("service", "api")->utilisation, .75, 1e-12);
  EXPECT_EQ(out.station("service", "batch")->servers, 0);
  EXPECT_EQ(out.station("service", "batch")->stability, Stability::Overloaded);
}

TEST(Estimate, SaysWhereItDoesNotApply) {
  ModelBuilder b;
  const EndpointId inner = b.endpoint(b.service("back"), "get", {wait(fixed(1))});
  Step calls = call(inner);
  calls.target = "back.get";
  calls.policy.at_once = given(BulkheadPolicy{});
  b.operation("get", b.endpoint(b.service("front"), "get", {calls}), 1, 1);
  const Estimate out = estimate(b.model);
  ASSERT_EQ(out.does_not_apply.size(), 1U);
  EXPECT_NE(out.does_not_apply[0].find("front.get"), std::string::npos);
  EXPECT_NE(out.does_not_apply[0].find("bulkhead to back.get"), std::string::npos);
}

TEST(Estimate, SaysWhereARequestMeetsItself) {
  // Three visits of one request to a server that is 75% busy, and one visit to one as busy.
  for (const int visits : {3, 1}) {
    ModelBuilder b;
    const EndpointId back = b.endpoint(b.service("back"), "get", {work(exponential(10))});
    b.operation("ask",
                b.endpoint(b.service("front"), "ask",
                           std::vector<Step>(static_cast<std::size_t>(visits), call(back))),
                75.0 / visits, 75.0 / visits);
    const Estimate out = estimate(b.model);
    ASSERT_EQ(out.does_not_apply.size(), visits == 3 ? 1U : 0U);
    if (visits == 3) {
      EXPECT_EQ(out.does_not_apply[0],
                "services.back: a request comes to it 3 times, and it is 75% busy: times there are "
                "longer than estimated, by up to a third");
    }
  }
}

TEST(Estimate, CyclesEnd) {
  ModelBuilder b;
  const ServiceId a = b.service("a");
  const EndpointId first = b.endpoint(a, "x", {});
  const EndpointId second = b.endpoint(b.service("b"), "y", {call(first)});
  *b.model.endpoint(first).steps = {call(second)};
  b.operation("x", first, 1, 1);
  const Estimate out = estimate(b.model);
  EXPECT_NEAR(out.of(second)->rate, 1, 1e-9);
  EXPECT_FALSE(out.does_not_apply.empty());
}

TEST(Estimate, AProblemAloneHasNothingToEstimate) {
  ModelBuilder b;
  Operation op;
  op.name = "get";
  const OperationId id = b.model.operations.add(op);
  const Estimate out = estimate(b.model);
  EXPECT_TRUE(out.stations.empty());
  EXPECT_FALSE(out.of(id)->entry.valid());
  EXPECT_EQ(out.cost_per_month, 0);
}

}  // namespace
}  // namespace scantling
