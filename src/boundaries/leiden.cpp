#include "boundaries/leiden.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "boundaries/index.h"
#include "boundaries/random.h"

namespace scantling::boundaries {
namespace {

// Both qualities are sums over communities of w_in - gamma * mass^2 / 2 up to constants: mass is
// the strength for modularity (gamma = resolution / 2m) and the number of nodes for CPM.
struct Level {
  Graph graph;
  std::vector<double> mass;
};

// Moves of nodes among communities, gain = w(v, C) - gamma * mass_v * mass_C.
class Communities {
 public:
  Communities(const Level& level, double gamma, std::vector<int> label)
      : level_(level), gamma_(gamma), label_(std::move(label)) {
    const std::size_t n = label_.size();
    mass_.assign(n, 0);
    size_.assign(n, 0);
    weight_to_.assign(n, 0);
    seen_.assign(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      mass_[at(label_[i])] += level.mass[i];
      ++size_[at(label_[i])];
    }
    for (std::size_t c = n; c-- > 0;)
      if (size_[c] == 0) empty_.push_back(static_cast<int>(c));
  }

  const std::vector<int>& label() const { return label_; }
  double gamma() const { return gamma_; }
  double mass(int community) const { return mass_[at(community)]; }
  int size(int community) const { return size_[at(community)]; }

  // Weights from v to the communities around it (its own first).
  const std::vector<int>& gather(int v) {
    for (const int c : touched_) {
      weight_to_[at(c)] = 0;
      seen_[at(c)] = 0;
    }
    touched_.assign(1, label_[at(v)]);
    seen_[at(label_[at(v)])] = 1;
    for (const Neighbour& neighbour : level_.graph.of(v)) {
      const int c = label_[at(neighbour.node)];
      if (!seen_[at(c)]) {
        seen_[at(c)] = 1;
        touched_.push_back(c);
      }
      weight_to_[at(c)] += neighbour.weight;
    }
    return touched_;
  }
  double weight_to(int community) const { return weight_to_[at(community)]; }

  void move(int v, int to) {
    const int from = label_[at(v)];
    if (--size_[at(from)] == 0) empty_.push_back(from);
    mass_[at(from)] -= level_.mass[at(v)];
    if (size_[at(from)] == 0) mass_[at(from)] = 0;
    if (size_[at(to)]++ == 0)
      empty_.erase(std::find(empty_.rbegin(), empty_.rend(), to).base() - 1);
    mass_[at(to)] += level_.mass[at(v)];
    label_[at(v)] = to;
  }

  // Best community for v, its own on a tie; a fresh one if alone is best.
  int best(int v) {
    const double m = level_.mass[at(v)];
    const int own = label_[at(v)];
    gather(v);
    int best_community = own;
    double best_gain = weight_to(own) - gamma_ * m * (mass(own) - m);
    for (const int c : touched_) {
      if (c == own) continue;
      const double gain = weight_to(c) - gamma_ * m * mass(c);
      if (gain > best_gain + 1e-12) {
        best_gain = gain;
        best_community = c;
      }
    }
    if (best_gain < -1e-12 && size(own) > 1 && !empty_.empty()) return empty_.back();
    return best_community;
  }

