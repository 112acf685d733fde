#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/assert.h"
#include "base/parallel.h"
#include "boundaries/boundaries.h"
#include "boundaries/choose.h"
#include "boundaries/consensus.h"
#include "boundaries/explain.h"
#include "boundaries/index.h"
#include "boundaries/layers.h"
#include "boundaries/leiden.h"
#include "boundaries/problem.h"
#include "boundaries/search.h"
#include "boundaries/state.h"
#include "boundaries/sweep.h"

namespace scantling::boundaries {
namespace {

constexpr std::size_t archive_at_most = 60;

void check_input(const Input& input) {
  const auto known = [&](int entity) { return entity >= 0 && at(entity) < input.entities.size(); };
  for (const Functionality& f : input.functionalities)
    for (const Access& access : f.accesses)
      SCANTLING_ASSERT(known(access.entity));
  for (const Relation& relation : input.relations)
    SCANTLING_ASSERT(known(relation.a) && known(relation.b));
  for (const CoChange& change : input.co_changes)
    SCANTLING_ASSERT(known(change.a) && known(change.b));
  for (const auto* groups : {&input.constraints.keep_together, &input.constraints.keep_apart})
    for (const std::vector<int>& group : *groups)
      for (const int entity : group)
        SCANTLING_ASSERT(known(entity));
  for (const Pin& pin : input.constraints.pins)
    SCANTLING_ASSERT(known(pin.entity));
  SCANTLING_ASSERT(input.reference.empty() || input.reference.size() == input.entities.size());
}

Cut make_cut(const Problem& problem, const Found& found) {
  const Input& input = *problem.input;
  Cut cut;
  cut.group.resize(input.entities.size());
  for (std::size_t e = 0; e < cut.group.size(); ++e)
    cut.group[e] = found.group[at(problem.atoms.of[e])];
  cut.services = compact_labels(cut.group);
  cut.objectives = found.objectives;
  cut.degenerate = degeneracy(input, cut.group, cut.services);
  return cut;
}

void measure_cut(const Input& input, Cut& cut) {
  cut.metrics = measure(input.entities, input.functionalities, cut.group);
  cut.objectives.complexity = cut.metrics.complexity;
}

ServicesRange services_range(const Problem& problem, const Options& options) {
  const Constraints& c = problem.input->constraints;
  const int atoms = problem.atoms.count();
  ServicesRange range;
  range.low = std::max({2, c.services_low, options.services_low});
  if (c.services_high > 0) range.low = std::min(range.low, c.services_high);
  range.high = std::min(12, std::max(2, atoms / 2));
  range.high = std::max(range.high, range.low);
  if (options.services_high > 0) range.high = std::max(range.low, options.services_high);
  if (c.services_high > 0) range.high = std::min(range.high, c.services_high);
  if (c.services_low > 0) range.high = std::max(range.high, c.services_low);
  range.low = std::max(1, std::min(range.low, atoms));
  range.high = std::max(range.low, std::min(range.high, atoms));
  return range;
}

// Lower is better in each.
std::vector<double> archive_objectives(const Cut& cut) {
  const Objectives& o = cut.objectives;
  std::vector<int> size(at(cut.services), 0);
  for (const int g : cut.group)
    ++size[at(g)];
  return {o.split_transactions, o.split_writes,
          o.complexity,         o.crossing,
          o.team_spread,        o.distance,
          -o.modularity,        static_cast<double>(*std::max_element(size.begin(), size.end()))};
}

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool less = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i] + 1e-9) return false;
    if (a[i] < b[i] - 1e-9) less = true;
  }
  return less;
}

