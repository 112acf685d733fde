// Everything that the model asks for, each with what the design's proofs say about it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/facts.h"

namespace scantling {

// Met: shown to hold, with room. At risk: undecided, or it holds with less room than
// kLatencyRoom / kBudgetRoom. Not shown: nothing that ran judges it.
enum class RequirementVerdict : std::uint8_t { Met, AtRisk, NotMet, NotShown };
std::string_view to_text(RequirementVerdict verdict);  // "met", "at risk", "not met", "not shown"

// At risk above this share of an upper bound (a p99, a recovery time, a budget) ...
inline constexpr double kLatencyRoom = .95;
// ... or when more than this share of the failures that a lower bound allows are used up.
inline constexpr double kBudgetRoom = .9;

struct Requirement {
  std::string path;      // "operations.place-order.objective.p99"
  std::string subject;   // "place-order", "system"
  std::string what;      // "p99", "availability", "cost"
  std::string scenario;  // "at peak", "zone-down", "design"
  std::string target;    // "at most 2 s"
  std::string reached;   // "1.24 s ± 0.031"; empty: nothing measured
  std::string evidence;  // "5 runs of 60 s"
  std::string anchor;    // of the experiment or the block in the HTML report
  Origin origin = Origin::Given;
  RequirementVerdict verdict = RequirementVerdict::NotShown;
  std::vector<std::string> causes;    // not met: what was seen
  std::string relax;                  // what would make it hold
  std::vector<std::string> conflict;  // lines of the model that can't all hold with it
};

// Objectives by operation, then each experiment's expectations, then what is asked of the system as
// a whole. Numbers not judged by a run are "not shown", with the estimate as a hint.
std::vector<Requirement> requirements_of(const Facts& facts);

// The first causes, and how many more there are where there is no room for all.
inline constexpr std::size_t kCausesShown = 3;
std::vector<std::string> main_causes(const Requirement& requirement);

struct VerdictCounts {
  int met = 0, at_risk = 0, not_met = 0, not_shown = 0;
};
VerdictCounts count_verdicts(const std::vector<Requirement>& requirements);
std::string summary_text(const VerdictCounts& counts);  // "9 met, 1 at risk, 2 not shown"

// "1.24 s ± 0.03 s" of a judged value in its unit.
std::string judged_value(const Interval& measured, std::string_view unit);
std::string judged_target(double target, std::string_view unit, bool at_least);

}  // namespace scantling
