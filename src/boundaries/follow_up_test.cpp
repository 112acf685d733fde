// What follows a cut: kept close, priced constraints, split data. And what must hold whatever the
// system is (metamorphic tests).
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "boundaries/closeness.h"
#include "boundaries/constraint_costs.h"
#include "boundaries/data_split.h"
#include "boundaries/random.h"

namespace scantling::boundaries {
namespace {

// `groups` groups of `size` entities that are written together; a weak read between neighbours.
Input planted(int groups, int size) {
  Input input;
  for (int e = 0; e < groups * size; ++e)
    input.entities.push_back({"e" + std::to_string(e), 1, -1});
  for (int g = 0; g < groups; ++g)
    for (int i = 0; i < size; ++i) {
      const int a = g * size + i, b = g * size + (i + 1) % size, c = g * size + (i + 2) % size;
      input.functionalities.push_back(
          {"in", 1 + .1 * i, {{a, false, 1}, {b, true, 1}, {c, true, 1}}, false});
      if (i == 0)
        input.functionalities.push_back(
            {"between", .2, {{a, false, 1}, {((g + 1) % groups) * size, false, 1}}, false});
    }
  return input;
}

std::vector<int> truth(int groups, int size) {
  std::vector<int> out;
  for (int e = 0; e < groups * size; ++e)
    out.push_back(e / size);
  return out;
}

TEST(MatchLabels, LargestOverlapFirstEachOnce) {
  EXPECT_EQ(match_labels({0, 0, 1, 1, 2}, {5, 5, 5, 7, -1}), (std::vector<int>{5, 7, -1}));
}

TEST(Closeness, AMoveThatIsAskedMovesNothingElse) {
  Input input = planted(4, 5);
  input.reference = truth(4, 5);
  input.constraints.keep_together = {{7, 0}};  // e7 goes to the group of e0
  const Result result = decompose_near(input, {});
  ASSERT_EQ(result.chosen.services, 4);
  const Closeness close = closeness(input, {}, result.chosen.group);
  ASSERT_EQ(close.moves.size(), 1U);
  EXPECT_EQ(close.moves[0].entity, 7);
  EXPECT_EQ(close.moves[0].from, 1);
  EXPECT_TRUE(close.moves[0].asked);
  EXPECT_EQ(result.chosen.group[7], result.chosen.group[0]);
}

TEST(Closeness, SaysWhichFurtherMovePays) {
  Input input = planted(3, 5);
  input.reference = truth(3, 5);
  input.reference[2] = 1;  // e2 belongs to group 0
  const Result result = decompose_near(input, {});
  const Closeness close = closeness(input, {}, result.chosen.group);
  EXPECT_TRUE(close.moves.empty());
  ASSERT_FALSE(close.further.empty());
  EXPECT_EQ(close.further[0].entity, 2);
  EXPECT_EQ(close.further[0].to, result.chosen.group[0]);
  EXPECT_GT(close.further[0].gain, 0);
}

TEST(ConstraintCosts, OnlyWhatBindsCosts) {
  Input input = planted(3, 5);
  input.constraints.keep_apart = {{0, 1}, {0, 14}};  // within a group; between two
  const Result result = decompose(input, {});
  const auto sets = each_constraint(input);
  ASSERT_EQ(sets.size(), 2U);
  EXPECT_EQ(sets[0].name, "keep apart e0 and e1");
  const auto costs = constraint_costs(input, {}, result, sets);
  ASSERT_EQ(costs.size(), 2U);
  EXPECT_GT(costs[0].score, .001);
  EXPECT_GT(costs[0].split_transactions, 0);
  EXPECT_GE(costs[0].moved, 1);
  EXPECT_NEAR(costs[1].score, 0, 1e-9);
  EXPECT_EQ(costs[1].moved, 0);
  EXPECT_EQ(constraint_costs(input, {}, result, sets, 1).size(), 1U);
}

TEST(ConstraintCosts, ANumberIsComparedWithTheNumberChosenWithoutIt) {
  Input input = planted(4, 5);
  input.constraints.services_high = 2;
  const Result result = decompose(input, {});
  ASSERT_EQ(result.chosen.services, 2);
  const auto costs = constraint_costs(input, {}, result, each_constraint(input));
  ASSERT_EQ(costs.size(), 1U);
  EXPECT_EQ(costs[0].services, 4);
}

TEST(DataSplit, OwnersAndWhatReplacesEachJoin) {
  Subject subject;
  subject.input.entities = {{"Order", 1, -1}, {"Product", 1, -1}, {"Stock", 1, -1}, {"Tax", 1, -1}};
  subject.input.functionalities = {
      {"show", 100, {{0, false, 1}, {1, false, 1}}, false},
      {"edit", 1, {{1, true, 1}}, false},
      {"place", 5, {{0, true, 1}, {2, true, 1}}, false},
      {"bill", 2, {{0, false, 1}, {3, false, 1}}, false},
      {"rates", 1, {{3, true, 1}}, false},
  };
  const RelationKind refers = RelationKind::RefersTo;
  subject.input.relations = {
      {0, 1, refers}, {0, 2, refers}, {0, 3, refers}, {1, 2, refers}, {1, 3, refers}};
  const DataSplit split = split_data(subject, {0, 1, 1, 2});
  ASSERT_EQ(split.tables.size(), 4U);
  EXPECT_EQ(split.tables[1].service, 1);
  EXPECT_EQ(split.tables[1].readers, std::vector<int>{0});
  EXPECT_EQ(split.tables[2].writers, std::vector<int>{0});
  EXPECT_EQ(split.keys_kept, 1);  // Product to Stock
  ASSERT_EQ(split.cut_keys.size(), 4U);
  EXPECT_EQ(split.cut_keys[0].to, "Product");
  EXPECT_EQ(split.cut_keys[0].instead, JoinReplacement::Copy);  // 100 joins a change
  EXPECT_EQ(split.cut_keys[1].to, "Stock");
  EXPECT_EQ(split.cut_keys[1].instead, JoinReplacement::Saga);
  EXPECT_EQ(split.cut_keys[2].from, "Order");
  EXPECT_EQ(split.cut_keys[2].instead, JoinReplacement::Call);  // 2 joins, 1 change
  EXPECT_EQ(split.cut_keys[3].from, "Product");
  EXPECT_EQ(split.cut_keys[3].instead, JoinReplacement::Id);
}

// The entities in another order, with the same functionalities: the same groups.
TEST(Metamorphic, OrderOfEntitiesDoesNotMatter) {
  const Input input = planted(4, 5);
  std::vector<int> place(input.entities.size());
  std::iota(place.begin(), place.end(), 0);
  Random random(3);
  for (std::size_t i = place.size(); i > 1; --i)
    std::swap(place[i - 1], place[random.below(i)]);
  Input shuffled = input;
  for (std::size_t e = 0; e < place.size(); ++e)
    shuffled.entities[static_cast<std::size_t>(place[e])] = input.entities[e];
  for (Functionality& f : shuffled.functionalities)
    for (Access& access : f.accesses)
      access.entity = place[static_cast<std::size_t>(access.entity)];
  const std::vector<int> other = decompose(shuffled, {}).chosen.group;
  std::vector<int> back;
  for (const int p : place)
    back.push_back(other[static_cast<std::size_t>(p)]);
  EXPECT_DOUBLE_EQ(pair_agreement(decompose(input, {}).chosen.group, back).f, 1);
}

TEST(Metamorphic, AUnitOfRateDoesNotMatter) {
  const Input input = planted(3, 6);
  Input hourly = input;
  for (Functionality& f : hourly.functionalities)
    f.rate *= 3600;
  const Result a = decompose(input, {}), b = decompose(hourly, {});
  EXPECT_EQ(a.chosen.group, b.chosen.group);
  EXPECT_NEAR(a.chosen.objectives.crossing, b.chosen.objectives.crossing, 1e-9);
  EXPECT_NEAR(a.chosen.objectives.split_transactions, b.chosen.objectives.split_transactions, 1e-9);
}

TEST(Metamorphic, AFunctionalityTwiceIsOneOfTwiceTheRate) {
  Input doubled = planted(3, 5), faster = doubled;
  doubled.functionalities.push_back(doubled.functionalities[0]);
  faster.functionalities[0].rate *= 2;
  const std::vector<int> group = truth(3, 5);
  const Objectives a = assess(doubled, group, {}).chosen.objectives;
  const Objectives b = assess(faster, group, {}).chosen.objectives;
  EXPECT_NEAR(a.modularity, b.modularity, 1e-9);
  EXPECT_NEAR(a.split_transactions, b.split_transactions, 1e-9);
  EXPECT_NEAR(a.crossing, b.crossing, 1e-9);
}

// Two services made one: nothing splits that did not split before.
TEST(Metamorphic, MergingServicesNeverSplitsMore) {
  const Input input = planted(4, 4);
  Random random(9);
  for (int round = 0; round < 20; ++round) {
    std::vector<int> group;
    for (std::size_t e = 0; e < input.entities.size(); ++e)
      group.push_back(static_cast<int>(random.below(5)));
    std::vector<int> merged = group;
    std::replace(merged.begin(), merged.end(), 4, 0);
    const CutMetrics before = measure(input.entities, input.functionalities, group);
    const CutMetrics after = measure(input.entities, input.functionalities, merged);
    EXPECT_LE(after.split, before.split);
    EXPECT_LE(after.write_split, before.write_split);
    EXPECT_LE(after.complexity, before.complexity + 1e-9);
    EXPECT_LE(after.icp, before.icp + 1e-9);
  }
}

// The labels of a cut are only names.
TEST(Metamorphic, LabelsDoNotMatter) {
  const Input input = planted(3, 5);
  std::vector<int> renamed;
  for (const int g : truth(3, 5))
    renamed.push_back(7 - 3 * g);
  const CutMetrics a = measure(input.entities, input.functionalities, truth(3, 5));
  const CutMetrics b = measure(input.entities, input.functionalities, renamed);
  EXPECT_EQ(a.services, b.services);
  EXPECT_DOUBLE_EQ(a.complexity, b.complexity);
  EXPECT_DOUBLE_EQ(a.sm, b.sm);
  EXPECT_DOUBLE_EQ(a.bcp, b.bcp);
  EXPECT_DOUBLE_EQ(mojofm(truth(3, 5), renamed), 100);
}

}  // namespace
}  // namespace scantling::boundaries
