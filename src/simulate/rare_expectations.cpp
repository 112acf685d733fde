// Availability of so many nines that plain runs see no failures, or too few.
#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "simulate/rare.h"
#include "simulate/results.h"
#include "simulate/statistics.h"

namespace scantling::sim {
namespace {

constexpr double kManyNines = 99.99;  // per cent; what asks for less, plain runs can tell
constexpr std::size_t kStations = 3;  // that are tried, the busiest first

struct Counted {
  double good = 0, bad = 0;
};
Counted answers_of(const Runs& runs, OperationId operation) {
  Counted out;
  const auto i = static_cast<std::size_t>(operation.index);
  for (const Replication& r : runs.replications) {
    out.good += static_cast<double>(r.end.operations[i].good - r.start.operations[i].good);
    out.bad += static_cast<double>(r.end.operations[i].bad() - r.start.operations[i].bad());
  }
  return out;
}

std::vector<std::string> busiest(const ExperimentResult& result) {
  std::vector<const StationResult*> sorted;
  for (const StationResult& s : result.stations)
    if (s.kind == "service" || s.kind == "store") sorted.push_back(&s);
  std::ranges::stable_sort(sorted, [](const StationResult* a, const StationResult* b) {
    return a->utilisation.mean > b->utilisation.mean;
  });
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::min(kStations, sorted.size()); ++i)
    out.push_back(sorted[i]->name);
  return out;
}

bool steady(const Experiment& experiment) {
  const ExperimentLoad& load = *experiment.load;
  return !load.ramp && !load.spike && !load.steps && !load.replay && experiment.faults->empty();
}

// False when no filling of a busy station leads to failures.
bool by_splitting(const Architecture& model, const Experiment& experiment,
                  const SimulateOptions& options, OperationId operation, Judgement& j,
                  ExperimentResult& result) {
  for (const std::string& station : busiest(result)) {
    RareOptions asked;
    asked.simulate = options;
    asked.simulate.progress = nullptr;
    asked.station = station;
    const auto found = estimate_failures(model, experiment, asked, operation, 1 - j.target / 100);
    if (!found || (found->incomplete && !found->reached)) return false;
    if (!found->reached) continue;
    j.measured.mean = 100 * (1 - found->share.mean);
    j.measured.half_width = 100 * found->share.half_width;
    j.verdict = verdict_of(j.target, j.measured, true);
    j.by_splitting = true;
    result.events += found->events;
    std::string note = "the availability of " + j.subject + " is estimated by splitting runs";
    if (!found->thresholds.empty())
      note += " at " + std::to_string(found->thresholds.front()) + " to " +
              std::to_string(found->thresholds.back()) + " requests in " + station;
    result.notes.push_back(note + ": " + number_text(100 * found->share.mean, 3) +
                           "% of its requests fail (" +
                           number_text(100 * std::max(0.0, found->share.low()), 3) + "% to " +
                           number_text(100 * found->share.high(), 3) + "%, " +
                           std::to_string(found->replications) + " replications)");
    return true;
  }
  return false;
}

}  // namespace

void decide_rare(const Architecture& model, const Experiment& experiment,
                 const SimulateOptions& options, const Runs& runs, ExperimentResult& result) {
  if (!steady(experiment) || !runs.program.disturbances.empty() || result.incomplete) return;
  for (Judgement& j : result.judgements) {
    if (j.what != "availability" || j.target < kManyNines) continue;
    const OperationId operation = find_by_name(model.operations, j.subject);
    if (!operation.valid()) continue;
    const Counted seen = answers_of(runs, operation);
    if (seen.good + seen.bad <= 0 || (seen.bad > 0 && j.verdict != Verdict::Undecided)) continue;
    // With no failure in n requests, at most -ln(1 - confidence) / n of them fail (the rule of
    // three; Hanley, Lippman-Hand, JAMA 249(13), 1983).
    const double bound = -std::log(1 - options.confidence) / (seen.good + seen.bad);
    if (seen.bad <= 0 && 100 * (1 - bound) >= j.target) continue;
    if (by_splitting(model, experiment, options, operation, j, result) || seen.bad > 0) continue;
    j.verdict = Verdict::Undecided;
    result.notes.push_back(
        "no failure of " + j.subject + " was seen in " + number_text(seen.good, 4) +
        " requests, nor by splitting runs: at most " + number_text(100 * bound, 2) +
        "% of them fail, which is not enough to say whether " + number_text(j.target, 9) +
        "% is reached");
  }
}

}  // namespace scantling::sim
