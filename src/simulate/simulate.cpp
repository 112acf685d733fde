#include "simulate/simulate.h"

#include <algorithm>

#include "simulate/compile.h"
#include "simulate/rare.h"
#include "simulate/replications.h"
#include "simulate/results.h"

namespace scantling {

std::string_view to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::Holds: return "holds";
    case Verdict::Fails: return "fails";
    case Verdict::Undecided: return "undecided";
  }
  return "";
}

// The worst: one that fails outweighs any undecided.
Verdict SimulationResult::verdict() const {
  Verdict worst = Verdict::Holds;
  for (const ExperimentResult& e : experiments)
    for (const Judgement& j : e.judgements) {
      if (j.verdict == Verdict::Fails) return Verdict::Fails;
      if (j.verdict == Verdict::Undecided) worst = Verdict::Undecided;
    }
  return worst;
}

Expected<ExperimentResult> simulate(const Architecture& model, const Experiment& experiment,
                                    const SimulateOptions& options) {
  auto program = sim::compile(model, experiment, options);
  if (!program) return std::unexpected(program.error());
  auto ran = sim::run_replications(*program, options);
  if (!ran) return std::unexpected(ran.error());

  const sim::Runs runs{*program, ran->replications, options.confidence};
  ExperimentResult result = sim::combine(model, runs);
  result.name = experiment.name;
  result.warm_up_seconds = static_cast<double>(ran->warm_up) * 1e-9;
  result.incomplete = result.incomplete || ran->stopped;
  result.precision = sim::precision_of(runs);
  if (!ran->settled)
    result.notes.push_back(
        "requests in flight were still growing when the measured time began: the load may be "
        "more than the system can take");
  if (result.incomplete) result.notes.push_back("incomplete: the run was ended before its time");
  if (!result.incomplete && options.precision > 0 && result.precision > options.precision)
    result.notes.push_back("the precision asked for is not reached with " +
                           std::to_string(result.replications) + " replications");
  sim::judge(model, experiment, runs, result);
  if (options.rare) sim::decide_rare(model, experiment, options, runs, result);
  return result;
}

Experiment peak_experiment(const Architecture& model) {
  Experiment peak;
  peak.name = "peak";
  const Provenance assumed{Origin::Assumed, {}, {}};
  Expectation expect;
  for (OperationId id : model.operations.ids()) {
    const Operation& operation = model.operations[id];
    if (!operation.objective || !operation.objective->any()) continue;
    OperationExpectation e;
    e.operation = {operation.name, id};
    e.objective = *operation.objective;
    e.span = operation.objective.from.span;
    expect.operations.push_back(std::move(e));
  }
  peak.expect = {std::move(expect), assumed};
  peak.from = assumed;
  return peak;
}

Expected<SimulationResult> simulate_all(const Architecture& model, const SimulateOptions& options) {
  SimulationResult out;
  const auto run = [&](const Experiment& experiment) -> Expected<void> {
    auto result = simulate(model, experiment, options);
    if (!result) return std::unexpected(result.error());
    out.experiments.push_back(std::move(*result));
    return {};
  };
  if (auto ok = run(peak_experiment(model)); !ok) return std::unexpected(ok.error());
  for (const Experiment& experiment : model.experiments)
    if (auto ok = run(experiment); !ok) return std::unexpected(ok.error());
  return out;
}

}  // namespace scantling
