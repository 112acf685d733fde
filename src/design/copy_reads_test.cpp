// Which reads any copy may answer: of the shop's orders, in three zones, where tracking an order
// may be old by some seconds.
#include "design/copy_reads.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "design/locks.h"
#include "design/test_problem.h"

namespace scantling {
namespace {

using test::given;

Architecture passed(Architecture model) {
  DesignOptions options;
  options.jobs = 1;
  return run_passes(std::move(model), built_in_catalog(), options);
}

test::Shop old_orders(double staleness_seconds) {
  test::Shop out = test::shop();
  out.model.constraints->zones = given(Count{3});
  out.model.operations[out.track].staleness = given(Duration::from_seconds(staleness_seconds));
  return out;
}

const Decision* decision(const Architecture& model, const std::string& name) {
  const DecisionId id = find_by_name(model.decisions, name);
  return id.valid() ? &model.decisions[id] : nullptr;
}

// "S" or "E" for each read of the store that holds orders, in order; "-": as the store says.
std::string reads_of_orders(const Architecture& model) {
  const StoreId store = store_of(model, find_by_name(model.aggregates, "Order"));
  std::string out;
  for (const EndpointId id : all_endpoints(model))
    for_each_step(*model.endpoint(id).steps, [&](const Step& step) {
      if (step.kind != StepKind::Read || step.store != store) return;
      out += !step.consistency ? '-' : *step.consistency == ConsistencyKind::Eventual ? 'E' : 'S';
    });
  return out;
}

std::string orders_db(const Architecture& model) {
  return model.stores[store_of(model, find_by_name(model.aggregates, "Order"))].name;
}

TEST(CopyReads, GoToAnyCopyWhereTheyMayBeOld) {
  const Architecture model = passed(old_orders(2).model);
  EXPECT_EQ(reads_of_orders(model), "E");
  const Decision* made = decision(model, orders_db(model) + ".reads");
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(*made->chosen, "any copy");
  EXPECT_EQ(*made->traces_to, std::vector<std::string>{"operations.track-order.staleness"});
  ASSERT_EQ(made->alternatives.size(), 2U);
  // The leader is left with the writes and a third of the reads: 400/s of .5 ms at 32 slots.
  const double with = made->alternatives[0].scores[0].value;
  const double without = made->alternatives[1].scores[0].value;
  EXPECT_NEAR(without - with, 100 * (2 / 3.) * 400 * .0005 / 32, 1e-3);
  EXPECT_NE(made->flips->find("100ms of staleness"), std::string::npos) << *made->flips;
}

TEST(CopyReads, NotWhereTheyMayBeLessOldThanACopyIs) {
  EXPECT_EQ(reads_of_orders(passed(old_orders(.05).model)), "-");
  EXPECT_EQ(reads_of_orders(passed(test::shop().model)), "-");  // nothing is said
}

TEST(CopyReads, NotWithOneCopy) {
  Architecture model = old_orders(2).model;
  lock_decision(model, orders_db(passed(model)) + ".copies", "1 copy");
  EXPECT_EQ(reads_of_orders(passed(model)), "-");
}

TEST(CopyReads, NotOfWhatTheSameRequestWrites) {
  test::Shop shop = old_orders(2);
  shop.model.operations[shop.track].steps->push_back(
      test::step(shop.model, Verb::Update, shop.order));
  EXPECT_EQ(reads_of_orders(passed(shop.model)), "-");
}

TEST(CopyReads, NotOfAnEngineWhoseCopiesDontAnswer) {
  Architecture model = old_orders(2).model;
  lock_decision(model, orders_db(passed(model)) + ".engine", "cockroachdb");
  EXPECT_EQ(reads_of_orders(passed(model)), "-");
}

TEST(CopyReads, AreLockedEitherWay) {
  Architecture model = old_orders(2).model;
  const Architecture open = passed(model);
  lock_decision(model, orders_db(open) + ".reads", "the leader");
  const Architecture locked = passed(model);
  EXPECT_EQ(reads_of_orders(locked), "-");
  EXPECT_EQ(*decision(locked, orders_db(open) + ".reads")->chosen, "the leader");
}

}  // namespace
}  // namespace scantling
