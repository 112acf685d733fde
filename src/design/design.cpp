#include "design/design.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include <fmt/core.h>

#include "check/check.h"
#include "design/alternatives.h"
#include "design/budget.h"
#include "design/conflicts.h"
#include "design/flips.h"
#include "design/interim.h"
#include "design/locks.h"
#include "design/loop.h"
#include "design/passes.h"
#include "design/verifying.h"

namespace scantling {
namespace {

struct Pass {
  PassInfo info;
  void (*run)(Workspace&);
};

constexpr Pass kPasses[] = {
#define PASS(name, decides) {{#name, decides}, pass_##name},
#include "design/passes.def"
#undef PASS
};

constexpr PassInfo kInfos[] = {
#define PASS(name, decides) {#name, decides},
#include "design/passes.def"
#undef PASS
};

// A fault may name what only the design made: a service, a store, a channel or an endpoint.
void find_fault_targets(Architecture& model) {
  for (Experiment& experiment : model.experiments)
    for (Fault& fault : experiment.faults.value)
      for (Target* target : {&fault.target, &fault.to}) {
        if (target->name.empty()) continue;
        const auto is = [&](Target::Kind kind) {
          return target->kind == kind || target->kind == Target::Kind::None;
        };
        const auto found = [&](auto& id, auto by_name, Target::Kind kind) {
          if (!by_name.valid()) return;
          id = by_name;
          if (target->kind == Target::Kind::None) target->kind = kind;
        };
        const bool one = target->kind == Target::Kind::Instance;  // of a service, store or channel
        if (is(Target::Kind::Service) || one)
          found(target->service, find_by_name(model.services, target->name), Target::Kind::Service);
        if (is(Target::Kind::Store) || one)
          found(target->store, find_by_name(model.stores, target->name), Target::Kind::Store);
        if (is(Target::Kind::Channel) || one)
          found(target->channel, find_by_name(model.channels, target->name), Target::Kind::Channel);
        if (is(Target::Kind::Endpoint))
          found(target->endpoint, find_endpoint(model, target->name), Target::Kind::Endpoint);
      }
}

DesignVerification elaborate(Architecture& model, const Catalog& catalog,
                             const DesignOptions& options, const Demands& demands) {
  Workspace ws(model, catalog, options, demands);
  for (const Pass& pass : kPasses) {
    if (std::ranges::find(options.without, pass.info.name) != options.without.end()) continue;
    if (options.progress) options.progress(pass.info.name);
    pass.run(ws);
  }
  find_fault_targets(model);
  if (!options.verify) return {};
  if (options.progress) options.progress("verify");
  return verify_decided(ws);
}

struct Attempt {
  Architecture model;
  Demands demands;
  DesignVerification verification;
  SimulationResult simulation;
  double shortfall = 0;
};

bool improves(double shortfall, const Attempt& best) {
  return shortfall < .98 * best.shortfall;
}

// What failed in the best attempt so far is run first: when it is no better, the rest need not be.
Expected<SimulationResult> prove_attempt(const Architecture& model, const DesignOptions& options,
                                         const Attempt* best) {
  std::set<std::string> failing;
  if (best != nullptr)
    for (const ExperimentResult& experiment : best->simulation.experiments)
      for (const Judgement& j : experiment.judgements)
        if (j.verdict == Verdict::Fails) failing.insert(experiment.name);
  auto out = prove(model, options, [&](const std::string& name) {
    return best == nullptr || failing.contains(name);
  });
  if (!out || best == nullptr || !improves(shortfall(*out), *best)) return out;
  auto rest =
      prove(model, options, [&](const std::string& name) { return !failing.contains(name); });
  if (!rest) return rest;
  SimulationResult all;
  std::size_t next = 0, next_of_rest = 0;
  for (const ExperimentResult& before : best->simulation.experiments)
    all.experiments.push_back(std::move(failing.contains(before.name)
                                            ? out->experiments[next++]
                                            : rest->experiments[next_of_rest++]));
  return all;
}

// After an attempt that was no better: goes back to what the best was asked for, where room in the
// pools was all that had been asked for besides.
bool refuse_pool_room(const Demands& best, Demands& demands) {
  if (demands.pool_room != PoolRoom::Wanted || best.pool_room == PoolRoom::Wanted) return false;
  demands = best;
  demands.pool_room = PoolRoom::Refused;
  return true;
}

// What the passes make of changed problems: where decisions flip, what their alternatives come to.
void try_others(const Architecture& problem, const Catalog& catalog, const DesignOptions& options,
                const Demands& demands, Architecture& model) {
  const int runs = affordable_runs(problem);
  if (runs == 0) return;
  if (options.progress) options.progress("what else could be decided");
  DesignOptions quick = options;
  quick.verify = false;
  quick.progress = {};
  const auto redesign = [&](Architecture trial) {
    elaborate(trial, catalog, quick, demands);
    return trial;
  };
  find_flips(
      problem, [&](Architecture trial) { return choices_of(redesign(std::move(trial))); },
      options.jobs, model);
  weigh_alternatives(problem, redesign, runs, options.jobs, model);
}

}  // namespace

std::span<const PassInfo> all_passes() {
  return kInfos;
}

Architecture run_passes(Architecture model, const Catalog& catalog, const DesignOptions& options) {
  elaborate(model, catalog, options, {});
  return model;
}

DesignResult design(Architecture model, const Catalog& catalog, const DesignOptions& options) {
  DesignResult result;
  Demands demands;
  std::optional<Attempt> best;
  std::vector<LoopRound> rounds;
  for (int number = 1;; ++number) {
    Attempt attempt;
    attempt.model = model;
    attempt.demands = demands;
    attempt.verification = elaborate(attempt.model, catalog, options, demands);
    if (!options.simulate || !has_solution(attempt.model)) {
      best = std::move(attempt);
      break;
    }
    if (options.progress) options.progress(fmt::format("simulate, round {}", number));
    auto simulation = prove_attempt(attempt.model, options, best ? &*best : nullptr);
    if (!simulation) {
      result.unmet.push_back({"", simulation.error().message, 0, 0, "", "", ""});
      best = std::move(attempt);
      break;
    }
    attempt.simulation = std::move(*simulation);
    attempt.shortfall = shortfall(attempt.simulation);
    const bool better = !best || improves(attempt.shortfall, *best);
    if (better) best = std::move(attempt);
    if (best->shortfall <= 0) break;
    // What more capacity does not mend, still more will not. Room in the pools is another matter.
    LoopRound round;
    round.number = number;
    const bool refused = !better && refuse_pool_room(best->demands, demands);
    const bool more = (better || refused) && number < options.rounds &&
                      demand(best->model, best->simulation, demands, round);
    if (!more && !better) break;
    rounds.push_back(std::move(round));
    if (!more) break;
  }
  result.model = std::move(best->model);
  result.simulation = std::move(best->simulation);
  result.verification = std::move(best->verification);
  say_notes_once(result.simulation);
  result.rounds = std::move(rounds);
  if (result.simulation.verdict() == Verdict::Fails)
    result.unmet = unmet_requirements(result.model, result.simulation);
  if (options.flips) explain_conflicts(model, catalog, options, result);
  prove_interims(model, catalog, options, result);
  if (options.flips) try_others(model, catalog, options, best->demands, result.model);
  if (options.progress) options.progress("check");
  result.estimate = estimate(result.model);
  judge_budget(model, catalog, options, result);
  check(result.model, "", result.findings);
  report_verification(result);
  report_locks(result);
  result.findings.sort();
  return result;
}

}  // namespace scantling
