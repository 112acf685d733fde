#include <algorithm>
#include <cmath>

#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  if (!c.model.constraints || !c.model.constraints->budget || !has_solution(c.model)) return;
  const auto& budget = c.model.constraints->budget;
  const double cost = c.estimate.cost_per_month;
  if (cost <= budget->amount || budget->currency != c.estimate.currency) return;
  std::vector<const CostLine*> lines;
  for (const CostLine& line : c.estimate.cost)
    lines.push_back(&line);
  std::ranges::stable_sort(lines, std::ranges::greater{}, &CostLine::per_month);
  const auto money = [&](double amount) {
    return readable(MoneyPerMonth{amount, c.estimate.currency});
  };
  Diagnostic& d =
      report(c, rule_over_budget, budget.from.span,
             "the design costs " + money(cost) + ", the budget is " + money(budget->amount),
             "constraints.budget");
  d.because = "the largest parts:";
  for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), 3); ++i)
    d.because += std::string(i ? ", " : " ") + lines[i]->element + " " +
                 money(lines[i]->per_month) + " (" + lines[i]->what + ")";
  d.requirements.push_back("constraints.budget");
  d.fixes.push_back(
      manual_fix("fewer or smaller instances of the largest parts, less kept, or a "
                 "budget of " +
                 to_text(MoneyPerMonth{std::ceil(cost), c.estimate.currency})));
}

}  // namespace

const Rule rule_over_budget = {
    {"over-budget", Severity::Warning, "operations",
     "by the estimate the design costs more than the budget"},
    {R"(The estimated cost a month, at list prices for the instances at peak, is more than `constraints.budget` (in the same currency).)",
     R"(Cost is a requirement like latency: it is cheap to meet on paper and expensive to meet after the contract is signed.)",
     R"(constraints: { budget: 10 USD/month }
operations:
  ask: { actor: customer, steps: [], load: { mean: 1/s, peak: 2/s } }
services:
  web:
    runtime: { instances: 4, cpu: 2, memory: 4 GiB }
    endpoints:
      ask: { http: GET /, implements: ask, steps: [{ work: 2ms }] }
)",
     R"(constraints: { budget: 10000 USD/month }
operations:
  ask: { actor: customer, steps: [], load: { mean: 1/s, peak: 2/s } }
services:
  web:
    runtime: { instances: 4, cpu: 2, memory: 4 GiB }
    endpoints:
      ask: { http: GET /, implements: ask, steps: [{ work: 2ms }] }
)",
     R"(When a discount is agreed: then override the prices in the catalogue.)"},
    run};

}  // namespace scantling
