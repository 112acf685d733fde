// Hard constraints: atoms, and the minimal sets that can't all hold.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "base/text.h"
#include "base/units.h"
#include "boundaries/constraint_costs.h"
#include "boundaries/index.h"
#include "boundaries/problem.h"

namespace scantling::boundaries {
namespace {

class UnionFind {
 public:
  explicit UnionFind(std::size_t n) : parent_(n) { std::iota(parent_.begin(), parent_.end(), 0); }
  int find(int x) {
    while (parent_[at(x)] != x)
      x = parent_[at(x)] = parent_[at(parent_[at(x)])];
    return x;
  }
  void unite(int a, int b) {
    a = find(a);
    b = find(b);
    if (a != b) parent_[at(std::max(a, b))] = std::min(a, b);
  }

 private:
  std::vector<int> parent_;
};

std::vector<ConstraintRef> all_constraints(const Constraints& c) {
  std::vector<ConstraintRef> all;
  const auto list = [&](ConstraintKind kind, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      all.push_back({kind, static_cast<int>(i)});
  };
  list(ConstraintKind::KeepTogether, c.keep_together.size());
  list(ConstraintKind::KeepApart, c.keep_apart.size());
  list(ConstraintKind::Pin, c.pins.size());
  list(ConstraintKind::ServicesLow, c.services_low > 0 ? 1 : 0);
  list(ConstraintKind::ServicesHigh, c.services_high > 0 ? 1 : 0);
  list(ConstraintKind::SizeLow, c.size_low > 0 ? 1 : 0);
  list(ConstraintKind::SizeHigh, c.size_high > 0 ? 1 : 0);
  return all;
}

// Can the nodes be coloured with `colours`? Backtracking on the node with the fewest colours left
// (DSATUR); gives up after `limit_` steps and then says yes: a conflict is only reported when
// proven.
class Colouring {
 public:
  Colouring(const std::vector<std::vector<int>>& apart, int colours)
      : apart_(apart), colours_(colours), colour_(apart.size(), -1) {}
  bool possible() { return place(0); }

 private:
  bool place(int used) {
    if (++steps_ > limit_) return true;
    int pick = -1, most = -1;
    for (std::size_t v = 0; v < apart_.size(); ++v) {
      if (colour_[v] >= 0 || apart_[v].empty()) continue;
      std::set<int> around;
      for (const int other : apart_[v])
        if (colour_[at(other)] >= 0) around.insert(colour_[at(other)]);
      if (static_cast<int>(around.size()) > most) {
        most = static_cast<int>(around.size());
        pick = static_cast<int>(v);
      }
    }
    if (pick < 0) return true;
    for (int c = 0; c < std::min(used + 1, colours_); ++c) {
      const auto clashes = [&](int other) { return colour_[at(other)] == c; };
      if (std::any_of(apart_[at(pick)].begin(), apart_[at(pick)].end(), clashes)) continue;
      colour_[at(pick)] = c;
      if (place(std::max(used, c + 1))) return true;
      colour_[at(pick)] = -1;
    }
    return false;
  }

