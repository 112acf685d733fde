#include <algorithm>

#include "check/rule_support.h"

namespace scantling {
namespace {

constexpr double kOneZone = .9995;  // as the estimate takes it

void run(const CheckContext& c) {
  if (zones_of(c.model) != 1) return;
  double needed = 0;
  std::vector<std::string> objectives;
  for (const Operation& operation : c.model.operations) {
    if (!operation.objective || !operation.objective->availability) continue;
    if (operation.objective->availability->value < kOneZone) continue;
    needed = std::max(needed, operation.objective->availability->value);
    objectives.push_back(path_of(operation) + ".objective.availability");
  }
  if (objectives.empty()) return;
  const bool placed = c.model.placement && c.model.placement->zones;
  const auto& zones = placed ? c.model.placement->zones : c.model.constraints->zones;
  Diagnostic& d = report(c, rule_single_zone, zones.from.span,
                         "one zone for a promise of " + percent_text(needed),
                         placed ? "placement.zones" : "constraints.zones");
  d.because = percent_text(needed) + " allows " + readable_seconds((1 - needed) * 365 * 86400) +
              " in a year; one loss of a zone takes hours";
  d.requirements = objectives;
  d.fixes.push_back(value_fix("zones", "3", zones.from, FixSafety::Unsafe));
}

}  // namespace

const Rule rule_single_zone = {
    {"single-zone", Severity::Warning, "availability",
     "a high availability is promised in one zone"},
    {R"(Everything is in one zone, and an operation promises 99.95% or more.)",
     R"(A zone is a building with its power and cooling. On 2011-04-21 and in several years since, one zone of a large provider was away for hours; 99.95% allows 4.4 hours in a whole year, all causes together.)",
     R"(operations:
  ask: { actor: customer, steps: [], load: { mean: 1/s, peak: 2/s }, objective: { availability: 99.95% } }
constraints: { zones: 1 }
)",
     R"(operations:
  ask: { actor: customer, steps: [], load: { mean: 1/s, peak: 2/s }, objective: { availability: 99.95% } }
constraints: { zones: 3 }
)",
     R"(When a second site takes over within minutes, and that is rehearsed.)"},
    run};

}  // namespace scantling
