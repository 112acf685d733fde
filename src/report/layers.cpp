#include "report/layers.h"

#include <algorithm>

#include "report/network_simplex.h"

namespace scantling {

namespace {

constexpr std::int64_t kWorkLimit = 40'000'000;  // steps of the network simplex

// True for edges that close a cycle in a depth-first search from the first node on; iterative.
std::vector<bool> back_edges(const LayoutGraph& graph) {
  std::vector<std::vector<std::size_t>> outgoing(graph.nodes.size());
  std::vector<bool> is_target(graph.nodes.size(), false);
  for (std::size_t e = 0; e < graph.edges.size(); ++e) {
    if (graph.edges[e].from == graph.edges[e].to) continue;
    outgoing[static_cast<std::size_t>(graph.edges[e].from)].push_back(e);
    is_target[static_cast<std::size_t>(graph.edges[e].to)] = true;
  }
  enum class State : std::uint8_t { New, Open, Done };
  std::vector<State> state(graph.nodes.size(), State::New);
  std::vector<bool> back(graph.edges.size(), false);
  std::vector<std::pair<std::size_t, std::size_t>> path;  // node, next of its edges
  auto search = [&](std::size_t root) {
    if (state[root] != State::New) return;
    state[root] = State::Open;
    path.push_back({root, 0});
    while (!path.empty()) {
      auto& [node, next] = path.back();
      if (next == outgoing[node].size()) {
        state[node] = State::Done;
        path.pop_back();
        continue;
      }
      const std::size_t e = outgoing[node][next++];
      const auto to = static_cast<std::size_t>(graph.edges[e].to);
      if (state[to] == State::Open) back[e] = true;
      if (state[to] == State::New) {
        state[to] = State::Open;
        path.push_back({to, 0});
      }
    }
  };
  // Sources first: what nothing leads to should stand at the left.
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (!is_target[i]) search(i);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    search(i);
  return back;
}

std::vector<int> assign_layers(const LayoutGraph& graph, const std::vector<bool>& reversed) {
  std::vector<DistanceConstraint> constraints;
  for (std::size_t e = 0; e < graph.edges.size(); ++e) {
    const LayoutEdge& edge = graph.edges[e];
    if (edge.from == edge.to) continue;
    const int least = edge.label_width > 0 ? 2 : 1;  // a label stands in a layer between
    constraints.push_back(
        {reversed[e] ? edge.to : edge.from, reversed[e] ? edge.from : edge.to, least, 1});
  }
  const auto size = static_cast<std::int64_t>(graph.nodes.size() + constraints.size() + 1);
  return least_total_length(static_cast<int>(graph.nodes.size()), constraints, kWorkLimit / size);
}

int add_node(LayeredGraph& out, LayerNode node) {
  const int id = static_cast<int>(out.nodes.size());
  out.layers[static_cast<std::size_t>(node.layer)].push_back(id);
  out.nodes.push_back(std::move(node));
  return id;
}

void add_chain(LayeredGraph& out, const LayoutGraph& graph, std::size_t e) {
  const LayoutEdge& edge = graph.edges[e];
  const int left = out.reversed[e] ? edge.to : edge.from;
  const int right = out.reversed[e] ? edge.from : edge.to;
  const int first = out.nodes[static_cast<std::size_t>(left)].layer;
  const int last = out.nodes[static_cast<std::size_t>(right)].layer;
  const int left_cluster = out.nodes[static_cast<std::size_t>(left)].cluster;
  const bool inside = left_cluster == out.nodes[static_cast<std::size_t>(right)].cluster;
  std::vector<int>& chain = out.chains[e];
  chain.push_back(left);
  for (int layer = first + 1; layer < last; ++layer) {
    LayerNode dummy;
    dummy.kind = LayerNodeKind::Dummy;
    dummy.layer = layer;
    dummy.of = static_cast<int>(e);
    dummy.cluster = inside ? left_cluster : -1;
    if (edge.label_width > 0 && layer == (first + last) / 2) {
      dummy.kind = LayerNodeKind::Label;
      dummy.width = edge.label_width;
      dummy.height = edge.label_height;
    }
    chain.push_back(add_node(out, std::move(dummy)));
  }
  chain.push_back(right);
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    out.nodes[static_cast<std::size_t>(chain[i])].after.push_back(chain[i + 1]);
    out.nodes[static_cast<std::size_t>(chain[i + 1])].before.push_back(chain[i]);
  }
}

void add_titles_and_skeletons(LayeredGraph& out, const LayoutGraph& graph) {
  const int layer_count = static_cast<int>(out.layers.size());
  out.cluster_layers.assign(graph.clusters.size(), {layer_count, -1});
  for (const LayerNode& node : out.nodes) {
    if (node.cluster < 0) continue;
    auto& [first, last] = out.cluster_layers[static_cast<std::size_t>(node.cluster)];
    first = std::min(first, node.layer);
    last = std::max(last, node.layer);
  }
  for (std::size_t c = 0; c < graph.clusters.size(); ++c) {
    const auto [first, last] = out.cluster_layers[c];
    if (first > last) continue;
    const int cluster = static_cast<int>(c);
    if (graph.clusters[c].title_width > 0) {
      LayerNode title;
      title.kind = LayerNodeKind::Title;
      title.width = graph.clusters[c].title_width;
      title.height = graph.clusters[c].title_height;
      title.cluster = title.of = cluster;
      title.layer = first;
      add_node(out, std::move(title));
    }
    for (int layer = first; layer <= last; ++layer) {
      const auto& list = out.layers[static_cast<std::size_t>(layer)];
      if (std::any_of(list.begin(), list.end(), [&](int id) {
            return out.nodes[static_cast<std::size_t>(id)].cluster == cluster;
          }))
        continue;
      LayerNode skeleton;
      skeleton.kind = LayerNodeKind::Skeleton;
      skeleton.cluster = skeleton.of = cluster;
      skeleton.layer = layer;
      add_node(out, std::move(skeleton));
    }
  }
}

// Pairs of edges between two neighbouring layers that cross: inversions, by a Fenwick tree (Barth,
// Juenger, Mutzel 2002).
int crossings_between(const LayeredGraph& graph, std::size_t left,
                      const std::vector<int>& position) {
  const std::size_t size = graph.layers[left + 1].size();
  std::vector<int> tree(size + 1, 0);
  int crossings = 0, seen = 0;
  std::vector<int> ends;
  for (const int node : graph.layers[left]) {
    ends.clear();
    for (const int to : graph.nodes[static_cast<std::size_t>(node)].after)
      ends.push_back(position[static_cast<std::size_t>(to)]);
    std::sort(ends.begin(), ends.end());
    for (const int end : ends) {  // those seen that end further down cross this one
      int not_below = 0;
      for (int i = end + 1; i > 0; i -= i & -i)
        not_below += tree[static_cast<std::size_t>(i)];
      crossings += seen - not_below;
    }
    for (const int end : ends) {
      for (int i = end + 1; i <= static_cast<int>(size); i += i & -i)
        ++tree[static_cast<std::size_t>(i)];
      ++seen;
    }
  }
  return crossings;
}

}  // namespace

