#include "design/alternatives.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "design/design.h"
#include "design/test_problem.h"

namespace scantling {
namespace {

DesignResult designed(const Architecture& problem, int jobs = 1) {
  DesignOptions options;
  options.simulate = options.verify = false;
  options.jobs = jobs;
  return design(problem, built_in_catalog(), options);
}

const Score* score_of(const Alternative& alternative, std::string_view criterion) {
  const auto at = std::ranges::find(alternative.scores, criterion, &Score::criterion);
  return at == alternative.scores.end() ? nullptr : &*at;
}

const Decision& copies(const DesignResult& result) {
  return *std::ranges::find_if(result.model.decisions.raw(),
                               [](const Decision& of) { return of.name.ends_with(".copies"); });
}

TEST(Alternatives, AreWeighedByTheWholeSystemThatTheyMake) {
  const DesignResult result = designed(test::shop().model);
  const Decision& of = copies(result);
  double fewer = 0, more = 0, now = 0;
  for (const Alternative& alternative : of.alternatives) {
    const Score* cost = score_of(alternative, "cost of the whole");
    ASSERT_NE(cost, nullptr) << alternative.name;
    EXPECT_NE(score_of(alternative, "slowest answer, of what is asked"), nullptr);
    EXPECT_NE(score_of(alternative, "least availability"), nullptr);
    (alternative.name == *of.chosen           ? now
     : alternative.name.starts_with("1 copy") ? fewer
                                              : more) = cost->value;
  }
  EXPECT_NEAR(now, result.estimate.cost_per_month, 1e-6);
  EXPECT_LT(fewer, now);
  EXPECT_GT(more, fewer);
}

TEST(Alternatives, WeighTheSameOnAnyNumberOfThreads) {
  const Decision one = copies(designed(test::shop().model, 1));
  const Decision four = copies(designed(test::shop().model, 4));
  ASSERT_EQ(one.alternatives.size(), four.alternatives.size());
  for (std::size_t i = 0; i < one.alternatives.size(); ++i) {
    ASSERT_EQ(one.alternatives[i].scores.size(), four.alternatives[i].scores.size());
    for (std::size_t k = 0; k < one.alternatives[i].scores.size(); ++k)
      EXPECT_EQ(one.alternatives[i].scores[k].value, four.alternatives[i].scores[k].value);
  }
}

TEST(Alternatives, WhatChangesNothingGetsNoScore) {
  const DesignResult result = designed(test::shop().model);
  for (const Decision& decision : result.model.decisions)
    if (decision.name.ends_with(".consistency")) {
      for (const Alternative& alternative : decision.alternatives)
        EXPECT_EQ(score_of(alternative, "cost of the whole"), nullptr) << decision.name;
    }
}

}  // namespace
}  // namespace scantling
