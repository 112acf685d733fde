#include "sweep/sweep.h"

#include <fmt/core.h>

#include "sweep/scenarios.h"

namespace scantling::sweep {

Expected<void> fill(Store& store, const Plan& plan, const Crew& crew,
                    const std::function<void(const Progress&)>& progress) {
  const auto finished = store.finished(plan);
  if (!finished) return std::unexpected(finished.error());
  std::vector<std::uint64_t> missing;
  for (std::uint64_t i = 0; i < finished->size(); ++i)
    if (!(*finished)[i]) missing.push_back(i);
  Progress at{finished->size() - missing.size(), finished->size(), 0};
  at.kept = at.done;
  if (progress) progress(at);
  if (missing.empty()) return {};
  return crew(missing, [&](std::span<const RunRecord> records) -> Expected<void> {
    if (auto ok = store.add(plan, records); !ok) return ok;
    at.done += records.size();
    if (progress) progress(at);
    return {};
  });
}

Expected<Analysis> analyse(Store& store, const Plan& plan, double confidence,
                           const std::function<void(const RunRecord&)>& each) {
  Analyst analyst(plan, confidence);
  const auto read = store.read(plan, [&](const RunRecord& record) {
    analyst.add(record);
    if (each) each(record);
  });
  if (!read) return std::unexpected(read.error());
  return analyst.finish();
}

Expected<void> check_plan(const BaseModel& base, const Plan& plan) {
  if (plan.points() > kMostRuns || plan.runs() > kMostRuns)
    return fail(
        fmt::format("the campaign has {} points, {} scenarios and {} replications: more "
                    "than {} runs; vary less, or in larger steps",
                    plan.points() > kMostRuns ? "too many" : std::to_string(plan.points()),
                    plan.scenarios.size(), plan.replications, kMostRuns));
  for (const Parameter& p : plan.parameters)
    for (const std::string& value : p.values) {
      if (p.is_load) continue;
      if (auto ok = base.with({{p.path, value}}, ""); !ok)
        return fail(fmt::format("--set {}={}: {}", p.label, value, ok.error().message));
    }
  for (std::size_t i = 0; i < plan.scenarios.size(); ++i) {
    if (plan.scenarios[i].fault.empty()) continue;
    Plan one;
    one.scenarios = {plan.scenarios[i]};
    one.measured = plan.measured;
    const auto model = base.with({}, fault_overlay(one));
    if (!model)
      return fail(fmt::format("--fault {}: {}", plan.scenarios[i].name, model.error().message));
  }
  return {};
}

}  // namespace scantling::sweep
