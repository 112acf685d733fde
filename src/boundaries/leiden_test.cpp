#include "boundaries/leiden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "boundaries/random.h"

namespace scantling::boundaries {
namespace {

// Zachary's karate club (W. W. Zachary, J. Anthropological Research 33, 1977), numbered from 0.
Graph karate() {
  const int pairs[][2] = {
      {0, 1},   {0, 2},   {0, 3},   {0, 4},   {0, 5},   {0, 6},   {0, 7},   {0, 8},   {0, 10},
      {0, 11},  {0, 12},  {0, 13},  {0, 17},  {0, 19},  {0, 21},  {0, 31},  {1, 2},   {1, 3},
      {1, 7},   {1, 13},  {1, 17},  {1, 19},  {1, 21},  {1, 30},  {2, 3},   {2, 7},   {2, 8},
      {2, 9},   {2, 13},  {2, 27},  {2, 28},  {2, 32},  {3, 7},   {3, 12},  {3, 13},  {4, 6},
      {4, 10},  {5, 6},   {5, 10},  {5, 16},  {6, 16},  {8, 30},  {8, 32},  {8, 33},  {9, 33},
      {13, 33}, {14, 32}, {14, 33}, {15, 32}, {15, 33}, {18, 32}, {18, 33}, {19, 33}, {20, 32},
      {20, 33}, {22, 32}, {22, 33}, {23, 25}, {23, 27}, {23, 29}, {23, 32}, {23, 33}, {24, 25},
      {24, 27}, {24, 31}, {25, 31}, {26, 29}, {26, 33}, {27, 33}, {28, 31}, {28, 33}, {29, 32},
      {29, 33}, {30, 32}, {30, 33}, {31, 32}, {31, 33}, {32, 33}};
  std::vector<Edge> edges;
  for (const auto& pair : pairs)
    edges.push_back({pair[0], pair[1], 1});
  return Graph(34, edges);
}

int communities(const std::vector<int>& label) {
  return 1 + *std::max_element(label.begin(), label.end());
}

// Every community is connected in the graph.
bool connected(const Graph& graph, const std::vector<int>& label) {
  for (int c = 0; c < communities(label); ++c) {
    std::vector<int> queue;
    std::vector<char> seen(label.size(), 0);
    std::size_t members = 0;
    for (std::size_t v = 0; v < label.size(); ++v)
      if (label[v] == c && ++members == 1) queue.push_back(static_cast<int>(v));
    seen[static_cast<std::size_t>(queue[0])] = 1;
    for (std::size_t head = 0; head < queue.size(); ++head)
      for (const Neighbour& n : graph.of(queue[head]))
        if (label[static_cast<std::size_t>(n.node)] == c &&
            !seen[static_cast<std::size_t>(n.node)]) {
          seen[static_cast<std::size_t>(n.node)] = 1;
          queue.push_back(n.node);
        }
    if (queue.size() != members) return false;
  }
  return true;
}

Graph random_graph(int nodes, int edges, std::uint64_t seed) {
  Random random(seed);
  std::vector<Edge> list;
  for (int i = 0; i < edges; ++i)
    list.push_back({static_cast<int>(random.below(static_cast<std::size_t>(nodes))),
                    static_cast<int>(random.below(static_cast<std::size_t>(nodes))),
                    .1 + random.uniform()});
  return Graph(nodes, list);
}

TEST(Leiden, FindsTheBestModularityOfTheKarateClub) {
  // The optimum is known to be .4198 with four communities (Brandes et al., 2008).
  const Graph graph = karate();
  ASSERT_EQ(graph.edges(), 78U);
  double best = 0;
  std::vector<int> label;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    LeidenOptions options;
    options.seed = seed;
    const std::vector<int> found = leiden(graph, options);
    const double quality = partition_quality(graph, found, Quality::Modularity, 1);
    EXPECT_GT(quality, .40);
    if (quality > best) {
      best = quality;
      label = found;
    }
  }
  EXPECT_NEAR(best, .4198, .00005);
  EXPECT_EQ(communities(label), 4);
}

TEST(Leiden, CommunitiesAreConnected) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Graph graph = random_graph(120, 260, seed);
    for (const Quality quality : {Quality::Modularity, Quality::Cpm}) {
      LeidenOptions options;
      options.seed = seed;
      options.quality = quality;
      options.resolution = quality == Quality::Cpm ? 4 : 1;
      EXPECT_TRUE(connected(graph, leiden(graph, options))) << "seed " << seed;
    }
  }
}

TEST(Leiden, CpmPartsCliquesWhereModularityMergesThem) {
  // A ring of 30 cliques of 5, joined by single edges: modularity's resolution limit merges
  // neighbours (Fortunato and Barthelemy, PNAS 2007), CPM at a fit resolution does not.
  std::vector<Edge> edges;
  for (int c = 0; c < 30; ++c) {
    for (int i = 0; i < 5; ++i)
      for (int j = i + 1; j < 5; ++j)
        edges.push_back({5 * c + i, 5 * c + j, 1});
    edges.push_back({5 * c, 5 * ((c + 1) % 30) + 1, 1});
  }
  const Graph graph(150, edges);
  LeidenOptions options;
  EXPECT_LT(communities(leiden(graph, options)), 30);
  options.quality = Quality::Cpm;
  options.resolution = 10;
  const std::vector<int> label = leiden(graph, options);
  EXPECT_EQ(communities(label), 30);
  for (int v = 0; v < 150; ++v)
    EXPECT_EQ(label[static_cast<std::size_t>(v)], v / 5);
}

TEST(Leiden, SameSeedSameLabels) {
  const Graph graph = random_graph(200, 900, 4);
  LeidenOptions options;
  options.seed = 9;
  EXPECT_EQ(leiden(graph, options), leiden(graph, options));
}

TEST(Leiden, EdgelessGraphsStayApart) {
  const std::vector<int> label = leiden(Graph(3, {}), LeidenOptions{});
  EXPECT_EQ(label, (std::vector<int>{0, 1, 2}));
  EXPECT_TRUE(leiden(Graph(0, {}), LeidenOptions{}).empty());
}

TEST(Graph, FoldsParallelEdgesAndKeepsLoops) {
  const Graph graph(3, {{0, 1, 1}, {1, 0, 2}, {2, 2, 5}, {1, 2, 1}});
  EXPECT_EQ(graph.edges(), 2U);
  EXPECT_DOUBLE_EQ(graph.total(), 9);
  EXPECT_DOUBLE_EQ(graph.strength(2), 11);
  const Graph merged = graph.contracted({0, 0, 1}, 2);
  EXPECT_DOUBLE_EQ(merged.loop(0), 3);
  EXPECT_DOUBLE_EQ(merged.loop(1), 5);
  EXPECT_DOUBLE_EQ(merged.total(), graph.total());
}

TEST(Graph, ReweightedKeepsBothRowsAlike) {
  const Graph graph(4, {{0, 3, 1}, {1, 3, 1}, {0, 1, 1}, {2, 3, 1}});
  const std::vector<Edge> edges = graph.edge_list();
  std::vector<double> weights = {1, 2, 3, 4};
  const Graph other = graph.reweighted(weights);
  const std::vector<Edge> reweighted = other.edge_list();
  for (std::size_t e = 0; e < edges.size(); ++e) {
    EXPECT_DOUBLE_EQ(reweighted[e].weight, weights[e]);
    double back = 0;
    for (const Neighbour& n : other.of(edges[e].b))
      if (n.node == edges[e].a) back = n.weight;
    EXPECT_DOUBLE_EQ(back, weights[e]);
  }
}

}  // namespace
}  // namespace scantling::boundaries
