#include "design/shortening.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "design/workspace.h"
#include "simulate/statistics.h"

namespace scantling {
namespace {

constexpr double kSteadySeconds = 4;  // before a fault; twice of a load without one
constexpr double kFaultSeconds = 5;
constexpr double kLeastFaultSeconds = 4;
constexpr double kFailoverSeconds = 5, kLeastFailoverSeconds = 4;
constexpr double kSettleSeconds = 1, kLeastSettleSeconds = .5;  // after a failover, breakers closed
// What lasts is measured in then.
constexpr double kLastingSeconds = 3, kLeastLastingSeconds = 2;
constexpr double kAfterSeconds = 5;
constexpr double kRecoverySeconds = 9, kLeastRecoverySeconds = 2.5;
constexpr double kWatchedSeconds = 3, kLeastWatchedSeconds = 1;  // after a recovery

Duration at_most(Duration value, double seconds) {
  return std::min(value, Duration::from_seconds(seconds));
}

// How long the run goes on after its last fault; expectations on recovery become as strict as it.
double after_faults(Experiment& e, double pace) {
  const double recovery = std::max(kLeastRecoverySeconds, kRecoverySeconds * pace);
  const double watched = std::max(kLeastWatchedSeconds, kWatchedSeconds * pace);
  double after = e.faults->empty() ? 0 : kAfterSeconds * pace;
  const auto watch = [&](const Field<Duration>& within) {
    if (within) after = std::max(after, std::min(recovery, within->seconds()) + watched);
  };
  watch(e.expect->recovers_within);
  if (e.expect->after_faults) watch(e.expect->after_faults->within);
  // Stricter than what was asked, so what holds here holds; what doesn't is left open.
  if (e.expect->recovers_within)
    e.expect->recovers_within.value = at_most(*e.expect->recovers_within, recovery);
  return after;
}

// Assumed where the model doesn't say it.
void set_time(Field<Duration>& field, double seconds) {
  field.value = Duration::from_seconds(seconds);
  if (!field) field.from.origin = Origin::Assumed;
}

std::string note_on(const ShortExperiment& of, const Experiment& full, double fault_seconds) {
  const Experiment& e = of.experiment;
  if (e.faults->empty()) {
    if (!full.load->over || e.load->over->seconds() >= full.load->over->seconds()) return "";
    return fmt::format(
        "shortened for the design: {} of load instead of {}; scantling simulate runs it in full",
        readable_seconds(e.load->over->seconds()), to_text(*full.load->over));
  }
  return fmt::format(
      "shortened for the design: {} in all, faults of {} at most{}; scantling simulate runs it in "
      "full",
      readable(*e.lasts), readable_seconds(fault_seconds),
      of.failover_factor < 1
          ? fmt::format(", failovers of {} at most",
                        readable_seconds(of.failover_factor * of.full_failover_seconds))
          : "");
}

}  // namespace

double pace_of(const Architecture& model) {
  double total = 0;
  for (const double rate : operation_rates(model, true))
    total += rate;
  return std::clamp(10'000 / std::max(1.0, total), .25, 1.0);
}

double failover_seconds(const Architecture& model, const Experiment& experiment) {
  const bool loses = std::ranges::any_of(*experiment.faults, [](const Fault& f) {
    return f.kind == FaultKind::Lose &&
           (f.target.kind == Target::Kind::Node || f.target.kind == Target::Kind::Zone ||
            f.target.kind == Target::Kind::Region || f.target.kind == Target::Kind::Store);
  });
  double out = 0;
  if (loses)
    for (const Store& store : model.stores)
      if (store.failover && !store.expires && store.consistency->kind != ConsistencyKind::Quorum)
        out = std::max(out, store.failover->seconds());
  return out;
}

double breaker_seconds(const Architecture& model) {
  double out = 0;
  for (const Service& service : model.services)
    for (const Endpoint& endpoint : service.endpoints)
      for_each_step(*endpoint.steps, [&](const Step& step) {
        if (step.policy.breaker && step.policy.breaker->open)
          out = std::max(out, step.policy.breaker->open->seconds());
      });
  return std::min(out, 30.0);
}

Architecture with_shorter_failovers(Architecture model, const ShortExperiment& of) {
  const double longest = of.failover_factor * of.full_failover_seconds;
  for (Store& store : model.stores)
    if (store.failover) store.failover.value = at_most(*store.failover, longest);
  return model;
}

ShortExperiment shortened(const Experiment& experiment, double pace, double failover_seconds,
                          double breaker_seconds) {
  ShortExperiment out;
  out.experiment = experiment;
  Experiment& e = out.experiment;
  const double steady = kSteadySeconds * pace;
  if (e.load->over) e.load->over.value = at_most(*e.load->over, steady * 2);
  if (e.load->ramp || e.load->spike || e.load->steps || e.load->replay || e.load->closed)
    return out;  // their times matter
  double fault_seconds = std::max(kLeastFaultSeconds, kFaultSeconds * pace);
  if (failover_seconds > 0) {
    const double longest = std::max(kLeastFailoverSeconds, kFailoverSeconds * pace);
    out.failover_factor = std::min(1.0, longest / failover_seconds);
    out.full_failover_seconds = failover_seconds;
    out.lasting_seconds = std::max(kLeastLastingSeconds, kLastingSeconds * pace);
    const double settle = std::max(kLeastSettleSeconds, kSettleSeconds * pace);
    fault_seconds = std::max(fault_seconds, out.failover_factor * failover_seconds +
                                                breaker_seconds + settle + out.lasting_seconds);
  }
  double end = steady;
  for (Fault& fault : *e.faults) {
    const double lasts = fault.lasts ? fault.lasts->seconds() : 60;
    out.full_fault_seconds = std::max(out.full_fault_seconds, lasts);
    out.full_seconds = std::max(out.full_seconds, fault.at.or_else({}).seconds() + lasts + 60);
    set_time(fault.at, steady);
    if (fault.lasts) fault.lasts.value = at_most(*fault.lasts, fault_seconds);
    end = std::max(end, steady + (fault.lasts ? fault.lasts->seconds() : fault_seconds));
  }
  if (experiment.lasts) out.full_seconds = std::max(out.full_seconds, experiment.lasts->seconds());
  set_time(e.lasts, end + after_faults(e, pace));
  out.note = note_on(out, experiment, fault_seconds);
  return out;
}

namespace {

// What is lost of one operation, in requests, over the full time of the experiment.
class Losses {
 public:
  Losses(const Series& errors, double from, double to, double lasting, double failover)
      : errors_(errors), from_(from), to_(to), failover_end_(std::min(to, from + failover)) {
    before_ = mean(0, from - 1, 0);
    lasting_ = std::max(0.0, mean(to - lasting, to, 0) - before_);
  }

  double over(const ShortExperiment& of) const {
    double once = 0;
    for (std::size_t i = 0; i < errors_.values.size(); ++i)
      if (at(i) >= from_ - 1)
        once += errors_.values[i] - before_ - (at(i) >= from_ && at(i) < to_ ? lasting_ : 0);
    double failover = 0;
    if (of.failover_factor < 1)
      failover = std::max(0.0, mean(failover_end_ - 2, failover_end_, 0) - before_ - lasting_) *
                 (1 - of.failover_factor) * of.full_failover_seconds;
    return std::max(0.0, before_ * of.full_seconds + once * errors_.bucket_seconds + failover +
                             lasting_ * of.full_fault_seconds);
  }

 private:
  double at(std::size_t i) const { return (static_cast<double>(i) + .5) * errors_.bucket_seconds; }
  double mean(double begin, double end, double otherwise) const {
    double sum = 0, n = 0;
    for (std::size_t i = 0; i < errors_.values.size(); ++i)
      if (at(i) >= begin && at(i) < end) sum += errors_.values[i], ++n;
    return n > 0 ? sum / n : otherwise;
  }

  const Series& errors_;
  double from_, to_, failover_end_;
  double before_ = 0, lasting_ = 0;  // a second
};

const Series* series_of(const OperationResult& operation, std::string_view name) {
  for (const Series& series : operation.series)
    if (series.name == name) return &series;
  return nullptr;
}

const OperationResult* operation_named(const Architecture& model, const ExperimentResult& result,
                                       const std::string& name) {
  for (const OperationResult& operation : result.operations)
    if (model.operations[operation.operation].name == name) return &operation;
  return nullptr;
}

}  // namespace

void stretch_availability(const Architecture& model, ExperimentResult& result,
                          const ShortExperiment& of) {
  if (of.full_seconds <= result.measured_seconds || result.fault_bands.empty()) return;
  const auto [from, to] = result.fault_bands.front();
  for (Judgement& j : result.judgements) {
    if (j.what != "availability") continue;
    const OperationResult* operation = operation_named(model, result, j.subject);
    if (operation == nullptr) continue;
    const Series* offered = series_of(*operation, "offered");
    const Series* errors = series_of(*operation, "errors");
    if (offered == nullptr || errors == nullptr || offered->values.empty()) continue;
    double asked = 0;
    for (const double value : offered->values)
      asked += value;
    if (asked <= 0) continue;
    const double total = asked / static_cast<double>(offered->values.size()) * of.full_seconds;
    const Losses losses(*errors, from, to, of.lasting_seconds,
                        of.failover_factor * of.full_failover_seconds);
    j.measured.mean = 100 * (1 - losses.over(of) / total);
    if (j.measured.half_width > 0)
      j.measured.half_width *= result.measured_seconds / of.full_seconds;
    j.verdict = sim::verdict_of(j.target, j.measured, true);
  }
}

}  // namespace scantling
