// An undirected weighted graph in compressed rows. Every edge stands in both rows; loops are kept
// apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace scantling::boundaries {

struct Edge {
  int a = 0;
  int b = 0;
  double weight = 0;
};

struct Neighbour {
  int node = 0;
  double weight = 0;
};

class Graph {
 public:
  Graph() = default;
  // Parallel edges are added up; a == b is a loop.
  Graph(int nodes, std::vector<Edge> edges);

  int nodes() const { return static_cast<int>(loop_.size()); }
  std::size_t edges() const { return neighbours_.size() / 2; }
  std::span<const Neighbour> of(int node) const {
    const auto i = static_cast<std::size_t>(node);
    return {neighbours_.data() + offset_[i], offset_[i + 1] - offset_[i]};
  }
  double loop(int node) const { return loop_[static_cast<std::size_t>(node)]; }
  // Sum of the weights at a node, loops twice.
  double strength(int node) const { return strength_[static_cast<std::size_t>(node)]; }
  double total() const { return total_; }  // each edge once, loops once

  // Every edge once, a < b, in order; loops left out.
  std::vector<Edge> edge_list() const;
  // The same edges with other weights, in the order of edge_list(); loops as they are.
  Graph reweighted(std::span<const double> weights) const;
  // Nodes of one label become one node; `label` is compact from 0.
  Graph contracted(const std::vector<int>& label, int labels) const;

 private:
  void sum_up();

  std::vector<std::size_t> offset_ = {0};
  std::vector<Neighbour> neighbours_;
  std::vector<double> loop_;
  std::vector<double> strength_;
  double total_ = 0;
};

}  // namespace scantling::boundaries
