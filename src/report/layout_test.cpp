#include "report/layout.h"

#include <gtest/gtest.h>

#include <random>

#include "report/network_simplex.h"

namespace scantling {
namespace {

LayoutGraph graph_of(int nodes, std::vector<std::pair<int, int>> edges, double label = 0) {
  LayoutGraph graph;
  graph.nodes.assign(static_cast<std::size_t>(nodes), {120, 40, -1});
  for (const auto& [from, to] : edges)
    graph.edges.push_back({from, to, label, label > 0 ? 14.0 : 0.0});
  return graph;
}

bool overlap(const Box& a, const Box& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
bool inside(const Box& inner, const Box& outer) {
  return inner.x >= outer.x && inner.y >= outer.y &&
         inner.x + inner.width <= outer.x + outer.width &&
         inner.y + inner.height <= outer.y + outer.height;
}

// What must hold of any drawing.
void expect_sound(const LayoutGraph& graph, const Layout& drawn) {
  std::vector<Box> boxes;
  for (const PlacedNode& node : drawn.nodes)
    boxes.push_back(node.box);
  for (const PlacedEdge& edge : drawn.edges)
    if (edge.label.width > 0) boxes.push_back(edge.label);
  for (const Box& title : drawn.titles)
    if (title.width > 0) boxes.push_back(title);
  const Box page{0, 0, drawn.width, drawn.height};
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    EXPECT_TRUE(inside(boxes[i], page)) << i;
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_FALSE(overlap(boxes[i], boxes[j])) << i << " and " << j;
  }
  for (std::size_t e = 0; e < graph.edges.size(); ++e) {
    const int from = drawn.nodes[static_cast<std::size_t>(graph.edges[e].from)].layer;
    const int to = drawn.nodes[static_cast<std::size_t>(graph.edges[e].to)].layer;
    if (graph.edges[e].from == graph.edges[e].to) {
      EXPECT_TRUE(drawn.edges[e].points.empty());
    } else if (drawn.edges[e].reversed) {
      EXPECT_GT(from, to);
    } else {
      EXPECT_LT(from, to);
    }
  }
  for (std::size_t c = 0; c < graph.clusters.size(); ++c) {
    for (std::size_t d = 0; d < c; ++d)
      EXPECT_FALSE(overlap(drawn.clusters[c], drawn.clusters[d]));
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      if (graph.nodes[i].cluster == static_cast<int>(c)) {
        EXPECT_TRUE(inside(drawn.nodes[i].box, drawn.clusters[c])) << i;
      } else {
        EXPECT_FALSE(overlap(drawn.nodes[i].box, drawn.clusters[c])) << i;
      }
    }
  }
}

// An edge keeps out of every node but its own two: it is level within columns and climbs between.
void expect_edges_pass_nodes(const LayoutGraph& graph, const Layout& drawn) {
  for (std::size_t e = 0; e < graph.edges.size(); ++e) {
    const auto& points = drawn.edges[e].points;
    ASSERT_EQ(points.size() % 2, 0u);
    for (std::size_t p = 0; p + 1 < points.size(); p += 2) {
      EXPECT_EQ(points[p].y, points[p + 1].y);
      const Box level{std::min(points[p].x, points[p + 1].x), points[p].y - .5,
                      std::abs(points[p].x - points[p + 1].x), 1};
      for (std::size_t i = 0; i < drawn.nodes.size(); ++i)
        if (static_cast<int>(i) != graph.edges[e].from &&
            static_cast<int>(i) != graph.edges[e].to) {
          EXPECT_FALSE(overlap(level, drawn.nodes[i].box)) << e << " over " << i;
        }
    }
  }
}

TEST(NetworkSimplex, GivesLeastTotalLength) {
  // The example of Gansner et al., figure 2-3: a..h, whose best ranking has length 10.
  const std::vector<DistanceConstraint> edges = {{0, 1, 1, 1}, {1, 2, 1, 1}, {2, 3, 1, 1},
                                                 {3, 7, 1, 1}, {0, 4, 1, 1}, {0, 5, 1, 1},
                                                 {4, 6, 1, 1}, {5, 6, 1, 1}, {6, 7, 1, 1}};
  const std::vector<int> ranks = least_total_length(8, edges, 1000);
  EXPECT_EQ(ranks[0], 0);
  EXPECT_EQ(ranks[7], 4);
  EXPECT_EQ(total_length(ranks, edges), 10);
}

TEST(NetworkSimplex, MatchesExhaustiveSearchOnRandomGraphs) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const int n = 5;
    std::vector<DistanceConstraint> edges;
    for (int a = 0; a < n; ++a)
      for (int b = a + 1; b < n; ++b)
        if (random() % 2 == 0)
          edges.push_back({a, b, static_cast<int>(random() % 3), static_cast<int>(random() % 4)});
    std::int64_t best = -1;
    std::vector<int> at(n, 0);
    const int span = 9;  // positions 0..8 suffice: four steps of at most two
    for (int code = 0; code < 59049; ++code) {
      int rest = code;
      bool feasible = true;
      for (int& p : at) {
        p = rest % span;
        rest /= span;
      }
      for (const DistanceConstraint& c : edges)
        feasible =
            feasible &&
            at[static_cast<std::size_t>(c.to)] - at[static_cast<std::size_t>(c.from)] >= c.least;
      if (!feasible) continue;
      const std::int64_t length = total_length(at, edges);
      if (best < 0 || length < best) best = length;
    }
    EXPECT_EQ(total_length(least_total_length(n, edges, 10000), edges), best) << round;
  }
}

