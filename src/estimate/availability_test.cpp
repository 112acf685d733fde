#include <gtest/gtest.h>

#include <cmath>

#include "catalog/catalog.h"
#include "estimate/defaults.h"
#include "estimate/estimate.h"
#include "estimate/test_model.h"

namespace scantling {
namespace {

using namespace test;
using namespace defaults;

struct Fixture : ModelBuilder {
  ServiceId api;
  EndpointId get;
  OperationId op;

  explicit Fixture(std::int64_t zones, std::int64_t instances, double load = 10) {
    model.placement->zones = given(Count{zones});
    api = service("api", {instances, instances});
    get = endpoint(api, "get", {work(fixed(10))});
    op = operation("get", get, load, load);
  }
  double availability(const EstimateOptions& options = {}) const {
    return estimate(model, options).of(op)->availability;
  }
};

TEST(Availability, OneInstanceOneZone) {
  const Fixture f(1, 1);
  EXPECT_NEAR(f.availability(), kRegionAvailability * kZoneAvailability * kInstanceAvailability,
              1e-12);
}

TEST(Availability, SpareInstancesInOneZone) {
  // 150/s x 10 ms: two of three are needed.
  const Fixture f(1, 3, 150);
  const double a = kInstanceAvailability;
  EXPECT_NEAR(f.availability(),
              kRegionAvailability * kZoneAvailability * (a * a * a + 3 * a * a * (1 - a)), 1e-12);
}

TEST(Availability, AFailureDomainTakesItsMembersTogether) {
  Fixture f(1, 1);
  const ServiceId other = f.service("other", {1, 1});
  const EndpointId ask = f.endpoint(other, "ask", {work(fixed(1))});
  f.model.services[f.api].endpoints[0].steps->push_back(call(ask));
  const double alone = f.availability();
  const auto domain = [&](const char* name, std::vector<ServiceId> members, double available) {
    FailureDomain out;
    out.name = name;
    std::vector<Ref<ServiceId>> services;
    for (const ServiceId id : members)
      services.emplace_back(f.model.services[id].name, id);
    out.services = given(std::move(services));
    out.availability = given(Share{available});
    f.model.placement->failure_domains.push_back(std::move(out));
  };
  // Both are down together: once, not twice.
  domain("discovery", {f.api, other}, .999);
  EXPECT_NEAR(f.availability(), alone * .999, 1e-12);
  // Another cause of one of them is independent of the first.
  domain("certificate", {other}, .99);
  EXPECT_NEAR(f.availability(), alone * .999 * .99, 1e-12);
  f.model.placement->failure_domains.back().all_services = given(true);
  EXPECT_NEAR(f.availability(), alone * .999 * .99, 1e-12);
  // What no request comes to need takes nothing.
  domain("elsewhere", {}, .5);
  EXPECT_NEAR(f.availability(), alone * .999 * .99, 1e-12);
}

TEST(Availability, AFailureDomainWithoutAFigureIsSaid) {
  Fixture f(1, 1);
  FailureDomain domain;
  domain.name = "discovery";
  domain.services = given(std::vector<Ref<ServiceId>>{{"api", f.api}});
  const double alone = f.availability();
  f.model.placement->failure_domains.push_back(domain);
  EXPECT_EQ(f.availability(), alone);
  EXPECT_EQ(estimate(f.model).does_not_apply.back(),
            "failure domain discovery: no availability is given, taken as 100%");
}

TEST(Availability, AZoneDownLeavesTwoThirds) {
  // Three instances in three zones, one needed: up with j zones down when one of 3 - j works.
  const Fixture f(3, 3);
  const double z = kZoneAvailability;
  const double q = 1 - z;
  const double a = kInstanceAvailability;
  const double fails = 1 - a;
  const double expected = z * z * z * (1 - fails * fails * fails) +
                          3 * z * z * q * (1 - fails * fails) + 3 * z * q * q * a;
  EXPECT_NEAR(f.availability(), kRegionAvailability * expected, 1e-12);
}

TEST(Availability, NoSpareForAZone) {
  // All three are needed: any zone down is an outage, whereas six with three needed survive it.
  const Fixture tight(3, 3, 250);
  const double z = kZoneAvailability;
  EXPECT_NEAR(tight.availability(),
              kRegionAvailability * z * z * z * std::pow(kInstanceAvailability, 3), 1e-12);
  const Fixture spare(3, 6, 250);
  EXPECT_GT(spare.availability(), .99989);
}

TEST(Availability, SingleZoneElementsShareTheirZone) {
  // A service and a store in the same single zone: its loss is counted once.
  Fixture f(3, 2);
  f.model.services[f.api].spread = given(Spread::None);
  const StoreId db = f.store("db", fixed(1), fixed(1), 10);
  f.model.stores[db].spread = given(Spread::None);
  f.model.endpoint(f.get).steps->push_back(access(StepKind::Read, db));
  const double fails = 1 - kInstanceAvailability;
  EXPECT_NEAR(f.availability(),
              kRegionAvailability * kZoneAvailability * (1 - fails * fails) * kNodeAvailability,
              2e-10);  // three zones down at once are left out
}

TEST(Availability, LeadersFailOver) {
  Fixture f(1, 1);
  const StoreId db = f.store("db", fixed(1), fixed(1), 10);
  f.model.stores[db].copies = given(Count{3});
  f.model.stores[db].failover = given(Duration::from_seconds(60));
  f.model.endpoint(f.get).steps->push_back(access(StepKind::Read, db));
  const double n = kNodeAvailability;
  const double majority = n * n * n + 3 * n * n * (1 - n);
  EXPECT_NEAR(f.availability(),
              kRegionAvailability * kZoneAvailability * kInstanceAvailability * majority *
                  (1 - 60 / kNodeMeanSecondsBetweenLosses),
              1e-12);
}

TEST(Availability, AnyCopyAnswersAReadThatChoosesIt) {
  Fixture f(1, 1);
  const StoreId db = f.store("db", fixed(1), fixed(1), 10);
  f.model.stores[db].copies = given(Count{3});
  f.model.stores[db].failover = given(Duration::from_seconds(60));
  const double alone = f.availability();
  Step any = access(StepKind::Read, db);
  any.consistency = given(ConsistencyKind::Eventual);
  f.model.endpoint(f.get).steps->push_back(any);
  const double down = 1 - kNodeAvailability;
  EXPECT_NEAR(f.availability(), alone * (1 - down * down * down), 1e-12);
  EXPECT_EQ(estimate(f.model).endpoints[0].hard_dependencies,
            (std::vector<std::string>{"services.api", "stores.db"}));
  // Who needs the store besides needs no more for it.
  f.model.endpoint(f.get).steps->back() = access(StepKind::Write, db);
  const double with_store = f.availability();
  f.model.endpoint(f.get).steps->push_back(any);
  EXPECT_EQ(f.availability(), with_store);
}

TEST(Availability, ExternalsAndHowOftenTheyAreNeeded) {
  Fixture f(1, 1);
  const double own = f.availability();
  const ExternalId psp = f.external("psp", fixed(10), .99);
  f.model.endpoint(f.get).steps->push_back(call(psp));
  EXPECT_NEAR(f.availability(), own * .99, 1e-12);
  Step choose;
  choose.kind = StepKind::Choose;
  choose.branches = {branch(.3, {call(psp)})};
  f.model.endpoint(f.get).steps->back() = choose;
  EXPECT_NEAR(f.availability(), own * (1 - .3 * .01), 1e-12);
  Step spawn;
  spawn.kind = StepKind::Spawn;
  spawn.steps = {call(psp)};
  f.model.endpoint(f.get).steps->back() = spawn;
  EXPECT_NEAR(f.availability(), own, 1e-12);
}

TEST(Availability, OutboxNeedsNoBroker) {
  Fixture f(1, 1);
  const double own = f.availability();
  const ChannelId events = f.channel("events", 1);
  Step step = publish(events, "Placed");
  step.via = given(PublishVia::Outbox);
  f.model.endpoint(f.get).steps->push_back(step);
  EXPECT_NEAR(f.availability(), own, 1e-12);
  f.model.endpoint(f.get).steps->back().via = given(PublishVia::Direct);
  const double n = kNodeAvailability;  // two of three brokers in sync
  EXPECT_NEAR(f.availability(), own * (n * n * n + 3 * n * n * (1 - n)), 1e-12);
}

TEST(Availability, CalleesOfCallees) {
  Fixture f(1, 1);
  const ServiceId back = f.service("back", {1, 1});
  const EndpointId inner = f.endpoint(back, "get", {wait(fixed(1))});
  f.model.endpoint(f.get).steps->push_back(call(inner));
  f.model.endpoint(f.get).steps->push_back(call(inner));
  EXPECT_NEAR(
      f.availability(),
      kRegionAvailability * kZoneAvailability * kInstanceAvailability * kInstanceAvailability,
      1e-12);
  const Estimate out = estimate(f.model);
  EXPECT_EQ(out.endpoints[0].hard_dependencies,
            (std::vector<std::string>{"services.api", "services.back"}));
}

TEST(Availability, ActiveRegions) {
  Fixture f(1, 1);
  f.model.placement->regions = given(std::vector<std::string>{"eu", "us"});
  f.model.placement->mode = given(RegionMode::ActiveActive);
  const double one = kRegionAvailability * kZoneAvailability * kInstanceAvailability;
  EXPECT_NEAR(f.availability(), 1 - (1 - one) * (1 - one), 1e-12);
}

TEST(Availability, LoadThatFailsCounts) {
  Fixture f(1, 1);
  f.model.endpoint(f.get).steps->push_back(fail_share(.05));
  EXPECT_NEAR(f.availability(),
              .95 * kRegionAvailability * kZoneAvailability * kInstanceAvailability, 1e-12);
}

constexpr std::string_view kPrices = R"(
technologies:
  postgresql: { kind: database, reads-per-core: 1000, writes-per-core: 500 }
  kong: { kind: gateway, cpu-per-request: 1ms }
  sqs: { kind: broker, model: managed-queue }
prices:
  generic:
    source: test
    date: "2026"
    items: { vcpu: 10, memory-gib: 1, ssd-gib: 0.1, object-gib: 0.01, egress-gib: 0, cross-zone-gib: 0, load-balancer: 20, cluster: 70, managed-factor: 1, queue-million: 2 }
  dear:
    source: test
    date: "2026"
    items: { vcpu: 100 }
)";

const CostLine* line(const Estimate& out, std::string_view element) {
  for (const CostLine& cost : out.cost)
    if (cost.element == element) return &cost;
  return nullptr;
}

TEST(Cost, ByHand) {
  Fixture f(1, 3);
  f.model.services[f.api].runtime->cpu = given(Cores{2});
  f.model.services[f.api].runtime->memory = given(Bytes{std::int64_t{4} << 30});
  const AggregateId order = f.model.aggregates.add({});
  f.model.aggregates[order].count = given(Count{std::int64_t{1} << 20});
  f.model.aggregates[order].size = given(Bytes{std::int64_t{100} << 10});  // 100 GiB in all
  const StoreId db = f.store("db", fixed(1), fixed(1), 10);
  Store& store = f.model.stores[db];
  store.engine = given(std::string("postgresql"));
  store.copies = given(Count{3});
  store.holds = given(std::vector<Ref<AggregateId>>{{"Order", order}});
  const Expected<Catalog> prices = parse_catalog(std::vector<std::string_view>{kPrices});
  ASSERT_TRUE(prices) << prices.error().message;
  const Estimate out = estimate(f.model, {}, *prices);
  EXPECT_NEAR(line(out, "services.api")->per_month, 3 * (2 * 10 + 4), 1e-9);
  EXPECT_EQ(line(out, "services.api")->what, "3 x 2 vCPU, 4 GiB");
  // 3 x (2 cores, 8 GiB, 100 GiB x 2 of disk)
  EXPECT_NEAR(line(out, "stores.db")->per_month, 3 * (20 + 8 + 20), 1e-9);
  EXPECT_NEAR(line(out, "platform")->per_month, 20, 1e-9);  // the load balancer
  double sum = 0;
  for (const CostLine& cost : out.cost)
    sum += cost.per_month;
  EXPECT_NEAR(out.cost_per_month, sum, 1e-9);
  EXPECT_EQ(out.currency, "USD");
}

TEST(Cost, ProviderGatewayAndQueue) {
  Fixture f(1, 1, 1000);
  f.model.services[f.api].runtime->cpu = given(Cores{20});
  f.model.placement->provider = given(std::string("dear"));
  f.model.placement->platform = given(std::string("kubernetes"));
  f.model.placement->gateway = given(std::string("kong"));
  const ChannelId queue = f.channel("jobs", 1);
  f.model.channels[queue].broker = given(std::string("sqs"));
  f.model.endpoint(f.get).steps->push_back(publish(queue, "Job"));
  const Expected<Catalog> prices = parse_catalog(std::vector<std::string_view>{kPrices});
  const Estimate out = estimate(f.model, {}, *prices);
  // Dear cores, the rest generic: 1 GiB of memory by default.
  EXPECT_NEAR(line(out, "services.api")->per_month, 20 * 100 + 1, 1e-9);
  // 1000/s x 2628000 s x 3 requests.
  EXPECT_NEAR(line(out, "channels.jobs")->per_month, 3 * 1000 * 2.628 * 2, 1e-6);
  double platform = 0;
  for (const CostLine& cost : out.cost)
    if (cost.element == "platform") platform += cost.per_month;
  const double cores = 1000 * .001 / .6;  // 1 ms each at 60%
  EXPECT_NEAR(platform, 70 + 20 + cores * 101, 1e-9);
}

}  // namespace
}  // namespace scantling
