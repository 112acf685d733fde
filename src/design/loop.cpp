#include "design/loop.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include <fmt/core.h>

#include "base/parallel.h"
#include "base/text.h"
#include "design/failovers.h"
#include "design/shortening.h"

namespace scantling {
namespace {

constexpr double kPeakSeconds = 6;
constexpr double kFewRunsPace = .25;  // 40,000 operations a second and more
constexpr int kFewRuns = 3;
constexpr double kSaturated = .85;
constexpr double kRaise = 1.4, kMostRaise = 16;

bool raise(std::map<std::string, double>& demands, const std::string& name) {
  double& factor = demands.try_emplace(name, 1.0).first->second;
  if (factor * kRaise > kMostRaise) return false;
  factor *= kRaise;
  return true;
}

bool saturated(const StationResult& station) {
  return station.utilisation.mean > kSaturated ||
         station.rejected > .001 * std::max(1.0, station.rate.mean);
}

// A zone or a store that is lost takes leaders with it: the writes wait for a failover, and the
// objective has no room for it. Empty when that is not what happened.
std::string failover_text(const Architecture& model, const ExperimentResult& experiment,
                          const Judgement& j) {
  const auto id = find_by_name(model.experiments, experiment.name);
  if (!id.valid() || j.what != "availability") return "";
  if (!loses_leaders(model.experiments[id])) return "";
  const double window = window_seconds(model.experiments[id]);
  std::string slowest;
  double longest = 0;
  for (const Store& store : model.stores)
    if (store.failover && is_led(store) && store.failover->seconds() > longest)
      longest = store.failover->seconds(), slowest = store.name;
  const double room = (1 - j.target / 100) * window;
  if (longest <= room) return "";
  // More is lost than the wait for new leaders explains.
  if (100 - j.measured.mean > 105 * longest / window + (100 - j.target)) return "";
  return fmt::format(
      "the leader of {} may be lost, and a new one writes after {}; {} leaves room for {} in {}",
      slowest, readable_seconds(longest), readable_measure(j.target, j.unit),
      readable_seconds(room), readable_seconds(window));
}

// What the operation waits for most on the slowest hundredth of its answers.
const HopShare* longest_hop(const ExperimentResult& experiment, const Architecture& model,
                            const std::string& operation) {
  for (const auto& [id, hops] : experiment.critical_path) {
    if (model.operations[id].name != operation || hops.empty()) continue;
    return &*std::ranges::max_element(hops, {}, &HopShare::p99_seconds);
  }
  return nullptr;
}

// Whether what is judged ran a handful of times only: a few runs more would not show it either.
bool seldom(const Architecture& model, const ExperimentResult& result, const Judgement& j) {
  return std::ranges::any_of(result.operations, [&](const OperationResult& operation) {
    return model.operations[operation.operation].name == j.subject &&
           operation.offered.mean * result.measured_seconds * result.replications < kLeastRuns;
  });
}

// Such a verdict is open, either way.
void doubt_small_samples(const Architecture& model, ExperimentResult& result) {
  for (Judgement& j : result.judgements)
    if (j.verdict == Verdict::Fails && seldom(model, result, j)) j.verdict = Verdict::Undecided;
}

Expected<ExperimentResult> run_one(const Architecture& model, const ShortExperiment& of,
                                   const SimulateOptions& run) {
  return of.failover_factor < 1 ? simulate(with_shorter_failovers(model, of), of.experiment, run)
                                : simulate(model, of.experiment, run);
}

// In the order of the model; the longest run first, each on one core.
std::vector<Expected<ExperimentResult>> run_all(const Architecture& model,
                                                const std::vector<ShortExperiment>& experiments,
                                                SimulateOptions run) {
  std::vector<std::size_t> order(experiments.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) {
    return experiments[i].experiment.lasts.or_else({}).nanoseconds;
  });
  const int threads = thread_count(run.jobs);
  if (threads > 1 && experiments.size() > 1) run.jobs = 1;
  std::vector<Expected<ExperimentResult>> out(experiments.size(), ExperimentResult{});
  in_parallel(threads, static_cast<int>(order.size()), [&](int i) {
    const std::size_t at = order[static_cast<std::size_t>(i)];
    out[at] = run_one(model, experiments[at], run);
  });
  return out;
}

// Whether something fails where copies are lost, which room in the pools might mend.
bool wants_pool_room(const Architecture& model, const SimulationResult& simulation) {
  return std::ranges::any_of(simulation.experiments, [&](const ExperimentResult& result) {
    const auto id = find_by_name(model.experiments, result.name);
    return id.valid() && loses_leaders(model.experiments[id]) &&
           std::ranges::any_of(result.judgements, [](const Judgement& j) {
             return j.verdict == Verdict::Fails && j.what == "availability";
           });
  });
}

}  // namespace

