// The access sequences, compiled so that the complexity of a cut can be followed move by move.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "boundaries/metrics.h"

namespace scantling::boundaries {

// Sequences without the repeats that no cut can tell apart (the same entity again and again), and
// who reads and writes each entity as one bit a functionality.
class Traces {
 public:
  Traces(int entities, const std::vector<Functionality>& functionalities);

  int functionalities() const { return static_cast<int>(steps_.size()); }
  std::size_t words() const { return words_; }
  std::size_t steps() const { return total_steps_; }
  struct Step {
    int entity = 0;
    bool write = false;
    // A read of what the functionality wrote before: it counts only where a cut parts the two.
    bool late = false;
  };
  std::span<const Step> of(int f) const { return steps_[static_cast<std::size_t>(f)]; }
  // Functionalities that conflict with an access whatever the cut: writers of what is read, readers
  // of what is written that read it before they write it.
  const std::uint64_t* conflicting(int entity, bool write) const {
    return masks_.data() + (2 * static_cast<std::size_t>(entity) + (write ? 1 : 0)) * words_;
  }
  std::span<const int> users(int entity) const { return users_[static_cast<std::size_t>(entity)]; }
  std::span<const int> writers(int entity) const {
    return writers_[static_cast<std::size_t>(entity)];
  }

 private:
  std::size_t words_ = 0;
  std::size_t total_steps_ = 0;
  std::vector<std::vector<Step>> steps_;
  std::vector<std::uint64_t> masks_;
  std::vector<std::vector<int>> users_, writers_;  // functionalities per entity, ascending
};

// Complexity of a cut as a sum over functionalities, kept up to date: complexity() times their
// number.
class ComplexityState {
 public:
  ComplexityState(const Traces& traces, std::vector<int> group_of_entity);

  double total() const { return total_; }
  // The total if these entities went to `to`. commit() makes the last trial real.
  double trial(std::span<const int> entities, int to);
  void commit();

 private:
  using Runs = std::vector<std::uint64_t>;  // words() words a run

  // Entities that a functionality counts as a reader of only because of the cut, ascending.
  using LateReads = std::vector<int>;

  bool cut_into_runs(int f, Runs& runs, LateReads& late);
  std::uint64_t* readers(int entity) {
    return readers_.data() + static_cast<std::size_t>(entity) * traces_.words();
  }
  void affect(int f);
  void flip_readers();
  void follow_late_reads();
  double cost(int f, const Runs& runs, const std::vector<std::uint64_t>& distributed) const;

  const Traces& traces_;
  std::vector<int> group_;
  std::vector<std::uint64_t> readers_;  // [entity][words]
  std::vector<LateReads> late_;
  std::vector<Runs> runs_;
  std::vector<double> cost_;
  std::vector<std::uint64_t> distributed_;
  double total_ = 0;

  // The last trial.
  std::vector<int> moved_;
  int to_ = -1;
  std::vector<int> affected_;
  std::vector<Runs> new_runs_;
  std::vector<LateReads> new_late_;
  std::vector<std::pair<int, int>> flips_;  // entity, functionality
  std::vector<double> new_cost_;
  std::vector<std::uint64_t> new_distributed_;
  double new_total_ = 0;

  std::vector<char> is_affected_;
  std::vector<int> written_in_;  // per entity: the run that last wrote it
  std::vector<int> late_in_;     // per entity: the cutting that last read it late
  int cutting_ = 0;
  int run_stamp_ = 0;
};

}  // namespace scantling::boundaries
