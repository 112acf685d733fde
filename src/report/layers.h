// Inside of layout: the layered graph, with dummies, and the order within layers.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "report/layout.h"

namespace scantling {

enum class LayerNodeKind : std::uint8_t {
  Real,
  Dummy,    // a bend of a long edge
  Label,    // a dummy that holds the edge's label
  Title,    // of a cluster: the first of its nodes in its first layer
  Skeleton  // keeps a cluster's place in a layer where it has no node
};

struct LayerNode {
  LayerNodeKind kind = LayerNodeKind::Real;
  double width = 0, height = 0;
  int cluster = -1;
  int layer = 0;
  int of = -1;                     // the graph's node, edge or cluster
  std::vector<int> before, after;  // neighbours in the layer before and after
};

struct LayeredGraph {
  std::vector<LayerNode> nodes;          // the graph's own come first, with their indices
  std::vector<std::vector<int>> layers;  // each in its order
  std::vector<std::vector<int>>
      chains;                  // of each edge: its nodes from left to right; empty: a loop
  std::vector<bool> reversed;  // of each edge
  std::vector<std::pair<int, int>> cluster_layers;  // first and last; first > last: empty
};

// Breaks cycles, assigns layers, adds dummies, titles and skeletons. Order is that of creation.
LayeredGraph make_layers(const LayoutGraph& graph);

// Orders every layer. Returns the number of crossings.
int order_layers(LayeredGraph& graph);

int count_crossings(const LayeredGraph& graph);

}  // namespace scantling
