#include "boundaries/code_units.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/assert.h"
#include "boundaries/index.h"
#include "boundaries/max_flow.h"

namespace scantling::boundaries {
namespace {

// Weight of an edge that must not be cut: above any sum of others.
constexpr double bound = 1e12;

// Undirected weights between units; loops and weightless edges left out.
std::map<std::pair<int, int>, double> links_of(const CodeGraph& graph, const CodeWeights& weights) {
  std::map<std::pair<int, int>, double> links;
  for (const CodeEdge& edge : graph.edges)
    if (edge.from != edge.to && weights.of(edge.kind) > 0)
      links[std::minmax(edge.from, edge.to)] += weights.of(edge.kind);
  return links;
}

class MultiwayCut {
 public:
  MultiwayCut(std::size_t units, std::map<std::pair<int, int>, double> links,
              const std::vector<int>& anchors, int services)
      : links_(std::move(links)), anchors_(anchors), services_(services), around_(units) {
    for (const auto& [pair, weight] : links_) {
      around_[at(pair.first)].push_back({pair.second, weight});
      around_[at(pair.second)].push_back({pair.first, weight});
    }
  }

  std::vector<int> run() {
    std::vector<int> best;
    double least = 0;
    // A start in each service: expansions may end in different optima.
    for (int start = 0; start < services_; ++start) {
      std::vector<int> group = anchors_;
      for (std::size_t u = 0; u < group.size(); ++u)
        if (group[u] < 0) group[u] = start;
      descend(group);
      const double c = cost(group);
      if (best.empty() || c < least - 1e-9) {
        best = group;
        least = c;
      }
    }
    return best;
  }

 private:
  double cost(const std::vector<int>& group) const {
    double sum = 0;
    for (const auto& [pair, weight] : links_)
      if (group[at(pair.first)] != group[at(pair.second)]) sum += weight;
    return sum;
  }

  void descend(std::vector<int>& group) const {
    double now = cost(group);
    for (bool better = true; better;) {
      better = false;
      for (int service = 0; service < services_; ++service) {
        std::vector<int> next = expanded(group, service);
        const double c = cost(next);
        if (c >= now - 1e-9) continue;
        now = c;
        group = std::move(next);
        better = true;
      }
    }
  }

  // The best cut in which every unit keeps its service or goes to `service`. A pair of units in two
  // services, neither of them this one, costs as long as either stays: their edge becomes a node.
  std::vector<int> expanded(const std::vector<int>& group, int service) const {
    const auto units = static_cast<int>(group.size());
    int nodes = units + 2;
    for (const auto& [pair, weight] : links_)
      if (group[at(pair.first)] != group[at(pair.second)]) ++nodes;
    FlowNetwork network(nodes);
    const int keep = units, go = units + 1;
    int extra = units + 2;
    for (int u = 0; u < units; ++u) {
      if (anchors_[at(u)] >= 0 && anchors_[at(u)] != service) network.connect(keep, u, bound, 0);
      if (group[at(u)] == service) network.connect(u, go, bound, 0);
    }
    for (const auto& [pair, weight] : links_) {
      const auto [a, b] = pair;
      if (group[at(a)] == group[at(b)]) {
        network.connect(a, b, weight, weight);
        continue;
      }
      const int edge = extra++;
      network.connect(edge, go, weight, 0);
      network.connect(edge, a, weight, weight);
      network.connect(edge, b, weight, weight);
    }
    network.run(keep, go);
    std::vector<int> next = group;
    for (int u = 0; u < units; ++u)
      if (!network.source_side()[at(u)] && anchors_[at(u)] < 0) next[at(u)] = service;
    return next;
  }

