// How it is watched and run: signals, sampling, retention, redaction, alerts, chaos, recovery.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "design/passes.h"
#include "design/stores.h"

namespace scantling {
namespace {

void choose_signal(Workspace& ws, Field<std::string>& field, std::string_view kind,
                   const char* question) {
  if (field.fixed()) return;
  const std::vector<EngineScore> ranked = rank_technologies(ws, kind, {});
  if (ranked.empty()) return;
  Draft draft(ws, fmt::format("operating.{}", kind), "operations", question);
  const std::size_t chosen = pick_technology(draft, ranked, 0);
  draft.choose(ranked[chosen].engine->name, ranked[chosen].parts);
  for (std::size_t i = 0; i < ranked.size() && i < 3; ++i)
    if (i != chosen)
      draft.reject(ranked[i].engine->name, ranked[i].parts,
                   ranked[i].against.empty() ? "a lower score" : ranked[i].against);
  draft.because("the best score on what the teams know and what it takes to run")
      .flips("flips if the teams know another")
      .reversibility(Reversibility::Costly);
  draft.set(field, ranked[chosen].engine->name, fmt::format("operating.{}", kind));
}

// Head sampling so that at most about 200 traces a second are kept; errors and slow ones always
// are.
void decide_sampling(Workspace& ws, Operating& operating) {
  double total = 0;
  const std::vector<double> rates = operation_rates(ws.model, true);
  for (const double rate : rates)
    total += rate;
  constexpr double kTracesPerSecond = 200;
  const double share = std::clamp(kTracesPerSecond / std::max(1.0, total), .001, 1.0);
  const double nice = share >= .5
                          ? 1
                          : std::pow(10, std::floor(std::log10(share))) *
                                (std::floor(share / std::pow(10, std::floor(std::log10(share)))));
  Draft draft(ws, "operating.sampling", "operations", "which traces are kept?");
  const bool few = nice >= 1;  // all are kept
  const auto name_of = [](double kept) {
    return kept >= 1 ? std::string("all")
                     : fmt::format(
                           "{} at the head; every error and every answer slower than its "
                           "objective",
                           to_text(Share{std::round(kept * 1e4) / 1e4}));
  };
  const double shares[] = {nice, few ? .1 : 1};
  const std::size_t chosen = draft.pick({name_of(shares[0]), name_of(shares[1])}, 0);
  const double kept = shares[chosen], other = shares[1 - chosen];
  draft.choose(name_of(kept), {score("traces kept at peak", total * kept, "/s")})
      .reject(name_of(other), {score("traces kept at peak", total * other, "/s")},
              other >= 1 ? fmt::format("{} traces would cost more than what they watch",
                                       readable(Rate{total}))
                         : "a rare one might be missed, and all cost little")
      .because(few ? fmt::format("{} operations at peak; up to {} traces are kept at little cost",
                                 readable(Rate{total}), readable(Rate{2 * kTracesPerSecond}))
                   : fmt::format("{} operations at peak; about {} traces tell what is usual, the "
                                 "rest is kept for being unusual",
                                 readable(Rate{total}), readable(Rate{kTracesPerSecond})))
      .traces({"operations"})
      .flips(fmt::format("flips if the peak {} {}", few ? ">" : "<",
                         readable(Rate{kTracesPerSecond * (few ? 2 : 1)})))
      .reversibility(Reversibility::Easy);
  draft.set(operating.trace_sampling, Share{std::round(kept * 1e4) / 1e4},
            "operating.trace-sampling");
}

void decide_retention(Workspace& ws, Operating& operating) {
  const bool histories = std::ranges::any_of(ws.model.aggregates, [](const Aggregate& aggregate) {
    return aggregate.history.or_else(History::None) == History::Full;
  });
  double days = 30;
  std::string why =
      "a month covers what incidents look back at; 13 months of metrics compare a season with the "
      "last";
  for (const Regime regime : *ws.model.constraints->compliance)
    for (const Control* control : ws.catalog.controls(regime)) {
      // Whole histories hold what was done, where there are any; then logs a year.
      const bool elsewhere = control->in_histories && histories;
      const double years = elsewhere ? std::min(1.0, control->keeps_years) : control->keeps_years;
      if (years * 365 <= days) continue;
      days = std::round(years * 365);
      why = fmt::format(
          "{} asks for records of {}{}", control->id,
          to_text(Duration::from_seconds(std::round(control->keeps_years * 365) * 86'400)),
          elsewhere ? "; whole histories hold them, logs a year" : "");
    }
  Draft draft(ws, "operating.retention", "operations",
              "how long are logs, traces and metrics kept?");
  const Duration logs = Duration::from_seconds(days * 86'400.0);
  draft.choose(fmt::format("logs {}, traces 7d, metrics 395d", to_text(logs)))
      .reject("for ever", {}, "cost and personal data both grow with what is kept")
      .flips("flips if a regime asks for another time")
      .because(why)
      .traces({"constraints.compliance"})
      .reversibility(Reversibility::Easy);
  draft.set(operating.keep_logs, logs, "operating.keep-logs");
  draft.set(operating.keep_traces, Duration::from_seconds(7 * 86'400), "operating.keep-traces");
  draft.set(operating.keep_metrics, Duration::from_seconds(395 * 86'400.0),
            "operating.keep-metrics");
}

void decide_redaction(Workspace& ws, Operating& operating) {
  std::vector<std::string> fields, paths;
  for (const Aggregate& aggregate : ws.model.aggregates)
    if (*aggregate.data >= DataClass::Personal) {
      fields.push_back(
          fmt::format("{}.* ({})", kebab_case(aggregate.name), to_text_enum(*aggregate.data)));
      paths.push_back("aggregates." + aggregate.name + ".data");
    }
  if (fields.empty()) return;
  Draft draft(ws, "operating.redaction", "operations", "what never reaches a log or a trace?");
  draft
      .choose("every field of " + plural(static_cast<std::int64_t>(fields.size()), "aggregate") +
              (fields.size() == 1 ? ", but its id" : ", but their ids"))
      .reject("a list of known names", {}, "the field that is added next is not on it")
      .because(enumerate(fields))
      .flips("flips if the data class of an aggregate changes")
      .traces(paths)
      .reversibility(Reversibility::Easy);
  draft.set(operating.redact, fields, "operating.redact");
}

// Multiwindow, multi-burn-rate alerts: Beyer et al., The Site Reliability Workbook, chapter 5,
// table 5-8.
void decide_alerts(Workspace& ws, Operating& operating) {
  std::vector<std::string> alerts;
  std::int64_t budgets = 0;
  for (const Operation& operation : ws.model.operations)
    if (operation.objective && operation.objective->availability) {
      ++budgets;
      const double budget = (1 - operation.objective->availability->value) * 43'800;
      alerts.push_back(fmt::format(
          "{} {}: page at 14.4x over 1h and 5min, and 6x over 6h and 30min; ticket at 1x over 3d "
          "and 6h ({} min a month)",
          operation.name, to_text(*operation.objective->availability), number_text(budget, 3)));
    }
  for (const Channel& channel : ws.model.channels)
    alerts.push_back(
        fmt::format("{}: page when the dead letter holds a message for 15min", channel.name));
  for (const Saga& saga : ws.model.sagas)
    alerts.push_back(
        fmt::format("saga {}: page when one is older than {}", saga.name, to_text(*saga.within)));
  Draft draft(ws, "operating.alerts", "operations", "what wakes somebody?");
  draft.choose("burn rates of the error budgets")
      .reject("thresholds on causes (cpu, memory)", {},
              "they fire when nobody is hurt, and stay silent when somebody is")
      .because(
          fmt::format("{} with a budget of a month; a page means that it would be gone within 5 "
                      "days at the slowest (6x), 2 at 14.4x",
                      plural(budgets, "operation")))
      .flips("flips if there is no objective to spend a budget of")
      .traces({"operations"})
      .reversibility(Reversibility::Easy);
  draft.set(operating.alerts, alerts, "operating.alerts");
}

void decide_chaos(Workspace& ws, Operating& operating) {
  std::vector<std::string> chaos;
  const auto simulated = std::ranges::count_if(
      ws.model.experiments, [](const Experiment& e) { return !e.faults->empty(); });
  for (const Experiment& experiment : ws.model.experiments)
    if (!experiment.faults->empty())
      chaos.push_back(
          fmt::format("{}: as simulated, monthly, in business hours, stopped when an objective's "
                      "burn passes 14.4x",
                      experiment.name));
  if (ws.zones() > 1 && std::ranges::none_of(ws.model.experiments, [](const Experiment& e) {
        return std::ranges::any_of(
            *e.faults, [](const Fault& f) { return f.target.kind == Target::Kind::Zone; });
      }))
    chaos.push_back("lose one zone: quarterly");
  for (const Store& store : ws.model.stores)
    if (store.expires)
      chaos.push_back(fmt::format("flush {}: monthly; {} must stay below 80%", store.name,
                                  store.owner ? store.owner->name : "its owner"));
  if (chaos.empty()) return;
  Draft draft(ws, "operating.chaos", "operations", "which faults are made on purpose?");
  const std::vector<std::string> names{
      plural(static_cast<std::int64_t>(chaos.size()), "experiment"), "none"};
  constexpr const char* kWhyNot[] = {"each takes hands, and a part of an error budget",
                                     "what is not exercised does not work on the day"};
  const std::size_t chosen = draft.pick(names, 0), other = 1 - chosen;
  if (chosen == 1) chaos.clear();
  draft.choose(names[chosen])
      .reject(names[other], {}, kWhyNot[other])
      .because(
          fmt::format("{} of them simulated first: the steady state to expect is known", simulated))
      .flips("flips if the experiments change")
      .traces({"experiments"})
      .reversibility(Reversibility::Easy);
  draft.set(operating.chaos, chaos, "operating.chaos");
}

void decide_recovery(Workspace& ws, Operating& operating) {
  Duration rpo{INT64_MAX}, rto;
  for (const Store& store : ws.model.stores)
    if (store.backup) {
      if (store.backup->rpo) rpo = std::min(rpo, *store.backup->rpo);
      if (store.backup->rto) rto = std::max(rto, *store.backup->rto);
    }
  if (rpo.nanoseconds == INT64_MAX) return;
  Draft draft(ws, "operating.recovery", "operations",
              "what is lost, and how long does it take, when all is lost?");
  draft
      .choose(fmt::format("{} of changes for the strictest store, {} for the slowest", to_text(rpo),
                          to_text(rto)))
      .reject("no plan", {}, "an untested backup is a hope")
      .because("each store's own backup, restored in a drill every quarter")
      .flips("flips if a store's data class or its strictest objective changes")
      .reversibility(Reversibility::Easy);
  draft.set(operating.rpo, rpo, "operating.rpo");
  draft.set(operating.rto, rto, "operating.rto");
}

}  // namespace

void pass_operations(Workspace& ws) {
  if (ws.model.services.empty()) return;
  if (!ws.model.operating.has()) ws.model.operating.from = {Origin::Decided, {}, {}};
  Operating& operating = ws.model.operating.value;
  choose_signal(ws, operating.metrics, "metrics", "where do metrics go?");
  choose_signal(ws, operating.logs, "logs", "where do logs go?");
  choose_signal(ws, operating.traces, "traces", "where do traces go?");
  decide_sampling(ws, operating);
  decide_retention(ws, operating);
  decide_redaction(ws, operating);
  decide_alerts(ws, operating);
  decide_chaos(ws, operating);
  decide_recovery(ws, operating);
}

}  // namespace scantling
