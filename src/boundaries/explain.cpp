#include "boundaries/explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "base/text.h"
#include "base/units.h"
#include "boundaries/index.h"
#include "boundaries/layers.h"
#include "boundaries/state.h"

namespace scantling::boundaries {
namespace {

std::vector<int> groups_of_atoms(const Atoms& atoms, const std::vector<int>& group) {
  std::vector<int> of_atom;
  for (const std::vector<int>& members : atoms.members)
    of_atom.push_back(group[at(members.front())]);
  return of_atom;
}

double confidence_of(const Consensus& consensus, const std::vector<int>& group, int services,
                     int entity) {
  if (!consensus.dense()) return 0;
  std::vector<double> sum(at(services), 0);
  std::vector<int> count(at(services), 0);
  for (std::size_t other = 0; other < group.size(); ++other) {
    if (static_cast<int>(other) == entity) continue;
    sum[at(group[other])] += consensus.at(entity, static_cast<int>(other));
    ++count[at(group[other])];
  }
  const std::size_t own = at(group[at(entity)]);
  if (count[own] > 0) return sum[own] / count[own];
  double nearest = 0;
  for (std::size_t g = 0; g < sum.size(); ++g)
    if (count[g] > 0) nearest = std::max(nearest, sum[g] / count[g]);
  return 1 - nearest;
}

// Functionalities that hold an entity in its service rather than in the second best.
std::vector<DecidingFunctionality> deciding(const Input& input, const std::vector<int>& group,
                                            const std::vector<int>& uses, int entity, int second) {
  std::vector<DecidingFunctionality> list;
  double all = 0;
  for (const int f : uses) {
    double pull = 0;
    for (const Edge& edge : co_access_edges(input.functionalities[at(f)])) {
      if (edge.a != entity && edge.b != entity) continue;
      const int other = edge.a == entity ? edge.b : edge.a;
      all += edge.weight;
      if (group[at(other)] == group[at(entity)]) pull += edge.weight;
      if (group[at(other)] == second) pull -= edge.weight;
    }
    if (pull > 0) list.push_back({f, pull});
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& x, const auto& y) { return x.pull > y.pull; });
  if (list.size() > 5) list.resize(5);
  for (DecidingFunctionality& d : list)
    d.pull /= all;
  return list;
}

std::vector<char> forced_entities(const Input& input) {
  std::vector<char> forced(input.entities.size(), 0);
  for (const auto& together : input.constraints.keep_together)
    for (const int entity : together)
      forced[at(entity)] = together.size() > 1 ? 1 : forced[at(entity)];
  for (const Pin& pin : input.constraints.pins)
    forced[at(pin.entity)] = 1;
  return forced;
}

// What a functionality does in each service.
struct Part {
  bool reads = false;
  bool writes = false;
};

std::map<int, Part> parts_of(const Functionality& f, const std::vector<int>& group) {
  std::map<int, Part> parts;
  for (const Access& access : f.accesses) {
    Part& part = parts[group[at(access.entity)]];
    (access.write ? part.writes : part.reads) = true;
  }
  return parts;
}

class CostTable {
 public:
  CostTable(const Input& input, const std::vector<int>& group)
      : input_(input), group_(group), unit_(input.rated ? "/s" : "") {}

  BoundaryCost& of(int a, int b) {
    const auto key = std::minmax(a, b);
    BoundaryCost& cost = costs_[key];
    cost.a = key.first;
    cost.b = key.second;
    return cost;
  }

