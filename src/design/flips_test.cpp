#include "design/flips.h"

#include <gtest/gtest.h>

#include "design/test_problem.h"

namespace scantling {
namespace {

Decision decision(const std::string& name, const std::string& chosen, const std::string& other) {
  Decision out;
  out.name = name;
  out.from.origin = Origin::Decided;
  out.chosen = Field<std::string>(chosen, {Origin::Decided, {}, {}});
  out.alternatives = {{chosen, {}, ""}, {other, {}, "worse"}};
  return out;
}

// "large" from a peak of 700/s of place-order on; what is chosen goes by nothing else.
Choices by_peak(const Architecture& problem) {
  for (const Operation& operation : problem.operations)
    if (operation.name == "place-order")
      return {{"size", operation.load->peak->per_second > 700 ? "large" : "small"}, {"fixed", "a"}};
  return {};
}

TEST(Flips, AreFoundByBisection) {
  test::Shop shop = test::shop();  // a peak of 100/s
  Architecture model = shop.model;
  model.decisions.add(decision("size", "small", "large"));
  model.decisions.add(decision("fixed", "a", "b"));
  find_flips(shop.model, by_peak, 1, model);
  // The first factor of 2^(n/4) that is over 7: 8. All load or this operation's: the same factor,
  // and the first that is asked is said.
  EXPECT_EQ(*model.decisions[find_by_name(model.decisions, "size")].flips,
            "flips if the load is 8 times what it is (then large)");
  EXPECT_EQ(*model.decisions[find_by_name(model.decisions, "fixed")].flips,
            "no load, data or time for answers within 16 times what it is flips it");
}

TEST(Flips, AreTheSameOnAnyNumberOfThreads) {
  test::Shop shop = test::shop();
  for (const int jobs : {1, 4}) {
    Architecture model = shop.model;
    model.decisions.add(decision("size", "small", "large"));
    find_flips(shop.model, by_peak, jobs, model);
    EXPECT_TRUE(model.decisions.raw().front().flips->starts_with("flips if the load is 8 times"));
  }
}

TEST(Flips, KeepWhatADecisionSaysItself) {
  test::Shop shop = test::shop();
  Architecture model = shop.model;
  Decision own = decision("size", "small", "large");
  own.flips = test::given(std::string("flips if the moon is full"));
  model.decisions.add(std::move(own));
  find_flips(shop.model, by_peak, 1, model);
  EXPECT_EQ(*model.decisions.raw().front().flips, "flips if the moon is full");
}

TEST(Flips, LargeModelsAreDecidedAgainLessOften) {
  const auto runs = [](std::size_t operations) {
    Architecture model;
    for (std::size_t i = 0; i < operations; ++i)
      model.operations.add({});
    return affordable_runs(model);
  };
  EXPECT_GT(affordable_runs(test::shop().model), 100);
  EXPECT_GT(runs(10), runs(30));
  EXPECT_GT(runs(30), runs(100));
  EXPECT_GE(runs(280), 40);
  EXPECT_EQ(runs(1000), 0);
}

}  // namespace
}  // namespace scantling
