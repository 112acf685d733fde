#include "design/alternatives.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/parallel.h"
#include "design/locks.h"
#include "design/workspace.h"
#include "estimate/estimate.h"

namespace scantling {
namespace {

constexpr std::size_t kMostAlternatives = 4;  // of one decision, the chosen one apart

struct Trial {
  DecisionId decision;
  std::size_t alternative = 0;
  std::optional<Whole> whole;  // nothing: the passes did not take it
};

std::vector<Trial> trials_of(const Architecture& problem, const Architecture& model,
                             std::size_t most) {
  std::vector<Trial> out;
  for (const DecisionId id : model.decisions.ids()) {
    const Decision& decision = model.decisions[id];
    if (decision.from.origin != Origin::Decided || !decision.chosen ||
        decision.reversibility.or_else(Reversibility::Easy) == Reversibility::Easy ||
        find_by_name(problem.decisions, decision.name).valid())
      continue;
    std::size_t tried = 0;
    for (std::size_t i = 0; i < decision.alternatives.size() && out.size() < most; ++i)
      if (decision.alternatives[i].name != *decision.chosen && tried++ < kMostAlternatives)
        out.push_back({id, i, std::nullopt});
  }
  return out;
}

// That the passes went along: the first alternative of a decision is what they chose.
bool took(const Architecture& model, const std::string& name, const std::string& choice) {
  const DecisionId id = find_by_name(model.decisions, name);
  if (!id.valid()) return false;
  const Decision& decision = model.decisions[id];
  return !decision.alternatives.empty() && decision.alternatives.front().name == choice;
}

bool same(const Whole& a, const Whole& b) {
  return a.cost == b.cost && a.slowest == b.slowest && a.availability == b.availability;
}

void add_scores(Alternative& to, const Whole& whole) {
  to.scores.push_back(score("cost of the whole", whole.cost, whole.currency + "/month"));
  to.scores.push_back(score("slowest answer, of what is asked", 100 * whole.slowest, "%"));
  to.scores.push_back(score("least availability", 100 * whole.availability, "%"));
}

}  // namespace

Whole weigh(const Architecture& model) {
  const Estimate at_peak = estimate(model);
  Whole out;
  out.cost = at_peak.cost_per_month;
  out.currency = at_peak.currency;
  for (const OperationEstimate& of : at_peak.operations) {
    const Operation& operation = model.operations[of.operation];
    out.availability = std::min(out.availability, of.availability);
    if (operation.objective && operation.objective->p99)
      out.slowest = std::max(out.slowest, of.p99_seconds / operation.objective->p99->seconds());
  }
  return out;
}

void weigh_alternatives(const Architecture& problem, const Redesign& redesign, int most, int jobs,
                        Architecture& model) {
  std::vector<Trial> trials =
      trials_of(problem, model, static_cast<std::size_t>(std::max(0, most)));
  if (trials.empty()) return;
  const Whole now = weigh(redesign(problem));
  in_parallel(jobs, static_cast<int>(trials.size()), [&](int at) {
    Trial& trial = trials[static_cast<std::size_t>(at)];
    const Decision& decision = model.decisions[trial.decision];
    const std::string& choice = decision.alternatives[trial.alternative].name;
    Architecture locked = problem;
    lock_decision(locked, decision.name, choice);
    const Architecture other = redesign(std::move(locked));
    if (took(other, decision.name, choice)) trial.whole = weigh(other);
  });
  for (auto begin = trials.begin(); begin != trials.end();) {
    const auto end = std::find_if(
        begin, trials.end(), [&](const Trial& trial) { return trial.decision != begin->decision; });
    const bool matters = std::any_of(
        begin, end, [&](const Trial& trial) { return trial.whole && !same(*trial.whole, now); });
    Decision& decision = model.decisions[begin->decision];
    if (matters)
      for (Alternative& alternative : decision.alternatives)
        if (alternative.name == *decision.chosen) add_scores(alternative, now);
    for (; begin != end; ++begin)
      if (matters && begin->whole)
        add_scores(decision.alternatives[begin->alternative], *begin->whole);
  }
}

}  // namespace scantling
