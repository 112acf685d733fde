#include "design/failovers.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "design/stores.h"
#include "design/test_problem.h"
#include "model/retries.h"

namespace scantling {
namespace {

using test::given;
using test::zone_lost;

DesignResult designed(const Architecture& model) {
  DesignOptions options;
  options.simulate = false;
  options.jobs = 1;
  return design(model, built_in_catalog(), options);
}

std::string engine_of(const Architecture& model, const std::string& aggregate) {
  const StoreId id = store_of(model, find_by_name(model.aggregates, aggregate));
  return id.valid() ? *model.stores[id].engine : "";
}

TEST(Failovers, TheRoomIsWhatTheExpectationLeavesOfTheWindow) {
  const Architecture model = zone_lost(.999);
  const std::vector<FailoverNeed> needs = failover_needs(model);
  ASSERT_EQ(needs.size(), 1U);
  EXPECT_DOUBLE_EQ(needs[0].window, 480);
  EXPECT_NEAR(needs[0].room(), .48, 1e-9);
  EXPECT_EQ(needs[0].path, "experiments.zone-down.expect.place-order");
}

TEST(Failovers, ASlowFaultTakesNoLeader) {
  Architecture model = zone_lost(.999);
  model.experiments.raw().front().faults->front().kind = FaultKind::Slow;
  EXPECT_TRUE(failover_needs(model).empty());
}

TEST(Failovers, PatienceIsFiveTimesTheP99WithinWhatIsAllowed) {
  Operation operation;
  EXPECT_DOUBLE_EQ(patience_seconds(operation), 5);
  Objective objective;
  objective.p99 = given(Duration::from_seconds(2));
  operation.objective = given(objective);
  EXPECT_DOUBLE_EQ(patience_seconds(operation), 10);
  EXPECT_TRUE(outlasts(operation, 3));
  EXPECT_FALSE(outlasts(operation, 9));
  operation.within = given(Duration::from_seconds(3));
  EXPECT_FALSE(outlasts(operation, 3));
}

TEST(Failovers, ALostZoneDecidesTheEngine) {
  EXPECT_EQ(engine_of(designed(zone_lost(.999)).model, "Order"), "yugabytedb");
  // Nearly a tenth may be lost: 30 s of 480 s are a sixteenth, and the team's own engine does.
  EXPECT_EQ(engine_of(designed(zone_lost(.9)).model, "Order"), "postgresql");
  EXPECT_EQ(engine_of(designed(test::shop().model).model, "Order"), "postgresql");
}

TEST(Failovers, WhatIsAnsweredWaitsForANewLeaderAndIsNoAmplification) {
  const Architecture model = designed(zone_lost(.999)).model;
  const FailoverWaits waits(model);
  const OperationId place = find_by_name(model.operations, "place-order");
  const EndpointId entry = endpoints_of(model, place).front();
  EXPECT_DOUBLE_EQ(waits.seconds(entry), 3);
  int tries = 0;
  for_each_step(*model.endpoint(entry).steps, [&](const Step& step) {
    if (step.kind != StepKind::Write || !step.policy.retry) return;
    ++tries;
    EXPECT_TRUE(waits_for_leader(model, step));
    EXPECT_EQ(std::ranges::count(*step.policy.retry->on, RetryOn::Rejected), 0);
    // Half of each wait is certain with equal jitter.
    EXPECT_GE(backoff_seconds(*step.policy.retry, attempts_of(step.policy)) / 2, 3);
  });
  EXPECT_GT(tries, 0);
  const EndpointId track = endpoints_of(model, find_by_name(model.operations, "track-order"))[0];
  EXPECT_EQ(waits.seconds(track), 0);  // nobody asked for its answers meanwhile
}

TEST(Failovers, WhatMayEndLaterAnswersOnceItIsWrittenDown) {
  Architecture model = zone_lost(.9995);  // .24 s: less than calls under way to lost instances take
  EXPECT_FALSE(find_by_name(designed(model).model.decisions, "place-order.answer").valid());
  model.operations[find_by_name(model.operations, "place-order")].within =
      given(Duration::from_seconds(300));
  const Architecture out = designed(model).model;
  const DecisionId answer = find_by_name(out.decisions, "place-order.answer");
  ASSERT_TRUE(answer.valid());
  EXPECT_EQ(*out.decisions[answer].chosen, "once recorded");
  const EndpointId entry = endpoints_of(out, find_by_name(out.operations, "place-order")).front();
  for_each_step(*out.endpoint(entry).steps,
                [](const Step& step) { EXPECT_NE(step.kind, StepKind::Call); });
  EXPECT_TRUE(
      find_endpoint(out, out.services[entry.service].name + ".complete-place-order").valid());
}

}  // namespace
}  // namespace scantling
