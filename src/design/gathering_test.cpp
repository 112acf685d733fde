#include "design/gathering.h"

#include <gtest/gtest.h>

#include "design/test_problem.h"

namespace scantling {
namespace {

using test::given;

// place-order writes an Order a hundred times a second; its p99 is asked for.
struct Written {
  test::Shop shop = test::shop();
  DesignOptions options;
  Demands demands;
  Workspace ws{shop.model, built_in_catalog(), options, demands};
  StoreId store;

  explicit Written(double p99) {
    shop.model.operations[shop.place].objective->p99 = given(Duration::from_seconds(p99));
    Store of;
    of.name = "orders-log";
    store = shop.model.stores.add(std::move(of));
    StoreNeed need;
    need.members = {shop.order};
    decide_inserts(ws, store, need, *built_in_catalog().find("clickhouse"));
  }

  const Decision& decision() const {
    return shop.model.decisions[find_by_name(shop.model.decisions, "orders-log.inserts")];
  }
};

TEST(Gathering, RowsThatNobodyAwaitsAreWrittenTogether) {
  const Technology& engine = *built_in_catalog().find("clickhouse");
  Written of(4 * engine.gathers.seconds() + .1);
  EXPECT_EQ(*of.decision().chosen, "gathered for 200ms by the server");
  EXPECT_EQ(*of.shop.model.stores[of.store].write, engine.gathered);
  Step write;
  write.kind = StepKind::Write;
  write.store = of.store;
  Step other;
  other.kind = StepKind::Work;
  std::vector<Step> steps{write, other};
  wait_for_inserts(of.ws, steps, {});
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[1].kind, StepKind::Wait);
  EXPECT_DOUBLE_EQ(steps[1].time->mean_seconds(), engine.gathers.seconds());
}

TEST(Gathering, AnAnswerThatIsAwaitedIsWrittenAtOnce) {
  const Technology& engine = *built_in_catalog().find("clickhouse");
  Written of(4 * engine.gathers.seconds() - .1);
  EXPECT_EQ(*of.decision().chosen, "one by one");
  EXPECT_EQ(*of.shop.model.stores[of.store].write, engine.write);
  EXPECT_TRUE(of.ws.gathering.empty());
}

}  // namespace
}  // namespace scantling
