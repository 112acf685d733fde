#include "report/requirements.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "design/wiring.h"

namespace scantling {

namespace {

struct Bound {
  const char* what;
  const Field<Duration> Objective::* field;
};
constexpr Bound kLatencyBounds[] = {{"p50", &Objective::p50},
                                    {"p95", &Objective::p95},
                                    {"p99", &Objective::p99},
                                    {"p999", &Objective::p999}};

double estimated_quantile(const OperationEstimate& estimate, std::string_view what) {
  if (what == "p50") return estimate.p50_seconds;
  if (what == "p95") return estimate.p95_seconds;
  if (what == "p99") return estimate.p99_seconds;
  return estimate.p999_seconds;
}

// Little room is left, although the judge says that it holds.
bool little_room(const Judgement& judgement) {
  if (!judgement.at_least) return judgement.measured.high() > kLatencyRoom * judgement.target;
  if (judgement.unit != "%") return judgement.measured.low() < judgement.target / kLatencyRoom;
  const double allowed = 100 - judgement.target;
  const double used = 100 - judgement.measured.low();
  return allowed > 0 && used > kBudgetRoom * allowed;
}

RequirementVerdict verdict_of(const Judgement& judgement) {
  switch (judgement.verdict) {
    case Verdict::Fails: return RequirementVerdict::NotMet;
    case Verdict::Undecided: return RequirementVerdict::AtRisk;
    case Verdict::Holds: break;
  }
  return little_room(judgement) ? RequirementVerdict::AtRisk : RequirementVerdict::Met;
}

std::string evidence_of(const ExperimentResult& run) {
  std::string text = fmt::format("simulated: {} of {}", plural(run.replications, "run"),
                                 readable_seconds(run.measured_seconds));
  if (run.incomplete) text += ", stopped early";
  return text;
}

Requirement from_judgement(const ExperimentResult& run, const Judgement& judgement) {
  Requirement out;
  out.path = judgement.path;
  out.subject = judgement.subject.empty() ? "system" : judgement.subject;
  out.what = judgement.what;
  out.scenario = run.name == "peak" ? "at peak" : run.name;
  out.target = judged_target(judgement.target, judgement.unit, judgement.at_least);
  out.reached = judged_value(judgement.measured, judgement.unit);
  out.evidence = evidence_of(run);
  out.anchor = "experiment-" + run.name;
  out.verdict = verdict_of(judgement);
  out.causes = judgement.causes;
  if (judgement.verdict == Verdict::Undecided && judgement.measured.mean == 0 &&
      judgement.measured.half_width <= 0) {
    out.reached = "nothing measured";
    out.evidence += ", no good answer came";
  } else if (judgement.verdict == Verdict::Undecided) {
    out.evidence += ", the interval spans the target: longer runs would tell";
  } else if (out.verdict == RequirementVerdict::AtRisk) {
    out.evidence += ", little room is left";
  }
  return out;
}

const Judgement* find_judgement(const ExperimentResult* run, std::string_view subject,
                                std::string_view what) {
  if (!run) return nullptr;
  for (const Judgement& judgement : run->judgements)
    if (judgement.subject == subject && judgement.what == what) return &judgement;
  return nullptr;
}

class Collector {
 public:
  explicit Collector(const Facts& facts) : facts_(facts), model_(facts.model) {}

  std::vector<Requirement> collect() {
    for (const OperationId id : model_.operations.ids())
      objectives(id);
    for (const OperationId id : model_.operations.ids())
      behaviour(id);
    for (const ExperimentResult& run : facts_.result.simulation.experiments)
      if (&run != facts_.peak)
        for (const Judgement& judgement : run.judgements)
          out_.push_back(from_judgement(run, judgement));
    experiments_not_run();
    system_wide();
    unmet();
    return std::move(out_);
  }

 private:
  void objectives(OperationId id) {
    const Operation& op = model_.operations[id];
    if (!op.objective) return;
    const Objective& objective = *op.objective;
    const OperationEstimate* estimate = facts_.result.estimate.of(id);
    for (const Bound& bound : kLatencyBounds) {
      const Field<Duration>& field = objective.*(bound.field);
      if (!field) continue;
      judged(op.name, bound.what, field.from.origin, field->seconds(), "s", false,
             estimate ? readable_seconds(estimated_quantile(*estimate, bound.what)) : "");
    }
    if (objective.availability)
      judged(op.name, "availability", objective.availability.from.origin,
             objective.availability->value * 100, "%", true,
             estimate ? percent(estimate->availability, 5) : "");
    if (objective.throughput)
      judged(op.name, "throughput", objective.throughput.from.origin,
             objective.throughput->per_second, "/s", true, "");
  }

