// Crossing reduction: sweeps of weighted medians with transposition, clusters kept together and in
// one order in all layers.
#include <algorithm>
#include <map>
#include <numeric>

#include "report/layers.h"

namespace scantling {

namespace {

constexpr int kSweeps = 24;
constexpr int kClusterTrials = 40;  // exchanges of neighbouring clusters that are tried, at most

class Order {
 public:
  explicit Order(LayeredGraph& graph) : graph_(graph), position_(graph.nodes.size(), 0) {
    place_all();
  }

  int run() {
    const std::size_t clusters = graph_.cluster_layers.size();
    cluster_rank_.assign(clusters, 0);
    std::iota(cluster_rank_.begin(), cluster_rank_.end(), 0);
    if (clusters > 0) {
      sweep_to_best(kSweeps / 2, false);
      rank_clusters_by_place();
    }
    int best = sweep_to_best(kSweeps, true);
    if (clusters > 1) best = improve_cluster_order(best);
    return best;
  }

 private:
  const LayerNode& node(int id) const { return graph_.nodes[static_cast<std::size_t>(id)]; }
  int& position(int id) { return position_[static_cast<std::size_t>(id)]; }
  int position(int id) const { return position_[static_cast<std::size_t>(id)]; }

  void place(const std::vector<int>& layer) {
    for (std::size_t i = 0; i < layer.size(); ++i)
      position(layer[i]) = static_cast<int>(i);
  }
  void place_all() {
    for (const auto& layer : graph_.layers)
      place(layer);
  }

  // Gansner's weighted median of the neighbours' places; -1 without neighbours.
  double median(const std::vector<int>& neighbours) const {
    if (neighbours.empty()) return -1;
    std::vector<int> at;
    for (const int id : neighbours)
      at.push_back(position(id));
    std::sort(at.begin(), at.end());
    const std::size_t m = at.size() / 2;
    if (at.size() % 2 == 1) return at[m];
    if (at.size() == 2) return (at[0] + at[1]) / 2.0;
    const double left = at[m - 1] - at[0], right = at.back() - at[m];
    if (left + right <= 0) return (at[m - 1] + at[m]) / 2.0;
    return (at[m - 1] * right + at[m] * left) / (left + right);
  }

  struct Unit {  // a free node, or the nodes of a cluster in the layer
    double key = 0;
    int place = 0;  // the first of its places before: breaks ties
    int cluster = -1;
    std::vector<int> nodes;
  };

