#include "boundaries/state.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

// A weight over a scale; objectives that can't vary weigh nothing.
double relative(double weight, double scale) {
  return scale > 1e-12 ? weight / scale : 0;
}

}  // namespace

State::State(const Problem& problem, std::vector<int> group, int services, bool traced)
    : p_(problem), services_(services), group_(std::move(group)) {
  const std::size_t k = at(services), n = group_.size();
  members_.assign(k, 0);
  size_.assign(k, 0);
  strength_.assign(k, 0);
  team_size_.assign(k * at(p_.teams), 0);
  touched_.assign(p_.uses.size() * k, 0);
  wrote_ = touched_;
  mask_words_ = (k + 63) / 64;
  touched_mask_.assign(p_.uses.size() * mask_words_, 0);
  split_each_ = relative(p_.weights.split_transactions, p_.scales.split_transactions);
  split_write_each_ = relative(p_.weights.split_writes, p_.scales.split_writes);
  spread_each_ = relative(p_.weights.spread, p_.scales.spread);
  services_of_.assign(p_.uses.size(), 0);
  writers_of_ = services_of_;
  for (std::size_t a = 0; a < n; ++a) {
    const int g = group_[a];
    ++members_[at(g)];
    size_[at(g)] += p_.atoms.size[a];
    strength_[at(g)] += p_.layered.strength(static_cast<int>(a));
    for (const auto& [team, size] : p_.team_sizes[a])
      team_size_[at(g) * at(p_.teams) + at(team)] += size;
  }
  for (std::size_t u = 0; u < p_.uses.size(); ++u)
    for (const Touch& touch : p_.uses[u].touches) {
      const std::size_t c = cell(static_cast<int>(u), group_[at(touch.atom)]);
      if (touched_[c]++ == 0) {
        ++services_of_[u];
        flip_touched(static_cast<int>(u), group_[at(touch.atom)]);
      }
      if (touch.write && wrote_[c]++ == 0) ++writers_of_[u];
    }
  if (traced && p_.traces) {
    std::vector<int> of_entity(p_.atoms.of.size());
    for (std::size_t e = 0; e < of_entity.size(); ++e)
      of_entity[e] = group_[at(p_.atoms.of[e])];
    complexity_.emplace(*p_.traces, std::move(of_entity));
    traced_group_ = group_;
  }
  delta_.assign(k, 0);
  layered_to_ = steps_to_ = votes_to_ = delta_;
  apart_in_.assign(k, 0);
  match_reference();
}

void State::match_reference() {
  label_.assign(at(services_), -1);
  if (!p_.reference.empty()) {
    // Largest overlaps first; each label and each group once.
    std::map<std::pair<int, int>, double> overlap;
    for (std::size_t a = 0; a < group_.size(); ++a)
      if (p_.reference[a] >= 0) overlap[{group_[a], p_.reference[a]}] += p_.atoms.size[a];
    std::vector<std::pair<double, std::pair<int, int>>> order;
    for (const auto& [pair, size] : overlap)
      order.push_back({-size, pair});
    std::sort(order.begin(), order.end());
    std::vector<int> taken;
    for (const auto& [size, pair] : order) {
      if (label_[at(pair.first)] >= 0 ||
          std::find(taken.begin(), taken.end(), pair.second) != taken.end())
        continue;
      label_[at(pair.first)] = pair.second;
      taken.push_back(pair.second);
    }
  }
  energy_ = full_energy();
}

double State::size_violation(double size) const {
  const Constraints& c = p_.input->constraints;
  double over = 0;
  if (c.size_high > 0) over += std::max(0.0, size - c.size_high);
  if (c.size_low > 0) over += std::max(0.0, c.size_low - size);
  return over;
}

double State::lack(double size) const {
  const double floor = .25 * p_.atoms.total_size / services_;
  return size < floor ? (floor - size) / (floor * services_) : 0;
}

double State::violation() const {
  double sum = 0;
  for (const double size : size_)
    sum += size_violation(size);
  for (std::size_t a = 0; a < group_.size(); ++a)
    for (const int other : p_.atoms.apart[a])
      if (static_cast<int>(a) < other && group_[a] == group_[at(other)]) sum += 1;
  return sum;
}

