#include "boundaries/consensus.h"

#include <cstdint>

#include "base/parallel.h"
#include "boundaries/leiden.h"
#include "boundaries/random.h"

namespace scantling::boundaries {
namespace {

struct Setting {
  Quality quality;
  double resolution;
};

// Modularity from half to thrice its usual resolution; CPM from the mean density of the graph to
// sixteen times.
constexpr Setting settings[] = {
    {Quality::Modularity, .5}, {Quality::Modularity, .8}, {Quality::Modularity, 1.2},
    {Quality::Modularity, 2},  {Quality::Cpm, 1},         {Quality::Cpm, 3},
};

}  // namespace

std::vector<std::vector<int>> leiden_runs(const Graph& graph, const Options& options) {
  const int seeds = options.seeds;
  const int count = static_cast<int>(std::size(settings)) * seeds;
  std::vector<std::vector<int>> runs(static_cast<std::size_t>(count));
  const std::vector<Edge> edges = graph.edge_list();
  in_parallel(options.jobs, seeds, [&](int seed) {
    Random random(options.seed, 1, static_cast<std::uint64_t>(seed));
    std::vector<double> weights;
    weights.reserve(edges.size());
    for (const Edge& edge : edges)
      weights.push_back(edge.weight * (1 + options.jitter * (2 * random.uniform() - 1)));
    const Graph jittered = graph.reweighted(weights);
    for (std::size_t s = 0; s < std::size(settings); ++s) {
      LeidenOptions leiden_options;
      leiden_options.quality = settings[s].quality;
      leiden_options.resolution = settings[s].resolution;
      leiden_options.seed = random.next();
      runs[s * static_cast<std::size_t>(seeds) + static_cast<std::size_t>(seed)] =
          leiden(jittered, leiden_options);
    }
  });
  return runs;
}

Consensus vote(int nodes, const std::vector<std::vector<int>>& runs) {
  Consensus consensus;
  if (nodes > Consensus::dense_limit || runs.empty()) return consensus;
  consensus.resize(nodes);
  const auto n = static_cast<std::size_t>(nodes);
  std::vector<int> together(n * n, 0);
  for (const std::vector<int>& run : runs)
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = a + 1; b < n; ++b)
        together[a * n + b] += run[a] == run[b] ? 1 : 0;
  for (int a = 0; a < nodes; ++a) {
    consensus.set(a, a, 1);
    for (int b = a + 1; b < nodes; ++b)
      consensus.set(a, b,
                    together[static_cast<std::size_t>(a) * n + static_cast<std::size_t>(b)] /
                        static_cast<double>(runs.size()));
  }
  return consensus;
}

std::vector<Edge> edge_votes(const Graph& graph, const std::vector<std::vector<int>>& runs) {
  std::vector<Edge> votes = graph.edge_list();
  for (Edge& edge : votes) {
    int together = 0;
    for (const std::vector<int>& run : runs)
      if (run[static_cast<std::size_t>(edge.a)] == run[static_cast<std::size_t>(edge.b)])
        ++together;
    edge.weight = runs.empty() ? 0 : together / static_cast<double>(runs.size());
  }
  return votes;
}

}  // namespace scantling::boundaries
