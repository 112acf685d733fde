#include "design/lost_copies.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "design/stores.h"
#include "design/test_problem.h"

namespace scantling {
namespace {

using test::given;

// The shop as the passes make it, its leader-based stores in three shards of three copies.
Architecture designed(Architecture problem) {
  DesignOptions options;
  options.simulate = options.verify = options.flips = false;
  options.jobs = 1;
  Architecture model = design(std::move(problem), built_in_catalog(), options).model;
  for (Store& store : model.stores)
    if (!store.expires) {
      store.copies.value = Count{3};
      store.shards = given(Count{3});
    }
  return model;
}

Architecture widened(Architecture model, PoolRoom room) {
  Demands demands;
  demands.pool_room = room;
  const DesignOptions options;
  Workspace ws(model, built_in_catalog(), options, demands);
  widen_pools(ws);
  return model;
}

const Store& orders(const Architecture& model) {
  return model.stores[store_of(model, find_by_name(model.aggregates, "Order"))];
}

TEST(LostCopies, HaveRoomInThePoolsWhereTheLoopWantsIt) {
  const Architecture model = designed(test::zone_lost(.999));
  const std::int64_t before = orders(model).pool->size;
  EXPECT_EQ(orders(widened(model, PoolRoom::Untried)).pool->size, before);
  EXPECT_EQ(orders(widened(model, PoolRoom::Refused)).pool->size, before);
  const Architecture wide = widened(model, PoolRoom::Wanted);
  const std::int64_t size = orders(wide).pool->size;
  EXPECT_GT(size, before);
  const Service& owner = wide.services[orders(wide).owner->id];
  EXPECT_LE(size,
            connections_allowed(orders(wide), static_cast<double>(owner.runtime->instances->high)));
  const Decision& decision = wide.decisions[orders(wide).pool.from.decision];
  EXPECT_EQ(*decision.chosen, std::to_string(size) + " an instance");
  EXPECT_EQ(decision.alternatives.front().name, *decision.chosen);
  EXPECT_EQ(decision.instead_of.value,
            std::vector<std::string>{std::to_string(before) + " an instance"});
  EXPECT_NE(decision.because->find("held by requests to a lost copy"), std::string::npos);
}

TEST(LostCopies, AreNoMatterWhereNothingIsAskedWhileOneIsLost) {
  const Architecture model = designed(test::shop().model);
  EXPECT_EQ(orders(widened(model, PoolRoom::Wanted)).pool->size, orders(model).pool->size);
}

TEST(LostCopies, LeaveAGivenPoolAsItIs) {
  Architecture model = designed(test::zone_lost(.999));
  const StoreId id = store_of(model, find_by_name(model.aggregates, "Order"));
  model.stores[id].pool = given(Pool{5, true});
  EXPECT_EQ(orders(widened(model, PoolRoom::Wanted)).pool->size, 5);
}

// One shard: when its leader is lost, no connection serves anybody.
TEST(LostCopies, NeedNoRoomWhereAllRequestsWait) {
  Architecture model = designed(test::zone_lost(.999));
  const StoreId id = store_of(model, find_by_name(model.aggregates, "Order"));
  model.stores[id].shards = given(Count{1});
  EXPECT_EQ(orders(widened(model, PoolRoom::Wanted)).pool->size, orders(model).pool->size);
}

}  // namespace
}  // namespace scantling
