#include <algorithm>

#include "check/rule_support.h"

namespace scantling {
namespace {

constexpr double kStrict = .9995;
// A bad release at full share, found by a person and rolled back: half an hour. An assumption, on
// the short side of the recovery times in DORA's surveys ("less than one hour" for elite teams).
constexpr double kRollbackSeconds = 1800;

void run(const CheckContext& c) {
  if (!c.model.placement || !c.model.placement->rollout) return;
  const auto& rollout = c.model.placement->rollout;
  if (*rollout != Rollout::Rolling) return;
  double needed = 0;
  std::vector<std::string> objectives;
  for (const Operation& operation : c.model.operations) {
    if (!operation.objective || !operation.objective->availability) continue;
    if (operation.objective->availability->value < kStrict) continue;
    needed = std::max(needed, operation.objective->availability->value);
    objectives.push_back(path_of(operation) + ".objective.availability");
  }
  if (objectives.empty()) return;
  const double budget = (1 - needed) * 30 * 86400;
  Diagnostic& d = report(
      c, rule_rollout_without_canary, place_of(rollout.from, c.model.placement.from),
      "one bad release uses up what " + percent_text(needed) + " allows", "placement.rollout");
  d.because = readable_seconds(budget) +
              " of failure are allowed in 30 days; a release that fails "
              "for all users for " +
              readable_seconds(kRollbackSeconds) + " (assumed) costs " +
              percent_text(kRollbackSeconds / budget) + " of that, at 5% of users " +
              percent_text(kRollbackSeconds * .05 / budget);
  d.requirements = objectives;
  d.fixes.push_back(value_fix("rollout", "canary", rollout.from, FixSafety::Unsafe));
}

}  // namespace

const Rule rule_rollout_without_canary = {
    {"rollout-without-canary", Severity::Note, "operations",
     "releases reach all users at once though the availability allows no bad one"},
    {R"(An operation promises 99.95% or more, and releases are rolled over all instances without a stage that only a part of the users meets.)",
     R"(Most outages begin with a change (about 70% by Site Reliability Engineering, chapter 1). The allowance of a month at 99.95% is 22 minutes: shorter than most releases take to be found bad and rolled back. A canary divides what a bad one costs by its share.)",
     R"(operations:
  pay: { actor: customer, steps: [], load: { mean: 1/s, peak: 2/s }, objective: { availability: 99.95% } }
placement: { zones: 3, rollout: rolling }
services:
  web: {}
)",
     R"(operations:
  pay: { actor: customer, steps: [], load: { mean: 1/s, peak: 2/s }, objective: { availability: 99.95% } }
placement: { zones: 3, rollout: canary, canary: 5% }
services:
  web: {}
)",
     R"(When changes are behind switches that are opened for a part of the users.)"},
    run};

}  // namespace scantling
