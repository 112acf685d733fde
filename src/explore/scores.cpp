// What a candidate is ranked by: the twin's figures, and what its cut asks of people.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "design/teams.h"
#include "estimate/estimate.h"
#include "explore/explore.h"
#include "model/enums.h"

namespace scantling::explore {
namespace {

double& at(Scores& scores, Goal o) {
  return scores.values[static_cast<std::size_t>(o)];
}

int split_writes(const Architecture& model) {
  int count = 0;
  for (const Operation& operation : model.operations) {
    std::set<std::int32_t> writers;
    for (const ProblemStep& step : *operation.steps)
      if (step.aggregate.id.valid() && is_write(step.verb))
        writers.insert(owner_of(model, step.aggregate.id).index);
    count += writers.size() > 1;
  }
  return count;
}

// Twice as many aggregates as services, as `design` has it where there are no teams.
constexpr double kAggregatesAService = 2;

// Of the services that a team can run, or of the aggregates that come with so many services: one
// service for everything is no light load for its team. Without teams, the number of services.
double team_load(const Architecture& model) {
  std::map<std::int32_t, std::pair<double, double>> owned;  // services, aggregates
  for (const Service& service : model.services) {
    if (!service.team || !service.team->id.valid()) continue;
    auto& [services, aggregates] = owned[service.team->id.index];
    ++services;
    aggregates += static_cast<double>(service.owns->size());
  }
  if (owned.empty()) return static_cast<double>(model.services.size());
  double most = 0;
  for (const auto& [team, has] : owned)
    most = std::max(most, std::max(has.first, has.second / kAggregatesAService) /
                              services_a_team_can_own(model.teams[TeamId(team)]));
  return most;
}

// What the twin's approximations can't tell apart is the same: three digits of the cost, two of
// times and failures.
double rounded(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) + 1 - digits);
  return std::round(value / unit) * unit;
}

}  // namespace

std::string_view to_text(Goal goal) {
  constexpr std::array<std::string_view, kGoals> kNames = {"cost", "p99", "failures",
                                                           "split-writes", "team-load"};
  return kNames[static_cast<std::size_t>(goal)];
}

Scores scores_of(const Architecture& model) {
  Scores out;
  const Estimate twin = estimate(model);
  at(out, Goal::Cost) = twin.cost_per_month;
  double requests = 0;
  double failures = 0;
  for (const OperationEstimate& e : twin.operations) {
    const Operation& operation = model.operations[e.operation];
    requests += e.rate;
    failures += e.rate * (1 - e.availability);
    if (!operation.objective) continue;
    const auto& wanted = *operation.objective;
    if (wanted.p99 && wanted.p99->nanoseconds > 0) {
      const double share = e.p99_seconds / wanted.p99->seconds();
      if (share > 1) out.missed.push_back(operation.name + " p99");
      if (share > at(out, Goal::P99)) {
        at(out, Goal::P99) = share;
        out.slowest = operation.name;
      }
    }
    if (wanted.availability && e.availability < wanted.availability->value)
      out.missed.push_back(operation.name + " availability");
  }
  at(out, Goal::Failures) = requests > 0 ? failures / requests : 0;
  at(out, Goal::SplitWrites) = split_writes(model);
  at(out, Goal::TeamLoad) = rounded(team_load(model), 2);
  at(out, Goal::Cost) = rounded(at(out, Goal::Cost), 3);
  at(out, Goal::P99) = rounded(at(out, Goal::P99), 2);
  at(out, Goal::Failures) = rounded(at(out, Goal::Failures), 2);
  out.services = static_cast<int>(model.services.size());
  return out;
}

bool dominates(const Scores& a, const Scores& b) {
  if (a.missed.size() > b.missed.size()) return false;
  bool better = a.missed.size() < b.missed.size();
  for (std::size_t i = 0; i < kGoals; ++i) {
    if (a.values[i] > b.values[i]) return false;
    better = better || a.values[i] < b.values[i];
  }
  return better;
}

}  // namespace scantling::explore
