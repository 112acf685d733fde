#include "design/interim.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"

namespace scantling {
namespace {

constexpr const char* kWhatStands = "what-stands";

Service given_service(const Architecture& model, std::string name,
                      const std::vector<AggregateId>& owns) {
  Service out;
  out.name = std::move(name);
  out.from.origin = Origin::Given;
  out.owns.from.origin = Origin::Given;
  for (const AggregateId id : owns)
    out.owns->emplace_back(model.aggregates[id].name, id);
  return out;
}

// The first `steps` services of the migration are out, all else is one service.
Architecture interim_state(const Architecture& problem, const Architecture& designed,
                           std::size_t steps) {
  Architecture out = problem;
  out.existing = {};
  out.experiments = {};
  out.constraints->services = {};
  std::vector<AggregateId> inside;
  for (const AggregateId id : problem.aggregates.ids())
    inside.push_back(id);
  for (std::size_t i = 0; i < steps; ++i) {
    const ServiceId of = find_by_name(designed.services, *designed.migration[i].extract);
    if (!of.valid()) continue;
    std::vector<AggregateId> owns;
    for (const auto& ref : *designed.services[of].owns) {
      owns.push_back(ref.id);
      std::erase(inside, ref.id);
    }
    out.services.add(given_service(problem, designed.services[of].name, owns));
  }
  if (!inside.empty()) out.services.add(given_service(problem, kWhatStands, inside));
  return out;
}

// "simulated at peak: 22 objectives hold, nearest to its bound settle-claim p99 (1.2 s of 3 s)"
std::string found(const DesignResult& state) {
  std::int64_t holds = 0, errors = 0;
  std::string failing, nearest;
  double least_room = 1e300;
  for (const ExperimentResult& run : state.simulation.experiments)
    for (const Judgement& j : run.judgements) {
      const std::string text = fmt::format("{} {} ({}, {} asked for)", j.subject, j.what,
                                           readable_measure(j.measured.mean, j.unit),
                                           readable_measure(j.target, j.unit));
      if (j.verdict == Verdict::Fails && failing.empty()) failing = text;
      if (j.verdict != Verdict::Holds) continue;
      ++holds;
      const double room = j.target / std::max(1e-12, j.measured.mean);
      if (!j.at_least && room < least_room) least_room = room, nearest = text;
    }
  for (const Diagnostic& finding : state.findings.all())
    errors += finding.severity == Severity::Error && !finding.accepted;
  std::string out = failing.empty()
                        ? fmt::format("simulated at peak, {} hold", plural(holds, "objective"))
                        : fmt::format("simulated at peak, fails {}", failing);
  if (failing.empty() && !nearest.empty()) out += ", nearest to its bound " + nearest;
  return out + fmt::format("; {} found by the rules", plural(errors, "error"));
}

}  // namespace

void prove_interims(const Architecture& problem, const Catalog& catalog,
                    const DesignOptions& options, DesignResult& result) {
  // What is given already names services or stores: then it is not ours to take apart.
  if (!options.simulate || !problem.services.empty() || !problem.stores.empty()) return;
  DesignOptions of = options;
  of.without.emplace_back("migration");
  of.rounds = 1;
  of.flips = false;
  for (std::size_t i = 0; i + 1 < result.model.migration.size(); ++i) {
    MigrationStep& step = result.model.migration[i];
    if (step.interim.fixed() || !step.interim) continue;
    if (options.progress) options.progress(fmt::format("interim state {}", i + 1));
    const DesignResult state = design(interim_state(problem, result.model, i + 1), catalog, of);
    step.interim.value += "; " + found(state);
  }
}

}  // namespace scantling