Objectives State::objectives() {
  Objectives o;
  double inside = 0, null = 0, crossing = 0, disagreement = 0;
  const double m = p_.layered.total();
  const int n = p_.layered.nodes();
  for (int v = 0; v < n; ++v) {
    const int g = group_[at(v)];
    inside += p_.layered.loop(v);
    for (const Neighbour& neighbour : p_.layered.of(v))
      if (v < neighbour.node && group_[at(neighbour.node)] == g) inside += neighbour.weight;
    for (const Neighbour& neighbour : p_.steps.of(v))
      if (v < neighbour.node && group_[at(neighbour.node)] != g) crossing += neighbour.weight;
  }
  for (const double strength : strength_)
    null += strength * strength;
  o.modularity = m > 0 ? inside / m - p_.weights.resolution * null / (4 * m * m) : 0;
  o.crossing = crossing;
  if (!p_.votes.empty() && n > 1) {
    for (std::size_t a = 0; a < at(n); ++a)
      for (std::size_t b = a + 1; b < at(n); ++b) {
        const double vote = static_cast<double>(p_.votes[a * at(n) + b]);
        disagreement += group_[a] == group_[b] ? 1 - vote : vote;
      }
    o.disagreement = disagreement / (n * (n - 1) / 2.0);
  }
  for (std::size_t u = 0; u < p_.uses.size(); ++u) {
    const double rate = p_.uses[u].rate;
    if (services_of_[u] > 1) o.split_transactions += rate;
    if (writers_of_[u] > 1) o.split_writes += p_.uses[u].write_rate;
    o.spread += rate * std::max(0, services_of_[u] - 1);
  }
  double squares = 0, main = 0, owned = 0, moved = 0;
  for (int g = 0; g < services_; ++g) {
    squares += size_[at(g)] * size_[at(g)];
    main += main_team(g, -1, 0);
    o.smallness += lack(size_[at(g)]);
  }
  for (const double size : team_size_)
    owned += size;
  const double total = p_.atoms.total_size;
  if (total > 0) o.imbalance = squares / (total * total) - 1.0 / services_;
  if (owned > 0) o.team_spread = 1 - main / owned;
  if (!p_.reference.empty() && total > 0) {
    for (std::size_t a = 0; a < group_.size(); ++a)
      if (p_.reference[a] >= 0 && label_[at(group_[a])] != p_.reference[a])
        moved += p_.atoms.size[a];
    o.distance = moved / total;
  }
  catch_up();
  if (complexity_) o.complexity = complexity_->total() / std::max(1, p_.traces->functionalities());
  o.score = energy_;
  return o;
}

double State::full_energy() {
  const Objectives o = objectives();
  const ObjectiveWeights& w = p_.weights;
  const Scales& s = p_.scales;
  violation_ = violation();
  double energy = -w.modularity * o.modularity + w.consensus * o.disagreement +
                  relative(w.split_transactions, s.split_transactions) * o.split_transactions +
                  relative(w.split_writes, s.split_writes) * o.split_writes +
                  relative(w.crossing, s.crossing) * o.crossing +
                  relative(w.spread, s.spread) * o.spread +
                  relative(w.imbalance, s.imbalance) * o.imbalance + w.smallness * o.smallness +
                  relative(w.team_spread, s.team_spread) * o.team_spread + w.distance * o.distance;
  if (complexity_) energy += relative(w.complexity, s.complexity) * complexity_->total();
  return energy + penalty * violation_;
}

