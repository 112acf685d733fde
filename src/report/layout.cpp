#include "report/layout.h"

#include <algorithm>
#include <cmath>

#include "report/layers.h"
#include "report/network_simplex.h"

namespace scantling {

namespace {

// Distances in CSS pixels.
constexpr int kNodeGap = 18;   // between nodes of a layer
constexpr int kDummyGap = 10;  // beside an edge that passes
constexpr int kLabelGap = 5;
constexpr int kClusterPad = 14;  // from a cluster's border to its nodes
constexpr int kClusterGap = 18;  // between clusters, and to free nodes
constexpr double kLeastColumnGap = 14;
constexpr double kMostColumnGap = 40;
constexpr double kMargin = 8;
constexpr double kPortGap = 12;  // between the ends of edges on one side of a node
constexpr std::int64_t kWorkLimit = 60'000'000;

class Coordinates {
 public:
  Coordinates(const LayoutGraph& graph, LayeredGraph& layered) : graph_(graph), layered_(layered) {}

  Layout run(int crossings) {
    out_.crossings = crossings;
    out_.layers = static_cast<int>(layered_.layers.size());
    assign_y();
    assign_x();
    place_nodes();
    place_clusters();
    place_edges();
    return std::move(out_);
  }

 private:
  const LayerNode& node(int id) const { return layered_.nodes[static_cast<std::size_t>(id)]; }
  int y(int id) const { return y_[static_cast<std::size_t>(id)]; }
  static int half(double height) { return static_cast<int>(std::ceil(height / 2)); }

  int gap(const LayerNode& a, const LayerNode& b) const {
    const bool real_a = a.kind == LayerNodeKind::Real || a.kind == LayerNodeKind::Title;
    const bool real_b = b.kind == LayerNodeKind::Real || b.kind == LayerNodeKind::Title;
    if (a.kind == LayerNodeKind::Title) return kDummyGap;
    if (real_a && real_b) return kNodeGap;
    if (a.kind == LayerNodeKind::Label && b.kind == LayerNodeKind::Label) return kLabelGap;
    return kDummyGap;
  }

  // Edges that bend little: dummies of one edge in line first, then dummies with nodes.
  int straightness(const LayerNode& a, const LayerNode& b) const {
    const int dummies =
        (a.kind == LayerNodeKind::Real ? 0 : 1) + (b.kind == LayerNodeKind::Real ? 0 : 1);
    return dummies == 2 ? 8 : dummies == 1 ? 2 : 1;
  }

  int top_of(int cluster) const { return first_cluster_ + 2 * cluster; }
  int bottom_of(int cluster) const { return top_of(cluster) + 1; }
  bool has_box(int cluster) const {
    const auto [first, last] = layered_.cluster_layers[static_cast<std::size_t>(cluster)];
    return first <= last;
  }

  void assign_y() {
    first_cluster_ = static_cast<int>(layered_.nodes.size());
    count_ = first_cluster_ + 2 * static_cast<int>(graph_.clusters.size());
    for (const auto& layer : layered_.layers) {
      separate_nodes(layer);
      separate_clusters(layer);
    }
    hold_members();
    for (std::size_t i = 0; i < layered_.nodes.size(); ++i)
      for (const int to : layered_.nodes[i].after)
        align(static_cast<int>(i), to);
    const auto size = static_cast<std::int64_t>(constraints_.size()) + count_ + 1;
    y_ = least_total_length(count_, constraints_, kWorkLimit / size);
  }

  void separate_nodes(const std::vector<int>& layer) {
    int before = -1;
    for (const int id : layer) {
      if (node(id).kind == LayerNodeKind::Skeleton) continue;
      if (before >= 0)
        constraints_.push_back(
            {before, id,
             half(node(before).height) + half(node(id).height) + gap(node(before), node(id)), 0});
      before = id;
    }
  }

