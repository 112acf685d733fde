#include "design/budget.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "design/conflicts.h"

namespace scantling {
namespace {

constexpr int kMostDesigns = 60;
constexpr std::size_t kDearest = 3;

// A smallest set of lines that can't all be had for the budget, by designing without simulation.
std::vector<std::string> ruled_out(const Architecture& problem, const Catalog& catalog,
                                   const DesignOptions& options, double budget) {
  const auto misses = [&](Architecture model) {
    model.constraints->budget = {};
    return estimate(redesigned(std::move(model), catalog, options)).cost_per_month > budget;
  };
  const std::vector<Line> lines = lines_that_cost(problem);
  std::vector<std::string> out;
  for (const std::size_t i : minimal_conflict(problem, lines, misses, kMostDesigns))
    out.push_back(lines[i].path);
  return out;
}

std::string dearest(const Estimate& estimate) {
  std::vector<CostLine> lines = estimate.cost;
  std::ranges::stable_sort(
      lines, [](const CostLine& a, const CostLine& b) { return a.per_month > b.per_month; });
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::min(kDearest, lines.size()); ++i)
    out.push_back(fmt::format("{} {}", number_text(lines[i].per_month, 4), lines[i].element));
  return enumerate(out);
}

}  // namespace

void judge_budget(const Architecture& problem, const Catalog& catalog, const DesignOptions& options,
                  DesignResult& result) {
  const Field<MoneyPerMonth>& budget = problem.constraints->budget;
  const Estimate& estimate = result.estimate;
  if (!budget || estimate.cost.empty() || estimate.currency != budget->currency ||
      estimate.cost_per_month <= budget->amount)
    return;
  if (options.progress) options.progress("what the budget rules out");
  Unmet of;
  of.conflict = ruled_out(problem, catalog, options, budget->amount);
  of.path = "constraints.budget";
  of.target = budget->amount;
  of.reached = estimate.cost_per_month;
  of.unit = budget->currency + "/month";
  of.text =
      fmt::format("it costs {} {} a month, {} of it too much; most is {}",
                  number_text(estimate.cost_per_month, 4), estimate.currency,
                  number_text(estimate.cost_per_month - budget->amount, 4), dearest(estimate));
  of.relax = fmt::format("a budget of {} {} a month{}", number_text(estimate.cost_per_month, 5),
                         estimate.currency,
                         of.conflict.empty() ? "; no other line of the model brings it below" : "");
  result.unmet.push_back(std::move(of));
}

}  // namespace scantling
