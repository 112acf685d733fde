// A layered drawing of a directed graph, left to right, computed here: the same graph gives the
// same drawing, and nodes, edge labels and cluster titles never overlap.
//
// The steps are those of Sugiyama, Tagawa and Toda (1981) with the methods of Gansner et al.
// (1993): cycles are broken by a depth-first search, layers have the least total edge length
// (network simplex), long edges become chains of dummy nodes of which one holds the label,
// crossings are reduced by median sweeps with transposition, and coordinates have the least total
// bending (network simplex again). A cluster is contiguous in every layer and in one order in all
// of them, so that its box holds no other cluster's or free node.
#pragma once

#include <string>
#include <vector>

namespace scantling {

struct LayoutNode {
  double width = 0, height = 0;
  int cluster = -1;
};

struct LayoutEdge {
  int from = 0, to = 0;
  double label_width = 0, label_height = 0;  // 0: no label
};

struct LayoutCluster {
  double title_width = 0, title_height = 0;
};

struct LayoutGraph {
  std::vector<LayoutNode> nodes;
  std::vector<LayoutEdge> edges;  // an edge from a node to itself is not drawn
  std::vector<LayoutCluster> clusters;
};

struct Point {
  double x = 0, y = 0;
};
struct Box {
  double x = 0, y = 0, width = 0, height = 0;  // top left
};

struct PlacedNode {
  Box box;
  int layer = 0;
  int order = 0;  // from the top within its layer
};

struct PlacedEdge {
  std::vector<Point> points;  // from `from` to `to`; empty for a loop. Level pieces and climbs take
                              // turns: points 2i and 2i+1 have one y
  bool reversed = false;      // it goes against the layers
  Box label;                  // width 0: none
};

struct Layout {
  std::vector<PlacedNode> nodes;
  std::vector<PlacedEdge> edges;
  std::vector<Box> clusters, titles;  // an empty cluster has an empty box
  double width = 0, height = 0;
  int layers = 0;
  int crossings = 0;  // of edges between neighbouring layers
};

Layout layout(const LayoutGraph& graph);

}  // namespace scantling
