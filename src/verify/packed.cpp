#include "verify/packed.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace scantling::verify {
namespace {

int bits_for(int values) {
  return values <= 1 ? 0 : static_cast<int>(std::bit_width(static_cast<unsigned>(values - 1)));
}

// Fills words one after the other; a variable never lies across two.
class Layout {
 public:
  explicit Layout(const System& system) : system_(system), places_(system.variables.size()) {}

  // The instances' blocks first, each with the same layout; what is shared fills the rest.
  bool blocks(int& block_words, Words& block_mask) {
    std::vector<Var> one;
    for (Var v = 0; v < system_.variables.size(); ++v)
      if (system_.variables[v].instance == 0) one.push_back(v);
    for (const Var v : one)
      if (!place(v, 0)) return false;
    block_words = static_cast<int>(used_.size());
    for (std::size_t i = 0; i < used_.size(); ++i)
      block_mask[i] = (used_[i] == 64 ? ~0ULL : (1ULL << used_[i]) - 1);
    const std::vector<int> used = used_;
    for (int i = 1; i < system_.instances; ++i)
      used_.insert(used_.end(), used.begin(), used.end());
    if (used_.size() > kMaxWords) return false;
    for (Var v = 0; v < system_.variables.size(); ++v) {
      const Variable& variable = system_.variables[v];
      if (variable.instance <= 0) continue;
      for (const Var w : one)
        if (system_.variables[w].slot == variable.slot) places_[v] = places_[w];
      places_[v].word += variable.instance * block_words;
    }
    return true;
  }

  bool rest(bool only_shared) {
    for (Var v = 0; v < system_.variables.size(); ++v)
      if ((!only_shared || system_.variables[v].instance < 0) && !place(v, 0)) return false;
    return true;
  }

  std::vector<Place> places() const { return places_; }
  int words() const { return std::max(1, static_cast<int>(used_.size())); }

 private:
  bool place(Var v, std::size_t from) {
    const int bits = bits_for(system_.variables[v].values);
    if (bits == 0) return true;  // it always has its one value
    std::size_t w = from;
    while (w < used_.size() && used_[w] + bits > 64)
      ++w;
    if (w == used_.size()) {
      if (w == kMaxWords) return false;
      used_.push_back(0);
    }
    places_[v] = {static_cast<int>(w), used_[w], bits};
    used_[w] += bits;
    return true;
  }

  const System& system_;
  std::vector<Place> places_;
  std::vector<int> used_;
};

Masked masked(const Packed& packed, const Conds& conds) {
  Masked out;
  for (const Cond& c : conds) {
    const Place& p = packed.places[c.var];
    if (p.bits == 0) continue;
    const auto w = static_cast<std::size_t>(p.word);
    out.mask[w] |= p.mask();
    out.value[w] |= static_cast<std::uint64_t>(c.value) << p.shift;
  }
  return out;
}

PackedRule packed_rule(const Packed& packed, const Rule& rule) {
  PackedRule out;
  out.when = masked(packed, rule.when);
  const Masked then = masked(packed, rule.then);
  for (std::size_t i = 0; i < kMaxWords; ++i) {
    out.keep[i] = ~then.mask[i];
    out.set[i] = then.value[i];
  }
  return out;
}

// The variable of the rules' guards that leaves the fewest rules to look at.
int best_variable(const System& system, const std::vector<std::uint32_t>& rules) {
  std::vector<double> saved(system.variables.size(), 0);
  for (const std::uint32_t r : rules)
    for (const Cond& c : system.rules[r].when)
      saved[c.var] += 1 - 1.0 / system.variables[c.var].values;
  const auto best = std::ranges::max_element(saved);
  if (best == saved.end() || *best <= 0) return -1;
  return static_cast<int>(best - saved.begin());
}

class Dispatcher {
 public:
  Dispatcher(const System& system, Packed& out) : system_(system), out_(out) {}

  void add(std::vector<std::uint32_t> rules, std::vector<Dispatch>& groups) {
    while (!rules.empty()) {
      const int variable = best_variable(system_, rules);
      if (variable < 0) return always(rules, groups);
      std::vector<std::uint32_t> rest;
      std::vector<std::vector<std::uint32_t>> by_value(
          static_cast<std::size_t>(system_.variables[static_cast<std::size_t>(variable)].values));
      for (const std::uint32_t r : rules) {
        const Conds& when = system_.rules[r].when;
        const auto it = std::ranges::find(when, static_cast<Var>(variable),
                                          [](const Cond& c) { return c.var; });
        (it == when.end() ? rest : by_value[it->value]).push_back(r);
      }
      Dispatch group;
      group.place = out_.places[static_cast<std::size_t>(variable)];
      emit(by_value, group);
      groups.push_back(std::move(group));
      rules = std::move(rest);
    }
  }

 private:
  void always(const std::vector<std::uint32_t>& rules, std::vector<Dispatch>& groups) {
    Dispatch group;
    emit({rules}, group);
    groups.push_back(std::move(group));
  }

  // The bits that a rule must find set in some variable beside that of its group. Those of a
  // message, if it waits for one: there is none most of the time.
  Words wanted(std::uint32_t r, const Place& place) const {
    Words out{};
    bool found = false;
    for (const bool message : {true, false})
      for (const Cond& c : system_.rules[r].when) {
        const Place& p = out_.places[c.var];
        if (found || c.value == 0 || p.bits == 0 || system_.variables[c.var].message != message ||
            (p.word == place.word && p.shift == place.shift))
          continue;
        out[static_cast<std::size_t>(p.word)] |= p.mask();
        found = true;
      }
    return out;
  }

