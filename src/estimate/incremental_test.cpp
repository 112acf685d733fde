#include "estimate/incremental.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "estimate/test_model.h"

namespace scantling {
namespace {

using namespace scantling::test;

// Three layers of four services with stores behind pools; calls side by side with a timeout and
// retries, a breaker, a lock, an event. `busy` scales the load: with much of it slots fill, calls
// time out, and a solution takes many rounds.
Architecture layered(double busy, bool with_lock, bool with_breaker) {
  ModelBuilder b;
  b.model.placement->zones = given(Count{3});
  const ChannelId events = b.channel("events", 8);
  std::vector<EndpointId> below, layer;
  for (int i = 0; i < 12; ++i) {
    if (i % 4 == 0) below = std::exchange(layer, {});
    const ServiceId service = b.service("service-" + std::to_string(i), {3, 3});
    Runtime& runtime = *b.model.services[service].runtime;
    runtime.concurrency = given(Count{i % 3 == 0 ? 12 : 64});
    runtime.queue = given(Count{16});
    b.model.services[service].balance =
        given(i % 2 == 0 ? Balance::RoundRobin : Balance::RandomOfTwo);
    const StoreId db = b.store("db-" + std::to_string(i), exponential(1), exponential(2), 8);
    b.model.stores[db].copies = given(Count{3});
    b.model.stores[db].pool = given(Pool{10, true});
    for (int e = 0; e < 2; ++e) {
      std::vector<Step> steps = {work(exponential(2)), access(StepKind::Read, db)};
      if (e == 1 && i % 2 == 1) steps.back().consistency = given(ConsistencyKind::Eventual);
      Step fork;
      fork.kind = StepKind::Together;
      for (std::size_t c = 0; c < 2 && !below.empty(); ++c) {
        Step to = call(below[(static_cast<std::size_t>(i + e) + c * 3) % below.size()]);
        to.policy.timeout = given(ms(60));
        retry(to, 2, 20);
        if (with_breaker && i == 9) to.policy.breaker = given(BreakerPolicy{});
        (e == 0 ? fork.steps : steps).push_back(to);
      }
      if (!fork.steps.empty()) steps.push_back(fork);
      if (e == 1) steps.push_back(access(StepKind::Write, db));
      if (e == 1 && i == 7) steps.push_back(publish(events, "Changed"));
      Step lock;
      lock.kind = StepKind::Lock;
      lock.lock = "one";
      if (with_lock && i == 2) steps.insert(steps.begin(), lock);
      layer.push_back(b.endpoint(service, "endpoint-" + std::to_string(e), std::move(steps)));
    }
  }
  const EndpointId consumer =
      b.endpoint(ServiceId(std::size_t{0}), "on-changed", {work(exponential(1))});
  b.model.endpoint(consumer).consumes = given(Ref<ChannelId>("events", events));
  for (std::size_t i = 0; i < layer.size(); ++i)
    b.operation("operation-" + std::to_string(i), layer[i], 10 * busy, 30 * busy);
  return b.model;
}

void move(EstimateNetwork& network, RandomStream& random) {
  const auto services = static_cast<std::uint32_t>(network.services.size());
  const auto stores = static_cast<std::uint32_t>(network.stores.size());
  NetService& service = network.services[random.below(services)];
  NetStore& store = network.stores[random.below(stores)];
  switch (random.below(6)) {
    case 0:
    case 1: service.instances_low = service.instances_high = 1 + random.below(6); break;
    case 2: service.servers = 1 + static_cast<int>(random.below(3)); break;
    case 3: service.speed = random.chance(.5) ? 1 : .5; break;
    case 4: service.concurrency = 8 + random.below(40); break;
    default: store.copies = 1 + 2 * random.below(3); break;
  }
}

void expect_equal(const std::vector<StationState>& a, const std::vector<StationState>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].rate, b[i].rate);
    EXPECT_EQ(a[i].demand, b[i].demand);
    EXPECT_EQ(a[i].servers, b[i].servers);
    EXPECT_EQ(a[i].utilisation, b[i].utilisation);
    EXPECT_EQ(a[i].amplified, b[i].amplified);
    EXPECT_EQ(a[i].scatter, b[i].scatter);
    EXPECT_TRUE(a[i].wait == b[i].wait && a[i].waited == b[i].waited);
    EXPECT_TRUE(a[i].read == b[i].read && a[i].write == b[i].write);
    EXPECT_TRUE(a[i].any_read == b[i].any_read);
  }
}

void expect_equal(const NetworkSolution& a, const NetworkSolution& b) {
  expect_equal(a.services, b.services);
  expect_equal(a.slots, b.slots);
  expect_equal(a.stores, b.stores);
  expect_equal(a.pools, b.pools);
  expect_equal(a.externals, b.externals);
  expect_equal(a.channels, b.channels);
  expect_equal(a.locks, b.locks);
  EXPECT_EQ(a.instances, b.instances);
  EXPECT_EQ(a.availability, b.availability);
  EXPECT_EQ(a.rounds, b.rounds);
  EXPECT_EQ(a.calls, b.calls);
  EXPECT_EQ(a.passes, b.passes);
  for (std::size_t e = 0; e < a.endpoints.size(); ++e) {
    EXPECT_EQ(a.endpoints[e].rate, b.endpoints[e].rate);
    EXPECT_TRUE(a.endpoints[e].time == b.endpoints[e].time);
    EXPECT_EQ(a.endpoints[e].hold, b.endpoints[e].hold);
    EXPECT_EQ(a.endpoints[e].success, b.endpoints[e].success);
    EXPECT_EQ(a.endpoints[e].success_up, b.endpoints[e].success_up);
    EXPECT_EQ(a.endpoints[e].accepted, b.endpoints[e].accepted);
    EXPECT_EQ(a.endpoints[e].amplified, b.endpoints[e].amplified);
    EXPECT_EQ(a.endpoints[e].longest, b.endpoints[e].longest);
    EXPECT_TRUE(a.endpoints[e].delay == b.endpoints[e].delay);
  }
}

// Random walks over sizes: to the bit what solving from nothing gives.
void walk(double busy, bool with_lock, bool with_breaker, int zones_lost) {
  EstimateNetwork network = compile_network(layered(busy, with_lock, with_breaker));
  EstimateOptions options;
  options.zones_lost = zones_lost;
  IncrementalSolver solver(network, options);
  RandomStream random(7, 0, random_purpose("walk"));
  int most = 0;
  for (int step = 0; step < 200 && !testing::Test::HasFailure(); ++step) {
    const NetworkSolution& again = solver.solve();
    NetworkSolution anew;
    solve(network, options, anew);
    solve_availability(network, options, anew);
    SCOPED_TRACE(step);
    expect_equal(again, anew);
    most = std::max(most, anew.rounds);
    for (std::uint32_t n = random.below(4); n > 0; --n)
      move(network, random);
  }
  EXPECT_GE(most, busy >= 1 ? 3 : 1);
}

TEST(Incremental, IsTheWholeSolution) {
  walk(.1, false, false, 0);
  walk(.5, false, false, 0);
  walk(1, false, false, 0);
  walk(2, false, false, 0);
}

TEST(Incremental, WithLocksBreakersAndZonesLost) {
  walk(.5, true, false, 0);
  walk(1.5, false, true, 0);
  walk(1.5, true, true, 1);
}

}  // namespace
}  // namespace scantling