  // Boxes of neighbouring clusters, and of clusters and what is not in them, stay apart: an edge
  // goes round a box in the columns where it could pass through.
  void separate_clusters(const std::vector<int>& layer) {
    int last_cluster = -1;
    std::vector<int> free_since;  // nodes of no cluster after the last one
    for (const int id : layer) {
      const LayerNode& at = node(id);
      if (at.cluster < 0) {
        if (last_cluster >= 0)
          constraints_.push_back(
              {bottom_of(last_cluster), id, half(at.height) + gap_to_box(at), 0});
        free_since.push_back(id);
        continue;
      }
      if (at.cluster == last_cluster) continue;
      for (const int free : free_since)
        constraints_.push_back(
            {free, top_of(at.cluster), half(node(free).height) + gap_to_box(node(free)), 0});
      free_since.clear();
      if (last_cluster >= 0)
        constraints_.push_back({bottom_of(last_cluster), top_of(at.cluster), kClusterGap, 0});
      last_cluster = at.cluster;
    }
  }
  static int gap_to_box(const LayerNode& at) {
    return at.kind == LayerNodeKind::Real ? kClusterGap : kLabelGap;
  }

  void hold_members() {
    for (std::size_t i = 0; i < layered_.nodes.size(); ++i) {
      const LayerNode& at = layered_.nodes[i];
      if (at.cluster < 0) continue;
      const int id = static_cast<int>(i);
      const bool title = at.kind == LayerNodeKind::Title;
      const int pad = half(at.height) + (title ? kClusterPad / 2 : kClusterPad);
      constraints_.push_back({top_of(at.cluster), id, pad, title ? 4 : 0});
      constraints_.push_back({id, bottom_of(at.cluster), pad, 0});
    }
    for (int c = 0; c < static_cast<int>(graph_.clusters.size()); ++c)
      if (has_box(c)) constraints_.push_back({top_of(c), bottom_of(c), 0, 3});
  }

  // |y_a - y_b| as the sum of two distances to a helper above both (Gansner et al., section 4.2).
  void align(int a, int b) {
    const int helper = count_++;
    const int weight = straightness(node(a), node(b));
    constraints_.push_back({helper, a, 0, weight});
    constraints_.push_back({helper, b, 0, weight});
  }

  // What borders of clusters take between a layer and the next.
  double border_pads(int layer) const {
    bool ends = false, begins = false;
    for (const auto& [first, last] : layered_.cluster_layers) {
      ends = ends || (first <= last && last == layer);
      begins = begins || (first <= last && first == layer + 1);
    }
    return kClusterPad * ((ends ? 1.0 : 0.0) + (begins ? 1.0 : 0.0));
  }

  void assign_x() {
    double x = kMargin + kClusterPad;
    for (std::size_t l = 0; l < layered_.layers.size(); ++l) {
      double width = 0;
      int edges = 0, climb = 0;
      for (const int id : layered_.layers[l]) {
        width = std::max(width, node(id).width);
        for (const int to : node(id).after) {
          if (y(id) != y(to)) ++edges;
          climb = std::max(climb, std::abs(y(id) - y(to)));
        }
      }
      columns_.push_back({x, x + width});
      // Room for curves to climb in: the steeper and the more they are, the wider.
      const double least = border_pads(static_cast<int>(l)) + kLeastColumnGap / 2;
      const double gap = kLeastColumnGap + edges * 1.0 + climb / 20.0;
      x += width + std::max(least, std::min(gap, kMostColumnGap));
    }
    out_.width = columns_.empty() ? 0 : columns_.back().second + kClusterPad + kMargin;
    int top = 0, bottom = 0;
    bool any = false;
    auto extend = [&](int from, int to) {
      top = any ? std::min(top, from) : from;
      bottom = any ? std::max(bottom, to) : to;
      any = true;
    };
    for (std::size_t i = 0; i < layered_.nodes.size(); ++i) {
      const int h = half(layered_.nodes[i].height);
      extend(y_[i] - h, y_[i] + h);
    }
    for (int c = 0; c < static_cast<int>(graph_.clusters.size()); ++c)
      if (has_box(c)) extend(y(top_of(c)), y(bottom_of(c)));
    for (int& value : y_)
      value += static_cast<int>(kMargin) - top;
    out_.height = any ? bottom - top + 2 * kMargin : 0;
  }

  Box box_of(int id) const {
    const LayerNode& at = node(id);
    const auto [left, right] = columns_[static_cast<std::size_t>(at.layer)];
    const double x = at.kind == LayerNodeKind::Title ? left : (left + right) / 2 - at.width / 2;
    return {x, y(id) - at.height / 2, at.width, at.height};
  }