  void judged(const std::string& op, const std::string& what, Origin origin, double target,
              const std::string& unit, bool at_least, const std::string& estimated) {
    if (const Judgement* judgement = find_judgement(facts_.peak, op, what)) {
      out_.push_back(from_judgement(*facts_.peak, *judgement));
    } else {
      Requirement item;
      item.subject = op;
      item.what = what;
      item.scenario = "at peak";
      item.target = judged_target(target, unit, at_least);
      item.evidence =
          estimated.empty() ? "no run judges it" : "no run judges it; the estimate is " + estimated;
      item.anchor = "operations";
      out_.push_back(std::move(item));
    }
    out_.back().path = fmt::format("operations.{}.objective.{}", op, what);
    out_.back().origin = origin;
  }

  // What exploring the saga's states said of "all of it or none".
  void explored(const Operation& op, Requirement& item) {
    item.evidence = "a saga with compensations; its states have not been explored";
    item.anchor = "sagas";
    for (const verify::ProtocolVerdict& of : facts_.result.verification.result.protocols) {
      if (of.protocol.system.name != "saga " + op.name) continue;
      for (const verify::PropertyVerdict& property : of.properties) {
        if (property.property != "ends-whole") continue;
        item.reached = fmt::format("{} states explored", of.exploration.states);
        item.evidence = "every run of the saga ends with all of it done or all of it undone";
        item.verdict = RequirementVerdict::Met;
        if (property.outcome == verify::Outcome::Holds) return;
        item.evidence = property.text;
        item.verdict = property.outcome == verify::Outcome::Fails ? RequirementVerdict::NotMet
                                                                  : RequirementVerdict::NotShown;
        return;
      }
    }
  }

  // Until the last step is done: the answer, and what a consumer does after it. The slowest
  // hundredth of each, in the run in which they take longest.
  void done_within(OperationId id, Requirement& item) {
    const Operation& op = model_.operations[id];
    const ChannelId rest = find_by_name(model_.channels, rest_channel(op));
    double longest = -1;
    for (const ExperimentResult& run : facts_.result.simulation.experiments) {
      const OperationResult* of = facts_.operation(run, id);
      if (of == nullptr || of->goodput.mean <= 0) continue;
      double seconds = of->latency.p99.mean;
      for (const ChannelResult& channel : run.channels)
        if (channel.channel == rest) seconds += channel.delay.p99.mean;
      if (seconds <= longest) continue;
      longest = seconds;
      item.reached = "p99 " + readable_seconds(seconds);
      item.evidence = fmt::format("simulated, {}{}", run.name,
                                  rest.valid() ? ": the answer, and its consumer after it" : "");
    }
    if (longest < 0) return;
    item.verdict =
        longest <= op.within->seconds() ? RequirementVerdict::Met : RequirementVerdict::NotMet;
  }

  // `atomic` and `within`: a local transaction shows atomicity by itself, a saga by its states.
  void behaviour(OperationId id) {
    const Operation& op = model_.operations[id];
    if (op.atomic.has() && op.atomic.value) {
      Requirement item = design_requirement(fmt::format("operations.{}.atomic", op.name), op.name,
                                            "atomic", op.atomic.from.origin);
      item.target = "all of it or none";
      const std::vector<std::string> writers = written_by(id);
      if (facts_.in_saga(id)) {
        explored(op, item);
      } else if (writers.size() == 1) {
        item.verdict = RequirementVerdict::Met;
        item.reached = "one transaction";
        item.evidence = "all writes are in " + writers.front();
      } else {
        item.evidence = writers.empty() ? "no endpoint implements it"
                                        : "writes in " + list_of(writers) + " without a saga";
        if (writers.size() > 1) item.verdict = RequirementVerdict::NotMet;
      }
      out_.push_back(std::move(item));
    }
    if (op.within) {
      Requirement item = design_requirement(fmt::format("operations.{}.within", op.name), op.name,
                                            "within", op.within.from.origin);
      item.target = "at most " + readable(*op.within);
      item.evidence = "no run judges it";
      done_within(id, item);
      out_.push_back(std::move(item));
    }
  }

