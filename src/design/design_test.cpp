#include "design/design.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "check/check.h"
#include "design/caching.h"
#include "design/locks.h"
#include "design/passes.h"
#include "design/stores.h"
#include "design/teams.h"
#include "design/test_problem.h"
#include "design/wiring.h"

namespace scantling {
namespace {

using test::add_aggregate;
using test::add_operation;
using test::add_team;
using test::given;
using test::step;

DesignOptions without_simulation() {
  DesignOptions options;
  options.simulate = false;
  options.jobs = 1;
  return options;
}

const Decision* decision(const Architecture& model, std::string_view name) {
  const DecisionId id = find_by_name(model.decisions, name);
  return id.valid() ? &model.decisions[id] : nullptr;
}

TEST(Rates, FollowEventsAndTheirShares) {
  Architecture model;
  const AggregateId a = add_aggregate(model, "A");
  const OperationId source =
      add_operation(model, "source", {step(model, Verb::Write, a, 3)}, 10, 40);
  model.operations[source].emits = given(std::vector<std::string>{"Done", "Rare 5%"});
  const OperationId all = add_operation(model, "all", {step(model, Verb::Read, a)}, 0, 0);
  model.operations[all].on = given(std::vector<std::string>{"Done"});
  const OperationId few = add_operation(model, "few", {}, 0, 0);
  model.operations[few].on = given(std::vector<std::string>{"Rare"});
  const OperationId timed = add_operation(model, "timed", {}, 0, 0);
  model.operations[timed].every = given(Duration::from_seconds(20));
  const std::vector<double> peak = operation_rates(model, true);
  EXPECT_EQ(peak, (std::vector<double>{40, 40, 2, .05}));
  const auto rates = aggregate_rates(model, peak);
  EXPECT_DOUBLE_EQ(rates[0].writes, 120);
  EXPECT_DOUBLE_EQ(rates[0].reads, 40);
}

TEST(Rates, ACycleOfEventsEnds) {
  Architecture model;
  const OperationId a = add_operation(model, "a", {}, 1, 1);
  model.operations[a].emits = given(std::vector<std::string>{"X"});
  const OperationId b = add_operation(model, "b", {}, 0, 0);
  model.operations[b].on = given(std::vector<std::string>{"X", "Y"});
  model.operations[b].emits = given(std::vector<std::string>{"Y"});
  const std::vector<double> rates = operation_rates(model, true);
  EXPECT_TRUE(std::isfinite(rates[1]));
}

TEST(Names, AreThoseOfTheField) {
  EXPECT_EQ(service_name_for("Order"), "orders");
  EXPECT_EQ(service_name_for("Stock"), "stock");
  EXPECT_EQ(service_name_for("LedgerEntry"), "ledger-entries");
  EXPECT_EQ(service_name_for("Address"), "addresses");
  EXPECT_EQ(service_name_for("ApiKey"), "api-keys");
}

// One key looked up at 1/s and kept for 3 s: each miss is followed by the hits of 3 s, so 1 of 4
// misses.
TEST(Cache, MissShareIsTheRenewalFormula) {
  EXPECT_NEAR(ttl_miss_share(1, .8, 1, 3), .25, 1e-9);
  // Ten equally popular keys at 10/s: 1/s each.
  EXPECT_NEAR(ttl_miss_share(10, 0, 10, 3), .25, 1e-6);
  // The sum over ranks, done by hand for 1000 keys.
  double weight = 0, hits = 0;
  for (int i = 1; i <= 1000; ++i)
    weight += std::pow(i, -.8);
  for (int i = 1; i <= 1000; ++i) {
    const double p = std::pow(i, -.8) / weight, x = 500 * p * 2;
    hits += p * x / (1 + x);
  }
  EXPECT_NEAR(ttl_miss_share(1000, .8, 500, 2), 1 - hits, .005);
}

TEST(Teams, OwnWhatTheyCan) {
  Architecture model;
  add_team(model, "three", 3, {"go"});
  add_team(model, "eight", 8, {"java"});
  add_team(model, "platform", 5, {"kubernetes", "istio"});
  const Demands none;
  const DesignOptions options;
  const Workspace ws(model, built_in_catalog(), options, none);
  EXPECT_EQ(services_a_team_can_own(model.teams[TeamId(0)]), 1);
  EXPECT_EQ(services_a_team_can_own(model.teams[TeamId(1)]), 3);
  EXPECT_EQ(product_teams(ws).size(), 2u);
  EXPECT_EQ(services_the_teams_can_own(ws), 4);
}

StoreNeed records_need() {
  StoreNeed need;
  need.service = ServiceId(0);
  need.bytes = 1e9;
  need.row_writes = 100;
  need.transactions = true;
  return need;
}

struct EngineCase {
  Architecture model;
  EngineCase() {
    add_team(model, "t", 5, {"java", "postgresql"});
    Service service;
    service.name = "s";
    service.team = given(Ref<TeamId>("t", TeamId(0)));
    model.services.add(std::move(service));
    model.constraints = given(Constraints{});
  }
  std::string best(const StoreNeed& need) const {
    Architecture copy = model;
    const Demands none;
    const DesignOptions options;
    const Workspace ws(copy, built_in_catalog(), options, none);
    return rank_engines(ws, need).front().engine->name;
  }
};

TEST(Teams, AreKnownByWhatIsAskedOfTheirData) {
  Architecture model;
  add_team(model, "booking", 4, {"go", "postgresql"});
  add_team(model, "search", 5, {"go", "mongodb"});
  const AggregateId hotel = test::add_aggregate(model, "Hotel");
  const AggregateId stay = test::add_aggregate(model, "Stay");
  test::add_operation(model, "search-hotels", {test::step(model, Verb::Read, hotel)}, 10, 100);
  test::add_operation(model, "reserve", {test::step(model, Verb::Create, stay)}, 1, 10);
  const Demands none;
  const DesignOptions options;
  const Workspace ws(model, built_in_catalog(), options, none);
  const std::vector<TeamId> teams =
      assign_teams(ws, {{hotel}, {stay}}, {"hotels", "stays"}, {TeamId(), TeamId()});
  EXPECT_EQ(teams[0].index, 1);
  EXPECT_EQ(teams[1].index, 0);
}

TEST(Engines, WhatTheTeamKnowsIsTakenAndWhatIsForbiddenIsNot) {
  EngineCase of;
  EXPECT_EQ(of.best(records_need()), "postgresql");
  of.model.constraints->forbidden = given(std::vector<std::string>{"postgresql"});
  EXPECT_NE(of.best(records_need()), "postgresql");
  of.model.constraints->required = given(std::vector<std::string>{"cockroachdb"});
  EXPECT_EQ(of.best(records_need()), "cockroachdb");
}

TEST(Engines, ShardsFollowSizeAndWrites) {
  Technology engine;
  engine.max_shard_gib = 100;
  engine.writes_per_core = 1000;
  StoreNeed need;
  need.bytes = 250.0 * 1073741824;
  need.row_writes = 100;
  EXPECT_EQ(size_store(engine, need).shards, 3);  // 250 over 100 GiB
  need.row_writes = 24'000;                       // over 1000 x 8 cores x 60%
  EXPECT_EQ(size_store(engine, need).shards, 5);
}

TEST(Design, MakesAShopWhole) {
  const DesignResult result = design(test::shop().model, built_in_catalog(), without_simulation());
  const Architecture& model = result.model;
  ASSERT_FALSE(model.services.empty());
  for (const AggregateId id : model.aggregates.ids()) {
    EXPECT_TRUE(owner_of(model, id).valid()) << model.aggregates[id].name;
    EXPECT_TRUE(store_of(model, id).valid()) << model.aggregates[id].name;
  }
  for (const OperationId id : model.operations.ids()) {
    ASSERT_FALSE(endpoints_of(model, id).empty()) << model.operations[id].name;
    EXPECT_FALSE(model.endpoint(endpoints_of(model, id).front()).steps->empty());
  }
  for (const Service& service : model.services) {
    EXPECT_TRUE(service.runtime->instances.has()) << service.name;
    EXPECT_GE(service.runtime->instances->low, 1);
    EXPECT_GE(service.runtime->instances->high, service.runtime->instances->low);
    EXPECT_TRUE(service.runtime->concurrency.has()) << service.name;
  }
  for (const Decision& d : model.decisions) {
    EXPECT_FALSE(d.question->empty()) << d.name;
    EXPECT_FALSE(d.chosen->empty()) << d.name;
    EXPECT_FALSE(d.because->empty()) << d.name;
  }
}

// The charge is made by an external and is hardest to take back: it goes last, and is the pivot.
TEST(Design, HardestToUndoComesLast) {
  test::Shop shop = test::shop();
  shop.model.constraints = given(Constraints{});
  shop.model.constraints->services = given(CountRange{3, 3});
  const DesignResult result = design(shop.model, built_in_catalog(), without_simulation());
  ASSERT_EQ(result.model.services.size(), 3u);
  ASSERT_EQ(result.model.sagas.size(), 1u);
  const Saga& saga = result.model.sagas.raw().front();
  ASSERT_EQ(saga.steps->size(), 3u);
  EXPECT_EQ(saga.steps->front().do_target, "stock.reserve-stock");
  EXPECT_EQ(saga.steps->front().undo_target, "stock.release-stock");
  EXPECT_EQ(saga.steps->back().do_target, "payments.create-payment");
  EXPECT_TRUE(saga.steps->back().pivot.or_else(false));
  const Decision* order = decision(result.model, "place-order.order");
  ASSERT_NE(order, nullptr);
  EXPECT_EQ(*order->chosen, "reserve-stock, create-order, create-payment");
}

// A caller outlasts its callee with all of its attempts and backoff.
void expect_nested(const Architecture& model, EndpointId caller, const Step& call) {
  double inside = 0;
  for_each_step(*model.endpoint(call.endpoint).steps, [&](const Step& s) {
    if (!s.policy.timeout) return;
    const double attempts =
        s.policy.retry ? static_cast<double>(s.policy.retry->attempts.or_else({1}).value) : 1;
    inside += attempts * s.policy.timeout->seconds() * s.times.or_else({1}).value;
  });
  EXPECT_GE(call.policy.timeout->seconds(), inside)
      << endpoint_name(model, caller) << " -> " << call.target;
}

TEST(Design, CallersOutlastTheirCallees) {
  test::Shop shop = test::shop();
  shop.model.constraints = given(Constraints{});
  shop.model.constraints->services = given(CountRange{3, 3});
  const DesignResult result = design(shop.model, built_in_catalog(), without_simulation());
  int calls = 0;
  for (const EndpointId id : all_endpoints(result.model))
    for_each_step(*result.model.endpoint(id).steps, [&](const Step& s) {
      if (s.kind != StepKind::Call) return;
      ASSERT_TRUE(s.policy.timeout.has());
      if (s.endpoint.valid()) expect_nested(result.model, id, s), ++calls;
    });
  EXPECT_GT(calls, 0);
}

TEST(Design, GivenValuesAreKept) {
  test::Shop shop = test::shop();
  Service service;
  service.name = "everything";
  service.from.origin = Origin::Given;
  service.owns = given(std::vector<Ref<AggregateId>>{
      {"Order", shop.order}, {"Stock", shop.stock}, {"Payment", shop.payment}});
  service.runtime = given(Runtime{});
  service.runtime->instances = given(CountRange{7, 7});
  shop.model.services.add(std::move(service));
  const DesignResult result = design(shop.model, built_in_catalog(), without_simulation());
  ASSERT_EQ(result.model.services.size(), 1u);
  EXPECT_EQ(result.model.services.raw().front().name, "everything");
  EXPECT_EQ(*result.model.services.raw().front().runtime->instances, (CountRange{7, 7}));
  EXPECT_EQ(result.model.services.raw().front().runtime->instances.from.origin, Origin::Given);
}

TEST(Design, ALockedChoiceIsFollowed) {
  test::Shop shop = test::shop();
  shop.model.constraints = given(Constraints{});
  shop.model.constraints->services = given(CountRange{3, 3});
  lock_decision(shop.model, "place-order.style", "choreographed");
  const DesignResult result = design(shop.model, built_in_catalog(), without_simulation());
  ASSERT_EQ(result.model.sagas.size(), 1u);
  EXPECT_EQ(*result.model.sagas.raw().front().style, SagaStyle::Choreographed);
}

TEST(Design, ALockedDecisionStaysOne) {
  test::Shop shop = test::shop();
  const DesignResult free = design(shop.model, built_in_catalog(), without_simulation());
  const DecisionId engine = find_by_name(free.model.decisions, "orders-db.engine");
  ASSERT_TRUE(engine.valid());
  Decision locked;
  locked.name = "orders-db.engine";
  locked.from.origin = Origin::Given;
  locked.chosen = given(*free.model.decisions[engine].chosen);
  shop.model.decisions.add(std::move(locked));
  const DesignResult result = design(shop.model, built_in_catalog(), without_simulation());
  EXPECT_FALSE(find_by_name(result.model.decisions, "orders-db.engine-2").valid());
  const DecisionId kept = find_by_name(result.model.decisions, "orders-db.engine");
  ASSERT_TRUE(kept.valid());
  EXPECT_TRUE(result.model.decisions[kept].because);  // what the model left open of it
}

TEST(Design, EventsAreInOrderByWhatTheyAreAbout) {
  test::Shop shop = test::shop();
  const auto key = [&](const char* event) {
    shop.model.operations[shop.place].emits = given(std::vector<std::string>{event});
    const Architecture model = run_passes(shop.model, built_in_catalog(), without_simulation());
    return *model.channels[channel_of_event(model, event)].key;
  };
  EXPECT_EQ(key("PaymentTaken"), "payment-id");  // not the last that is written
  EXPECT_EQ(key("AllDone"), "order-id");
}

TEST(Design, LogsAreKeptAsLongAsAControlAsks) {
  test::Shop shop = test::shop();
  shop.model.constraints = given(Constraints{});
  const auto kept = [&](std::vector<Regime> regimes, History history) {
    shop.model.constraints->compliance = given(std::move(regimes));
    shop.model.aggregates[shop.order].history = given(history);
    const Architecture model = run_passes(shop.model, built_in_catalog(), without_simulation());
    return to_text(*model.operating->keep_logs);
  };
  EXPECT_EQ(kept({}, History::None), "30d");
  EXPECT_EQ(kept({Regime::PciDss}, History::None), "1y");
  EXPECT_EQ(kept({Regime::PciDss, Regime::Sox}, History::None), "7y");
  EXPECT_EQ(kept({Regime::Sox, Regime::Hipaa}, History::Full), "1y");  // histories hold the rest
}

TEST(Design, AStoreThatIsPartlyGivenIsCompleted) {
  for (const bool owned : {false, true}) {
    test::Shop shop = test::shop();
    const DesignResult free = design(shop.model, built_in_catalog(), without_simulation());
    const StoreId made = find_by_name(free.model.stores, "orders-db");
    ASSERT_TRUE(made.valid());
    Store store;
    store.name = owned ? "order-book" : "orders-db";
    store.from.origin = Origin::Given;
    store.copies = given(Count{5});
    Architecture model = free.model;
    if (owned) {
      // With its service given as well, so that it can be named.
      store.owner = given(Ref<ServiceId>("orders", free.model.stores[made].owner->id));
      model.stores[made] = std::move(store);
    } else {
      model = shop.model;
      model.stores.add(std::move(store));
    }
    const DesignResult result = design(model, built_in_catalog(), without_simulation());
    const std::string name = owned ? "order-book" : "orders-db";
    EXPECT_EQ(std::ranges::count_if(result.model.stores,
                                    [&](const Store& of) { return of.name == name; }),
              1);
    const Store& of = result.model.stores[find_by_name(result.model.stores, name)];
    EXPECT_EQ(of.copies->value, 5);
    EXPECT_TRUE(of.engine);
    ASSERT_TRUE(of.owner);
    EXPECT_EQ(of.owner->name, "orders");
    EXPECT_FALSE(of.holds->empty());
  }
}

TEST(Design, ThreePeopleGetOneService) {
  test::Shop shop = test::shop();
  shop.model.teams = {};
  add_team(shop.model, "founders", 3, {"nodejs", "postgresql"});
  const DesignResult result = design(shop.model, built_in_catalog(), without_simulation());
  EXPECT_EQ(result.model.services.size(), 1u);
  const Decision* cut = decision(result.model, "boundaries");
  ASSERT_NE(cut, nullptr);
  EXPECT_EQ(*cut->chosen, "one service");
}

TEST(Design, IsTheSameTwice) {
  const DesignResult a = design(test::shop().model, built_in_catalog(), without_simulation());
  DesignOptions two = without_simulation();
  two.jobs = 2;
  const DesignResult b = design(test::shop().model, built_in_catalog(), two);
  ASSERT_EQ(a.model.decisions.size(), b.model.decisions.size());
  for (std::size_t i = 0; i < a.model.decisions.size(); ++i) {
    EXPECT_EQ(a.model.decisions.raw()[i].name, b.model.decisions.raw()[i].name);
    EXPECT_EQ(*a.model.decisions.raw()[i].because, *b.model.decisions.raw()[i].because);
  }
}

TEST(Design, NothingToDecideIsNoCrash) {
  const DesignResult result = design(Architecture{}, built_in_catalog(), without_simulation());
  EXPECT_TRUE(result.model.services.empty());
}

}  // namespace
}  // namespace scantling