 private:
  const Level& level_;
  double gamma_;
  std::vector<int> label_;
  std::vector<double> mass_;
  std::vector<int> size_;
  std::vector<double> weight_to_;
  std::vector<char> seen_;
  std::vector<int> touched_;
  std::vector<int> empty_;
};

// Fast local move: a queue of nodes whose neighbourhood changed.
bool move_nodes(const Level& level, Communities& communities, Random& random) {
  const int n = level.graph.nodes();
  std::vector<int> queue(at(n));
  std::iota(queue.begin(), queue.end(), 0);
  random.shuffle(queue);
  std::vector<char> queued(at(n), 1);
  bool changed = false;
  // A ring: every node is in it at most once.
  std::size_t head = 0, count = queue.size();
  while (count > 0) {
    const int v = queue[head];
    head = head + 1 == queue.size() ? 0 : head + 1;
    --count;
    queued[at(v)] = 0;
    const int to = communities.best(v);
    if (to == communities.label()[at(v)]) continue;
    communities.move(v, to);
    changed = true;
    for (const Neighbour& neighbour : level.graph.of(v)) {
      if (queued[at(neighbour.node)] || communities.label()[at(neighbour.node)] == to) continue;
      queue[(head + count) % queue.size()] = neighbour.node;
      queued[at(neighbour.node)] = 1;
      ++count;
    }
  }
  return changed;
}

// Merges nodes within each community of `partition`, only well-connected ones and at random in
// proportion to exp(gain / theta), so that no community stays badly connected.
class Refinement {
 public:
  Refinement(const Level& level, double gamma, const std::vector<int>& partition, double theta,
             Random& random)
      : level_(level),
        partition_(partition),
        theta_(theta),
        random_(random),
        refined_(level, gamma, singletons(level.graph.nodes())),
        cut_(at(level.graph.nodes()), 0),
        whole_(at(level.graph.nodes()), 0) {}

  std::vector<int> run() {
    const int n = level_.graph.nodes();
    for (int v = 0; v < n; ++v) {
      whole_[at(partition_[at(v)])] += level_.mass[at(v)];
      for (const Neighbour& neighbour : level_.graph.of(v))
        if (partition_[at(neighbour.node)] == partition_[at(v)]) cut_[at(v)] += neighbour.weight;
    }
    std::vector<int> order(at(n));
    std::iota(order.begin(), order.end(), 0);
    random_.shuffle(order);
    for (const int v : order)
      if (refined_.size(v) == 1 && refined_.label()[at(v)] == v && well_connected(v)) merge(v);
    return refined_.label();
  }

 private:
  static std::vector<int> singletons(int n) {
    std::vector<int> label(at(n));
    std::iota(label.begin(), label.end(), 0);
    return label;
  }

  // Of a refined community (named by its founding node): its weight to the rest of its community.
  bool well_connected(int c) const {
    const int p = partition_[at(c)];
    const double mass = refined_.mass(c);
    return cut_[at(c)] >= refined_.gamma() * mass * (whole_[at(p)] - mass) - 1e-12;
  }

  void merge(int v) {
    const double m = level_.mass[at(v)];
    candidates_.assign(1, {v, 0});
    double largest = 0;
    for (const int c : refined_.gather(v)) {
      if (c == v || partition_[at(c)] != partition_[at(v)] || !well_connected(c)) continue;
      const double gain = refined_.weight_to(c) - refined_.gamma() * m * refined_.mass(c);
      if (gain < 0) continue;
      candidates_.push_back({c, gain});
      largest = std::max(largest, gain);
    }
    // theta is relative to the node's own strength: gains scale with the weights.
    const double scale = theta_ * std::max(level_.graph.strength(v), 1e-300);
    double sum = 0;
    for (Neighbour& candidate : candidates_)
      sum += candidate.weight = std::exp((candidate.weight - largest) / scale);
    double draw = random_.uniform() * sum;
    int to = candidates_.back().node;
    for (const Neighbour& candidate : candidates_) {
      draw -= candidate.weight;
      if (draw < 0) {
        to = candidate.node;
        break;
      }
    }
    if (to == v) return;
    cut_[at(to)] += cut_[at(v)] - 2 * refined_.weight_to(to);
    refined_.move(v, to);
  }