  std::vector<std::string> written_by(OperationId id) const {
    std::vector<std::string> out;
    for (const EndpointId endpoint : endpoints_of(model_, id))
      for (const Flow& flow : facts_.flows)
        if (flow.from == endpoint && flow.step->kind == StepKind::Write &&
            flow.step->store.valid()) {
          const std::string& name = model_.stores[flow.step->store].name;
          if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
        }
    return out;
  }

  static Requirement design_requirement(std::string path, std::string subject, std::string what,
                                        Origin origin) {
    Requirement item;
    item.path = std::move(path);
    item.subject = std::move(subject);
    item.what = std::move(what);
    item.scenario = "design";
    item.origin = origin;
    item.anchor = "operations";
    return item;
  }

  void experiments_not_run() {
    for (const Experiment& experiment : model_.experiments) {
      const auto& runs = facts_.result.simulation.experiments;
      const bool ran = std::any_of(runs.begin(), runs.end(), [&](const ExperimentResult& run) {
        return run.name == experiment.name;
      });
      if (ran) continue;
      Requirement item = design_requirement("experiments." + experiment.name, experiment.name,
                                            "expectations", experiment.from.origin);
      item.scenario = experiment.name;
      item.evidence = "the experiment was not run";
      item.anchor = "proof";
      out_.push_back(std::move(item));
    }
  }

  // What stands is left a step at a time, each step a state that was designed and simulated.
  void migration() {
    if (!model_.existing.has() || model_.services.size() < 2) return;
    Requirement item = design_requirement("existing", "what exists", "a way out of it",
                                          model_.existing.from.origin);
    item.anchor = "migration";
    item.target = "a step at a time, each with a way back";
    std::size_t back = 0, failing = 0;
    for (const MigrationStep& step : model_.migration) {
      back += step.rollback.has();
      failing += step.interim && step.interim->find("at peak, fails") != std::string::npos;
    }
    if (!model_.migration.empty()) {
      item.reached = plural_of(model_.migration.size(), "step");
      item.evidence =
          fmt::format("{} with a way back; {} whose interim state fails at peak", back, failing);
      item.verdict = failing > 0 || back < model_.migration.size() ? RequirementVerdict::NotMet
                                                                   : RequirementVerdict::Met;
    }
    out_.push_back(std::move(item));
  }

  void system_wide() {
    migration();
    if (!model_.constraints) return;
    const Constraints& limits = *model_.constraints;
    if (limits.budget) {
      Requirement item =
          design_requirement("constraints.budget", "system", "cost", limits.budget.from.origin);
      item.target = "at most " + money(limits.budget->amount, limits.budget->currency);
      item.anchor = "cost";
      const Estimate& estimate = facts_.result.estimate;
      if (estimate.cost.empty() || estimate.currency != limits.budget->currency) {
        item.evidence = estimate.cost.empty() ? "no cost was estimated"
                                              : "the estimate is in " + estimate.currency;
      } else {
        item.reached = money(estimate.cost_per_month, estimate.currency);
        item.evidence = "estimated from the catalogue's prices";
        const double share = estimate.cost_per_month / limits.budget->amount;
        item.verdict = share > 1              ? RequirementVerdict::NotMet
                       : share > kLatencyRoom ? RequirementVerdict::AtRisk
                                              : RequirementVerdict::Met;
      }
      out_.push_back(std::move(item));
    }
    if (limits.services) {
      Requirement item = design_requirement("constraints.services", "system", "services",
                                            limits.services.from.origin);
      const auto count = static_cast<std::int64_t>(model_.services.size());
      item.target = to_text(*limits.services);
      item.reached = number_text(static_cast<double>(count));
      item.evidence = "counted";
      item.anchor = "services";
      item.verdict = count >= limits.services->low && count <= limits.services->high
                         ? RequirementVerdict::Met
                         : RequirementVerdict::NotMet;
      out_.push_back(std::move(item));
    }
  }