  void add(int f) {
    const Functionality& functionality = input_.functionalities[at(f)];
    const std::map<int, Part> parts = parts_of(functionality, group_);
    for (auto x = parts.begin(); x != parts.end(); ++x)
      for (auto y = std::next(x); y != parts.end(); ++y) {
        BoundaryCost& cost = of(x->first, y->first);
        cost.split_transactions.push_back(f);
        if (!x->second.writes || !y->second.writes) continue;
        cost.split_writes.push_back(f);
        if (functionality.atomic) cost.atomic_writes.push_back(f);
      }
    for (std::size_t i = 1; i < functionality.accesses.size(); ++i) {
      const Access& access = functionality.accesses[i];
      const int from = group_[at(functionality.accesses[i - 1].entity)];
      const int to = group_[at(access.entity)];
      if (from == to) continue;
      BoundaryCost& cost = of(from, to);
      const double rate = functionality.rate * access.times;
      cost.crossing_rate += rate;
      (access.write ? cost.crossing_writes : cost.crossing_reads) += rate;
      if (!access.write && to == cost.a) cost.reads_of_a += rate;
    }
  }

  std::vector<BoundaryCost> list() {
    for (const Relation& relation : input_.relations)
      if (group_[at(relation.a)] != group_[at(relation.b)])
        of(group_[at(relation.a)], group_[at(relation.b)]).relations.push_back(relation);
    std::vector<BoundaryCost> all;
    for (auto& [key, cost] : costs_) {
      advise(cost);
      all.push_back(std::move(cost));
    }
    return all;
  }

 private:
  double rate_of(const std::vector<int>& functionalities) const {
    double sum = 0;
    for (const int f : functionalities)
      sum += input_.functionalities[at(f)].rate;
    return sum;
  }
  // Writes per second to what `owner` owns.
  double write_rate(int owner) const {
    double sum = 0;
    for (const Functionality& f : input_.functionalities)
      for (const Access& access : f.accesses)
        if (access.write && group_[at(access.entity)] == owner) sum += f.rate * access.times;
    return sum;
  }
  // Rate of the functionalities that write in either.
  double writers_rate(int a, int b) const {
    double sum = 0;
    for (const Functionality& f : input_.functionalities) {
      const auto writes_here = [&](const Access& access) {
        const int g = group_[at(access.entity)];
        return access.write && (g == a || g == b);
      };
      if (std::any_of(f.accesses.begin(), f.accesses.end(), writes_here)) sum += f.rate;
    }
    return sum;
  }

  std::string text(double rate) const { return number_text(rate, 3) + unit_; }
  // "1 read", "20/s reads".
  std::string counted(double rate, const std::string& noun) const {
    const bool one = *unit_ == '\0' && rate == 1;
    return text(rate) + " " + noun + (one ? "" : "s");
  }

  void advise(BoundaryCost& cost) const {
    const double atomic = rate_of(cost.atomic_writes), split = rate_of(cost.split_writes);
    const double writers = writers_rate(cost.a, cost.b);
    if (atomic > 0 && atomic >= .5 * writers) {
      cost.advice = Advice::Merge;
      cost.reason = fmt::format("atomic writes to both are {} of {} of writing work", text(atomic),
                                text(writers));
      return;
    }
    const int read_owner = 2 * cost.reads_of_a >= cost.crossing_reads ? cost.a : cost.b;
    const double changes = write_rate(read_owner);
    if (cost.crossing_reads >= 10 * std::max(cost.crossing_writes, changes) &&
        cost.crossing_reads > 0) {
      cost.advice = Advice::Copy;
      cost.reason = fmt::format("crossing: {}; what they read changes {}",
                                counted(cost.crossing_reads, "read"), text(changes));
      return;
    }
    if (cost.crossing_writes > cost.crossing_reads && atomic == 0) {
      cost.advice = Advice::Event;
      cost.reason =
          fmt::format("crossing: {} against {}, none must be atomic",
                      counted(cost.crossing_writes, "write"), counted(cost.crossing_reads, "read"));
      return;
    }
    if (cost.crossing_rate <= 0 && cost.split_transactions.empty()) {
      cost.reason = fmt::format(
          "only {} cut", plural(static_cast<std::int64_t>(cost.relations.size()), "relation"));
      return;
    }
    cost.advice = Advice::Call;
    cost.reason = fmt::format("crossing: {} and {}", counted(cost.crossing_reads, "read"),
                              counted(cost.crossing_writes, "write"));
    if (split > 0) cost.reason += fmt::format("; writing both: {}, a saga", text(split));
  }

