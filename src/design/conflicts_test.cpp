#include "design/conflicts.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "design/test_problem.h"

namespace scantling {
namespace {

using test::given;

// Lines that each take one aggregate away, so that a test can see which are kept.
struct Numbered {
  Architecture model;
  std::vector<Line> lines;
  int designs = 0;

  explicit Numbered(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string name = "A" + std::to_string(i);
      test::add_aggregate(model, name);
      lines.push_back({name, [name](Architecture& m) {
                         std::erase_if(m.aggregates.raw(),
                                       [&](const Aggregate& a) { return a.name == name; });
                       }});
    }
  }

  std::vector<std::size_t> conflict(const std::set<std::string>& together, int most = 1000) {
    return minimal_conflict(
        model, lines,
        [&](const Architecture& m) {
          ++designs;
          return std::ranges::all_of(together, [&](const std::string& name) {
            return find_by_name(m.aggregates, name).valid();
          });
        },
        most);
  }
};

TEST(Conflicts, FindsTheLinesThatCantAllHold) {
  Numbered of(64);
  EXPECT_EQ(of.conflict({"A3", "A11", "A12"}), (std::vector<std::size_t>{3, 11, 12}));
  EXPECT_LT(of.designs, 3 * 6 + 2 * 3);  // k log2(n/k) + 2k and less; leaving out each: 64
  EXPECT_EQ(Numbered(16).conflict({"A7"}), std::vector<std::size_t>{7});
  EXPECT_EQ(Numbered(1).conflict({"A0"}), std::vector<std::size_t>{0});
}

TEST(Conflicts, IsEmptyWhenNoLineIsToBlame) {
  EXPECT_TRUE(Numbered(8).conflict({}).empty());
  EXPECT_TRUE(Numbered(0).conflict({"A0"}).empty());
}

TEST(Conflicts, SaysNothingWhenTheDesignsRunOut) {
  Numbered of(64);
  EXPECT_TRUE(of.conflict({"A1", "A20", "A40", "A63"}, 10).empty());
  EXPECT_LE(of.designs, 10);
}

// A provider that takes .9 s at its p99 can't be asked within half a second.
TEST(Conflicts, NamesWhatRulesOutAnExpectation) {
  test::Shop shop = test::shop();
  Objective objective;
  objective.p99 = given(Duration::from_seconds(.5));
  shop.model.operations[shop.place].objective = given(objective);
  DesignOptions options;
  options.verify = false;
  options.rounds = 1;
  options.jobs = 1;
  const DesignResult result = design(shop.model, built_in_catalog(), options);
  const auto missed = std::ranges::find_if(
      result.unmet, [](const Unmet& of) { return of.path.find("place-order") != of.path.npos; });
  ASSERT_NE(missed, result.unmet.end());
  EXPECT_EQ(missed->conflict, std::vector<std::string>{"externals.psp.latency"});
}

}  // namespace
}  // namespace scantling
