#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "boundaries/boundaries.h"
#include "boundaries/layers.h"
#include "boundaries/random.h"

namespace scantling::boundaries {
namespace {

Functionality functionality(std::string name, double rate, std::vector<Access> accesses,
                            bool atomic = false) {
  return {std::move(name), rate, std::move(accesses), atomic};
}

std::vector<Access> accesses(const std::vector<int>& entities, bool write) {
  std::vector<Access> list;
  for (const int entity : entities)
    list.push_back({entity, write, 1});
  return list;
}

// `groups` groups of `size` entities that are used together, and one weak functionality between
// neighbouring groups. Entity e belongs to group e / size.
Input planted(int groups, int size) {
  Input input;
  for (int e = 0; e < groups * size; ++e)
    input.entities.push_back({"e" + std::to_string(e), 1, -1});
  Random random(11);
  for (int g = 0; g < groups; ++g) {
    for (int f = 0; f < 6; ++f) {
      std::vector<int> used;
      for (int i = 0; i < 3; ++i)
        used.push_back(g * size + static_cast<int>(random.below(static_cast<std::size_t>(size))));
      input.functionalities.push_back(functionality("in", 1, accesses(used, f % 2 == 0)));
    }
    std::vector<int> all;
    for (int i = 0; i < size; ++i)
      all.push_back(g * size + i);
    input.functionalities.push_back(functionality("all", 1, accesses(all, true)));
    input.functionalities.push_back(
        functionality("between", .2, accesses({g * size, ((g + 1) % groups) * size}, false)));
  }
  return input;
}

std::vector<int> truth_of(const Input& input, int size) {
  std::vector<int> truth;
  for (std::size_t e = 0; e < input.entities.size(); ++e)
    truth.push_back(static_cast<int>(e) / size);
  return truth;
}

TEST(Decompose, FindsPlantedGroupsAndTheirNumber) {
  const Input input = planted(5, 6);
  const Result result = decompose(input, {});
  EXPECT_FALSE(result.stay_one);
  EXPECT_EQ(result.chosen.services, 5);
  EXPECT_DOUBLE_EQ(pair_agreement(result.chosen.group, truth_of(input, 6)).f, 1);
  for (const Placement& p : result.placements) {
    EXPECT_GT(p.confidence, .7);
    EXPECT_GT(p.margin, 0);
    EXPECT_FALSE(p.deciding.empty());
  }
  ASSERT_FALSE(result.archive.empty());
}

TEST(Decompose, SameBytesForAnyNumberOfThreads) {
  const Input input = planted(4, 7);
  Options one, three;
  one.jobs = 1;
  three.jobs = 3;
  const Result a = decompose(input, one), b = decompose(input, three);
  EXPECT_EQ(a.chosen.group, b.chosen.group);
  ASSERT_EQ(a.best.size(), b.best.size());
  for (std::size_t i = 0; i < a.best.size(); ++i) {
    EXPECT_EQ(a.best[i].group, b.best[i].group);
    EXPECT_EQ(a.best[i].objectives.score, b.best[i].objectives.score);
  }
  ASSERT_EQ(a.archive.size(), b.archive.size());
  for (std::size_t i = 0; i < a.archive.size(); ++i)
    EXPECT_EQ(a.archive[i].group, b.archive[i].group);
}

TEST(Decompose, KeepsHardConstraintsForEveryNumberOfServices) {
  Input input = planted(4, 5);
  input.constraints.keep_together = {{0, 7}, {12, 13, 19}};
  input.constraints.keep_apart = {{1, 2}, {5, 10, 15}};
  input.constraints.pins = {{3, 4}, {18, 4}, {9, 8}};
  input.constraints.size_low = 2;
  input.constraints.size_high = 9;
  const Result result = decompose(input, {});
  EXPECT_TRUE(result.conflicts.empty());
  ASSERT_FALSE(result.best.empty());
  for (const Cut& cut : result.best) {
    const auto group = [&](std::size_t e) { return cut.group[e]; };
    EXPECT_EQ(group(0), group(7));
    EXPECT_EQ(group(12), group(13));
    EXPECT_EQ(group(12), group(19));
    EXPECT_NE(group(1), group(2));
    EXPECT_EQ((std::set<int>{group(5), group(10), group(15)}).size(), 3U);
    EXPECT_EQ(group(3), group(18));
    EXPECT_NE(group(3), group(9));
    for (int g = 0; g < cut.services; ++g) {
      const auto size = std::count(cut.group.begin(), cut.group.end(), g);
      EXPECT_GE(size, 2);
      EXPECT_LE(size, 9);
    }
  }
  EXPECT_TRUE(result.placements[7].forced);
  EXPECT_FALSE(result.placements[8].forced);
}

TEST(Decompose, KeepsToTheRangeOfServices) {
  Input input = planted(5, 5);
  input.constraints.services_low = 3;
  input.constraints.services_high = 4;
  const Result result = decompose(input, {});
  EXPECT_GE(result.chosen.services, 3);
  EXPECT_LE(result.chosen.services, 4);
  EXPECT_EQ(result.best.size(), 2U);
}

TEST(Decompose, NamesMinimalConflicts) {
  Input input = planted(2, 4);
  input.constraints.keep_together = {{4, 5}, {0, 1}, {1, 2}};
  input.constraints.keep_apart = {{0, 2}, {6, 7}};
  const Result result = decompose(input, {});
  ASSERT_EQ(result.conflicts.size(), 1U);
  const std::vector<ConstraintRef> expected = {{ConstraintKind::KeepTogether, 1},
                                               {ConstraintKind::KeepTogether, 2},
                                               {ConstraintKind::KeepApart, 0}};
  EXPECT_EQ(result.conflicts[0].constraints, expected);
  EXPECT_NE(result.conflicts[0].reason.find("keep apart e0 and e2"), std::string::npos);
  EXPECT_TRUE(result.best.empty());
}

TEST(Decompose, PinsAndTheNumberOfServicesCanConflict) {
  Input input = planted(2, 4);
  input.constraints.pins = {{0, 1}, {1, 2}, {2, 3}};
  input.constraints.services_high = 2;
  const Result result = decompose(input, {});
  ASSERT_EQ(result.conflicts.size(), 1U);
  EXPECT_EQ(result.conflicts[0].constraints.size(), 4U);  // three pins and the most services
}

TEST(Decompose, StaysOneWhenEverythingIsUsedAsOne) {
  Input input;
  for (int e = 0; e < 8; ++e)
    input.entities.push_back({std::string(1, static_cast<char>('a' + e)), 1, -1});
  for (int f = 0; f < 10; ++f)
    input.functionalities.push_back(
        functionality("whole", 5, accesses({0, 1, 2, 3, 4, 5, 6, 7}, true), true));
  const Result result = decompose(input, {});
  EXPECT_TRUE(result.stay_one);
  EXPECT_EQ(result.chosen.services, 1);
  EXPECT_FALSE(result.reasons.empty());
  EXPECT_FALSE(result.best.empty());  // the cuts that were turned down
}

TEST(Decompose, StaysCloseToAReferenceWhereItMay) {
  Input input = planted(4, 5);
  // The planted cut with two entities on purpose elsewhere.
  input.reference = truth_of(input, 5);
  input.reference[1] = 2;
  input.reference[8] = 3;
  Options options;
  options.objectives.distance = 20;
  options.services_low = options.services_high = 4;
  const Result result = decompose(input, options);
  ASSERT_FALSE(result.best.empty());
  EXPECT_DOUBLE_EQ(pair_agreement(result.best[0].group, input.reference).f, 1);
  EXPECT_DOUBLE_EQ(result.best[0].objectives.distance, 0);
  // A pin moves that one and leaves the rest.
  input.constraints.keep_together = {{1, 0}};
  const Result moved = decompose(input, options);
  std::vector<int> expected = input.reference;
  expected[1] = 0;
  EXPECT_DOUBLE_EQ(pair_agreement(moved.best[0].group, expected).f, 1);
}

TEST(Decompose, EdgesOfInput) {
  EXPECT_TRUE(decompose({}, {}).stay_one);
  Input one;
  one.entities = {{"only", 1, -1}};
  EXPECT_EQ(decompose(one, {}).chosen.services, 1);
  Input silent;  // no functionality at all
  for (int e = 0; e < 5; ++e)
    silent.entities.push_back({"thing" + std::to_string(e), 1, -1});
  EXPECT_TRUE(decompose(silent, {}).stay_one);
}

TEST(Decompose, IncrementalScoresAreTheScoresOfTheCut) {
  // The score that the search kept up to date is the one that assess() adds up afresh.
  const Input input = planted(4, 6);
  const Result result = decompose(input, {});
  const Result again = assess(input, result.chosen.group, {});
  EXPECT_NEAR(again.chosen.objectives.score, result.chosen.objectives.score, 1e-9);
  EXPECT_EQ(again.chosen.group, result.chosen.group);
  for (const Cut& cut : result.best)
    EXPECT_NEAR(assess(input, cut.group, {}).chosen.objectives.score, cut.objectives.score, 1e-9);
  Options traced;  // complexity followed from the first move on
  traced.objectives.complexity = 3;
  traced.annealing = 20;
  for (const Cut& cut : decompose(input, traced).best)
    EXPECT_NEAR(assess(input, cut.group, traced).chosen.objectives.score, cut.objectives.score,
                1e-9);
}

TEST(Boundaries, CostsAndAdviceByHand) {
  Input input;
  input.entities = {{"order", 1, 0}, {"stock", 1, 1}, {"price", 1, 1}};
  // order -> price read 100/s; order and stock written together, atomic, 1/s of 1/s writers.
  input.functionalities = {
      functionality("quote", 100, {{0, false, 1}, {2, false, 1}}),
      functionality("place", 1, {{0, true, 1}, {1, true, 2}}, true),
  };
  input.relations = {{0, 1, RelationKind::RefersTo}, {1, 2, RelationKind::PartOf}};
  const Result result = assess(input, {0, 1, 2}, {});
  ASSERT_EQ(result.boundaries.size(), 3U);
  const BoundaryCost& orders_stock = result.boundaries[0];
  EXPECT_EQ(orders_stock.a, 0);
  EXPECT_EQ(orders_stock.b, 1);
  EXPECT_EQ(orders_stock.split_writes, std::vector<int>{1});
  EXPECT_EQ(orders_stock.atomic_writes, std::vector<int>{1});
  EXPECT_DOUBLE_EQ(orders_stock.crossing_writes, 2);
  EXPECT_EQ(orders_stock.advice, Advice::Merge);
  EXPECT_EQ(orders_stock.relations.size(), 1U);
  const BoundaryCost& orders_prices = result.boundaries[1];
  EXPECT_EQ(orders_prices.b, 2);
  EXPECT_DOUBLE_EQ(orders_prices.crossing_reads, 100);
  EXPECT_EQ(orders_prices.advice, Advice::Copy);
  EXPECT_EQ(result.boundaries[2].advice, Advice::None);  // only a relation
  EXPECT_EQ(result.boundaries[2].relations.size(), 1U);
}

TEST(Layers, CoAccessIsDampedAndWeighted) {
  const std::vector<Edge> edges =
      co_access_edges(functionality("f", 2, {{0, false, 1}, {1, true, 1}, {2, true, 1}}));
  // 2 / (3 - 1) times 2 (read-write) and 3 (write-write).
  ASSERT_EQ(edges.size(), 3U);
  EXPECT_DOUBLE_EQ(edges[0].weight, 2);
  EXPECT_DOUBLE_EQ(edges[1].weight, 2);
  EXPECT_DOUBLE_EQ(edges[2].weight, 3);
}

TEST(Layers, EachLayerHasItsShareAndNamesAtMost15Percent) {
  Input input;
  input.entities = {{"OrderLine", 1, -1}, {"OrderNote", 1, -1}, {"Stock", 1, -1}};
  input.functionalities = {functionality("f", 1, accesses({0, 2}, false))};
  LayerWeights weights;
  weights.names = 5;
  const Graph graph = layered_graph(input, weights);
  EXPECT_NEAR(graph.total(), 1, 1e-12);
  double names = 0;
  for (const Edge& edge : graph.edge_list())
    if (edge.a == 0 && edge.b == 1) names += edge.weight;
  EXPECT_NEAR(names, .15, 1e-12);
}

TEST(Layers, NameWords) {
  EXPECT_EQ(name_words("ClassificationGameRound"),
            (std::vector<std::string>{"classification", "game", "round"}));
  EXPECT_EQ(name_words("order_line-item2"), (std::vector<std::string>{"item", "line", "order"}));
  EXPECT_EQ(name_words("HTTPServer"), (std::vector<std::string>{"http", "server"}));
}

TEST(CoChanges, AreDampedByCommitSizeAndWideCommitsLeftOut) {
  const std::vector<CoChange> pairs = co_changes({{0, 1}, {2, 1, 0}, {0, 1, 2, 3}, {5}}, 3);
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_DOUBLE_EQ(pairs[0].weight, 1.5);  // 0-1: 1 + 1/2
  EXPECT_DOUBLE_EQ(pairs[1].weight, .5);
}

}  // namespace
}  // namespace scantling::boundaries