LayeredGraph make_layers(const LayoutGraph& graph) {
  LayeredGraph out;
  out.reversed = back_edges(graph);
  const std::vector<int> layer = assign_layers(graph, out.reversed);
  const int layers = layer.empty() ? 0 : *std::max_element(layer.begin(), layer.end()) + 1;
  out.layers.resize(static_cast<std::size_t>(layers));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    LayerNode node;
    node.width = graph.nodes[i].width;
    node.height = graph.nodes[i].height;
    node.cluster = graph.nodes[i].cluster;
    node.layer = layer[i];
    node.of = static_cast<int>(i);
    add_node(out, std::move(node));
  }
  out.chains.resize(graph.edges.size());
  for (std::size_t e = 0; e < graph.edges.size(); ++e)
    if (graph.edges[e].from != graph.edges[e].to) add_chain(out, graph, e);
  add_titles_and_skeletons(out, graph);
  return out;
}

int count_crossings(const LayeredGraph& graph) {
  std::vector<int> position(graph.nodes.size(), 0);
  for (const auto& layer : graph.layers)
    for (std::size_t i = 0; i < layer.size(); ++i)
      position[static_cast<std::size_t>(layer[i])] = static_cast<int>(i);
  int sum = 0;
  for (std::size_t i = 0; i + 1 < graph.layers.size(); ++i)
    sum += crossings_between(graph, i, position);
  return sum;
}

}  // namespace scantling
