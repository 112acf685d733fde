#include "boundaries/sweep.h"

#include <algorithm>

#include "base/parallel.h"
#include "boundaries/index.h"
#include "boundaries/leiden.h"
#include "boundaries/state.h"

namespace scantling::boundaries {
namespace {

constexpr std::size_t parents_each = 3;  // cuts crossed, per number of services
constexpr int few_services = 4;          // numbers of services that are all searched in full
constexpr int neighbours_searched = 2;   // numbers of services on either side of a narrow range
constexpr int linkage_at_most = 400;     // atoms; above, the O(n^3) linkage is left out

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

// The least energies, each cut once.
std::vector<std::vector<int>> best_groups(const std::vector<Found>& visited, std::size_t wanted) {
  std::vector<const Found*> order;
  for (const Found& found : visited)
    order.push_back(&found);
  std::stable_sort(order.begin(), order.end(),
                   [](const Found* a, const Found* b) { return better(*a, *b); });
  std::vector<std::vector<int>> groups;
  for (const Found* found : order) {
    if (groups.size() == wanted) break;
    if (std::find(groups.begin(), groups.end(), found->group) == groups.end())
      groups.push_back(found->group);
  }
  return groups;
}

// Of two cuts, what both keep together stays together: their common refinement, merged to the
// number of services. Blocks move as one where single moves would have to climb.
std::vector<std::vector<int>> crossings(const Problem& problem,
                                        const std::vector<std::vector<int>>& parents, int services,
                                        std::uint64_t seed) {
  std::vector<std::vector<int>> starts;
  for (std::size_t x = 0; x < parents.size(); ++x)
    for (std::size_t y = x + 1; y < parents.size(); ++y) {
      const int wide = 1 + *std::max_element(parents[y].begin(), parents[y].end());
      std::vector<int> cells(parents[x].size());
      for (std::size_t a = 0; a < cells.size(); ++a)
        cells[a] = parents[x][a] * wide + parents[y][a];
      compact_labels(cells);
      cells = resized(problem, std::move(cells), services, seed + x);
      if (std::find(starts.begin(), starts.end(), cells) == starts.end())
        starts.push_back(std::move(cells));
    }
  return starts;
}

class Sweep {
 public:
  Sweep(const Problem& problem, const std::vector<std::vector<int>>& runs,
        const ServicesRange& range, const Options& options)
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
      crossed();
      for (int round = 0; round < (traced_first_ ? 3 : 1); ++round)
        exchange();
    }
    if (problem.traces && !traced_first_)
      in_parallel(options.jobs, count_, [&](int i) { with_complexity(i); });
  }

  Swept swept() && { return {std::move(best_), std::move(visited_)}; }

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

  void crossed() {
    std::vector<std::vector<std::vector<int>>> good(at(count_));
    for (int i = 0; i < count_; ++i)
      good[at(i)] = best_groups(visited_[at(i)], traced_first_ ? 1 : parents_each);
    in_parallel(options_.jobs, count_, [&](int i) {
      if (!worth_annealing(i)) return;
      std::vector<std::vector<int>> parents;
      for (int j = std::max(0, i - 1); j <= std::min(count_ - 1, i + 1); ++j)
        parents.insert(parents.end(), good[at(j)].begin(), good[at(j)].end());
      const int services = range_.low + i;
      const Found found = search(problem_, crossings(problem_, parents, services, options_.seed),
                                 services, 0, options_.seed + 2, traced_first_, visitor(i));
      if (!found.group.empty() && better(found, best_[at(i)])) best_[at(i)] = found;
    });
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
  const ServicesRange range_;
  const Options& options_;
  int count_;
  bool traced_first_ = false;
  std::vector<Found> best_;
  std::vector<std::vector<Found>> visited_;
};

}  // namespace

Swept sweep_services(const Problem& problem, const std::vector<std::vector<int>>& runs,
                     const ServicesRange& range, const Options& options) {
  // One number alone is searched worse than with its neighbours, whose results lead out of local
  // optima: a narrow range is widened, and the rest dropped.
  ServicesRange searched = range;
  const int atoms = problem.atoms.count();
  if (range.high - range.low < few_services && range.low > 1 && atoms <= linkage_at_most) {
    searched.low = std::max(2, range.low - neighbours_searched);
    searched.high = std::min(atoms, range.high + neighbours_searched);
  }
  Swept swept = Sweep(problem, runs, searched, options).swept();
  const auto from = static_cast<std::ptrdiff_t>(range.low - searched.low);
  const auto to = from + range.high - range.low + 1;
  return {{swept.best.begin() + from, swept.best.begin() + to},
          {swept.visited.begin() + from, swept.visited.begin() + to}};
}

}  // namespace scantling::boundaries
