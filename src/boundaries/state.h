// A cut under search: what each move would change, in time proportional to what it touches.
#pragma once

#include <optional>
#include <vector>

#include "boundaries/problem.h"

namespace scantling::boundaries {

class State {
 public:
  // `group` per atom, compact 0..services-1. Complexity counts only when `traced` and the problem
  // has traces.
  State(const Problem& problem, std::vector<int> group, int services, bool traced);

  int services() const { return services_; }
  const std::vector<int>& group() const { return group_; }
  int members(int group) const { return members_[static_cast<std::size_t>(group)]; }
  double energy() const { return energy_; }
  bool admissible() const { return violation_ < 1e-9; }
  bool traced() const { return complexity_.has_value(); }

  // Change of energy if `atom` went to each group, all but complexity. Entry of its own group: 0.
  const std::vector<double>& deltas(int atom);
  double complexity_delta(int atom, int to);
  // Complexity's part of the energy. No move can win more than this by it.
  double complexity_energy();
  // `delta` of the whole, complexity included. The sequences are cut anew only when complexity is
  // next asked for, so that a move and its way back cost little.
  void move(int atom, int to, double delta);
  void add_energy(double delta) { energy_ += delta; }

  // Violation of the hard constraints of the move, part of deltas() but never bought by a gain.
  static constexpr double penalty = 50;

  Objectives objectives();
  void match_reference();  // which group stands for which label of the reference; at the start

 private:
  double full_energy();
  void catch_up();
  double violation() const;
  double size_violation(double size) const;
  double lack(double size) const;  // of a quarter of the mean size, as a share of it over services
  void add_pair_terms(int atom);
  void add_use_terms(int atom);
  void add_use(int use, bool write, int own, double& everywhere);
  void flip_touched(int use, int group) {
    touched_mask_[static_cast<std::size_t>(use) * mask_words_ +
                  static_cast<std::size_t>(group) / 64] ^= std::uint64_t{1} << (group % 64);
  }
  void add_size_terms(int atom);
  void add_team_terms(int atom);
  void add_reference_terms(int atom);
  double main_team(int group, int changed_atom, double sign) const;
  std::size_t cell(int use, int group) const {
    return static_cast<std::size_t>(use) * static_cast<std::size_t>(services_) +
           static_cast<std::size_t>(group);
  }

  const Problem& p_;
  int services_;
  std::vector<int> group_;
  std::vector<int> members_;
  std::vector<double> size_, strength_;
  std::vector<double> team_size_;               // [group][team]
  std::vector<int> label_;                      // reference label per group
  std::vector<std::uint16_t> touched_, wrote_;  // [use][group]: atoms touched, written
  std::vector<int> services_of_, writers_of_;   // per use: groups touched, written
  std::size_t mask_words_ = 0;
  std::vector<std::uint64_t> touched_mask_;  // [use]: a bit per group touched
  double split_each_ = 0, split_write_each_ = 0, spread_each_ = 0;  // weights over scales
  std::optional<ComplexityState> complexity_;
  std::vector<int> traced_group_;  // per atom: its group in complexity_
  std::vector<int> pending_;       // atoms moved since
  double energy_ = 0;
  double violation_ = 0;

  std::vector<double> delta_;
  std::vector<double> layered_to_, steps_to_, votes_to_;
  std::vector<int> apart_in_;
};

}  // namespace scantling::boundaries
