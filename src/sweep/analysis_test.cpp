#include "sweep/analysis.h"

#include <cmath>

#include <gtest/gtest.h>

namespace scantling::sweep {
namespace {

// Two parameters with two and three values; every record is made up.
Plan made_up_plan(int replications) {
  Plan plan;
  plan.parameters = {{"a", "a", {"1", "2"}, false}, {"b", "b", {"1", "2", "3"}, false}};
  plan.scenarios = {{"peak", ""}};
  plan.replications = replications;
  return plan;
}

RunRecord record(std::uint64_t point, std::uint32_t replication, double p99, double cost) {
  RunRecord out;
  out.unit = {point, 0, replication};
  out.measures = {{"buy", "p99", "s", true, false, p99, 10},
                  {"buy", "p99", "s", false, false, p99, 0},
                  {"", "cost", "USD/month", false, false, cost, 0}};
  return out;
}

// p99 = 2 a + 3 b + noise(replication); cost = 100 a.
Analysis analysed(const Plan& plan, std::uint64_t points) {
  Analyst analyst(plan, .99);
  for (std::uint64_t p = 0; p < points; ++p)
    for (int r = 0; r < plan.replications; ++r) {
      const auto at = plan.levels(p);
      const double a = static_cast<double>(at[0]) + 1;
      const double b = static_cast<double>(at[1]) + 1;
      analyst.add(record(p, static_cast<std::uint32_t>(r), 2 * a + 3 * b + .01 * r, 100 * a));
    }
  return analyst.finish();
}

TEST(Analysis, MainEffectsAreWhatTheModelSays) {
  const Plan plan = made_up_plan(5);
  const Analysis analysis = analysed(plan, 6);
  ASSERT_EQ(analysis.objectives.size(), 2u);
  ASSERT_EQ(analysis.effects.size(), 4u);
  // b from 1 to 3: +6; a from 1 to 2: +2. The noise is common, and falls out of the differences.
  EXPECT_EQ(analysis.effects[0].parameter, 1u);
  EXPECT_NEAR(analysis.effects[0].change.mean, 6, 1e-9);
  EXPECT_NEAR(analysis.effects[0].change.half_width, 0, 1e-9);
  EXPECT_NEAR(analysis.effects[1].change.mean, 2, 1e-9);
  // By hand: sums of squares 3*2*(1) = 6 for a, 2*(9+0+9) = 36 for b, in 42.
  EXPECT_NEAR(analysis.effects[0].share, 36.0 / 42, 1e-9);
  EXPECT_NEAR(analysis.effects[1].share, 6.0 / 42, 1e-9);
  EXPECT_NEAR(analysis.effects[2].change.mean, 100, 1e-9);
  EXPECT_NEAR(analysis.effects[2].share, 1, 1e-9);
}

TEST(Analysis, PointsAreJudgedByTheirIntervals) {
  const Plan plan = made_up_plan(5);
  const Analysis analysis = analysed(plan, 6);
  // p99 by point: 5, 8, 11, 7, 10, 13 and noise up to .04, at most 10.
  const std::vector<Verdict> wanted{Verdict::Holds, Verdict::Holds,     Verdict::Fails,
                                    Verdict::Holds, Verdict::Undecided, Verdict::Fails};
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_EQ(analysis.points[i].verdict, wanted[i]) << i;
  ASSERT_TRUE(analysis.first_failing.has_value());
  EXPECT_EQ(*analysis.first_failing, 2u);
  // The cheapest first; of the same cost the one with more room.
  EXPECT_EQ(analysis.best, (std::vector<std::size_t>{0, 1, 3}));
}

TEST(Analysis, WhatIsNotCompleteIsNotCompared) {
  const Plan plan = made_up_plan(5);
  const Analysis analysis = analysed(plan, 4);
  EXPECT_TRUE(analysis.effects.empty());
  EXPECT_EQ(analysis.no_effects, "not every point has been run");
  EXPECT_EQ(analysis.done, 20u);
  EXPECT_EQ(analysis.wanted, 30u);
}

TEST(Analysis, ARunWithoutAnswersLeavesItsPointUndecided) {
  const Plan plan = made_up_plan(2);
  Analyst analyst(plan, .99);
  for (std::uint64_t p = 0; p < 6; ++p)
    for (std::uint32_t r = 0; r < 2; ++r)
      analyst.add(record(p, r, p == 3 && r == 1 ? std::nan("") : 1, 100));
  const Analysis analysis = analyst.finish();
  EXPECT_EQ(analysis.points[3].verdict, Verdict::Undecided);
  EXPECT_EQ(analysis.points[2].verdict, Verdict::Holds);
}

}  // namespace
}  // namespace scantling::sweep