// Non-dominated cuts, one of those that are equal in all objectives; of too many, those with the
// best scores of each number of services.
std::vector<Cut> archive_of(std::vector<Cut> cuts) {
  std::stable_sort(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) {
    if (a.services != b.services) return a.services < b.services;
    if (a.objectives.score != b.objectives.score) return a.objectives.score < b.objectives.score;
    return a.group < b.group;
  });
  cuts.erase(std::unique(cuts.begin(), cuts.end(),
                         [](const Cut& a, const Cut& b) { return a.group == b.group; }),
             cuts.end());
  std::vector<std::vector<double>> points;
  for (const Cut& cut : cuts)
    points.push_back(archive_objectives(cut));
  std::vector<std::pair<int, std::size_t>> kept;  // rank within its number of services
  const auto same = [](double x, double y) { return std::abs(x - y) < 1e-9; };
  std::map<int, int> rank;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const auto beats = [&](const std::vector<double>& p) { return dominates(p, points[i]); };
    const auto equals = [&](const auto& other) {
      return std::ranges::equal(points[other.second], points[i], same);
    };
    if (std::none_of(points.begin(), points.end(), beats) && std::ranges::none_of(kept, equals))
      kept.push_back({rank[cuts[i].services]++, i});
  }
  std::stable_sort(kept.begin(), kept.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (kept.size() > archive_at_most) kept.resize(archive_at_most);
  std::sort(kept.begin(), kept.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<Cut> archive;
  for (const auto& [r, i] : kept)
    archive.push_back(std::move(cuts[i]));
  return archive;
}

std::vector<std::vector<int>> contracted_runs(const Problem& problem,
                                              const std::vector<std::vector<int>>& runs) {
  if (problem.atoms.count() == static_cast<int>(problem.atoms.of.size())) return runs;
  std::vector<std::vector<int>> contracted;
  for (const std::vector<int>& run : runs) {
    std::vector<int>& group = contracted.emplace_back();
    for (const std::vector<int>& members : problem.atoms.members)
      group.push_back(run[at(members.front())]);
    compact_labels(group);
  }
  return contracted;
}

void explain(const Problem& problem, Result& result) {
  result.placements =
      explain_placements(problem, result.consensus, result.chosen.group, result.chosen.services);
  result.boundaries = boundary_costs(*problem.input, result.chosen.group);
}

Found whole(const Problem& problem) {
  return polish(problem, std::vector<int>(at(problem.atoms.count()), 0), 1, 1, true);
}

}  // namespace

Result decompose(const Input& input, const Options& options) {
  check_input(input);
  Result result;
  if (input.entities.empty()) {
    result.stay_one = true;
    result.reasons.push_back("there are no entities");
    return result;
  }
  auto atoms = make_atoms(input);
  if (!atoms) {
    result.conflicts = atoms.error();
    return result;
  }
  const Graph graph = layered_graph(input, options.layers);
  const std::vector<std::vector<int>> runs = leiden_runs(graph, options);
  result.consensus = vote(graph.nodes(), runs);
  Problem problem = compile(input, std::move(*atoms), graph, options.objectives);
  set_votes(problem, result.consensus);
  if (options.objectives.complexity > 0 && !problem.traces)
    result.notes.push_back("complexity is measured, but too large to be searched");

  const ServicesRange range = services_range(problem, options);
  const std::vector<std::vector<int>> atom_runs = contracted_runs(problem, runs);
  const Swept swept = sweep_services(problem, atom_runs, range, options);
  std::vector<Cut> visited;
  for (std::size_t i = 0; i < swept.best.size(); ++i) {
    if (!swept.best[i].admissible || swept.best[i].group.empty()) {
      result.notes.push_back("no cut into " + std::to_string(range.low + static_cast<int>(i)) +
                             " services within the constraints was found");
      continue;
    }
    result.best.push_back(make_cut(problem, swept.best[i]));
    visited.push_back(result.best.back());
    for (const Found& found : swept.visited[i])
      if (found.admissible) visited.push_back(make_cut(problem, found));
  }
  result.archive = archive_of(std::move(visited));
  const auto measured = static_cast<int>(result.best.size() + result.archive.size());
  in_parallel(options.jobs, measured, [&](int i) {
    const std::size_t bests = result.best.size();
    measure_cut(input, at(i) < bests ? result.best[at(i)] : result.archive[at(i) - bests]);
  });
  const std::vector<Edge> votes =
      result.consensus.dense() ? std::vector<Edge>() : edge_votes(graph, runs);
  const Found one = whole(problem);
  const bool one_allowed = one.admissible && input.constraints.services_low <= 1;
  const Choice choice = choose_services(input, result.best, one_allowed, result.consensus, votes);
  result.scores = choice.scores;
  result.reasons = choice.reasons;
  result.stay_one = choice.stay_one || choice.best < 0;
  result.chosen = result.stay_one ? make_cut(problem, one) : result.best[at(choice.best)];
  if (result.stay_one) measure_cut(input, result.chosen);
  explain(problem, result);
  return result;
}

Result assess(const Input& input, const std::vector<int>& group, const Options& options) {
  check_input(input);
  SCANTLING_ASSERT(group.size() == input.entities.size());
  Result result;
  if (group.empty()) return result;
  Input free = input;
  free.constraints = {};
  const Graph graph = layered_graph(free, options.layers);
  result.consensus = vote(graph.nodes(), leiden_runs(graph, options));
  Problem problem = compile(free, *make_atoms(free), graph, options.objectives);
  set_votes(problem, result.consensus);
  std::vector<int> compact = group;
  const int services = compact_labels(compact);
  State state(problem, compact, services, true);
  Found found;
  found.group = compact;
  found.services = services;
  found.objectives = state.objectives();
  result.chosen = make_cut(problem, found);
  measure_cut(input, result.chosen);
  result.best.push_back(result.chosen);
  explain(problem, result);
  return result;
}

}  // namespace scantling::boundaries