  void order_layer(std::size_t index, bool by_before, bool with_clusters) {
    std::vector<int>& layer = graph_.layers[index];
    std::vector<double> key(layer.size());
    for (std::size_t i = 0; i < layer.size(); ++i) {
      const double m = median(by_before ? node(layer[i]).before : node(layer[i]).after);
      key[i] = m < 0 ? static_cast<double>(i) : m;
    }
    std::vector<Unit> units;
    std::map<int, std::size_t> unit_of;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      const int cluster = with_clusters ? node(layer[i]).cluster : -1;
      const auto known = cluster < 0 ? unit_of.end() : unit_of.find(cluster);
      if (known != unit_of.end()) {
        units[known->second].nodes.push_back(layer[i]);
        continue;
      }
      if (cluster >= 0) unit_of[cluster] = units.size();
      units.push_back({key[i], static_cast<int>(i), cluster, {layer[i]}});
    }
    for (Unit& unit : units)
      if (unit.cluster >= 0) order_members(unit, key);
    if (with_clusters) merge_clusters(units);
    std::stable_sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) {
      return a.key != b.key ? a.key < b.key : a.place < b.place;
    });
    layer.clear();
    for (const Unit& unit : units)
      layer.insert(layer.end(), unit.nodes.begin(), unit.nodes.end());
    place(layer);
  }

  // The members by their keys, the title first; the unit's key is their mean.
  void order_members(Unit& unit, const std::vector<double>& key) {
    auto key_of = [&](int id) { return key[static_cast<std::size_t>(position(id))]; };
    std::stable_sort(unit.nodes.begin(), unit.nodes.end(), [&](int a, int b) {
      const bool title_a = node(a).kind == LayerNodeKind::Title;
      const bool title_b = node(b).kind == LayerNodeKind::Title;
      return title_a != title_b ? title_a : key_of(a) < key_of(b);
    });
    double sum = 0, count = 0;
    for (const int id : unit.nodes)
      if (node(id).kind != LayerNodeKind::Title || unit.nodes.size() == 1) {
        sum += key_of(id);
        ++count;
      }
    unit.key = sum / count;
  }

  // Gives the clusters keys in their global order, as near to their own as possible (pooling
  // violators), so that one sort by key merges them with the free nodes.
  void merge_clusters(std::vector<Unit>& units) {
    std::vector<Unit*> ranked;
    for (Unit& unit : units)
      if (unit.cluster >= 0) ranked.push_back(&unit);
    std::sort(ranked.begin(), ranked.end(),
              [&](const Unit* a, const Unit* b) { return rank(a->cluster) < rank(b->cluster); });
    struct Pool {
      double sum, weight;
      std::size_t first;
    };
    std::vector<Pool> pools;
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      const auto weight = static_cast<double>(ranked[i]->nodes.size());
      pools.push_back({ranked[i]->key * weight, weight, i});
      while (pools.size() > 1) {
        Pool& last = pools[pools.size() - 1];
        Pool& before = pools[pools.size() - 2];
        if (before.sum / before.weight < last.sum / last.weight) break;
        before.sum += last.sum;
        before.weight += last.weight;
        pools.pop_back();
      }
    }
    for (std::size_t p = 0; p < pools.size(); ++p) {
      const std::size_t end = p + 1 < pools.size() ? pools[p + 1].first : ranked.size();
      for (std::size_t i = pools[p].first; i < end; ++i)
        ranked[i]->key = pools[p].sum / pools[p].weight;
    }
    for (std::size_t i = 0; i < ranked.size(); ++i)  // those of one pool stay in their order
      ranked[i]->key += 1e-6 * static_cast<double>(i);
  }

  int rank(int cluster) const { return cluster_rank_[static_cast<std::size_t>(cluster)]; }

  // Crossings between the edges of two nodes of a layer with `a` above `b`.
  int crossings_of(int a, int b) const {
    int sum = 0;
    for (const auto side : {&LayerNode::before, &LayerNode::after})
      for (const int x : node(a).*side)
        for (const int y : node(b).*side)
          sum += position(x) > position(y) ? 1 : 0;
    return sum;
  }

  bool may_exchange(int a, int b, bool with_clusters) const {
    if (node(a).kind == LayerNodeKind::Title || node(b).kind == LayerNodeKind::Title) return false;
    return !with_clusters || node(a).cluster == node(b).cluster;
  }

  void transpose(bool with_clusters) {
    for (int round = 0; round < 6; ++round) {
      bool improved = false;
      for (auto& layer : graph_.layers)
        for (std::size_t i = 0; i + 1 < layer.size(); ++i) {
          const int a = layer[i], b = layer[i + 1];
          if (!may_exchange(a, b, with_clusters) || crossings_of(b, a) >= crossings_of(a, b))
            continue;
          std::swap(layer[i], layer[i + 1]);
          std::swap(position(a), position(b));
          improved = true;
        }
      if (!improved) return;
    }
  }

  int sweep_to_best(int sweeps, bool with_clusters) {
    // The order that is there counts only when it keeps the clusters together.
    std::vector<std::vector<int>> best_layers;
    int best = -1;
    int without_gain = 0;
    for (int sweep = 0; sweep < sweeps && best != 0 && without_gain < 8; ++sweep) {
      const std::size_t count = graph_.layers.size();
      const bool forward = sweep % 2 == 0;
      for (std::size_t i = 0; i < count; ++i)
        order_layer(forward ? i : count - 1 - i, forward, with_clusters);
      transpose(with_clusters);
      const int crossings = count_crossings(graph_);
      ++without_gain;
      if (best < 0 || crossings < best) {
        best = crossings;
        best_layers = graph_.layers;
        without_gain = 0;
      }
    }
    if (best >= 0) graph_.layers = std::move(best_layers);
    place_all();
    return std::max(best, 0);
  }

  void rank_clusters_by_place() {
    std::vector<double> sum(cluster_rank_.size(), 0), count(cluster_rank_.size(), 0);
    for (const auto& layer : graph_.layers)
      for (std::size_t i = 0; i < layer.size(); ++i) {
        const LayerNode& at = node(layer[i]);
        if (at.cluster < 0 || at.kind == LayerNodeKind::Skeleton || at.kind == LayerNodeKind::Title)
          continue;
        sum[static_cast<std::size_t>(at.cluster)] +=
            (static_cast<double>(i) + .5) / static_cast<double>(layer.size());
        ++count[static_cast<std::size_t>(at.cluster)];
      }
    std::vector<std::size_t> clusters(cluster_rank_.size());
    std::iota(clusters.begin(), clusters.end(), std::size_t{0});
    std::stable_sort(clusters.begin(), clusters.end(), [&](std::size_t a, std::size_t b) {
      return sum[a] * count[b] < sum[b] * count[a];
    });
    for (std::size_t i = 0; i < clusters.size(); ++i)
      cluster_rank_[clusters[i]] = static_cast<int>(i);
  }

  int improve_cluster_order(int best) {
    int trials = kClusterTrials;
    bool improved = true;
    while (improved && best > 0 && trials > 0) {
      improved = false;
      for (int at = 0; at + 1 < static_cast<int>(cluster_rank_.size()) && trials > 0; ++at) {
        --trials;
        const auto kept_layers = graph_.layers;
        exchange_ranks(at, at + 1);
        const int crossings = sweep_to_best(8, true);
        if (crossings < best) {
          best = crossings;
          improved = true;
          continue;
        }
        exchange_ranks(at, at + 1);
        graph_.layers = kept_layers;
        place_all();
      }
    }
    return best;
  }

  void exchange_ranks(int a, int b) {
    for (int& rank : cluster_rank_)
      rank = rank == a ? b : rank == b ? a : rank;
  }

  LayeredGraph& graph_;
  std::vector<int> position_;
  std::vector<int> cluster_rank_;
};

}  // namespace

int order_layers(LayeredGraph& graph) {
  if (graph.layers.empty()) return 0;
  return Order(graph).run();
}

}  // namespace scantling