  // What the loop gave up on: joined to its requirement where the path is the same.
  void unmet() {
    for (const Unmet& item : facts_.result.unmet) {
      const auto found = std::find_if(out_.begin(), out_.end(), [&](const Requirement& known) {
        return known.path == item.path && item.what.empty();
      });
      if (found != out_.end()) {
        found->relax = item.relax;
        found->conflict = item.conflict;
        found->verdict = RequirementVerdict::NotMet;
        // The loop's text repeats the causes that the judge saw, if it saw any.
        if (found->causes.empty()) found->causes.push_back(item.text);
        continue;
      }
      Requirement added = design_requirement(item.path, item.path, item.what, Origin::Given);
      if (item.what.empty()) {
        added.target = fmt::format("{} {}", number_text(item.target, 5), item.unit);
        added.reached = fmt::format("{} {}", number_text(item.reached, 5), item.unit);
      } else {
        added.target = "to hold";
        added.reached = "fails";
      }
      added.evidence = item.text;
      added.relax = item.relax;
      added.conflict = item.conflict;
      added.verdict = RequirementVerdict::NotMet;
      added.anchor = "unmet";
      out_.push_back(std::move(added));
    }
  }

  const Facts& facts_;
  const Architecture& model_;
  std::vector<Requirement> out_;
};

}  // namespace

std::string_view to_text(RequirementVerdict verdict) {
  switch (verdict) {
    case RequirementVerdict::Met: return "met";
    case RequirementVerdict::AtRisk: return "at risk";
    case RequirementVerdict::NotMet: return "not met";
    case RequirementVerdict::NotShown: return "not shown";
  }
  return "not shown";
}

std::vector<Requirement> requirements_of(const Facts& facts) {
  return Collector(facts).collect();
}

std::vector<std::string> main_causes(const Requirement& requirement) {
  std::vector<std::string> out = requirement.causes;
  if (out.size() <= kCausesShown + 1) return out;
  const std::size_t more = out.size() - kCausesShown;
  out.resize(kCausesShown);
  out.push_back(fmt::format("{} more, under {}", more, requirement.scenario));
  return out;
}

VerdictCounts count_verdicts(const std::vector<Requirement>& requirements) {
  VerdictCounts counts;
  for (const Requirement& item : requirements) {
    switch (item.verdict) {
      case RequirementVerdict::Met: ++counts.met; break;
      case RequirementVerdict::AtRisk: ++counts.at_risk; break;
      case RequirementVerdict::NotMet: ++counts.not_met; break;
      case RequirementVerdict::NotShown: ++counts.not_shown; break;
    }
  }
  return counts;
}

std::string summary_text(const VerdictCounts& counts) {
  std::vector<std::string> parts;
  auto part = [&](int n, RequirementVerdict verdict) {
    if (n > 0) parts.push_back(fmt::format("{} {}", n, to_text(verdict)));
  };
  part(counts.not_met, RequirementVerdict::NotMet);
  part(counts.at_risk, RequirementVerdict::AtRisk);
  part(counts.met, RequirementVerdict::Met);
  part(counts.not_shown, RequirementVerdict::NotShown);
  return parts.empty() ? "none stated" : join(parts, ", ");
}

std::string judged_value(const Interval& measured, std::string_view unit) {
  std::string text;
  if (unit == "s") {
    text = readable_seconds(measured.mean);
    if (measured.half_width > 0) text += " ± " + readable_seconds(measured.half_width);
  } else if (unit == "%") {
    text = number_text(measured.mean, 5) + "%";
    if (measured.half_width > 0) text += " ± " + number_text(measured.half_width, 2);
  } else {
    text = number_text(measured.mean, 4);
    if (measured.half_width > 0) text += " ± " + number_text(measured.half_width, 2);
    text += unit == "x" || unit == "/s" ? std::string(unit) : fmt::format(" {}", unit);
  }
  return text;
}

std::string judged_target(double target, std::string_view unit, bool at_least) {
  std::string value;
  if (unit == "s")
    value = readable_seconds(target);
  else if (unit == "%")
    value = number_text(target, 6) + "%";
  else if (unit == "x" || unit == "/s")
    value = number_text(target, 4) + std::string(unit);
  else
    value = fmt::format("{} {}", number_text(target, 4), unit);
  return (at_least ? "at least " : "at most ") + value;
}

}  // namespace scantling
