#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/assert.h"
#include "boundaries/boundaries.h"
#include "boundaries/choose.h"
#include "boundaries/consensus.h"
#include "boundaries/explain.h"
#include "boundaries/index.h"
#include "boundaries/layers.h"
#include "boundaries/leiden.h"
#include "boundaries/parallel.h"
#include "boundaries/problem.h"
#include "boundaries/search.h"
#include "boundaries/state.h"

namespace scantling::boundaries {
namespace {

constexpr std::size_t archive_at_most = 60;
constexpr int few_services = 4;       // numbers of services that are all searched in full
constexpr int linkage_at_most = 400;  // atoms; above, the O(n^3) linkage is left out

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

struct Range {
  int low = 2;
  int high = 2;
};

Range services_range(const Problem& problem, const Options& options) {
  const Constraints& c = problem.input->constraints;
  const int atoms = problem.atoms.count();
  Range range;
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

// Starts for one number of services: consensus linkage, the reference, and the Leiden partitions
// nearest in number, merged or split to it.
std::vector<std::vector<int>> starts_for(const Problem& problem,
                                         const std::vector<std::vector<int>>& runs, int services,
                                         const Options& options) {
  std::vector<std::vector<int>> starts;
  if (!problem.votes.empty() && problem.atoms.count() <= linkage_at_most)
    starts.push_back(linked(problem, services));
  if (!problem.reference.empty()) {
    std::vector<int> group = problem.reference;
    const int most = *std::max_element(group.begin(), group.end());
    for (int& g : group)
      if (g < 0) g = most + 1;
    starts.push_back(resized(problem, std::move(group), services, options.seed));
  }
  std::vector<std::pair<int, std::size_t>> order;  // distance in number, run
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const int count = 1 + *std::max_element(runs[r].begin(), runs[r].end());
    if (count > 1000) continue;
    order.push_back({count >= services ? count - services : 3 * (services - count), r});
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
  const bool small = problem.atoms.count() <= linkage_at_most;
  const std::size_t wanted = starts.size() + at(std::max(1, small ? options.restarts : 2));
  for (const auto& [distance, r] : order) {
    if (starts.size() >= wanted) break;
    std::vector<int> start = resized(problem, runs[r], services, options.seed + r);
    if (std::find(starts.begin(), starts.end(), start) == starts.end())
      starts.push_back(std::move(start));
  }
  if (starts.empty())
    starts.push_back(
        resized(problem, std::vector<int>(at(problem.atoms.count()), 0), services, options.seed));
  return starts;
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

// Non-dominated cuts, each once; of too many, those with the best scores of each number of
// services.
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
  std::map<int, int> rank;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const auto beats = [&](const std::vector<double>& p) { return dominates(p, points[i]); };
    if (std::none_of(points.begin(), points.end(), beats))
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

// The search over all numbers of services: each by itself, then from its neighbours' results, then
// the best of each with complexity counted, which is dear to follow.
class Sweep {
 public:
  Sweep(const Problem& problem, const std::vector<std::vector<int>>& runs, const Range& range,
        const Options& options)
      : problem_(problem),
        runs_(runs),
        range_(range),
        options_(options),
        count_(range.high - range.low + 1),
        best_(at(count_)),
        visited_(at(count_)) {
    const ObjectiveWeights& w = options.objectives;
    traced_first_ = problem.traces && w.complexity > w.modularity + w.consensus;
    in_parallel(options.jobs, count_, [&](int i) { alone(i); });
    exchange();
    if (options.annealing > 0 && problem.atoms.count() <= linkage_at_most) {
      std::vector<Found> next = best_;
      in_parallel(options.jobs, count_, [&](int i) {
        if (worth_annealing(i)) annealed(i, next[at(i)]);
      });
      best_ = std::move(next);
      for (int round = 0; round < (traced_first_ ? 3 : 1); ++round)
        exchange();
    }
    if (problem.traces && !traced_first_)
      in_parallel(options.jobs, count_, [&](int i) { with_complexity(i); });
  }

  const std::vector<Found>& best() const { return best_; }
  const std::vector<Found>& visited(std::size_t i) const { return visited_[i]; }

 private:
  Visit visitor(int i) {
    return [this, i](const Found& f) { visited_[at(i)].push_back(f); };
  }

  void alone(int i) {
    const int services = range_.low + i;
    const bool small = problem_.atoms.count() <= linkage_at_most;
    best_[at(i)] = search(problem_, starts_for(problem_, runs_, services, options_), services,
                          small ? options_.restarts : 0, options_.seed, traced_first_, visitor(i));
  }

  // Each number of services from the results of the next lower and the next higher one.
  void exchange() {
    const std::vector<Found> before = best_;
    in_parallel(options_.jobs, count_, [&](int i) { from_neighbours(i, before); });
  }

  void from_neighbours(int i, const std::vector<Found>& before) {
    const int services = range_.low + i;
    std::vector<std::vector<int>> starts;
    for (const int neighbour : {i - 1, i + 1})
      if (neighbour >= 0 && neighbour < count_ && !before[at(neighbour)].group.empty())
        starts.push_back(
            resized(problem_, before[at(neighbour)].group, services, options_.seed + 7));
    if (i + 1 < count_ && !before[at(i + 1)].group.empty() &&
        problem_.atoms.count() <= linkage_at_most)
      starts.push_back(one_merged(problem_, before[at(i + 1)].group, services + 1, traced_first_));
    if (i > 0 && !before[at(i - 1)].group.empty() && problem_.atoms.count() <= linkage_at_most)
      for (std::vector<int>& start :
           one_split(problem_, before[at(i - 1)].group, services - 1, traced_first_, options_.seed))
        starts.push_back(std::move(start));
    const Found found =
        search(problem_, starts, services, 0, options_.seed + 1, traced_first_, visitor(i));
    if (!found.group.empty() && better(found, best_[at(i)])) best_[at(i)] = found;
  }

  // Numbers of services far from the best modularity are left as they are when complexity is not
  // what is sought: no answer will come from them.
  bool worth_annealing(int i) const {
    if (best_[at(i)].group.empty()) return false;
    if (traced_first_ || count_ <= few_services) return true;
    double most = 0;
    for (const Found& found : best_)
      if (!found.group.empty()) most = std::max(most, found.objectives.modularity);
    return best_[at(i)].objectives.modularity >= .9 * most;
  }

  void annealed(int i, Found& best) {
    int in_vain = 0;
    for (int r = 0; r < options_.restarts && in_vain < 2; ++r) {
      Found found =
          anneal(problem_, best.group, range_.low + i, options_.annealing * problem_.atoms.count(),
                 r % 2 == 0 ? 1 : 3, options_.seed + static_cast<std::uint64_t>(r), traced_first_);
      visited_[at(i)].push_back(found);
      ++in_vain;
      if (!better(found, best)) continue;
      best = std::move(found);
      in_vain = 0;
    }
  }

  void with_complexity(int i) {
    std::vector<Found> order = visited_[at(i)];
    std::stable_sort(order.begin(), order.end(), better);
    order.erase(std::unique(order.begin(), order.end(),
                            [](const Found& a, const Found& b) { return a.group == b.group; }),
                order.end());
    visited_[at(i)].clear();
    Found best;
    for (std::size_t s = 0; s < std::min<std::size_t>(2, order.size()); ++s) {
      Found found = polish(problem_, order[s].group, order[s].services, options_.seed + s, true);
      visited_[at(i)].push_back(found);
      if (better(found, best)) best = std::move(found);
    }
    // The others as they are, but scored alike.
    for (std::size_t s = 0; s < std::min<std::size_t>(12, order.size()); ++s) {
      State state(problem_, order[s].group, order[s].services, true);
      order[s].objectives = state.objectives();
      visited_[at(i)].push_back(order[s]);
    }
    if (!best.group.empty()) best_[at(i)] = std::move(best);
  }

  const Problem& problem_;
  const std::vector<std::vector<int>>& runs_;
  const Range range_;
  const Options& options_;
  int count_;
  bool traced_first_ = false;
  std::vector<Found> best_;
  std::vector<std::vector<Found>> visited_;
};

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

  const Range range = services_range(problem, options);
  const std::vector<std::vector<int>> atom_runs = contracted_runs(problem, runs);
  const Sweep sweep(problem, atom_runs, range, options);
  std::vector<Cut> visited;
  for (std::size_t i = 0; i < sweep.best().size(); ++i) {
    if (!sweep.best()[i].admissible || sweep.best()[i].group.empty()) {
      result.notes.push_back("no cut into " + std::to_string(range.low + static_cast<int>(i)) +
                             " services within the constraints was found");
      continue;
    }
    result.best.push_back(make_cut(problem, sweep.best()[i]));
    visited.push_back(result.best.back());
    for (const Found& found : sweep.visited(i))
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
