#include "boundaries/code_units.h"

#include <gtest/gtest.h>

#include "boundaries/extraction.h"
#include "boundaries/formats.h"
#include "boundaries/max_flow.h"
#include "boundaries/random.h"

namespace scantling::boundaries {
namespace {

CodeGraph graph_of(int entities, int methods, const std::vector<CodeEdge>& edges) {
  CodeGraph graph;
  for (int u = 0; u < entities + methods; ++u)
    graph.units.push_back({u, "u" + std::to_string(u), "", u < entities});
  graph.edges = edges;
  return graph;
}

TEST(MaxFlow, ByHand) {
  // s = 0, t = 3: 0-1 (3), 0-2 (2), 1-2 (1), 1-3 (2), 2-3 (3): 5.
  FlowNetwork network(4);
  network.connect(0, 1, 3, 0);
  network.connect(0, 2, 2, 0);
  network.connect(1, 2, 1, 0);
  network.connect(1, 3, 2, 0);
  network.connect(2, 3, 3, 0);
  EXPECT_DOUBLE_EQ(network.run(0, 3), 5);
  EXPECT_TRUE(network.source_side()[0]);
  EXPECT_FALSE(network.source_side()[3]);
}

TEST(CodeUnits, FollowTheHeavierSide) {
  // Method 2 calls 3; 2 persists entity 0, 3 persists entity 1; only the call crosses.
  const CodeGraph graph = graph_of(2, 2,
                                   {{2, 0, CodeEdgeKind::Persists},
                                    {3, 1, CodeEdgeKind::Persists},
                                    {2, 3, CodeEdgeKind::Calls}});
  const CodeAssignment a = assign_code(graph, {0, 1, -1, -1});
  EXPECT_EQ(a.group, (std::vector<int>{0, 1, 0, 1}));
  EXPECT_DOUBLE_EQ(a.quality.coupling, .8);
  EXPECT_TRUE(a.exact);
  // Service 0: 1 inside, .8 out; service 1: 1 inside.
  EXPECT_NEAR(a.quality.cohesion, (1 / 1.8 + 1) / 2, 1e-12);
}

TEST(CodeUnits, AreAsGoodAsTheBestOfAllAssignments) {
  Random random(3);
  for (int round = 0; round < 40; ++round) {
    std::vector<CodeEdge> edges;
    for (int e = 0; e < 16; ++e)
      edges.push_back({static_cast<int>(random.below(9)), static_cast<int>(random.below(9)),
                       static_cast<CodeEdgeKind>(random.below(4))});
    const CodeGraph graph = graph_of(3, 6, edges);
    const CodeAssignment a = assign_code(graph, {0, 1, 2, -1, -1, -1, -1, -1, -1});
    if (!a.library.empty()) continue;
    double best = 1e9;
    for (int code = 0; code < 729; ++code) {
      std::vector<int> group = {0, 1, 2};
      for (int i = 0, c = code; i < 6; ++i, c /= 3)
        group.push_back(c % 3);
      best = std::min(best, measure_code(graph, group).coupling);
    }
    EXPECT_LE(best, a.quality.coupling + 1e-9);
    EXPECT_LE(a.quality.coupling, 2 * best + 1e-9);  // what alpha-expansion guarantees
  }
}

TEST(CodeUnits, HelpersOfMostServicesBecomeALibrary) {
  // Methods 3, 4, 5 persist entities 0, 1, 2 and all call helper 6; unit 7 is tied to nothing.
  const CodeGraph graph = graph_of(3, 5,
                                   {{3, 0, CodeEdgeKind::Persists},
                                    {4, 1, CodeEdgeKind::Persists},
                                    {5, 2, CodeEdgeKind::Persists},
                                    {3, 6, CodeEdgeKind::Calls},
                                    {4, 6, CodeEdgeKind::Calls},
                                    {5, 6, CodeEdgeKind::Calls}});
  const CodeAssignment a = assign_code(graph, {0, 1, 2, -1, -1, -1, -1, -1});
  EXPECT_EQ(a.library, std::vector<int>{6});
  EXPECT_EQ(a.group, (std::vector<int>{0, 1, 2, 0, 1, 2, -1, -1}));
  EXPECT_EQ(a.quality.coupling, 0);
}

Functionality chain(double rate, const std::vector<int>& entities, bool write) {
  Functionality f;
  f.rate = rate;
  for (const int entity : entities)
    f.accesses.push_back({entity, write, 1});
  return f;
}

TEST(Extraction, LeavesTheLeastTiedFirst) {
  // a-b 10/s, b-c 1/s: c leaves first (1), then a or b (11): 12 and 11 again when all are out.
  const std::vector<Functionality> fs = {chain(10, {0, 1}, false), chain(1, {1, 2}, false)};
  const Extraction e = extraction_order(fs, {0, 1, 2}, {});
  ASSERT_EQ(e.steps.size(), 3U);
  EXPECT_TRUE(e.exact);
  EXPECT_EQ(e.steps[0].service, 2);
  EXPECT_DOUBLE_EQ(e.steps[0].crossing_calls, 1);
  EXPECT_DOUBLE_EQ(e.total, 1 + 11 + 11);
  ExtractionOptions first;
  first.first = {1};
  EXPECT_EQ(extraction_order(fs, {0, 1, 2}, first).steps[0].service, 1);
  EXPECT_DOUBLE_EQ(extraction_order(fs, {0, 1, 2}, first).total, 33);
}

TEST(Extraction, CountsSplitWrites) {
  const std::vector<Functionality> fs = {chain(2, {0, 1}, true)};
  const Extraction e = extraction_order(fs, {0, 1}, {});
  EXPECT_DOUBLE_EQ(e.steps[0].split_writes, 2);
  EXPECT_DOUBLE_EQ(e.steps[0].split_transactions, 2);
  EXPECT_DOUBLE_EQ(e.steps[0].cost, 2 + 10 * 2);
}

TEST(Extraction, SearchComesNearTheExactOrder) {
  // Twelve services solved exactly; the same with four idle services more is searched, and its idle
  // ones can leave first at no cost.
  Random random(8);
  std::vector<Functionality> fs;
  for (int f = 0; f < 40; ++f)
    fs.push_back(chain(1 + static_cast<double>(random.below(9)),
                       {static_cast<int>(random.below(12)), static_cast<int>(random.below(12))},
                       random.below(4) == 0));
  std::vector<int> group(12);
  for (int i = 0; i < 12; ++i)
    group[static_cast<std::size_t>(i)] = i;
  const Extraction exact = extraction_order(fs, group, {});
  for (int i = 12; i < 16; ++i)
    group.push_back(i);
  const Extraction searched = extraction_order(fs, group, {});
  EXPECT_TRUE(exact.exact);
  EXPECT_FALSE(searched.exact);
  ASSERT_EQ(searched.steps.size(), 16U);
  EXPECT_GE(searched.total, exact.total - 1e-9);
  EXPECT_LE(searched.total, exact.total * 1.02);
}

TEST(Formats, ReadAccessSequencesInFileOrder) {
  const auto input =
      parse_access_sequences(R"({"Z.save": [["b","W"],["a","R"]], "A.load": [["a","R"]]})");
  ASSERT_TRUE(input);
  ASSERT_EQ(input->functionalities.size(), 2U);
  EXPECT_EQ(input->functionalities[0].name, "Z.save");
  EXPECT_EQ(input->entities[0].name, "a");
  EXPECT_EQ(input->functionalities[0].accesses[0].entity, 1);
  EXPECT_TRUE(input->functionalities[0].accesses[0].write);
  const auto clusters = parse_clusters(R"({"clusters":{"x":["b"],"y":["other"]}})", *input);
  ASSERT_TRUE(clusters);
  EXPECT_EQ(*clusters, (std::vector<int>{-1, 0}));
}

TEST(Formats, SayWhatIsWrong) {
  EXPECT_EQ(parse_access_sequences("{").error().message, "not valid JSON");
  EXPECT_EQ(parse_access_sequences("[]").error().message, "the top of the file is not an object");
  EXPECT_NE(parse_access_sequences(R"({"f": [["a","X"]]})").error().message.find("'f'"),
            std::string::npos);
  EXPECT_NE(parse_code_graph("0,Entity,A\n1,Thing,b\n", "").error().message.find("line 2"),
            std::string::npos);
  EXPECT_NE(parse_code_graph("0,Entity,A\n", "0,Calls,9\n").error().message.find("line 1"),
            std::string::npos);
  const CodeGraph graph = *parse_code_graph("4,Entity,A\n", "");
  EXPECT_EQ(*parse_assignment("node,service\n4,2\n", graph), std::vector<int>{2});
  EXPECT_FALSE(parse_assignment("node,service\n5,2\n", graph));
  EXPECT_FALSE(read_text("/nowhere/at/all"));
}

}  // namespace
}  // namespace scantling::boundaries