  const Level& level_;
  const std::vector<int>& partition_;
  double theta_;
  Random& random_;
  Communities refined_;
  std::vector<double> cut_;    // of a refined community, to the rest of its community
  std::vector<double> whole_;  // mass of a community
  std::vector<Neighbour> candidates_;
};

Level aggregate(const Level& level, const std::vector<int>& label, int labels) {
  Level next{level.graph.contracted(label, labels), std::vector<double>(at(labels), 0)};
  for (std::size_t i = 0; i < label.size(); ++i)
    next.mass[at(label[i])] += level.mass[i];
  return next;
}

double gamma_of(const Graph& graph, Quality quality, double resolution) {
  if (quality == Quality::Modularity)
    return graph.total() > 0 ? resolution / (2 * graph.total()) : 0;
  const double n = graph.nodes();
  return n > 1 ? resolution * graph.total() / (n * (n - 1) / 2) : 0;
}

// One pass: local moves, refinement and aggregation until nothing moves. True when it changed.
bool leiden_pass(const Level& base, double gamma, double theta, Random& random,
                 std::vector<int>& label) {
  const Level* level = &base;
  Level own;
  std::vector<int> where(label.size());  // base node -> node of the level
  std::iota(where.begin(), where.end(), 0);
  std::vector<int> current = label;  // community per node of the level
  bool changed = false;
  while (true) {
    Communities communities(*level, gamma, current);
    const bool moved = move_nodes(*level, communities, random);
    changed |= moved;
    current = communities.label();
    for (std::size_t i = 0; i < label.size(); ++i)
      label[i] = current[at(where[i])];
    std::vector<int> compact = current;
    if (compact_labels(compact) == level->graph.nodes()) break;
    std::vector<int> refined = Refinement(*level, gamma, current, theta, random).run();
    const int labels = compact_labels(refined);
    if (labels == level->graph.nodes()) break;
    // The coarse nodes start in the communities that the local moves found.
    std::vector<int> coarse(at(labels));
    for (std::size_t i = 0; i < refined.size(); ++i)
      coarse[at(refined[i])] = current[i];
    compact_labels(coarse);
    for (int& node : where)
      node = refined[at(node)];
    own = aggregate(*level, refined, labels);
    level = &own;
    current = std::move(coarse);
  }
  compact_labels(label);
  return changed;
}

}  // namespace

int compact_labels(std::vector<int>& label) {
  const int most = label.empty() ? -1 : *std::max_element(label.begin(), label.end());
  std::vector<int> number(at(most + 1), -1);
  int next = 0;
  for (int& l : label) {
    if (number[at(l)] < 0) number[at(l)] = next++;
    l = number[at(l)];
  }
  return next;
}

std::vector<int> leiden(const Graph& graph, const LeidenOptions& options) {
  std::vector<int> label(at(graph.nodes()));
  std::iota(label.begin(), label.end(), 0);
  Level base{graph, std::vector<double>(at(graph.nodes()), 1)};
  if (options.quality == Quality::Modularity)
    for (int v = 0; v < graph.nodes(); ++v)
      base.mass[at(v)] = graph.strength(v);
  const double gamma = gamma_of(graph, options.quality, options.resolution);
  Random random(options.seed);
  for (int i = 0; i < options.iterations; ++i)
    if (!leiden_pass(base, gamma, options.randomness, random, label)) break;
  return label;
}

double partition_quality(const Graph& graph, const std::vector<int>& label, Quality quality,
                         double resolution) {
  if (graph.total() <= 0) return 0;
  std::vector<int> compact = label;
  const int labels = compact_labels(compact);
  std::vector<double> inside(at(labels), 0), mass(at(labels), 0), self(at(labels), 0);
  for (int v = 0; v < graph.nodes(); ++v) {
    const int c = compact[at(v)];
    const double m = quality == Quality::Modularity ? graph.strength(v) : 1;
    mass[at(c)] += m;
    self[at(c)] += quality == Quality::Modularity ? 0 : m * m;
    inside[at(c)] += graph.loop(v);
    for (const Neighbour& neighbour : graph.of(v))
      if (compact[at(neighbour.node)] == c) inside[at(c)] += neighbour.weight / 2;
  }
  const double gamma = gamma_of(graph, quality, resolution);
  double sum = 0;
  for (int c = 0; c < labels; ++c)
    sum += inside[at(c)] - gamma / 2 * (mass[at(c)] * mass[at(c)] - self[at(c)]);
  return sum / graph.total();
}

}  // namespace scantling::boundaries