void State::add_pair_terms(int atom) {
  std::fill(layered_to_.begin(), layered_to_.end(), 0);
  for (const Neighbour& neighbour : p_.layered.of(atom))
    layered_to_[at(group_[at(neighbour.node)])] += neighbour.weight;
  const std::size_t own = at(group_[at(atom)]);
  const double m = p_.layered.total(), strength = p_.layered.strength(atom);
  if (m > 0 && p_.weights.modularity > 0)
    for (std::size_t g = 0; g < delta_.size(); ++g)
      delta_[g] -=
          p_.weights.modularity * ((layered_to_[g] - layered_to_[own]) / m -
                                   p_.weights.resolution * strength *
                                       (strength_[g] - strength_[own] + strength) / (2 * m * m));
  const double crossing = relative(p_.weights.crossing, p_.scales.crossing);
  if (crossing > 0) {
    std::fill(steps_to_.begin(), steps_to_.end(), 0);
    for (const Neighbour& neighbour : p_.steps.of(atom))
      steps_to_[at(group_[at(neighbour.node)])] += neighbour.weight;
    for (std::size_t g = 0; g < delta_.size(); ++g)
      delta_[g] -= crossing * (steps_to_[g] - steps_to_[own]);
  }
  const std::size_t n = group_.size();
  if (p_.votes.empty() || n < 2 || p_.weights.consensus <= 0) return;
  std::fill(votes_to_.begin(), votes_to_.end(), 0);
  const float* row = p_.votes.data() + at(atom) * n;
  for (std::size_t b = 0; b < n; ++b)
    if (b != at(atom)) votes_to_[at(group_[b])] += 1 - 2 * static_cast<double>(row[b]);
  const double each = p_.weights.consensus / (static_cast<double>(n * (n - 1)) / 2);
  for (std::size_t g = 0; g < delta_.size(); ++g)
    delta_[g] += each * (votes_to_[g] - votes_to_[own]);
}

// What joining a group that the functionality does not touch yet changes is the same for all such
// groups: it goes to `everywhere`, and only the groups touched are looked at one by one.
void State::add_use(int use_index, bool write, int own, double& everywhere) {
  const Use& use = p_.uses[at(use_index)];
  const int before = services_of_[at(use_index)], writers = writers_of_[at(use_index)];
  const int left = before - (touched_[cell(use_index, own)] == 1 ? 1 : 0);
  const int writers_left = writers - (write && wrote_[cell(use_index, own)] == 1 ? 1 : 0);
  const auto change = [&](bool touched, bool wrote) {
    const int after = left + (touched ? 0 : 1);
    double sum = use.rate * (spread_each_ * (after - before) +
                             split_each_ * ((after > 1 ? 1 : 0) - (before > 1 ? 1 : 0)));
    if (write) {
      const int writers_after = writers_left + (wrote ? 0 : 1);
      sum += use.write_rate * split_write_each_ *
             ((writers_after > 1 ? 1 : 0) - (writers > 1 ? 1 : 0));
    }
    return sum;
  };
  const double elsewhere = change(false, false);
  everywhere += elsewhere;
  for (std::size_t w = 0; w < mask_words_; ++w)
    for (std::uint64_t bits = touched_mask_[at(use_index) * mask_words_ + w]; bits != 0;
         bits &= bits - 1) {
      const std::size_t g = 64 * w + static_cast<std::size_t>(std::countr_zero(bits));
      delta_[g] += change(true, wrote_[cell(use_index, static_cast<int>(g))] > 0) - elsewhere;
    }
}

void State::add_use_terms(int atom) {
  if (split_each_ + split_write_each_ + spread_each_ <= 0) return;
  const int own = group_[at(atom)];
  double everywhere = 0;
  for (const AtomUse& use : p_.uses_of[at(atom)])
    add_use(use.use, use.write, own, everywhere);
  for (double& delta : delta_)
    delta += everywhere;
}

void State::add_size_terms(int atom) {
  const std::size_t own = at(group_[at(atom)]);
  const double size = p_.atoms.size[at(atom)], total = p_.atoms.total_size;
  const double leaving = size_violation(size_[own] - size) - size_violation(size_[own]);
  const double lacking = lack(size_[own] - size) - lack(size_[own]);
  std::fill(apart_in_.begin(), apart_in_.end(), 0);
  for (const int other : p_.atoms.apart[at(atom)])
    ++apart_in_[at(group_[at(other)])];
  for (std::size_t g = 0; g < delta_.size(); ++g) {
    if (g == own) continue;
    if (total > 0)
      delta_[g] +=
          p_.weights.imbalance * 2 * size * (size_[g] - size_[own] + size) / (total * total);
    delta_[g] += p_.weights.smallness * (lacking + lack(size_[g] + size) - lack(size_[g]));
    delta_[g] += penalty * (leaving + size_violation(size_[g] + size) - size_violation(size_[g]) +
                            apart_in_[g] - apart_in_[own]);
  }
}