TEST(Layout, KnownCrossingNumbers) {
  EXPECT_EQ(layout(graph_of(4, {{0, 2}, {0, 3}, {1, 2}, {1, 3}})).crossings, 1);  // K2,2
  // K3,3 in two layers: 3 pairs x 3 pairs.
  EXPECT_EQ(
      layout(graph_of(6, {{0, 3}, {0, 4}, {0, 5}, {1, 3}, {1, 4}, {1, 5}, {2, 3}, {2, 4}, {2, 5}}))
          .crossings,
      9);
}

TEST(Layout, PlanarGraphsHaveNoCrossing) {
  EXPECT_EQ(layout(graph_of(5, {{0, 1}, {1, 2}, {2, 3}, {3, 4}})).crossings, 0);
  // Laid down crosswise: 0-5, 1-4, 2-3.
  EXPECT_EQ(layout(graph_of(6, {{0, 5}, {1, 4}, {2, 3}})).crossings, 0);
  // A binary tree whose leaves are named out of order.
  EXPECT_EQ(layout(graph_of(7, {{0, 1}, {0, 2}, {1, 6}, {2, 3}, {1, 4}, {2, 5}})).crossings, 0);
}

TEST(Layout, IsSoundWithCyclesLoopsAndLabels) {
  const LayoutGraph graph =
      graph_of(6, {{0, 1}, {1, 2}, {2, 0}, {3, 3}, {2, 4}, {4, 1}, {0, 4}}, 60);
  const Layout drawn = layout(graph);
  expect_sound(graph, drawn);
  expect_edges_pass_nodes(graph, drawn);
  EXPECT_TRUE(drawn.edges[2].reversed);
  EXPECT_GT(drawn.edges[0].label.width, 0);
}

LayoutGraph random_graph(unsigned seed, int nodes, int edges, int clusters) {
  std::mt19937 random(seed);
  LayoutGraph graph;
  for (int i = 0; i < nodes; ++i) {
    const int cluster =
        clusters > 0 ? static_cast<int>(random() % static_cast<unsigned>(clusters + 1)) - 1 : -1;
    graph.nodes.push_back({80.0 + static_cast<double>(random() % 80),
                           30.0 + static_cast<double>(random() % 30), cluster});
  }
  for (int i = 0; i < edges; ++i)
    graph.edges.push_back({static_cast<int>(random() % static_cast<unsigned>(nodes)),
                           static_cast<int>(random() % static_cast<unsigned>(nodes)),
                           random() % 2 == 0 ? 50.0 : 0.0, 14});
  for (LayoutEdge& edge : graph.edges)
    if (edge.label_width <= 0) edge.label_height = 0;
  graph.clusters.assign(static_cast<std::size_t>(clusters), {70, 16});
  return graph;
}

TEST(Layout, IsSoundOnRandomGraphsWithClusters) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const LayoutGraph graph = random_graph(seed, 18, 26, static_cast<int>(seed % 5));
    const Layout drawn = layout(graph);
    expect_sound(graph, drawn);
    expect_edges_pass_nodes(graph, drawn);
  }
}

TEST(Layout, TakesTwoHundredNodes) {
  const LayoutGraph graph = random_graph(3, 200, 260, 12);
  expect_sound(graph, layout(graph));
}

TEST(Layout, IsDeterministic) {
  const LayoutGraph graph = random_graph(5, 40, 60, 4);
  const Layout a = layout(graph), b = layout(graph);
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (std::size_t i = 0; i < a.nodes.size(); ++i) {
    EXPECT_EQ(a.nodes[i].box.x, b.nodes[i].box.x);
    EXPECT_EQ(a.nodes[i].box.y, b.nodes[i].box.y);
  }
}

TEST(Layout, AddingALeafKeepsTheOrderOfTheRest) {
  const std::vector<std::pair<int, int>> edges = {{0, 1}, {0, 2}, {0, 3}, {1, 4}, {2, 5}, {3, 6}};
  LayoutGraph before = graph_of(7, edges);
  LayoutGraph after = before;
  after.nodes.push_back({120, 40, -1});
  after.edges.push_back({2, 7, 0, 0});
  const Layout a = layout(before), b = layout(after);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(a.nodes[i].layer, b.nodes[i].layer);
    for (std::size_t j = 0; j < 7; ++j)
      if (a.nodes[i].layer == a.nodes[j].layer) {
        EXPECT_EQ(a.nodes[i].order < a.nodes[j].order, b.nodes[i].order < b.nodes[j].order);
      }
  }
}

TEST(Layout, EmptyGraphIsEmpty) {
  const Layout drawn = layout({});
  EXPECT_EQ(drawn.layers, 0);
  EXPECT_EQ(drawn.width, 0);
}

}  // namespace
}  // namespace scantling
