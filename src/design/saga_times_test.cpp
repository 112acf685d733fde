#include "design/saga_times.h"

#include <gtest/gtest.h>

#include "design/test_problem.h"

namespace scantling {
namespace {

// place-order takes three steps and may take `seconds`; the coordinator's waits are as the
// resilience pass sets them.
Saga designed(double seconds) {
  test::Shop shop = test::shop();
  shop.model.operations[shop.place].atomic = test::given(true);
  shop.model.operations[shop.place].within = test::given(Duration::from_seconds(seconds));
  shop.model.constraints->services = test::given(CountRange{3, 3});
  DesignOptions options;
  options.simulate = options.verify = options.flips = false;
  options.jobs = 1;
  const DesignResult result = design(shop.model, built_in_catalog(), options);
  for (const Saga& saga : result.model.sagas)
    if (saga.name == "place-order") return saga;
  return {};
}

// What all attempts of all steps add up to, with what takes them back (the bound that the verifier
// holds a saga to).
double in_all(const Saga& saga) {
  double out = 0;
  for (const SagaStep& step : *saga.steps) {
    const bool undone = step.undo_endpoint.valid() && &step != &saga.steps->back();
    if (step.timeout)
      out += static_cast<double>(step.attempts->value) * step.timeout->seconds() * (undone ? 2 : 1);
  }
  return out;
}

TEST(SagaTimes, AllAttemptsAndTheirUndoFitIntoTheBound) {
  const Saga saga = designed(60);
  ASSERT_EQ(saga.steps->size(), 3U);
  for (const SagaStep& step : *saga.steps) {
    ASSERT_TRUE(step.timeout) << step.do_target;
    EXPECT_GE(step.attempts->value, 2) << step.do_target;
  }
  EXPECT_LE(in_all(saga), 60);
}

TEST(SagaTimes, MoreTimeIsMoreAttemptsUpToTen) {
  const Saga slow = designed(3600), quick = designed(20);
  EXPECT_EQ(slow.steps->front().attempts->value, 10);
  EXPECT_LT(quick.steps->front().attempts->value, 10);
  EXPECT_EQ(slow.steps->front().timeout->nanoseconds, quick.steps->front().timeout->nanoseconds);
}

}  // namespace
}  // namespace scantling