  std::map<std::pair<int, int>, double> links_;
  const std::vector<int>& anchors_;
  int services_;
  std::vector<std::vector<std::pair<int, double>>> around_;
};

// Helpers: called from at least three services and from more than half of all, by no service
// mostly, and tied to nothing of a service themselves.
std::vector<int> hubs_of(const CodeGraph& graph, const std::vector<int>& anchors,
                         const std::vector<int>& group, int services) {
  std::vector<std::map<int, int>> callers(graph.units.size());
  std::vector<char> tied(graph.units.size(), 0);
  for (const CodeEdge& edge : graph.edges) {
    tied[at(edge.from)] = 1;
    if (edge.from != edge.to && group[at(edge.from)] >= 0)
      ++callers[at(edge.to)][group[at(edge.from)]];
  }
  std::vector<int> hubs;
  for (std::size_t u = 0; u < graph.units.size(); ++u) {
    if (anchors[u] >= 0 || tied[u] || callers[u].size() < 3) continue;
    int all = 0, most = 0;
    for (const auto& [service, count] : callers[u]) {
      all += count;
      most = std::max(most, count);
    }
    if (2 * static_cast<int>(callers[u].size()) > services && 2 * most <= all)
      hubs.push_back(static_cast<int>(u));
  }
  return hubs;
}

// Units that no anchor reaches have no service of their own.
std::vector<char> reached_from_anchors(std::size_t units,
                                       const std::map<std::pair<int, int>, double>& links,
                                       const std::vector<int>& anchors) {
  std::vector<std::vector<int>> around(units);
  for (const auto& [pair, weight] : links) {
    around[at(pair.first)].push_back(pair.second);
    around[at(pair.second)].push_back(pair.first);
  }
  std::vector<char> reached(units, 0);
  std::vector<int> queue;
  for (std::size_t u = 0; u < units; ++u)
    if (anchors[u] >= 0) {
      reached[u] = 1;
      queue.push_back(static_cast<int>(u));
    }
  for (std::size_t head = 0; head < queue.size(); ++head)
    for (const int next : around[at(queue[head])])
      if (!reached[at(next)]) {
        reached[at(next)] = 1;
        queue.push_back(next);
      }
  return reached;
}

}  // namespace

double CodeWeights::of(CodeEdgeKind kind) const {
  switch (kind) {
    case CodeEdgeKind::Calls: return calls;
    case CodeEdgeKind::Persists: return persists;
    case CodeEdgeKind::Uses: return uses;
    case CodeEdgeKind::References: return references;
    case CodeEdgeKind::Extends: return extends;
  }
  return 0;
}

CodeQuality measure_code(const CodeGraph& graph, const std::vector<int>& group,
                         const CodeWeights& weights) {
  SCANTLING_ASSERT(group.size() == graph.units.size());
  CodeQuality quality;
  std::map<int, double> inside, outgoing;
  for (const int g : group)
    if (g >= 0) inside[g] += 0;
  for (const CodeEdge& edge : graph.edges) {
    const int from = group[at(edge.from)], to = group[at(edge.to)];
    if (from < 0 || to < 0) continue;
    const double weight = weights.of(edge.kind);
    if (from == to) {
      inside[from] += weight;
      continue;
    }
    outgoing[from] += weight;
    quality.coupling += weight;
    ++quality.crossing[static_cast<int>(edge.kind)];
  }
  quality.services = static_cast<int>(inside.size());
  for (const auto& [service, weight] : inside) {
    const double all = weight + outgoing[service];
    quality.cohesion += (all > 0 ? weight / all : 1) / quality.services;
  }
  return quality;
}

CodeAssignment assign_code(const CodeGraph& graph, const std::vector<int>& anchors,
                           const CodeWeights& weights) {
  SCANTLING_ASSERT(anchors.size() == graph.units.size());
  CodeAssignment assignment;
  const std::size_t units = graph.units.size();
  const int services = anchors.empty() ? 0 : 1 + *std::max_element(anchors.begin(), anchors.end());
  assignment.exact = services <= 2;
  assignment.group = anchors;
  if (services < 1) return assignment;
  auto links = links_of(graph, weights);
  const std::vector<char> reached = reached_from_anchors(units, links, anchors);
  assignment.group = MultiwayCut(units, links, anchors, services).run();
  for (std::size_t u = 0; u < units; ++u)
    if (!reached[u]) assignment.group[u] = -1;

  assignment.library = hubs_of(graph, anchors, assignment.group, services);
  if (!assignment.library.empty()) {
    // Without the hubs the rest may fall differently.
    const std::set<int> hubs(assignment.library.begin(), assignment.library.end());
    std::erase_if(links, [&](const auto& link) {
      return hubs.contains(link.first.first) || hubs.contains(link.first.second);
    });
    const std::vector<char> without = reached_from_anchors(units, links, anchors);
    assignment.group = MultiwayCut(units, links, anchors, services).run();
    for (std::size_t u = 0; u < units; ++u)
      if (!without[u]) assignment.group[u] = -1;
  }
  assignment.quality = measure_code(graph, assignment.group, weights);
  return assignment;
}

}  // namespace scantling::boundaries