  void emit(const std::vector<std::vector<std::uint32_t>>& by_value, Dispatch& group) {
    for (const auto& list : by_value) {
      group.first.push_back(static_cast<std::uint32_t>(out_.rules.size()));
      Words wants{};
      bool always = false;
      for (const std::uint32_t r : list) {
        const Words of_rule = wanted(r, group.place);
        always |= of_rule == Words{};
        for (std::size_t i = 0; i < kMaxWords; ++i)
          wants[i] |= of_rule[i];
      }
      group.wants.push_back(wants);
      group.always.push_back(always);
      for (const std::uint32_t r : list) {
        out_.rules.push_back(packed_rule(out_, system_.rules[r]));
        out_.source.push_back(r);
      }
    }
    // A packed field may hold values that the variable never has: they lead to no rules.
    const std::size_t all = (std::size_t{1} << group.place.bits) + 1;
    while (group.first.size() < all)
      group.first.push_back(static_cast<std::uint32_t>(out_.rules.size()));
    group.wants.resize(all - 1);
    group.always.resize(all - 1);
  }

  const System& system_;
  Packed& out_;
};

// Whether the condition can hold after the rule, by what its guard and its effect say.
bool possible_after(const Rule& rule, const Conds& condition) {
  const auto value_after = [&](Var v) -> int {
    for (const Conds* list : {&rule.then, &rule.when})
      for (const Cond& c : *list)
        if (c.var == v) return c.value;
    return -1;
  };
  return std::ranges::all_of(condition, [&](const Cond& c) {
    const int after = value_after(c.var);
    return after < 0 || after == c.value;
  });
}

// Which of the cleanups a rule may make applicable: those that look at what it writes.
void attach_cleanups(const System& system, const Reductions& reductions, Packed& out) {
  for (std::size_t i = 0; i < out.rules.size(); ++i) {
    PackedRule& rule = out.rules[i];
    const Rule& source = system.rules[out.source[i]];
    const Conds& then = source.then;
    const auto writes = [&](Var v) {
      return std::ranges::any_of(then, [&](const Cond& c) { return c.var == v; });
    };
    rule.first_cleanup = static_cast<std::uint32_t>(out.cleanups.size());
    for (const DeadMessage& dead : reductions.dead) {
      const bool touched =
          writes(dead.message) ||
          std::ranges::any_of(dead.when, [&](const Cond& c) { return writes(c.var); });
      if (!touched || !possible_after(source, dead.when)) continue;
      Cleanup cleanup;
      cleanup.when = masked(out, dead.when);
      cleanup.keep.fill(~0ULL);
      const Place& p = out.places[dead.message];
      cleanup.keep[static_cast<std::size_t>(p.word)] = ~p.mask();
      out.cleanups.push_back(cleanup);
    }
    rule.cleanups = static_cast<std::uint32_t>(out.cleanups.size()) - rule.first_cleanup;
  }
}

void watch(const Conds& conds, std::uint32_t property, const Packed& packed,
           std::vector<Watch>& many, std::vector<Spot>& one) {
  constexpr int kMostBits = 6;
  if (conds.size() != 1 || packed.places[conds[0].var].bits > kMostBits)
    return many.push_back({masked(packed, conds), property});
  const Place& place = packed.places[conds[0].var];
  const auto same = std::ranges::find_if(one, [&](const Spot& s) {
    return s.property == property && s.place.word == place.word && s.place.shift == place.shift &&
           s.place.bits == place.bits;
  });
  Spot& spot = same == one.end() ? one.emplace_back(Spot{place, 0, property}) : *same;
  spot.values |= std::uint64_t{1} << conds[0].value;
}

void pack_properties(const System& system, Packed& out) {
  out.rests.resize(system.properties.size());
  for (std::size_t i = 0; i < system.properties.size(); ++i) {
    const Property& p = system.properties[i];
    for (const Conds& c : p.premise)
      watch(c, static_cast<std::uint32_t>(i), out, out.premises, out.premise_spots);
    for (const Conds& c : p.states) {
      if (p.shape == Shape::Never)
        watch(c, static_cast<std::uint32_t>(i), out, out.bad, out.bad_spots);
      else if (p.shape == Shape::Rests)
        out.rests[i].push_back(masked(out, c));
    }
  }
}

}  // namespace

bool pack(const System& system, const Reductions& reductions, Packed& out) {
  validate(system);
  out = {};
  Layout layout(system);
  if (reductions.symmetric) {
    if (!layout.blocks(out.block_words, out.block_mask) || !layout.rest(true)) return false;
    out.instances = system.instances;
  } else if (!layout.rest(false)) {
    return false;
  }
  out.places = layout.places();
  out.words = layout.words();
  std::vector<std::uint32_t> steps, faults;
  for (std::uint32_t r = 0; r < system.rules.size(); ++r)
    (system.rules[r].fault == Fault::None ? steps : faults).push_back(r);
  Dispatcher dispatcher(system, out);
  dispatcher.add(std::move(steps), out.steps);
  dispatcher.add(std::move(faults), out.faults);
  attach_cleanups(system, reductions, out);
  pack_properties(system, out);
  out.initial = pack_values(out, initial_values(system));
  return true;
}

Words pack_values(const Packed& packed, const Values& values) {
  Words out{};
  for (std::size_t v = 0; v < values.size(); ++v)
    out[static_cast<std::size_t>(packed.places[v].word)] |= static_cast<std::uint64_t>(values[v])
                                                            << packed.places[v].shift;
  return out;
}

Values unpack(const Packed& packed, const Words& words, std::size_t variables) {
  Values out(variables);
  for (std::size_t v = 0; v < variables; ++v) {
    const Place& p = packed.places[v];
    out[v] = static_cast<std::uint8_t>((words[static_cast<std::size_t>(p.word)] >> p.shift) &
                                       ((1ULL << p.bits) - 1));
  }
  return out;
}

}  // namespace scantling::verify
