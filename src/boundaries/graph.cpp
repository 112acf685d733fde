#include "boundaries/graph.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "boundaries/index.h"

namespace scantling::boundaries {
Graph::Graph(int nodes, std::vector<Edge> edges) {
  const std::size_t n = at(nodes);
  loop_.assign(n, 0);
  offset_.assign(n + 1, 0);
  for (const Edge& edge : edges) {
    SCANTLING_ASSERT(edge.a >= 0 && edge.a < nodes && edge.b >= 0 && edge.b < nodes);
    if (edge.a == edge.b) {
      loop_[at(edge.a)] += edge.weight;
      continue;
    }
    ++offset_[at(edge.a) + 1];
    ++offset_[at(edge.b) + 1];
  }
  for (std::size_t i = 0; i < n; ++i)
    offset_[i + 1] += offset_[i];
  neighbours_.resize(offset_[n]);
  std::vector<std::size_t> next(offset_.begin(), offset_.end() - 1);
  for (const Edge& edge : edges) {
    if (edge.a == edge.b) continue;
    neighbours_[next[at(edge.a)]++] = {edge.b, edge.weight};
    neighbours_[next[at(edge.b)]++] = {edge.a, edge.weight};
  }
  // Rows sorted, parallel edges folded.
  std::size_t out = 0;
  std::size_t row_begin = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t row_end = offset_[i + 1];
    const auto begin = neighbours_.begin() + static_cast<std::ptrdiff_t>(row_begin);
    const auto end = neighbours_.begin() + static_cast<std::ptrdiff_t>(row_end);
    std::stable_sort(begin, end,
                     [](const Neighbour& x, const Neighbour& y) { return x.node < y.node; });
    const std::size_t first_out = out;
    for (std::size_t k = row_begin; k < row_end; ++k) {
      if (out > first_out && neighbours_[out - 1].node == neighbours_[k].node)
        neighbours_[out - 1].weight += neighbours_[k].weight;
      else
        neighbours_[out++] = neighbours_[k];
    }
    row_begin = row_end;
    offset_[i] = first_out;
  }
  offset_[n] = out;
  neighbours_.resize(out);
  sum_up();
}

void Graph::sum_up() {
  strength_.assign(loop_.size(), 0);
  total_ = 0;
  for (int i = 0; i < nodes(); ++i) {
    double sum = 0;
    for (const Neighbour& neighbour : of(i))
      sum += neighbour.weight;
    strength_[at(i)] = sum + 2 * loop(i);
    total_ += sum / 2 + loop(i);
  }
}

std::vector<Edge> Graph::edge_list() const {
  std::vector<Edge> list;
  list.reserve(edges());
  for (int i = 0; i < nodes(); ++i)
    for (const Neighbour& neighbour : of(i))
      if (i < neighbour.node) list.push_back({i, neighbour.node, neighbour.weight});
  return list;
}

Graph Graph::reweighted(std::span<const double> weights) const {
  SCANTLING_ASSERT(weights.size() == edges());
  Graph graph = *this;
  // Rows ascend, and so do the edges of edge_list() that end in a node: one cursor a row suffices.
  std::vector<std::size_t> cursor(offset_.begin(), offset_.end() - 1);
  std::size_t e = 0;
  for (int i = 0; i < nodes(); ++i)
    for (std::size_t k = offset_[at(i)]; k < offset_[at(i) + 1]; ++k) {
      const int other = neighbours_[k].node;
      if (other < i) continue;
      const double weight = weights[e++];
      graph.neighbours_[k].weight = weight;
      graph.neighbours_[cursor[at(other)]++].weight = weight;
    }
  graph.sum_up();
  return graph;
}

Graph Graph::contracted(const std::vector<int>& label, int labels) const {
  // Rows of one label are gathered with a dense accumulator: O(edges + labels log labels).
  std::vector<std::vector<int>> members(at(labels));
  for (int i = 0; i < nodes(); ++i)
    members[at(label[at(i)])].push_back(i);
  Graph graph;
  graph.loop_.assign(at(labels), 0);
  graph.offset_.assign(at(labels) + 1, 0);
  std::vector<double> weight(at(labels), 0);
  std::vector<char> seen(at(labels), 0);
  std::vector<int> touched;
  for (int c = 0; c < labels; ++c) {
    touched.clear();
    for (const int i : members[at(c)]) {
      graph.loop_[at(c)] += loop(i);
      for (const Neighbour& neighbour : of(i)) {
        const int other = label[at(neighbour.node)];
        if (!seen[at(other)]) {
          seen[at(other)] = 1;
          touched.push_back(other);
        }
        weight[at(other)] += neighbour.weight;
      }
    }
    std::sort(touched.begin(), touched.end());
    for (const int other : touched) {
      if (other == c)
        graph.loop_[at(c)] += weight[at(c)] / 2;
      else
        graph.neighbours_.push_back({other, weight[at(other)]});
      weight[at(other)] = 0;
      seen[at(other)] = 0;
    }
    graph.offset_[at(c) + 1] = graph.neighbours_.size();
  }
  graph.sum_up();
  return graph;
}

}  // namespace scantling::boundaries
