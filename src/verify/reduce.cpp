#include "verify/reduce.h"

#include <algorithm>
#include <tuple>

namespace scantling::verify {
namespace {

bool mentions(const Conds& conds, Var v) {
  return std::ranges::any_of(conds, [&](const Cond& c) { return c.var == v; });
}

// Which values a variable may have from now on, given the one it has: closed over every rule.
class Futures {
 public:
  explicit Futures(const System& system) : system_(system), reach_(system.variables.size()) {
    for (Var v = 0; v < system.variables.size(); ++v)
      if (!system.variables[v].message) close(v);
  }

  bool possible(Var v, int now, int later) const {
    const auto n = static_cast<std::size_t>(system_.variables[v].values);
    if (reach_[v].empty()) return true;
    return reach_[v][static_cast<std::size_t>(now) * n + static_cast<std::size_t>(later)] != 0;
  }

 private:
  void close(Var v) {
    const auto n = static_cast<std::size_t>(system_.variables[v].values);
    std::vector<char>& reach = reach_[v];
    reach.assign(n * n, 0);
    for (std::size_t i = 0; i < n; ++i)
      reach[i * n + i] = 1;
    for (const Rule& rule : system_.rules) {
      const auto then = std::ranges::find(rule.then, v, &Cond::var);
      if (then == rule.then.end()) continue;
      const auto when = std::ranges::find(rule.when, v, &Cond::var);
      for (std::size_t i = 0; i < n; ++i)
        if (when == rule.when.end() || when->value == i) reach[i * n + then->value] = 1;
    }
    for (std::size_t k = 0; k < n; ++k)  // Warshall
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
          reach[i * n + j] |= static_cast<char>(reach[i * n + k] & reach[k * n + j]);
  }

  const System& system_;
  std::vector<std::vector<char>> reach_;
};

class DeadMessages {
 public:
  explicit DeadMessages(const System& system)
      : system_(system),
        futures_(system),
        readers_(system.variables.size()),
        dead_(system.variables.size()) {
    for (std::uint32_t r = 0; r < system.rules.size(); ++r)
      for (const Cond& c : system.rules[r].when)
        if (std::ranges::find(system.rules[r].counts, c.var) == system.rules[r].counts.end())
          readers_[c.var].push_back(r);
  }

  std::vector<DeadMessage> find() {
    std::vector<Var> messages;
    for (Var v = 0; v < system_.variables.size(); ++v)
      if (system_.variables[v].message && !visible(v)) messages.push_back(v);
    for (bool changed = true; changed;) {
      changed = false;
      for (const Var m : messages)
        changed |= extend(m);
    }
    std::vector<DeadMessage> out;
    for (const Var m : messages)
      for (const Conds& c : dead_[m])
        out.push_back({m, c});
    return out;
  }

 private:
  bool visible(Var v) const {
    return std::ranges::any_of(system_.properties, [&](const Property& p) {
      const auto in = [&](const Conds& c) { return mentions(c, v); };
      return std::ranges::any_of(p.states, in) || std::ranges::any_of(p.premise, in);
    });
  }

