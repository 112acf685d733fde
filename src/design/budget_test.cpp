#include "design/budget.h"

#include <gtest/gtest.h>

#include "design/test_problem.h"

namespace scantling {
namespace {

using test::given;

// A rush of four hundred times the load costs more than the shop without it.
DesignResult designed(double budget, bool rush = true) {
  Architecture model = test::shop().model;
  Experiment experiment;
  experiment.name = "rush";
  experiment.from.origin = Origin::Given;
  experiment.load.from.origin = Origin::Given;
  experiment.load->all = given(Factor{400});
  if (rush) model.experiments.add(std::move(experiment));
  if (budget > 0) model.constraints->budget = given(MoneyPerMonth{budget, "USD"});
  DesignOptions options;
  options.simulate = false;
  options.verify = false;
  options.jobs = 1;
  return design(std::move(model), built_in_catalog(), options);
}

TEST(Budget, WhatIsKeptIsNotSaid) {
  EXPECT_TRUE(designed(1e6).unmet.empty());
  EXPECT_TRUE(designed(0).unmet.empty());
}

TEST(Budget, NamesTheLinesThatItRulesOut) {
  const double without = designed(0, false).estimate.cost_per_month;
  const double with = designed(0).estimate.cost_per_month;
  ASSERT_LT(without, with);
  const DesignResult result = designed((without + with) / 2);
  ASSERT_EQ(result.unmet.size(), 1U);
  const Unmet& unmet = result.unmet.front();
  EXPECT_EQ(unmet.path, "constraints.budget");
  EXPECT_DOUBLE_EQ(unmet.reached, with);
  EXPECT_EQ(unmet.conflict, std::vector<std::string>{"experiments.rush"});
}

TEST(Budget, SaysWhenNoLineHelps) {
  const DesignResult result = designed(1);
  ASSERT_EQ(result.unmet.size(), 1U);
  EXPECT_NE(result.unmet.front().relax.find("no other line"), std::string::npos);
}

}  // namespace
}  // namespace scantling
