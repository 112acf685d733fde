#include "verify/system.h"

#include <algorithm>

#include "base/assert.h"

namespace scantling::verify {

std::string_view to_text(Fault fault) {
  static constexpr std::string_view kTexts[kFaultKinds] = {
      "step",    "crash",          "loss",      "duplicate", "early timeout",
      "reorder", "poison message", "partition", "failover",  "clock jump"};
  return kTexts[static_cast<std::size_t>(fault)];
}

bool System::has_faults() const {
  return std::ranges::any_of(rules, [](const Rule& r) { return r.fault != Fault::None; });
}

const Property* System::find_property(std::string_view wanted) const {
  for (const Property& p : properties)
    if (p.name == wanted) return &p;
  return nullptr;
}

Values initial_values(const System& system) {
  Values out;
  for (const Variable& v : system.variables)
    out.push_back(v.initial);
  return out;
}

bool holds(const Conds& conds, const Values& values) {
  return std::ranges::all_of(conds, [&](const Cond& c) { return values[c.var] == c.value; });
}

bool holds_any(const std::vector<Conds>& list, const Values& values) {
  return std::ranges::any_of(list, [&](const Conds& c) { return holds(c, values); });
}

std::string value_text(const Variable& variable, std::uint8_t value) {
  if (value < variable.texts.size()) return variable.texts[value];
  return std::to_string(value);
}

namespace {

void check_conds(const System& system, const Conds& conds) {
  for (std::size_t i = 0; i < conds.size(); ++i) {
    SCANTLING_ASSERT(conds[i].var < system.variables.size());
    SCANTLING_ASSERT(conds[i].value < system.variables[conds[i].var].values);
    if (i > 0) SCANTLING_ASSERT(conds[i - 1].var < conds[i].var);
  }
}

// Adds or replaces; false when the variable already has another value there.
bool put_cond(Conds& conds, Var var, int value) {
  const Cond added{var, static_cast<std::uint8_t>(value)};
  const auto it = std::ranges::lower_bound(conds, var, {}, &Cond::var);
  if (it != conds.end() && it->var == var) return it->value == added.value;
  conds.insert(it, added);
  return true;
}

}  // namespace

void validate(const System& system) {
  for (const Variable& v : system.variables)
    SCANTLING_ASSERT(v.values >= 1 && v.values <= 256 && v.initial < v.values);
  for (const Rule& r : system.rules) {
    check_conds(system, r.when);
    check_conds(system, r.then);
  }
  for (const Property& p : system.properties) {
    for (const Conds& c : p.states)
      check_conds(system, c);
    for (const Conds& c : p.premise)
      check_conds(system, c);
  }
}

Draft::Draft(System& system, int lane, std::string text) : system_(system) {
  rule_.lane = lane;
  rule_.text = std::move(text);
}

Draft& Draft::when(Var var, int value) {
  changes_.push_back({var, {{value, -1}}});
  return *this;
}

Draft& Draft::set(Var var, int value) {
  for (Change& c : changes_) {
    if (c.var != var) continue;
    for (auto& way : c.ways)
      way.second = value;
    return *this;
  }
  put_cond(rule_.then, var, value);
  return *this;
}

Draft& Draft::take(Var counter) {
  Change c{counter, {}};
  for (int i = 1; i < system_.variables[counter].values; ++i)
    c.ways.emplace_back(i, i - 1);
  changes_.push_back(std::move(c));
  return *this;
}

Draft& Draft::put(Var counter) {
  Change c{counter, {}};
  const int most = system_.variables[counter].values - 1;
  for (int i = 0; i <= most; ++i)
    c.ways.emplace_back(i, i == most ? -1 : i + 1);
  rule_.counts.push_back(counter);
  changes_.push_back(std::move(c));
  return *this;
}

Draft& Draft::has(Var counter) {
  Change c{counter, {}};
  for (int i = 1; i < system_.variables[counter].values; ++i)
    c.ways.emplace_back(i, -1);
  changes_.push_back(std::move(c));
  return *this;
}

Draft& Draft::one_of(Var var, std::vector<int> values) {
  Change c{var, {}};
  for (const int value : values)
    c.ways.emplace_back(value, -1);
  changes_.push_back(std::move(c));
  return *this;
}

Draft& Draft::fault(Fault kind) {
  rule_.fault = kind;
  return *this;
}

Draft& Draft::from(int peer) {
  rule_.peer = peer;
  rule_.sends = false;
  return *this;
}

Draft& Draft::to(int peer) {
  rule_.peer = peer;
  rule_.sends = true;
  return *this;
}

Draft& Draft::element(std::string path) {
  rule_.element = std::move(path);
  return *this;
}

Draft& Draft::instance(int index) {
  rule_.instance = index;
  return *this;
}

void Draft::add() {
  // Every combination of the ways of the changes, the last turning fastest.
  std::vector<std::size_t> at(changes_.size(), 0);
  for (;;) {
    Rule rule = rule_;
    bool possible = true;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      const auto [before, after] = changes_[i].ways[at[i]];
      possible &= put_cond(rule.when, changes_[i].var, before);
      if (after >= 0 && after != before) possible &= put_cond(rule.then, changes_[i].var, after);
    }
    if (possible) system_.rules.push_back(std::move(rule));
    std::size_t i = changes_.size();
    while (i > 0 && ++at[i - 1] == changes_[i - 1].ways.size())
      at[--i] = 0;
    if (i == 0) return;
  }
}

System with_budgets(const System& system, const std::vector<Budget>& budgets) {
  System out = system;
  out.rules.clear();
  std::vector<int> counter(kFaultKinds, -1), times(kFaultKinds, 0);
  for (const Budget& b : budgets) {
    const auto kind = static_cast<std::size_t>(b.fault);
    times[kind] = b.times;
    counter[kind] = static_cast<int>(out.variables.size());
    Variable v;
    v.name = std::string(to_text(b.fault)) + " left";
    std::ranges::replace(v.name, ' ', '-');
    v.values = b.times + 1;
    v.initial = static_cast<std::uint8_t>(b.times);
    out.variables.push_back(std::move(v));
  }
  for (const Rule& rule : system.rules) {
    const auto kind = static_cast<std::size_t>(rule.fault);
    if (rule.fault == Fault::None || counter[kind] < 0) {
      out.rules.push_back(rule);
      continue;
    }
    for (int left = 1; left <= times[kind]; ++left) {
      Rule copy = rule;
      put_cond(copy.when, static_cast<Var>(counter[kind]), left);
      put_cond(copy.then, static_cast<Var>(counter[kind]), left - 1);
      out.rules.push_back(std::move(copy));
    }
  }
  return out;
}

}  // namespace scantling::verify