Expected<SimulationResult> prove(const Architecture& model, const DesignOptions& options,
                                 const std::function<bool(const std::string&)>& wanted) {
  SimulateOptions run;
  run.seed = options.seed;
  run.jobs = options.jobs;
  const double pace = pace_of(model);
  run.measured = Duration::from_seconds(kPeakSeconds * pace);
  std::vector<ShortExperiment> experiments;
  if (Experiment peak = peak_experiment(model); wanted(peak.name))
    experiments.push_back({.experiment = std::move(peak)});
  for (const Experiment& experiment : model.experiments)
    if (wanted(experiment.name))
      experiments.push_back(
          shortened(experiment, pace, failover_seconds(model, experiment), breaker_seconds(model)));
  // Many requests need few runs; where few leave a verdict open, all are made.
  if (pace <= kFewRunsPace) run.replications = kFewRuns;
  std::vector<Expected<ExperimentResult>> results = run_all(model, experiments, run);
  if (pace <= kFewRunsPace) {
    run.replications = SimulateOptions().replications;
    for (std::size_t i = 0; i < experiments.size(); ++i)
      if (results[i] && std::ranges::any_of(results[i]->judgements, [&](const Judgement& j) {
            return j.verdict == Verdict::Undecided && !seldom(model, *results[i], j);
          }))
        results[i] = run_one(model, experiments[i], run);
  }
  SimulationResult out;
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    const ShortExperiment& of = experiments[i];
    if (!results[i]) return std::unexpected(results[i].error());
    ExperimentResult& result = *results[i];
    stretch_availability(model, result, of);
    doubt_small_samples(model, result);
    for (Judgement& j : result.judgements)
      if (j.what == "recovers-within" && j.verdict == Verdict::Fails && !of.note.empty())
        j.verdict = Verdict::Undecided;
    if (!of.note.empty()) result.notes.push_back(of.note);
    out.experiments.push_back(std::move(result));
  }
  return out;
}

void say_notes_once(SimulationResult& simulation) {
  for (std::size_t i = 1; i < simulation.experiments.size(); ++i)
    std::erase_if(simulation.experiments[i].notes, [&](const std::string& note) {
      const auto& first = simulation.experiments.front().notes;
      return std::ranges::find(first, note) != first.end();
    });
}

double shortfall(const SimulationResult& simulation) {
  double out = 0;
  for (const ExperimentResult& experiment : simulation.experiments)
    for (const Judgement& j : experiment.judgements) {
      if (j.verdict != Verdict::Fails) continue;
      const double scale = std::max(1e-9, std::abs(j.at_least ? j.target : j.measured.mean));
      out += std::clamp(std::abs(j.measured.mean - j.target) / scale, .001, 1.0);
    }
  return out;
}

std::string describe(const Judgement& j) {
  return fmt::format("{}: {} {} {}, {} asked for", j.experiment, j.subject, j.what,
                     readable_measure(j.measured.mean, j.unit), readable_measure(j.target, j.unit));
}