  const Input& input_;
  const std::vector<int>& group_;
  const char* unit_;
  std::map<std::pair<int, int>, BoundaryCost> costs_;
};

}  // namespace

std::vector<Placement> explain_placements(const Problem& problem, const Consensus& consensus,
                                          const std::vector<int>& group, int services) {
  const Input& input = *problem.input;
  State state(problem, groups_of_atoms(problem.atoms, group), services, true);
  std::vector<std::vector<int>> uses(input.entities.size());
  for (std::size_t f = 0; f < input.functionalities.size(); ++f)
    for (const Access& access : input.functionalities[f].accesses) {
      std::vector<int>& of_entity = uses[at(access.entity)];
      if (of_entity.empty() || of_entity.back() != static_cast<int>(f))
        of_entity.push_back(static_cast<int>(f));
    }
  const std::vector<char> forced = forced_entities(input);
  std::vector<Placement> placements;
  for (std::size_t e = 0; e < input.entities.size(); ++e) {
    Placement& p = placements.emplace_back();
    p.entity = static_cast<int>(e);
    p.group = group[e];
    p.forced = forced[e] != 0;
    p.confidence = confidence_of(consensus, group, services, p.entity);
    const int atom = problem.atoms.of[e];
    const std::vector<double> deltas = state.deltas(atom);
    p.margin = std::numeric_limits<double>::max();
    for (int g = 0; g < services; ++g) {
      if (g == p.group || deltas[at(g)] > State::penalty / 2) continue;
      const double delta = deltas[at(g)] + state.complexity_delta(atom, g);
      if (delta >= p.margin) continue;
      p.margin = delta;
      p.second_best = g;
    }
    if (p.second_best < 0) p.margin = 0;
    p.deciding = deciding(input, group, uses[e], p.entity, p.second_best);
  }
  return placements;
}

std::vector<BoundaryCost> boundary_costs(const Input& input, const std::vector<int>& group) {
  CostTable table(input, group);
  for (std::size_t f = 0; f < input.functionalities.size(); ++f)
    table.add(static_cast<int>(f));
  return table.list();
}

std::vector<std::string> degeneracy(const Input& input, const std::vector<int>& group,
                                    int services) {
  std::vector<std::string> why;
  if (services < 2) return why;
  std::vector<int> size(at(services), 0);
  std::vector<char> used(at(services), 0);
  for (const int g : group)
    ++size[at(g)];
  for (const Functionality& f : input.functionalities)
    for (const Access& access : f.accesses)
      used[at(group[at(access.entity)])] = 1;
  // A service that nothing touches is sound where it stands by itself: several entities, related to
  // no other. What the functionalities leave out of a system is not seldom a whole part of it.
  std::vector<char> excused = used;
  for (std::size_t g = 0; g < excused.size(); ++g)
    if (size[g] > 1) excused[g] = 1;
  for (const Relation& relation : input.relations)
    for (const int e : {relation.a, relation.b})
      if (group[at(relation.a)] != group[at(relation.b)] && !used[at(group[at(e)])])
        excused[at(group[at(e)])] = 0;
  const auto n = static_cast<int>(group.size());
  const int largest = *std::max_element(size.begin(), size.end());
  const auto alone = std::count(size.begin(), size.end(), 1);
  const auto idle = std::count(excused.begin(), excused.end(), 0);
  if (largest * 10 > n * 8)
    why.push_back(fmt::format("one service holds {} of {} entities", largest, n));
  if (2 * alone > services && n >= 3 * services)
    why.push_back(fmt::format("{} of {} services have one entity", alone, services));
  if (idle > 0 && !input.functionalities.empty())
    why.push_back(fmt::format("{} that no functionality touches", plural(idle, "service")));
  return why;
}

std::string to_text(Advice advice) {
  switch (advice) {
    case Advice::None: return "none";
    case Advice::Call: return "call";
    case Advice::Event: return "event";
    case Advice::Copy: return "copy";
    case Advice::Merge: return "merge";
  }
  return {};
}

}  // namespace scantling::boundaries