  static constexpr int limit_ = 2000;
  const std::vector<std::vector<int>>& apart_;
  int colours_;
  std::vector<int> colour_;
  int steps_ = 0;
};

// The constraints of a subset, gathered.
struct Active {
  std::vector<int> together, apart, pins;
  int low = 0, high = 0;
  double size_low = 0, size_high = 0;
};

Active gather(const Constraints& c, const std::vector<ConstraintRef>& subset) {
  Active active;
  for (const ConstraintRef& ref : subset)
    switch (ref.kind) {
      case ConstraintKind::KeepTogether: active.together.push_back(ref.index); break;
      case ConstraintKind::KeepApart: active.apart.push_back(ref.index); break;
      case ConstraintKind::Pin: active.pins.push_back(ref.index); break;
      case ConstraintKind::ServicesLow: active.low = c.services_low; break;
      case ConstraintKind::ServicesHigh: active.high = c.services_high; break;
      case ConstraintKind::SizeLow: active.size_low = c.size_low; break;
      case ConstraintKind::SizeHigh: active.size_high = c.size_high; break;
    }
  return active;
}

Atoms tie(const Input& input, const Active& active, UnionFind& sets) {
  const Constraints& c = input.constraints;
  std::map<int, int> first_of_label;
  for (const int i : active.together)
    for (const int entity : c.keep_together[at(i)])
      sets.unite(c.keep_together[at(i)].front(), entity);
  for (const int i : active.pins) {
    const Pin& pin = c.pins[at(i)];
    sets.unite(first_of_label.emplace(pin.group, pin.entity).first->second, pin.entity);
  }
  Atoms atoms;
  atoms.of.assign(input.entities.size(), -1);
  for (std::size_t e = 0; e < input.entities.size(); ++e) {
    const std::size_t root = at(sets.find(static_cast<int>(e)));
    if (atoms.of[root] < 0) {
      atoms.of[root] = atoms.count();
      atoms.members.emplace_back();
      atoms.size.push_back(0);
    }
    atoms.of[e] = atoms.of[root];
    atoms.members[at(atoms.of[e])].push_back(static_cast<int>(e));
    atoms.size[at(atoms.of[e])] += input.entities[e].size;
    atoms.total_size += input.entities[e].size;
  }
  atoms.apart.resize(atoms.members.size());
  const auto part = [&](int a, int b) {
    atoms.apart[at(atoms.of[at(a)])].push_back(atoms.of[at(b)]);
    atoms.apart[at(atoms.of[at(b)])].push_back(atoms.of[at(a)]);
  };
  for (const int i : active.apart) {
    const std::vector<int>& group = c.keep_apart[at(i)];
    for (std::size_t x = 0; x < group.size(); ++x)
      for (std::size_t y = x + 1; y < group.size(); ++y)
        part(group[x], group[y]);
  }
  for (auto x = first_of_label.begin(); x != first_of_label.end(); ++x)
    for (auto y = std::next(x); y != first_of_label.end(); ++y)
      part(x->second, y->second);
  for (std::vector<int>& others : atoms.apart) {
    std::sort(others.begin(), others.end());
    others.erase(std::unique(others.begin(), others.end()), others.end());
  }
  return atoms;
}

// Nothing when the subset provably can't hold.
std::optional<Atoms> atoms_of(const Input& input, const std::vector<ConstraintRef>& subset) {
  const Active active = gather(input.constraints, subset);
  UnionFind sets(input.entities.size());
  Atoms atoms = tie(input, active, sets);
  for (std::size_t a = 0; a < atoms.apart.size(); ++a)
    if (std::binary_search(atoms.apart[a].begin(), atoms.apart[a].end(), static_cast<int>(a)))
      return std::nullopt;
  if (active.low > atoms.count()) return std::nullopt;
  if (active.high > 0 && active.low > active.high) return std::nullopt;
  if (active.size_high > 0) {
    int large = 0;  // atoms of which no two fit together
    for (const double size : atoms.size) {
      if (size > active.size_high) return std::nullopt;
      if (2 * size > active.size_high) ++large;
    }
    if (active.high > 0 &&
        (large > active.high || atoms.total_size > active.size_high * active.high))
      return std::nullopt;
    if (active.size_low > active.size_high) return std::nullopt;
  }
  if (active.size_low * std::max(1, active.low) > atoms.total_size) return std::nullopt;
  int colours = active.high > 0 ? active.high : atoms.count();
  if (active.size_low > 0)
    colours = std::min(colours, static_cast<int>(atoms.total_size / active.size_low + 1e-9));
  if (!Colouring(atoms.apart, colours).possible()) return std::nullopt;
  return atoms;
}

std::string describe(const Input& input, const ConstraintRef& ref) {
  const Constraints& c = input.constraints;
  const auto names = [&](const std::vector<int>& entities) {
    std::vector<std::string> list;
    for (const int entity : entities)
      list.push_back(input.entities[at(entity)].name);
    return enumerate(list);
  };
  switch (ref.kind) {
    case ConstraintKind::KeepTogether:
      return "keep together " + names(c.keep_together[at(ref.index)]);
    case ConstraintKind::KeepApart: return "keep apart " + names(c.keep_apart[at(ref.index)]);
    case ConstraintKind::Pin:
      return fmt::format("{} in service {}", input.entities[at(c.pins[at(ref.index)].entity)].name,
                         c.pins[at(ref.index)].group);
    case ConstraintKind::ServicesLow: return fmt::format("at least {} services", c.services_low);
    case ConstraintKind::ServicesHigh: return fmt::format("at most {} services", c.services_high);
    case ConstraintKind::SizeLow: return "size of a service at least " + number_text(c.size_low, 4);
    case ConstraintKind::SizeHigh:
      return "size of a service at most " + number_text(c.size_high, 4);
  }
  return {};
}

// Drops each constraint in turn while the rest still conflicts: what remains is minimal. Repeated
// without the first of each set found, for further sets.
std::vector<Conflict> conflicts_of(const Input& input, std::vector<ConstraintRef> all) {
  std::vector<Conflict> conflicts;
  while (conflicts.size() < 10 && !atoms_of(input, all)) {
    std::vector<ConstraintRef> core = all;
    for (std::size_t i = 0; i < core.size();) {
      std::vector<ConstraintRef> without = core;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      if (atoms_of(input, without))
        ++i;
      else
        core = std::move(without);
    }
    Conflict& conflict = conflicts.emplace_back();
    conflict.constraints = core;
    if (core.empty()) break;
    std::vector<std::string> parts;
    for (const ConstraintRef& ref : core)
      parts.push_back(describe(input, ref));
    conflict.reason =
        join(parts, "; ") + (parts.size() > 1 ? ": these can't all hold" : ": this can't hold");
    std::erase(all, core.front());
  }
  return conflicts;
}

}  // namespace

std::expected<Atoms, std::vector<Conflict>> make_atoms(const Input& input) {
  const std::vector<ConstraintRef> all = all_constraints(input.constraints);
  std::optional<Atoms> atoms = atoms_of(input, all);
  if (atoms) return std::move(*atoms);
  return std::unexpected(conflicts_of(input, all));
}

std::vector<ConstraintSet> each_constraint(const Input& input) {
  std::vector<ConstraintSet> sets;
  for (const ConstraintRef& ref : all_constraints(input.constraints))
    sets.push_back({describe(input, ref), {ref}});
  return sets;
}

std::string to_text(ConstraintKind kind) {
  switch (kind) {
    case ConstraintKind::KeepTogether: return "keep-together";
    case ConstraintKind::KeepApart: return "keep-apart";
    case ConstraintKind::Pin: return "pin";
    case ConstraintKind::ServicesLow: return "least services";
    case ConstraintKind::ServicesHigh: return "most services";
    case ConstraintKind::SizeLow: return "least size";
    case ConstraintKind::SizeHigh: return "largest size";
  }
  return {};
}

}  // namespace scantling::boundaries