bool demand(const Architecture& model, const SimulationResult& simulation, Demands& demands,
            LoopRound& round) {
  bool raised = false;
  const auto note = [&](bool did, std::string text) {
    if (!did) return;
    raised = true;
    if (std::ranges::find(round.changed, text) == round.changed.end())
      round.changed.push_back(std::move(text));
  };
  for (const ExperimentResult& experiment : simulation.experiments)
    for (const Judgement& j : experiment.judgements)
      if (j.verdict == Verdict::Fails) round.failed.push_back(describe(j));
  if (demands.pool_room == PoolRoom::Untried && wants_pool_room(model, simulation)) {
    demands.pool_room = PoolRoom::Wanted;
    note(true, "resilience: room in the pools for what a lost copy holds up");
    return true;
  }
  for (const ExperimentResult& experiment : simulation.experiments) {
    // What waits for a failover is not answered sooner by more instances.
    const auto mendable = [&](const Judgement& j) {
      return j.verdict == Verdict::Fails && failover_text(model, experiment, j).empty();
    };
    if (std::ranges::none_of(experiment.judgements, mendable)) continue;
    bool found = false;
    for (const StationResult& station : experiment.stations) {
      if (!saturated(station)) continue;
      if (station.kind == "service")
        note(raise(demands.service_capacity, station.name),
             fmt::format("capacity: more instances of {}, {}% busy in {}", station.name,
                         number_text(station.utilisation.mean * 100, 3), experiment.name));
      else if (station.kind == "store")
        note(raise(demands.store_capacity, station.name),
             fmt::format("data: more shards of {}, {}% busy in {}", station.name,
                         number_text(station.utilisation.mean * 100, 3), experiment.name));
      else if (station.kind == "channel")
        note(raise(demands.channel_capacity, station.name),
             fmt::format("capacity: more partitions of {}", station.name));
      else
        continue;
      found = true;
    }
    for (const Judgement& j : experiment.judgements) {
      if (found || !mendable(j)) continue;
      const HopShare* hop = longest_hop(experiment, model, j.subject);
      if (hop == nullptr) continue;
      for (const External& external : model.externals)
        if (hop->name.starts_with(external.name))
          note(demands.isolated.insert(external.name).second,
               fmt::format("resilience: a shorter wait for {}, which is most of {}'s slow answers",
                           external.name, j.subject));
      for (const Store& store : model.stores)
        if (hop->name.starts_with(store.name))
          note(raise(demands.store_capacity, store.name),
               fmt::format("data: more shards of {}, most of {}'s slow answers", store.name,
                           j.subject));
      for (const Service& service : model.services)
        if (hop->name.starts_with(service.name) || hop->name.ends_with(" " + service.name))
          note(raise(demands.service_capacity, service.name),
               fmt::format("capacity: more instances of {}, most of {}'s slow answers",
                           service.name, j.subject));
    }
  }
  return raised;
}

std::vector<Unmet> unmet_requirements(const Architecture& model,
                                      const SimulationResult& simulation) {
  std::vector<Unmet> out;
  for (const ExperimentResult& experiment : simulation.experiments)
    for (const Judgement& j : experiment.judgements) {
      if (j.verdict != Verdict::Fails) continue;
      Unmet of;
      of.path = j.path;
      of.target = j.target;
      of.reached = j.measured.mean;
      of.unit = j.unit;
      of.text = describe(j);
      const std::string failover = failover_text(model, experiment, j);
      if (!failover.empty())
        of.text += ": " + failover;
      else if (!j.causes.empty())
        of.text += ": " + j.causes.front();
      of.relax = fmt::format(
          "{} {} {} {}", j.subject, j.what, j.at_least ? "of at least" : "of at most",
          readable_measure(j.at_least ? std::max(0.0, j.measured.low()) : j.measured.high(),
                           j.unit));
      if (const HopShare* hop = longest_hop(experiment, model, j.subject);
          hop != nullptr && j.unit == "s")
        of.relax += fmt::format("; {} takes {} of the slowest answers' time", hop->name,
                                readable_seconds(hop->p99_seconds));
      out.push_back(std::move(of));
    }
  return out;
}

}  // namespace scantling
