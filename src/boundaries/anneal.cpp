// Simulated annealing of a cut into a given number of services.
#include <algorithm>
#include <cmath>
#include <vector>

#include "boundaries/index.h"
#include "boundaries/random.h"
#include "boundaries/search.h"
#include "boundaries/state.h"

namespace scantling::boundaries {
namespace {

constexpr double tiny = 1e-10;

// Of the annealing: start in units of the usual change of a move, end, and moves against swaps.
constexpr double hottest = .5;
constexpr double cooling = 100;
constexpr double moves_share = .85;

class Annealer {
 public:
  Annealer(State& state, Random& random) : state_(state), random_(random) {}

  // `best` becomes the best cut met.
  void run(int moves, double scale, std::vector<int>& best) {
    if (state_.services() < 2 || state_.group().size() < 3) return;
    const double hot = usual_change() * hottest * scale, cold = hot / cooling;
    double least = state_.energy();
    for (int i = 0; i < moves; ++i) {
      const double heat = hot * std::pow(cold / hot, static_cast<double>(i) / moves);
      if (random_.uniform() < moves_share)
        move(heat);
      else
        swap(heat);
      if (state_.energy() >= least - tiny) continue;
      least = state_.energy();
      best = state_.group();
    }
  }

 private:
  int any_atom() { return static_cast<int>(random_.below(state_.group().size())); }
  int any_other_group(int own) {
    const int g = static_cast<int>(random_.below(at(state_.services() - 1)));
    return g >= own ? g + 1 : g;
  }
  bool accept(double delta, double heat) {
    return delta <= 0 || random_.uniform() < std::exp(-delta / heat);
  }

  // Root of the mean square of changes that no constraint forbids.
  double usual_change() {
    double squares = 0, count = 0;
    for (int i = 0; i < 50; ++i) {
      const int atom = any_atom();
      const int to = any_other_group(state_.group()[at(atom)]);
      const double delta = state_.deltas(atom)[at(to)];
      if (std::abs(delta) > State::penalty / 2) continue;
      const double whole = delta + state_.complexity_delta(atom, to);
      squares += whole * whole;
      count += 1;
    }
    return count > 0 ? std::sqrt(squares / count) + 1e-9 : 1e-9;
  }

  // With complexity: one target drawn, taken or not (Metropolis). Without: a draw among all groups
  // by their chance (heat bath), since one look gives the changes to all of them.
  void move(double heat) {
    const int atom = any_atom();
    const int own = state_.group()[at(atom)];
    if (state_.members(own) < 2) return;
    const std::vector<double>& deltas = state_.deltas(atom);
    int to = any_other_group(own);
    if (!state_.traced()) {
      to = drawn(deltas, heat);
      if (to != own) state_.move(atom, to, deltas[at(to)]);
      return;
    }
    double delta = deltas[at(to)];
    if (delta > State::penalty / 2) return;
    delta += state_.complexity_delta(atom, to);
    if (accept(delta, heat)) state_.move(atom, to, delta);
  }

  int drawn(const std::vector<double>& deltas, double heat) {
    const double least = *std::min_element(deltas.begin(), deltas.end());
    chance_.assign(deltas.size(), 0);
    double sum = 0;
    for (std::size_t g = 0; g < deltas.size(); ++g)
      sum += chance_[g] = std::exp((least - deltas[g]) / heat);
    double draw = random_.uniform() * sum;
    for (std::size_t g = 0; g < chance_.size(); ++g)
      if ((draw -= chance_[g]) < 0) return static_cast<int>(g);
    return static_cast<int>(chance_.size()) - 1;
  }

  void swap(double heat) {
    const int x = any_atom(), y = any_atom();
    const int a = state_.group()[at(x)], b = state_.group()[at(y)];
    if (a == b) return;
    const double traced = state_.complexity_energy();
    const double over = state_.deltas(x)[at(b)];
    state_.move(x, b, over);
    const double back = state_.deltas(y)[at(a)];
    state_.move(y, a, back);
    const double change = over + back > State::penalty / 2
                              ? State::penalty
                              : over + back + state_.complexity_energy() - traced;
    if (accept(change, heat)) {
      state_.add_energy(change - over - back);
      return;
    }
    state_.move(y, b, -back);
    state_.move(x, a, -over);
  }

  State& state_;
  Random& random_;
  std::vector<double> chance_;
};

}  // namespace

Found anneal(const Problem& problem, std::vector<int> group, int services, int moves, double heat,
             std::uint64_t seed, bool traced) {
  Random random(seed, 6, static_cast<std::uint64_t>(services));
  State state(problem, group, services, traced);
  Annealer(state, random).run(moves, heat, group);
  return polish(problem, std::move(group), services, random.next(), traced);
}

}  // namespace scantling::boundaries
