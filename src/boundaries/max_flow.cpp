#include "boundaries/max_flow.h"

#include <algorithm>
#include <limits>

#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

constexpr double spent = 1e-9;

}  // namespace

void FlowNetwork::connect(int a, int b, double forward, double backward) {
  out_[at(a)].push_back(arcs_.size());
  arcs_.push_back({b, forward});
  out_[at(b)].push_back(arcs_.size());
  arcs_.push_back({a, backward});
}

bool FlowNetwork::layer(int source, int sink) {
  depth_.assign(out_.size(), -1);
  depth_[at(source)] = 0;
  std::vector<int> queue = {source};
  for (std::size_t head = 0; head < queue.size(); ++head)
    for (const std::size_t a : out_[at(queue[head])])
      if (arcs_[a].capacity > spent && depth_[at(arcs_[a].to)] < 0) {
        depth_[at(arcs_[a].to)] = depth_[at(queue[head])] + 1;
        queue.push_back(arcs_[a].to);
      }
  return depth_[at(sink)] >= 0;
}

// One augmenting path in the layered network, walked without recursion; 0 when there is none left.
double FlowNetwork::push(int source, int sink) {
  std::vector<std::size_t> path;
  int node = source;
  while (node != sink) {
    std::size_t& next = next_[at(node)];
    while (next < out_[at(node)].size()) {
      const Arc& arc = arcs_[out_[at(node)][next]];
      if (arc.capacity > spent && depth_[at(arc.to)] == depth_[at(node)] + 1) break;
      ++next;
    }
    if (next < out_[at(node)].size()) {
      path.push_back(out_[at(node)][next]);
      node = arcs_[path.back()].to;
      continue;
    }
    if (path.empty()) return 0;
    const std::size_t back = path.back();
    path.pop_back();
    node = arcs_[back ^ 1].to;
    ++next_[at(node)];
  }
  double least = std::numeric_limits<double>::max();
  for (const std::size_t a : path)
    least = std::min(least, arcs_[a].capacity);
  for (const std::size_t a : path) {
    arcs_[a].capacity -= least;
    arcs_[a ^ 1].capacity += least;
  }
  return least;
}

double FlowNetwork::run(int source, int sink) {
  double flow = 0;
  while (layer(source, sink)) {
    next_.assign(out_.size(), 0);
    for (double pushed = push(source, sink); pushed > 0; pushed = push(source, sink))
      flow += pushed;
  }
  reached_.assign(out_.size(), 0);
  for (std::size_t v = 0; v < out_.size(); ++v)
    reached_[v] = depth_[v] >= 0 ? 1 : 0;
  return flow;
}

}  // namespace scantling::boundaries
