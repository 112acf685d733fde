#include "design/budget.h"

#include <algorithm>
#include <functional>

#include <fmt/core.h>

#include "base/text.h"

namespace scantling {
namespace {

constexpr std::size_t kMostLines = 40;  // that are tried; each is a design of its own
constexpr std::size_t kDearest = 3;

// A line of the model that could be taken back.
struct Line {
  std::string path;
  std::function<void(Architecture&)> leave_out;
};

std::vector<Line> lines_of(const Architecture& problem) {
  std::vector<Line> out;
  if (problem.constraints->regions.fixed() && problem.constraints->regions->size() > 1)
    out.push_back({"constraints.regions", [](Architecture& m) {
                     m.constraints->regions->resize(1);
                   }});
  if (problem.constraints->zones.fixed() && problem.constraints->zones->value > 1)
    out.push_back(
        {"constraints.zones", [](Architecture& m) { m.constraints->zones.value = Count{1}; }});
  for (const Experiment& experiment : problem.experiments)
    out.push_back({"experiments." + experiment.name, [name = experiment.name](Architecture& m) {
                     std::erase_if(m.experiments.raw(),
                                   [&](const Experiment& e) { return e.name == name; });
                   }});
  for (const OperationId id : problem.operations.ids()) {
    const Operation& operation = problem.operations[id];
    if (operation.objective && operation.objective->availability.fixed())
      out.push_back({"operations." + operation.name + ".objective.availability",
                     [id](Architecture& m) { m.operations[id].objective->availability = {}; }});
  }
  for (const AggregateId id : problem.aggregates.ids())
    if (problem.aggregates[id].history.fixed())
      out.push_back({"aggregates." + problem.aggregates[id].name + ".history",
                     [id](Architecture& m) { m.aggregates[id].history = {}; }});
  if (out.size() > kMostLines) out.resize(kMostLines);
  return out;
}

class ConflictSearch {
 public:
  ConflictSearch(const Architecture& problem, const Catalog& catalog, const DesignOptions& options,
                 double budget)
      : problem_(problem), catalog_(catalog), options_(options), budget_(budget) {
    options_.simulate = false;
    options_.verify = false;
    options_.rounds = 1;
    options_.without.emplace_back("migration");
  }

  // What is left of the lines when no further one can be left out; empty when the budget is
  // exceeded without any of them.
  std::vector<std::string> find(const std::vector<Line>& lines) {
    std::vector<bool> kept(lines.size(), false);
    if (cost(lines, kept) > budget_) return {};
    kept.assign(lines.size(), true);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      kept[i] = false;
      if (cost(lines, kept) <= budget_) kept[i] = true;
    }
    std::vector<std::string> out;
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (kept[i]) out.push_back(lines[i].path);
    return out;
  }

 private:
  double cost(const std::vector<Line>& lines, const std::vector<bool>& kept) const {
    Architecture model = problem_;
    model.constraints->budget = {};
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (!kept[i]) lines[i].leave_out(model);
    return design(std::move(model), catalog_, options_).estimate.cost_per_month;
  }

  const Architecture& problem_;
  const Catalog& catalog_;
  DesignOptions options_;
  double budget_;
};

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
  const std::vector<std::string> conflict =
      ConflictSearch(problem, catalog, options, budget->amount).find(lines_of(problem));
  Unmet of;
  of.path = "constraints.budget";
  of.target = budget->amount;
  of.reached = estimate.cost_per_month;
  of.unit = budget->currency + "/month";
  of.text = fmt::format("it costs {} {} a month, {} of it too much; most is {}",
                        number_text(estimate.cost_per_month, 4), estimate.currency,
                        number_text(estimate.cost_per_month - budget->amount, 4),
                        dearest(estimate));
  of.relax = fmt::format("a budget of {} {} a month; {}", number_text(estimate.cost_per_month, 5),
                         estimate.currency,
                         conflict.empty()
                             ? std::string("no other line of the model brings it below alone")
                             : "without any one of " + enumerate(conflict, "or"));
  result.unmet.push_back(std::move(of));
}

}  // namespace scantling