// Size of the main team of a group, as if an atom had been added to it (sign 1) or taken (-1).
double State::main_team(int group, int changed_atom, double sign) const {
  double main = 0;
  for (int team = 0; team < p_.teams; ++team) {
    double size = team_size_[at(group) * at(p_.teams) + at(team)];
    if (changed_atom >= 0)
      for (const auto& [t, s] : p_.team_sizes[at(changed_atom)])
        if (t == team) size += sign * s;
    main = std::max(main, size);
  }
  return main;
}

void State::add_team_terms(int atom) {
  if (p_.teams < 2 || p_.weights.team_spread <= 0 || p_.team_sizes[at(atom)].empty()) return;
  const int own = group_[at(atom)];
  double owned = 0;
  for (const double size : team_size_)
    owned += size;
  const double leaving = main_team(own, atom, -1) - main_team(own, -1, 0);
  for (int g = 0; g < services_; ++g)
    if (g != own)
      delta_[at(g)] -= relative(p_.weights.team_spread, p_.scales.team_spread) *
                       (leaving + main_team(g, atom, 1) - main_team(g, -1, 0)) / owned;
}

void State::add_reference_terms(int atom) {
  if (p_.reference.empty() || p_.reference[at(atom)] < 0) return;
  const int wanted = p_.reference[at(atom)];
  const double each = p_.weights.distance * p_.atoms.size[at(atom)] / p_.atoms.total_size;
  const double away = label_[at(group_[at(atom)])] != wanted ? 1 : 0;
  for (int g = 0; g < services_; ++g)
    delta_[at(g)] += each * ((label_[at(g)] != wanted ? 1 : 0) - away);
}

const std::vector<double>& State::deltas(int atom) {
  std::fill(delta_.begin(), delta_.end(), 0);
  add_pair_terms(atom);
  add_use_terms(atom);
  add_size_terms(atom);
  add_team_terms(atom);
  add_reference_terms(atom);
  delta_[at(group_[at(atom)])] = 0;
  return delta_;
}

double State::complexity_delta(int atom, int to) {
  if (!complexity_) return 0;
  catch_up();
  const double before = complexity_->total();
  const double after = complexity_->trial(p_.atoms.members[at(atom)], to);
  return relative(p_.weights.complexity, p_.scales.complexity) * (after - before);
}

double State::complexity_energy() {
  if (!complexity_) return 0;
  catch_up();
  return relative(p_.weights.complexity, p_.scales.complexity) * complexity_->total();
}

void State::catch_up() {
  for (const int atom : pending_) {
    const int to = group_[at(atom)];
    if (traced_group_[at(atom)] == to) continue;
    complexity_->trial(p_.atoms.members[at(atom)], to);
    complexity_->commit();
    traced_group_[at(atom)] = to;
  }
  pending_.clear();
}

void State::move(int atom, int to, double delta) {
  const int from = group_[at(atom)];
  if (from == to) return;
  if (complexity_) pending_.push_back(atom);
  for (const auto& [u, write] : p_.uses_of[at(atom)]) {
    if (--touched_[cell(u, from)] == 0) {
      --services_of_[at(u)];
      flip_touched(u, from);
    }
    if (touched_[cell(u, to)]++ == 0) {
      ++services_of_[at(u)];
      flip_touched(u, to);
    }
    if (!write) continue;
    if (--wrote_[cell(u, from)] == 0) --writers_of_[at(u)];
    if (wrote_[cell(u, to)]++ == 0) ++writers_of_[at(u)];
  }
  const double size = p_.atoms.size[at(atom)], strength = p_.layered.strength(atom);
  violation_ -= size_violation(size_[at(from)]) + size_violation(size_[at(to)]);
  for (const int other : p_.atoms.apart[at(atom)])
    violation_ += int{group_[at(other)] == to} - int{group_[at(other)] == from};
  size_[at(from)] -= size;
  size_[at(to)] += size;
  violation_ += size_violation(size_[at(from)]) + size_violation(size_[at(to)]);
  strength_[at(from)] -= strength;
  strength_[at(to)] += strength;
  for (const auto& [team, s] : p_.team_sizes[at(atom)]) {
    team_size_[at(from) * at(p_.teams) + at(team)] -= s;
    team_size_[at(to) * at(p_.teams) + at(team)] += s;
  }
  --members_[at(from)];
  ++members_[at(to)];
  group_[at(atom)] = to;
  energy_ += delta;
}

}  // namespace scantling::boundaries
