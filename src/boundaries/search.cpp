#include "boundaries/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "boundaries/index.h"
#include "boundaries/leiden.h"
#include "boundaries/random.h"
#include "boundaries/state.h"

namespace scantling::boundaries {
namespace {

constexpr double tiny = 1e-10;
constexpr int sweeps_at_most = 30;
constexpr int traced_targets = 4;        // groups per atom for which complexity is tried
constexpr int swap_atoms_at_most = 250;  // above, swaps cost more than they bring

struct Target {
  int group = -1;
  double delta = 0;
};

// The best group for an atom by the whole energy, complexity tried for the most promising only.
Target best_target(State& state, int atom, std::vector<Target>& scratch) {
  const std::vector<double>& deltas = state.deltas(atom);
  const int own = state.group()[at(atom)];
  scratch.clear();
  for (int g = 0; g < state.services(); ++g)
    if (g != own) scratch.push_back({g, deltas[at(g)]});
  const auto cheaper = [](const Target& x, const Target& y) {
    return x.delta != y.delta ? x.delta < y.delta : x.group < y.group;
  };
  if (!state.traced())
    return scratch.empty() ? Target{} : *std::min_element(scratch.begin(), scratch.end(), cheaper);
  const auto tried = std::min(scratch.size(), at(traced_targets));
  std::partial_sort(scratch.begin(), scratch.begin() + static_cast<std::ptrdiff_t>(tried),
                    scratch.end(), cheaper);
  Target best;
  best.delta = std::numeric_limits<double>::max();
  const double bound = state.complexity_energy();
  for (std::size_t i = 0; i < tried && scratch[i].delta < bound; ++i) {
    const double delta = scratch[i].delta + state.complexity_delta(atom, scratch[i].group);
    if (delta < best.delta - tiny) best = {scratch[i].group, delta};
  }
  return best;
}

// True when another sweep is worth it: something moved, and in a large problem more than a few.
bool move_sweep(State& state, std::vector<int>& order, Random& random,
                std::vector<Target>& scratch) {
  random.shuffle(order);
  std::size_t moved = 0;
  for (const int atom : order) {
    if (state.members(state.group()[at(atom)]) < 2) continue;
    const Target target = best_target(state, atom, scratch);
    if (target.group < 0 || target.delta >= -tiny) continue;
    state.move(atom, target.group, target.delta);
    ++moved;
  }
  return moved > order.size() / 1000;
}

// One atom over, the best one back: what a single move can't reach because a limit on size, on
// neighbours, or a service of one forbids the step between.
bool swap_sweep(State& state, std::vector<int>& order, Random& random) {
  random.shuffle(order);
  bool swapped = false;
  std::vector<Target> targets;
  for (const int atom : order) {
    const int from = state.group()[at(atom)];
    const std::vector<double>& deltas = state.deltas(atom);  // read before the next call
    targets.clear();
    for (int g = 0; g < state.services(); ++g)
      if (g != from) targets.push_back({g, deltas[at(g)]});
    std::sort(targets.begin(), targets.end(), [](const Target& x, const Target& y) {
      return x.delta != y.delta ? x.delta < y.delta : x.group < y.group;
    });
    if (targets.size() > 2) targets.resize(2);
    for (const Target& target : targets) {
      const double traced_before = state.complexity_energy();
      state.move(atom, target.group, target.delta);
      Target back;
      for (int other = 0; other < static_cast<int>(state.group().size()); ++other) {
        if (other == atom || state.group()[at(other)] != target.group) continue;
        const double delta = state.deltas(other)[at(from)];
        if (back.group < 0 || delta < back.delta) back = {other, delta};
      }
      const double cheap = target.delta + back.delta;
      if (back.group >= 0 && cheap < traced_before - tiny) {
        state.move(back.group, from, back.delta);
        const double traced = state.complexity_energy() - traced_before;
        if (cheap + traced < -tiny) {
          state.add_energy(traced);
          swapped = true;
          break;
        }
        state.move(back.group, target.group, -back.delta);
      }
      state.move(atom, from, -target.delta);
    }
  }
  return swapped;
}

Found found_from(State& state) {
  Found found;
  state.match_reference();  // also adds the energy up afresh: no drift from many small deltas
  found.group = state.group();
  compact_labels(found.group);
  found.services = state.services();
  found.objectives = state.objectives();
  found.admissible = state.admissible();
  return found;
}

// Two groups out of one: two far seeds, the rest to the nearer, the surest first.
void split_group(const Problem& p, std::vector<int>& group, int which, int fresh, Random& random) {
  std::vector<int> members;
  for (std::size_t a = 0; a < group.size(); ++a)
    if (group[a] == which) members.push_back(static_cast<int>(a));
  if (members.size() < 2) return;
  std::vector<double> near(group.size(), 0), far(group.size(), 0);
  const auto attract = [&](int seed, std::vector<double>& pull) {
    for (const Neighbour& neighbour : p.layered.of(seed))
      if (group[at(neighbour.node)] == which)
        pull[at(neighbour.node)] +=
            neighbour.weight / std::max(1e-300, p.layered.strength(neighbour.node));
  };
  const int first = members[random.below(members.size())];
  attract(first, near);
  int second = -1;
  for (const int member : members)
    if (member != first && (second < 0 || near[at(member)] < near[at(second)])) second = member;
  attract(second, far);
  std::vector<char> placed(group.size(), 0);
  placed[at(first)] = placed[at(second)] = 1;
  std::vector<int> moved = {second};
  for (std::size_t left = members.size() - 2; left > 0; --left) {
    int pick = -1;
    double surest = -1;
    for (const int member : members) {
      if (placed[at(member)]) continue;
      const double sure = std::abs(near[at(member)] - far[at(member)]);
      if (sure > surest) {
        surest = sure;
        pick = member;
      }
    }
    placed[at(pick)] = 1;
    if (far[at(pick)] > near[at(pick)]) {
      moved.push_back(pick);
      attract(pick, far);
    } else {
      attract(pick, near);
    }
  }
  for (const int member : moved)
    group[at(member)] = fresh;
}

// Large groups are split by their members' order of weight to a seed: linear, polished later.
void split_large_group(const Problem& p, std::vector<int>& group, int which, int fresh) {
  std::vector<int> queue;
  std::vector<char> seen(group.size(), 0);
  std::size_t size = 0;
  for (std::size_t a = 0; a < group.size(); ++a)
    if (group[a] == which) ++size;
  for (std::size_t a = 0; a < group.size() && queue.size() < size / 2; ++a) {
    if (group[a] != which || seen[a]) continue;
    seen[a] = 1;
    std::size_t head = queue.size();
    queue.push_back(static_cast<int>(a));
    while (head < queue.size() && queue.size() < size / 2)
      for (const Neighbour& neighbour : p.layered.of(queue[head++]))
        if (group[at(neighbour.node)] == which && !seen[at(neighbour.node)]) {
          seen[at(neighbour.node)] = 1;
          queue.push_back(neighbour.node);
        }
  }
  queue.resize(std::min(queue.size(), size / 2));
  for (const int member : queue)
    group[at(member)] = fresh;
}

void split_any(const Problem& p, std::vector<int>& group, int which, int fresh, Random& random) {
  const auto size = std::count(group.begin(), group.end(), which);
  if (size > 400)
    split_large_group(p, group, which, fresh);
  else
    split_group(p, group, which, fresh, random);
}

// What merging two groups gains per unit of the null model; pairs that must stay apart last.
class Merger {
 public:
  Merger(const Problem& p, const std::vector<int>& group, int services)
      : coarse_(p.layered.contracted(group, services)),
        apart_(at(services)),
        size_(at(services), 0) {
    const std::size_t k = at(services);
    for (std::size_t i = 0; i < k; ++i)
      apart_[i].assign(k, 0);
    for (std::size_t a = 0; a < group.size(); ++a) {
      size_[at(group[a])] += p.atoms.size[a];
      for (const int other : p.atoms.apart[a])
        apart_[at(group[a])][at(group[at(other)])] = 1;
    }
    size_high_ = p.input->constraints.size_high;
  }
  // Gain in modularity; minus a lot when a constraint forbids it.
  double gain(int a, int b, double weight) const {
    const double m = std::max(1e-300, coarse_.total());
    double gain = weight / m - coarse_.strength(a) * coarse_.strength(b) / (2 * m * m);
    if (apart_[at(a)][at(b)]) gain -= 1000;
    if (size_high_ > 0 && size_[at(a)] + size_[at(b)] > size_high_) gain -= 100;
    return gain;
  }
  std::pair<int, int> best() const {
    std::pair<int, int> best{0, 1};
    double most = -std::numeric_limits<double>::max();
    std::vector<double> weight(at(coarse_.nodes()), 0);
    for (int a = 0; a < coarse_.nodes(); ++a) {
      for (const Neighbour& neighbour : coarse_.of(a))
        weight[at(neighbour.node)] = neighbour.weight;
      for (int b = a + 1; b < coarse_.nodes(); ++b)
        if (const double g = gain(a, b, weight[at(b)]); g > most) {
          most = g;
          best = {a, b};
        }
      for (const Neighbour& neighbour : coarse_.of(a))
        weight[at(neighbour.node)] = 0;
    }
    return best;
  }