  // Variables that a condition under which `m` is dead may be about.
  std::vector<Var> controls(Var m) const {
    std::vector<Var> out;
    for (const std::uint32_t r : readers_[m]) {
      for (const Cond& c : system_.rules[r].when)
        if (!system_.variables[c.var].message) out.push_back(c.var);
      for (const Cond& t : system_.rules[r].then)
        for (const Conds& conds : dead_[t.var])
          for (const Cond& c : conds)
            out.push_back(c.var);
    }
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  bool known(Var m, const Conds& when) const {
    return std::ranges::any_of(dead_[m],
                               [&](const Conds& c) { return std::ranges::includes(when, c); });
  }

  bool never_again(const Rule& rule, const Conds& when) const {
    return std::ranges::any_of(rule.when, [&](const Cond& guard) {
      return std::ranges::any_of(when, [&](const Cond& now) {
        return now.var == guard.var && !futures_.possible(now.var, now.value, guard.value);
      });
    });
  }

  bool dead(Var m, const Conds& when) const {
    return std::ranges::all_of(readers_[m], [&](std::uint32_t r) {
      const Rule& rule = system_.rules[r];
      if (never_again(rule, when)) return true;
      const auto guard = std::ranges::find(rule.when, m, &Cond::var);
      if (guard->value == 0) return false;  // it waits for the message to be gone
      return std::ranges::all_of(rule.then,
                                 [&](const Cond& t) { return t.var == m || known(t.var, when); });
    });
  }

  bool add(Var m, Conds when) {
    if (known(m, when) || !dead(m, when)) return false;
    dead_[m].push_back(std::move(when));
    return true;
  }

  bool extend(Var m) {
    bool changed = false;
    const std::vector<Var> vars = controls(m);
    const auto each = [&](Var v, const auto& visit) {
      for (int x = 0; x < system_.variables[v].values; ++x)
        visit(Cond{v, static_cast<std::uint8_t>(x)});
    };
    for (const Var v : vars)
      each(v, [&](Cond c) { changed |= add(m, {c}); });
    for (std::size_t i = 0; i < vars.size(); ++i)
      for (std::size_t j = i + 1; j < vars.size(); ++j)
        each(vars[i], [&](Cond a) { each(vars[j], [&](Cond b) { changed |= add(m, {a, b}); }); });
    return changed;
  }

  const System& system_;
  Futures futures_;
  std::vector<std::vector<std::uint32_t>> readers_;  // by variable
  std::vector<std::vector<Conds>> dead_;             // by variable
};

// --- symmetry ---

using Plain = std::tuple<Conds, Conds, Fault>;

class Exchange {
 public:
  Exchange(const System& system, int a, int b) : map_(system.variables.size()) {
    for (Var v = 0; v < system.variables.size(); ++v) {
      map_[v] = v;
      const Variable& x = system.variables[v];
      const int other = x.instance == a ? b : x.instance == b ? a : -1;
      if (other < 0) continue;
      valid_ = false;
      for (Var w = 0; w < system.variables.size(); ++w) {
        const Variable& y = system.variables[w];
        if (y.instance != other || y.slot != x.slot) continue;
        map_[v] = w;
        valid_ = y.values == x.values && y.initial == x.initial && y.message == x.message;
      }
      if (!valid_) return;
    }
  }

  bool valid() const { return valid_; }
  Conds operator()(Conds conds) const {
    for (Cond& c : conds)
      c.var = map_[c.var];
    std::ranges::sort(conds);
    return conds;
  }

 private:
  std::vector<Var> map_;
  bool valid_ = true;
};

bool same_rules(const System& system, const Exchange& exchange) {
  std::vector<Plain> before, after;
  for (const Rule& r : system.rules) {
    before.emplace_back(r.when, r.then, r.fault);
    after.emplace_back(exchange(r.when), exchange(r.then), r.fault);
  }
  std::ranges::sort(before);
  std::ranges::sort(after);
  return before == after;
}

bool same_states(const std::vector<Conds>& states, const Exchange& exchange) {
  std::vector<Conds> before = states, after;
  for (const Conds& c : states)
    after.push_back(exchange(c));
  std::ranges::sort(before);
  std::ranges::sort(after);
  return before == after;
}

bool is_symmetric(const System& system) {
  if (system.instances < 2) return false;
  for (const Variable& v : system.variables)
    if (v.names_instance) return false;
  for (int i = 0; i + 1 < system.instances; ++i) {
    const Exchange exchange(system, i, i + 1);
    if (!exchange.valid() || !same_rules(system, exchange)) return false;
    for (const Property& p : system.properties)
      if (!same_states(p.states, exchange) || !same_states(p.premise, exchange)) return false;
  }
  return true;
}

// All variables that are named are of one instance.
bool of_one_instance(const System& system, std::initializer_list<const Conds*> lists) {
  int instance = -1;
  for (const Conds* list : lists)
    for (const Cond& c : *list) {
      const int of = system.variables[c.var].instance;
      if (of < 0 || (instance >= 0 && of != instance)) return false;
      instance = of;
    }
  return true;
}

}  // namespace

bool instances_are_apart(const System& system) {
  const auto alone = [&](const Conds& c) { return of_one_instance(system, {&c}); };
  return is_symmetric(system) &&
         std::ranges::all_of(
             system.rules,
             [&](const Rule& r) { return of_one_instance(system, {&r.when, &r.then}); }) &&
         std::ranges::all_of(system.properties, [&](const Property& p) {
           return std::ranges::all_of(p.states, alone) && std::ranges::all_of(p.premise, alone);
         });
}

Reductions find_reductions(const System& system) {
  Reductions out;
  out.dead = DeadMessages(system).find();
  out.symmetric = is_symmetric(system);
  return out;
}

}  // namespace scantling::verify
