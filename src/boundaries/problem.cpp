#include "boundaries/problem.h"

#include <algorithm>
#include <map>

#include "boundaries/index.h"
#include "boundaries/layers.h"

namespace scantling::boundaries {
namespace {

// Above this much work per evaluation, complexity is measured for the result but not searched.
constexpr std::size_t traced_words = 1'000'000;

Graph step_graph(const Input& input, const Atoms& atoms) {
  std::vector<Edge> edges;
  double all = 0;
  for (const Functionality& f : input.functionalities)
    for (std::size_t i = 1; i < f.accesses.size(); ++i) {
      const double volume = f.rate * f.accesses[i].times;
      all += volume;
      edges.push_back(
          {atoms.of[at(f.accesses[i - 1].entity)], atoms.of[at(f.accesses[i].entity)], volume});
    }
  for (Edge& edge : edges)
    edge.weight = all > 0 ? edge.weight / all : 0;
  return Graph(atoms.count(), std::move(edges));
}

std::vector<Use> uses_of(const Input& input, const Atoms& atoms, double atomic) {
  double all = 0;
  for (const Functionality& f : input.functionalities)
    all += f.rate;
  std::vector<Use> uses;
  for (const Functionality& f : input.functionalities) {
    Use& use = uses.emplace_back();
    use.rate = all > 0 ? f.rate / all : 1 / static_cast<double>(input.functionalities.size());
    use.write_rate = use.rate * (f.atomic ? atomic : 1);
    std::map<int, bool> touched;
    for (const Access& access : f.accesses) {
      bool& write = touched[atoms.of[at(access.entity)]];
      write = write || access.write;
    }
    for (const auto& [atom, write] : touched)
      use.touches.push_back({atom, write});
  }
  return uses;
}

std::vector<int> references_of(const Input& input, const Atoms& atoms) {
  std::vector<int> reference;
  if (input.reference.empty()) return reference;
  for (const std::vector<int>& members : atoms.members) {
    std::map<int, double> weight;
    for (const int entity : members)
      if (input.reference[at(entity)] >= 0)
        weight[input.reference[at(entity)]] += input.entities[at(entity)].size;
    int best = -1;
    for (const auto& [label, size] : weight)
      if (best < 0 || size > weight[best]) best = label;
    reference.push_back(best);
  }
  return reference;
}

void set_scales(Problem& problem) {
  Scales& s = problem.scales;
  s.crossing = problem.steps.total();
  for (int v = 0; v < problem.steps.nodes(); ++v)
    s.crossing -= problem.steps.loop(v);
  for (const Use& use : problem.uses) {
    int writes = 0;
    for (const Touch& touch : use.touches)
      writes += int{touch.write};
    if (use.touches.size() > 1) s.split_transactions += use.rate;
    if (writes > 1) s.split_writes += use.write_rate;
    if (!use.touches.empty()) s.spread += use.rate * static_cast<double>(use.touches.size() - 1);
  }
  s.imbalance = 1;
  s.team_spread = problem.teams > 1 ? 1 : 0;
  if (!problem.traces) return;
  const ComplexityState singles(*problem.traces, problem.atoms.of);
  s.complexity = singles.total();
}

}  // namespace

Problem compile(const Input& input, Atoms atoms, const Graph& graph,
                const ObjectiveWeights& weights) {
  Problem p;
  p.input = &input;
  p.weights = weights;
  p.layered = graph.contracted(atoms.of, atoms.count());
  p.steps = step_graph(input, atoms);
  p.uses = uses_of(input, atoms, weights.atomic);
  p.uses_of.resize(at(atoms.count()));
  for (std::size_t f = 0; f < p.uses.size(); ++f)
    for (const Touch& touch : p.uses[f].touches)
      p.uses_of[at(touch.atom)].push_back({static_cast<int>(f), touch.write});
  p.team_sizes.resize(at(atoms.count()));
  for (std::size_t a = 0; a < atoms.members.size(); ++a) {
    std::map<int, double> sizes;
    for (const int entity : atoms.members[a]) {
      const Entity& e = input.entities[at(entity)];
      if (e.team < 0) continue;
      sizes[e.team] += e.size;
      p.teams = std::max(p.teams, e.team + 1);
    }
    p.team_sizes[a].assign(sizes.begin(), sizes.end());
  }
  p.reference = references_of(input, atoms);
  if (weights.complexity > 0) {
    auto traces =
        std::make_unique<Traces>(static_cast<int>(input.entities.size()), input.functionalities);
    if (traces->steps() * traces->words() <= traced_words) p.traces = std::move(traces);
  }
  p.atoms = std::move(atoms);
  set_scales(p);
  return p;
}

void set_votes(Problem& problem, const Consensus& consensus) {
  problem.votes.clear();
  if (!consensus.dense()) return;
  const std::size_t n = at(problem.atoms.count());
  problem.votes.assign(n * n, 0);
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = a + 1; b < n; ++b) {
      double sum = 0;
      for (const int x : problem.atoms.members[a])
        for (const int y : problem.atoms.members[b])
          sum += consensus.at(x, y);
      const auto pairs =
          static_cast<double>(problem.atoms.members[a].size() * problem.atoms.members[b].size());
      problem.votes[a * n + b] = problem.votes[b * n + a] = static_cast<float>(sum / pairs);
    }
}

}  // namespace scantling::boundaries