 private:
  Graph coarse_;
  std::vector<std::vector<char>> apart_;
  std::vector<double> size_;
  double size_high_ = 0;
};

void merge_groups(std::vector<int>& group, int a, int b) {
  for (int& g : group)
    if (g == b) g = a;
  compact_labels(group);
}

}  // namespace

bool better(const Found& a, const Found& b) {
  if (b.group.empty()) return !a.group.empty();
  if (a.admissible != b.admissible) return a.admissible;
  return a.energy() < b.energy() - tiny;
}

Found polish(const Problem& problem, std::vector<int> group, int services, std::uint64_t seed,
             bool traced) {
  Random random(seed, 3);
  State state(problem, std::move(group), services, traced);
  std::vector<int> order(state.group().size());
  std::iota(order.begin(), order.end(), 0);
  std::vector<Target> scratch;
  const bool swaps = problem.atoms.count() <= swap_atoms_at_most;
  for (int sweep = 0; sweep < sweeps_at_most; ++sweep)
    if (!move_sweep(state, order, random, scratch) && !(swaps && swap_sweep(state, order, random)))
      break;
  return found_from(state);
}

std::vector<int> one_merged(const Problem& problem, const std::vector<int>& group, int services,
                            bool traced) {
  std::vector<int> best;
  double least = std::numeric_limits<double>::max();
  for (int a = 0; a < services; ++a)
    for (int b = a + 1; b < services; ++b) {
      std::vector<int> merged = group;
      merge_groups(merged, a, b);
      const double energy = State(problem, merged, services - 1, traced).energy();
      if (energy >= least) continue;
      least = energy;
      best = std::move(merged);
    }
  return best;
}

std::vector<std::vector<int>> one_split(const Problem& problem, const std::vector<int>& group,
                                        int services, bool traced, std::uint64_t seed) {
  constexpr std::size_t kept = 3;
  Random random(seed, 8);
  std::vector<std::pair<double, std::vector<int>>> splits;
  for (int which = 0; which < services; ++which) {
    std::vector<int> split = group;
    split_any(problem, split, which, services, random);
    if (compact_labels(split) != services + 1) continue;
    const double energy = State(problem, split, services + 1, traced).energy();
    splits.push_back({energy, std::move(split)});
  }
  std::sort(splits.begin(), splits.end());
  std::vector<std::vector<int>> best;
  for (std::size_t i = 0; i < std::min(kept, splits.size()); ++i)
    best.push_back(std::move(splits[i].second));
  return best;
}

std::vector<int> resized(const Problem& problem, std::vector<int> group, int services,
                         std::uint64_t seed) {
  Random random(seed, 4);
  int now = compact_labels(group);
  while (now > services) {
    const auto [a, b] = Merger(problem, group, now).best();
    merge_groups(group, a, b);
    --now;
  }
  while (now < services) {
    std::vector<int> size(at(now), 0);
    for (const int g : group)
      ++size[at(g)];
    const auto largest = std::max_element(size.begin(), size.end()) - size.begin();
    if (size[static_cast<std::size_t>(largest)] < 2) break;
    split_any(problem, group, static_cast<int>(largest), now, random);
    now = compact_labels(group);
  }
  return group;
}

Found search(const Problem& problem, const std::vector<std::vector<int>>& starts, int services,
             int rounds, std::uint64_t seed, bool traced, const Visit& visit) {
  Found best;
  Random random(seed, 5, static_cast<std::uint64_t>(services));
  for (const std::vector<int>& start : starts) {
    std::vector<int> group = start;
    if (compact_labels(group) != services) continue;
    Found found = polish(problem, std::move(group), services, random.next(), traced);
    visit(found);
    if (better(found, best)) best = std::move(found);
  }
  if (best.group.empty() || services < 2) return best;
  for (int round = 0; round < rounds; ++round) {
    // Merge a pair (the best one first, then at random), split another group, polish.
    std::vector<int> group = best.group;
    std::pair<int, int> pair = Merger(problem, group, services).best();
    if (round > 0 && services > 2) {
      pair.first = static_cast<int>(random.below(at(services)));
      pair.second = static_cast<int>(random.below(at(services - 1)));
      if (pair.second >= pair.first) ++pair.second;
      if (pair.first > pair.second) std::swap(pair.first, pair.second);
    }
    merge_groups(group, pair.first, pair.second);
    std::vector<double> chance(at(services - 1), 0);
    for (const int g : group)
      chance[at(g)] += 1;
    double draw = random.uniform() * static_cast<double>(group.size());
    int which = 0;
    while (which + 1 < services - 1 && (draw -= chance[at(which)]) > 0)
      ++which;
    split_any(problem, group, which, services - 1, random);
    if (compact_labels(group) != services) continue;
    Found found = polish(problem, std::move(group), services, random.next(), traced);
    visit(found);
    if (better(found, best)) best = std::move(found);
  }
  return best;
}

std::vector<int> linked(const Problem& problem, int services) {
  const std::size_t n = at(problem.atoms.count());
  std::vector<int> group(n);
  std::iota(group.begin(), group.end(), 0);
  if (problem.votes.empty()) return group;
  std::vector<double> votes(problem.votes.begin(), problem.votes.end());
  std::vector<double> size(n, 1);
  std::vector<std::size_t> alive(n);
  std::iota(alive.begin(), alive.end(), 0);
  while (alive.size() > at(services)) {
    std::size_t best_a = 0, best_b = 1;
    double most = -1;
    for (std::size_t i = 0; i < alive.size(); ++i)
      for (std::size_t j = i + 1; j < alive.size(); ++j)
        if (votes[alive[i] * n + alive[j]] > most) {
          most = votes[alive[i] * n + alive[j]];
          best_a = i;
          best_b = j;
        }
    const std::size_t a = alive[best_a], b = alive[best_b];
    for (const std::size_t other : alive)
      votes[a * n + other] = votes[other * n + a] =
          (votes[a * n + other] * size[a] + votes[b * n + other] * size[b]) / (size[a] + size[b]);
    size[a] += size[b];
    for (int& g : group)
      if (g == static_cast<int>(b)) g = static_cast<int>(a);
    alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(best_b));
  }
  compact_labels(group);
  return group;
}

}  // namespace scantling::boundaries