  void place_nodes() {
    out_.nodes.resize(graph_.nodes.size());
    out_.titles.resize(graph_.clusters.size());
    for (const auto& layer : layered_.layers)
      for (std::size_t i = 0; i < layer.size(); ++i) {
        const LayerNode& at = node(layer[i]);
        if (at.kind == LayerNodeKind::Real)
          out_.nodes[static_cast<std::size_t>(layer[i])] = {box_of(layer[i]), at.layer,
                                                            static_cast<int>(i)};
        if (at.kind == LayerNodeKind::Title)
          out_.titles[static_cast<std::size_t>(at.of)] = box_of(layer[i]);
      }
  }

  void place_clusters() {
    out_.clusters.resize(graph_.clusters.size());
    for (int c = 0; c < static_cast<int>(graph_.clusters.size()); ++c) {
      if (!has_box(c)) continue;
      const auto [first, last] = layered_.cluster_layers[static_cast<std::size_t>(c)];
      const double left = columns_[static_cast<std::size_t>(first)].first - kClusterPad;
      const double right = columns_[static_cast<std::size_t>(last)].second + kClusterPad;
      out_.clusters[static_cast<std::size_t>(c)] = {
          left, static_cast<double>(y(top_of(c))), right - left,
          static_cast<double>(y(bottom_of(c)) - y(top_of(c)))};
    }
  }

  // Where edge ends stand on a side of a node: spread about its middle in the order of their other
  // ends.
  void spread_ports(std::vector<std::pair<int, double*>>& ends, int id) {
    std::stable_sort(ends.begin(), ends.end(),
                     [&](const auto& a, const auto& b) { return y(a.first) < y(b.first); });
    const double room = std::max(node(id).height - 14, 0.0);
    const auto count = static_cast<double>(ends.size());
    const double step = count > 1 ? std::min(kPortGap, room / (count - 1)) : 0;
    for (std::size_t i = 0; i < ends.size(); ++i)
      *ends[i].second = y(id) + (static_cast<double>(i) - (count - 1) / 2) * step;
  }

  void place_edges() {
    const std::size_t count = graph_.edges.size();
    std::vector<std::vector<std::pair<int, double*>>> leaving(graph_.nodes.size()),
        arriving(graph_.nodes.size());
    std::vector<double> start(count), end(count);
    for (std::size_t e = 0; e < count; ++e) {
      const std::vector<int>& chain = layered_.chains[e];
      if (chain.empty()) continue;
      leaving[static_cast<std::size_t>(chain.front())].push_back({chain[1], &start[e]});
      arriving[static_cast<std::size_t>(chain.back())].push_back(
          {chain[chain.size() - 2], &end[e]});
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      spread_ports(leaving[i], static_cast<int>(i));
      spread_ports(arriving[i], static_cast<int>(i));
    }
    out_.edges.resize(count);
    for (std::size_t e = 0; e < count; ++e)
      if (!layered_.chains[e].empty()) place_edge(e, start[e], end[e]);
  }

  void place_edge(std::size_t e, double start, double end) {
    const std::vector<int>& chain = layered_.chains[e];
    PlacedEdge& edge = out_.edges[e];
    edge.reversed = layered_.reversed[e];
    const Box from = box_of(chain.front()), to = box_of(chain.back());
    auto column = [&](int id) { return columns_[static_cast<std::size_t>(node(id).layer)]; };
    edge.points.push_back({from.x + from.width, start});
    edge.points.push_back({column(chain.front()).second, start});
    for (std::size_t i = 1; i + 1 < chain.size(); ++i) {
      const auto [left, right] = column(chain[i]);
      edge.points.push_back({left, static_cast<double>(y(chain[i]))});
      edge.points.push_back({right, static_cast<double>(y(chain[i]))});
      if (node(chain[i]).kind == LayerNodeKind::Label) edge.label = box_of(chain[i]);
    }
    edge.points.push_back({column(chain.back()).first, end});
    edge.points.push_back({to.x, end});
    if (edge.reversed) std::reverse(edge.points.begin(), edge.points.end());
  }

  const LayoutGraph& graph_;
  LayeredGraph& layered_;
  Layout out_;
  std::vector<DistanceConstraint> constraints_;
  std::vector<int> y_;
  std::vector<std::pair<double, double>> columns_;  // left and right of each layer
  int first_cluster_ = 0;
  int count_ = 0;
};

}  // namespace

Layout layout(const LayoutGraph& graph) {
  LayeredGraph layered = make_layers(graph);
  const int crossings = order_layers(layered);
  return Coordinates(graph, layered).run(crossings);
}

}  // namespace scantling
