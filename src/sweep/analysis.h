// What a campaign's runs say: how each point does, which parameter moves what, which points are
// best, which is the first that fails.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "simulate/simulate.h"
#include "sweep/campaign.h"

namespace scantling::sweep {

// Something that a campaign compares points by: an expectation of a scenario; where a scenario
// expects nothing, the p99 and the availability of its operations; and the cost.
struct Objective {
  std::uint32_t scenario = 0;
  bool of_point = false;  // the cost: the same in every scenario and replication
  std::string subject, what, unit;
  bool judged = false, at_least = false;
};
std::string to_text(const Plan& plan, const Objective& objective);  // "peak: browse p99"

struct ObjectiveResult {
  Interval measured;  // over replications; mean NaN: some replication had no value
  double target = 0;
  Verdict verdict = Verdict::Undecided;  // of a judged one
};

struct PointResult {
  std::uint64_t point = 0;
  std::uint64_t runs = 0;                // that are there
  std::string problem;                   // the values are not a model, or a run failed
  std::vector<ObjectiveResult> results;  // by objective
  bool complete = false;                 // every scenario and replication is there
  Verdict verdict = Verdict::Undecided;  // the worst
};

// How much the mean of an objective changes when a parameter goes from its first value to its last,
// averaged over the values of all others (its main effect: Montgomery, "Design and Analysis of
// Experiments", 5.1). The interval is over replications, each of which draws the same random
// numbers at every point.
struct Effect {
  std::size_t objective = 0, parameter = 0;
  Interval change;
  double share = 0;  // of the variance between points that all its values explain alone
};

struct Analysis {
  std::vector<Objective> objectives;
  std::vector<PointResult> points;  // those with a run, in order
  std::vector<Effect> effects;      // by objective, the strongest first; none of an objective that
                                    // is the same everywhere
  std::string no_effects;           // why there are none
  std::vector<std::size_t> uncompared;       // objectives without a value at some point
  std::vector<std::size_t> best;             // into points: those that hold, the cheapest first
  std::optional<std::size_t> first_failing;  // into points
  std::size_t failing_objective = 0;         // of it
  std::uint64_t done = 0, wanted = 0;
  Verdict verdict() const;  // of all points
};

// Takes records in their order (Store::read), then says what they mean.
class Analyst {
 public:
  Analyst(const Plan& plan, double confidence) : plan_(plan), confidence_(confidence) {}
  void add(const RunRecord& record);
  Analysis finish();

 private:
  using Values = std::vector<double>;  // by replication; NaN where there is none

  std::size_t objective_of(std::uint32_t scenario, const Measure& measure);
  void judge(PointResult& point, const std::map<std::size_t, Values>& values) const;
  void find_effects();
  std::optional<Values> by_point(std::size_t objective, int replication) const;
  void rank();

  const Plan& plan_;
  double confidence_;
  Analysis out_;
  std::vector<std::map<std::size_t, Values>> values_;   // by place in out_.points
  std::vector<std::map<std::size_t, double>> targets_;  // as well
};

}  // namespace scantling::sweep
