#include "design/loop.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"

namespace scantling {
namespace {

constexpr double kSteadySeconds = 6;  // before a fault, and of an experiment without one
constexpr double kFaultSeconds = 8;
constexpr double kAfterSeconds = 8;
constexpr double kSaturated = .85;
constexpr double kRaise = 1.4, kMostRaise = 16;

Duration at_most(Duration value, double seconds) {
  return std::min(value, Duration::from_seconds(seconds));
}

bool raise(std::map<std::string, double>& demands, const std::string& name) {
  double& factor = demands.try_emplace(name, 1.0).first->second;
  if (factor * kRaise > kMostRaise) return false;
  factor *= kRaise;
  return true;
}

std::string value_text(const Judgement& j, double value) {
  if (j.unit == "s") return readable_seconds(value);
  if (j.unit == "%") return number_text(value, 5) + "%";
  if (j.unit == "x") return "x" + number_text(value, 3);
  return number_text(value, 4) + (j.unit.empty() ? "" : " " + j.unit);
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
  double window = 60;
  bool loses = false;
  for (const Fault& fault : *model.experiments[id].faults) {
    loses |= fault.kind == FaultKind::Lose &&
             (fault.target.kind == Target::Kind::Zone || fault.target.kind == Target::Kind::Store);
    window = std::max(window, fault.at.or_else({}).seconds() +
                                  fault.lasts.or_else(Duration::from_seconds(60)).seconds() + 60);
  }
  if (!loses) return "";
  std::string slowest;
  double longest = 0;
  for (const Store& store : model.stores)
    if (store.failover && !store.expires && store.consistency->kind == ConsistencyKind::Strong &&
        store.failover->seconds() > longest)
      longest = store.failover->seconds(), slowest = store.name;
  const double room = (1 - j.target / 100) * window;
  if (longest <= room) return "";
  return fmt::format(
      "the leader of {} may be lost, and a new one writes after {}; {} leaves room for {} in {}",
      slowest, readable_seconds(longest), value_text(j, j.target), readable_seconds(room),
      readable_seconds(window));
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

}  // namespace

double pace_of(const Architecture& model) {
  double total = 0;
  for (const double rate : operation_rates(model, true))
    total += rate;
  return std::clamp(10'000 / std::max(1.0, total), .25, 1.0);
}

ShortExperiment shortened(const Experiment& experiment, double pace, double least_fault_seconds) {
  const double steady = kSteadySeconds * pace,
               fault_seconds = std::max({4.0, kFaultSeconds * pace, least_fault_seconds});
  const double after_seconds = kAfterSeconds * pace, recovery = std::max(6.0, 20 * pace);
  ShortExperiment out{experiment, "", 0, 0};
  Experiment& e = out.experiment;
  if (e.load->over) e.load->over.value = at_most(*e.load->over, steady * 2);
  if (e.load->ramp || e.load->spike || e.load->steps || e.load->replay || e.load->closed)
    return out;  // their times matter
  double end = steady;
  for (const Fault& fault : *e.faults) {
    const double lasts = fault.lasts ? fault.lasts->seconds() : 60;
    out.full_fault_seconds = std::max(out.full_fault_seconds, lasts);
    out.full_seconds = std::max(out.full_seconds, fault.at.or_else({}).seconds() + lasts + 60);
  }
  if (experiment.lasts) out.full_seconds = std::max(out.full_seconds, experiment.lasts->seconds());
  for (Fault& fault : *e.faults) {
    fault.at.value = Duration::from_seconds(steady);
    if (!fault.at) fault.at.from.origin = Origin::Assumed;
    if (fault.lasts) fault.lasts.value = at_most(*fault.lasts, fault_seconds);
    end = std::max(end, steady + (fault.lasts ? fault.lasts->seconds() : fault_seconds));
  }
  double after = e.faults->empty() ? 0 : after_seconds;
  if (e.expect->recovers_within)
    after = std::max(after, std::min(recovery, e.expect->recovers_within->seconds()) + 4);
  if (e.expect->after_faults && e.expect->after_faults->within)
    after = std::max(after, std::min(recovery, e.expect->after_faults->within->seconds()) + 4);
  // Stricter than what was asked, so what holds here holds; what doesn't is left open below.
  if (e.expect->recovers_within)
    e.expect->recovers_within.value = at_most(*e.expect->recovers_within, recovery);
  e.lasts.value = Duration::from_seconds(end + after);
  if (!e.lasts) e.lasts.from.origin = Origin::Assumed;
  if (e.faults->empty() && experiment.load->over &&
      e.load->over->seconds() < experiment.load->over->seconds())
    out.note = fmt::format(
        "shortened for the design: {} of load instead of {}; scantling simulate runs it in full",
        to_text(*e.load->over), to_text(*experiment.load->over));
  else if (!e.faults->empty())
    out.note = fmt::format(
        "shortened for the design: {} in all, faults of {} at most; scantling simulate runs it in "
        "full",
        readable(*e.lasts), readable_seconds(fault_seconds));
  return out;
}

void stretch_availability(const Architecture& model, ExperimentResult& result,
                          const ShortExperiment& of) {
  if (of.full_seconds <= result.measured_seconds || result.fault_bands.empty()) return;
  const auto [from, to] = result.fault_bands.front();
  for (Judgement& j : result.judgements) {
    if (j.what != "availability") continue;
    for (const OperationResult& operation : result.operations) {
      const Series* offered = nullptr;
      const Series* errors = nullptr;
      for (const Series& series : operation.series) {
        if (series.name == "offered") offered = &series;
        if (series.name == "errors") errors = &series;
      }
      if (offered == nullptr || errors == nullptr ||
          model.operations[operation.operation].name != j.subject)
        continue;
      double asked = 0, before = 0, once = 0, lasting = 0, steady_n = 0, lasting_n = 0;
      const auto n = std::min(offered->values.size(), errors->values.size());
      const auto lost = [&](std::size_t i) { return errors->values[i]; };
      for (std::size_t i = 0; i < n; ++i) {
        const double at = (static_cast<double>(i) + .5) * offered->bucket_seconds;
        asked += offered->values[i];
        if (at < from - 1) before += lost(i), ++steady_n;
        if (at >= to - 3 && at < to) lasting += lost(i), ++lasting_n;
      }
      if (n == 0 || asked <= 0 || lasting_n <= 0) continue;
      before /= std::max(1.0, steady_n);
      lasting = std::max(0.0, lasting / lasting_n - before);
      for (std::size_t i = 0; i < n; ++i) {
        const double at = (static_cast<double>(i) + .5) * offered->bucket_seconds;
        if (at >= from - 1) once += lost(i) - before - (at >= from && at < to ? lasting : 0);
      }
      const double bucket = offered->bucket_seconds,
                   total = asked / static_cast<double>(n) * of.full_seconds;
      const double all =
          std::max(0.0, before * of.full_seconds + once * bucket + lasting * of.full_fault_seconds);
      j.measured.mean = 100 * (1 - all / total);
      if (j.measured.half_width > 0)
        j.measured.half_width *= result.measured_seconds / of.full_seconds;
      j.verdict = j.measured.low() >= j.target   ? Verdict::Holds
                  : j.measured.high() < j.target ? Verdict::Fails
                                                 : Verdict::Undecided;
    }
  }
}

namespace {

// An expectation on an operation that ran a handful of times is not shown, either way.
void doubt_small_samples(const Architecture& model, ExperimentResult& result) {
  constexpr double kLeastRuns = 100;
  for (Judgement& j : result.judgements)
    for (const OperationResult& operation : result.operations) {
      const double runs = operation.offered.mean * result.measured_seconds * result.replications;
      if (model.operations[operation.operation].name == j.subject && runs < kLeastRuns &&
          j.verdict == Verdict::Fails)
        j.verdict = Verdict::Undecided;
    }
}

}  // namespace

namespace {

// How long a fault must last for the slowest failover that it causes to end, and three seconds
// after.
double failover_seconds(const Architecture& model, const Experiment& experiment) {
  const bool loses = std::ranges::any_of(*experiment.faults, [](const Fault& f) {
    return f.kind == FaultKind::Lose &&
           (f.target.kind == Target::Kind::Zone || f.target.kind == Target::Kind::Region ||
            f.target.kind == Target::Kind::Store);
  });
  double out = 0;
  if (loses)
    for (const Store& store : model.stores)
      if (store.failover && !store.expires) out = std::max(out, store.failover->seconds() + 6);
  return out;
}

}  // namespace

Expected<SimulationResult> prove(const Architecture& model, const DesignOptions& options) {
  SimulateOptions run;
  run.seed = options.seed;
  run.jobs = options.jobs;
  const double pace = pace_of(model);
  run.measured = Duration::from_seconds(kSteadySeconds * pace);
  SimulationResult out;
  std::vector<ShortExperiment> experiments{{peak_experiment(model), "", 0, 0}};
  for (const Experiment& experiment : model.experiments)
    experiments.push_back(shortened(experiment, pace, failover_seconds(model, experiment)));
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    const ShortExperiment& of = experiments[i];
    auto result = simulate(model, of.experiment, run);
    if (!result) return std::unexpected(result.error());
    stretch_availability(model, *result, of);
    doubt_small_samples(model, *result);
    for (Judgement& j : result->judgements)
      if (j.what == "recovers-within" && j.verdict == Verdict::Fails && !of.note.empty())
        j.verdict = Verdict::Undecided;
    if (!of.note.empty()) result->notes.push_back(of.note);
    // What is true of every run is said once, under the first.
    if (!out.experiments.empty())
      std::erase_if(result->notes, [&](const std::string& note) {
        return std::ranges::find(out.experiments.front().notes, note) !=
               out.experiments.front().notes.end();
      });
    out.experiments.push_back(std::move(*result));
  }
  return out;
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
                     value_text(j, j.measured.mean), value_text(j, j.target));
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
  for (const ExperimentResult& experiment : simulation.experiments) {
    const bool fails = std::ranges::any_of(
        experiment.judgements, [](const Judgement& j) { return j.verdict == Verdict::Fails; });
    if (!fails) continue;
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
      if (j.verdict != Verdict::Fails) continue;
      round.failed.push_back(describe(j));
      if (found) continue;
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
          value_text(j, j.at_least ? std::max(0.0, j.measured.low()) : j.measured.high()));
      if (const HopShare* hop = longest_hop(experiment, model, j.subject);
          hop != nullptr && j.unit == "s")
        of.relax += fmt::format("; {} takes {} of the slowest answers' time", hop->name,
                                readable_seconds(hop->p99_seconds));
      out.push_back(std::move(of));
    }
  return out;
}

}  // namespace scantling
