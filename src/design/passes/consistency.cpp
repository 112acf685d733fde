// What keeps each operation whole: one local transaction, or a saga with its order and
// compensations; outbox, idempotency keys, and how the full history of an aggregate is kept.
#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include <fmt/core.h>

#include "base/text.h"
#include "design/caching.h"
#include "design/failovers.h"
#include "design/locks.h"
#include "design/passes.h"
#include "design/stores.h"
#include "design/wiring.h"

namespace scantling {
namespace {

// Steps beyond which nobody can follow a choreography; participants, not counting the coordinator.
constexpr int kChoreographyMost = 2;

constexpr std::string_view kOnceRecorded = "once recorded", kWhenDone = "when all is done";

struct Participants {
  std::vector<ServiceId> services;  // that write, the entry service too
  bool external = false;
};

Participants participants_of(const Workspace& ws, OperationId id) {
  Participants out;
  for (const StepPlan& planned : ws.plan(id).steps) {
    const ProblemStep& step =
        (*ws.model.operations[id].steps)[static_cast<std::size_t>(planned.step)];
    if (!is_write(step.verb)) continue;
    if (std::ranges::find(out.services, planned.owner) == out.services.end())
      out.services.push_back(planned.owner);
    out.external |= step.calls.has();
  }
  return out;
}

// How hard a step is to take back: 0 only reads, 1 has an undo inside, 2 has an undo at somebody
// else's, 3 has none.
int hardness(const ProblemStep& step) {
  if (!is_write(step.verb)) return 0;
  if (!step.has_undo) return 3;
  return step.calls ? 2 : 1;
}

// "reserve-stock, create-order": what is written, in its order.
std::string order_text(const Operation& operation, const std::vector<StepPlan>& steps) {
  std::string out;
  for (const StepPlan& p : steps) {
    const ProblemStep& step = (*operation.steps)[static_cast<std::size_t>(p.step)];
    if (!is_write(step.verb)) continue;
    out += (out.empty() ? "" : ", ") + internal_endpoint_name(step);
  }
  return out;
}

// The steps with their writes in the order of that text, what reads first; nothing when it isn't of
// these steps.
std::optional<std::vector<StepPlan>> ordered_as(const Operation& operation,
                                                std::vector<StepPlan> steps,
                                                const std::string& text) {
  const auto step_of = [&](const StepPlan& p) -> const ProblemStep& {
    return (*operation.steps)[static_cast<std::size_t>(p.step)];
  };
  std::vector<StepPlan> out;
  std::erase_if(steps, [&](const StepPlan& p) {
    if (is_write(step_of(p).verb)) return false;
    out.push_back(p);
    return true;
  });
  std::string rest = text;
  while (!rest.empty() && !steps.empty()) {
    const std::size_t comma = rest.find(", ");
    const std::string name = rest.substr(0, comma);
    rest = comma == std::string::npos ? "" : rest.substr(comma + 2);
    const auto at = std::ranges::find_if(
        steps, [&](const StepPlan& p) { return internal_endpoint_name(step_of(p)) == name; });
    if (at == steps.end()) return std::nullopt;
    out.push_back(*at);
    steps.erase(at);
  }
  if (!rest.empty() || !steps.empty()) return std::nullopt;
  return out;
}

void order_steps(Workspace& ws, OperationId id) {
  const Operation& operation = ws.model.operations[id];
  OperationPlan& plan = ws.plan(id);
  const auto before = plan.steps;
  const auto of = [&](const StepPlan& p) {
    return hardness((*operation.steps)[static_cast<std::size_t>(p.step)]);
  };
  std::ranges::stable_sort(plan.steps,
                           [&](const StepPlan& a, const StepPlan& b) { return of(a) < of(b); });
  Draft draft(ws, operation.name + ".order", "consistency",
              fmt::format("in which order does {} take its steps?", operation.name));
  const std::string easiest_first = order_text(operation, plan.steps);
  if (easiest_first.find(", ") == std::string::npos) return;  // one write: no order
  if (draft.locked() == order_text(operation, before))
    plan.steps = before;
  else if (draft.locked() != easiest_first)
    if (auto locked = ordered_as(operation, before, draft.locked()))
      plan.steps = std::move(*locked);
  const std::string order = order_text(operation, plan.steps);
  draft.choose(order);
  if (order != easiest_first) {
    draft.left_open(easiest_first);
    draft.reject(easiest_first, {}, "what is hardest to take back is not last by it");
  }
  if (const std::string as_given = order_text(operation, before);
      as_given != easiest_first && as_given != order)
    draft.reject(
        as_given, {},
        "a step that is harder to take back would be taken before one that can still fail");
  draft.because("what is easiest to undo first, what others would have to undo for us last")
      .flips("flips if a step gets an undo that it has not, or loses the one it has")
      .traces({"operations." + operation.name + ".steps"})
      .reversibility(Reversibility::Costly)
      .keep();
}

void decide_style(Workspace& ws, OperationId id, const Participants& participants) {
  const Operation& operation = ws.model.operations[id];
  const OperationPlan& plan = ws.plan(id);
  const int others = static_cast<int>(participants.services.size()) - 1;
  const double steps = static_cast<double>(participants.services.size());
  Draft draft(ws, operation.name + ".style", "consistency",
              fmt::format("what makes {} all or nothing?", operation.name));
  const bool too_many = others >= kChoreographyMost || participants.external ||
                        operation.within.has() ||
                        (operation.objective && operation.objective->p99 && operation.on->empty());
  const bool orchestrated = draft.pick({"choreographed", "orchestrated"}, too_many) == 1;
  const std::vector<Score> orchestration{score("places that know the order", 1),
                                         score("messages a run", 2 * steps)};
  const std::vector<Score> choreography{score("places that know the order", steps),
                                        score("messages a run", steps)};
  if (orchestrated)
    draft.choose("orchestrated", orchestration)
        .reject("choreographed", choreography,
                others == 0
                    ? "there is one service: nobody to hand the order to"
                    : fmt::format("the order, the timeouts and the undo would be spread over {}",
                                  plural(static_cast<std::int64_t>(steps), "service")));
  else
    draft.choose("choreographed", choreography)
        .reject("orchestrated", orchestration,
                "a coordinator for two participants costs more than it shows");
  draft.reject(
      "two-phase-commit", {score("participants that block while the coordinator is down", steps)},
      participants.external
          ? "an external system takes part, and offers no prepare"
          : "locks would be held over the network, and a lost coordinator blocks them all");
  if (others > 0)
    draft.reject("one service", {score("operations that write several services", 0, "%")},
                 "the boundaries were drawn for more than this operation");
  std::vector<std::string> why{
      plural(static_cast<std::int64_t>(participants.services.size()), "participant")};
  if (operation.within) why.push_back("a bound of " + to_text(*operation.within));
  if (participants.external) why.push_back("a compensation that an external system has to make");
  draft.because(enumerate(why))
      .flips(others > 0 ? "flips if the steps come to lie in one service"
                        : "flips if no external takes part any more")
      .traces(
          {"operations." + operation.name + ".atomic", "operations." + operation.name + ".within"})
      .reversibility(Reversibility::Hard);
  Saga saga;
  saga.name = operation.name;
  draft.made(saga, "sagas." + saga.name);
  const SagaId saga_id = ws.model.sagas.add(std::move(saga));
  Saga& of = ws.model.sagas[saga_id];
  draft.fill(of.style, orchestrated ? SagaStyle::Orchestrated : SagaStyle::Choreographed);
  draft.fill(of.coordinator, Ref<ServiceId>(ws.model.services[plan.entry].name, plan.entry));
  draft.fill(of.implements, Ref<OperationId>(operation.name, id));
  draft.fill(of.within, operation.within.or_else(Duration::from_seconds(300)));
  draft.fill(of.durable, true);
}

// The external that takes fewer requests a second than the operation makes at its highest load;
// invalid when there is none, or when it has no `within` that is longer than its answer.
ExternalId too_slow_external(const Workspace& ws, OperationId id, double rate) {
  const Operation& operation = ws.model.operations[id];
  if (!operation.within || !operation.on->empty() || operation.every) return {};
  for (const ProblemStep& step : *operation.steps)
    if (step.calls) {
      const External& external = ws.model.externals[step.calls->id];
      if (external.limit && rate > external.limit->per_second) return step.calls->id;
    }
  return {};
}

// Whether an operation answers before an external that can't keep up is done. The backlog that the
// highest load leaves has to be gone within `within`.
void decide_answer(Workspace& ws, OperationId id, const std::vector<double>& highest) {
  OperationPlan& plan = ws.plan(id);
  const Operation& operation = ws.model.operations[id];
  const double rate = highest[static_cast<std::size_t>(id.index)];
  const ExternalId slow = too_slow_external(ws, id, rate);
  if (!plan.saga || !slow.valid()) return;
  std::size_t first = 0;
  while (first < plan.steps.size() &&
         !(*operation.steps)[static_cast<std::size_t>(plan.steps[first].step)].calls)
    ++first;
  if (first == 0 || first == plan.steps.size()) return;
  const External& external = ws.model.externals[slow];
  const double limit = external.limit ? external.limit->per_second : rate;
  const double lasts = highest_load_lasts(ws.model, id).seconds();
  const double wait = std::max(0.0, rate - limit) * lasts / limit;
  Draft draft(ws, operation.name + ".answer", "consistency",
              fmt::format("does {} answer before {} is done?", operation.name, external.name));
  const std::vector<std::string> names{fmt::format("before: a consumer calls {}", external.name),
                                       fmt::format("after {} has answered", external.name)};
  const std::vector<Score> scores[] = {{score("requests that can be accepted", rate, "/s"),
                                        score("longest wait for the rest", wait, "s")},
                                       {score("requests that can be accepted", limit, "/s"),
                                        score("longest wait for the rest", 0, "s")}};
  const std::string why_not[] = {
      fmt::format("the last would be done after {}", readable_seconds(wait)),
      fmt::format("{} of {} requests a second would be refused",
                  number_text(std::max(0.0, rate - limit), 4), number_text(rate, 4))};
  const std::size_t chosen = draft.pick(names, 0), other = 1 - chosen;
  if (chosen == 0) plan.answers_after = first;
  draft.choose(names[chosen], scores[chosen])
      .reject(names[other], scores[other], why_not[other])
      .because(fmt::format(
          "{} takes {} and the highest load is {}; the backlog of {} is gone after {}, {} allowed",
          external.name, readable(Rate{limit}), readable(Rate{rate}), readable_seconds(lasts),
          readable_seconds(wait), to_text(*operation.within)))
      .flips(fmt::format("flips if {} took more than {}", external.name, readable(Rate{rate})))
      .traces({"operations." + operation.name + ".within", "externals." + external.name + ".limit"})
      .reversibility(Reversibility::Costly)
      .keep();
  if (chosen != 0) return;
  if (wait > operation.within->seconds())
    ws.assume("operations." + operation.name + ".within",
              fmt::format("at the highest load the last {} is done after {}, {} allowed",
                          operation.name, readable_seconds(wait), to_text(*operation.within)),
              fmt::format("may {} take longer then, or can {} take more than {}?", operation.name,
                          external.name, readable(Rate{limit})));
}

// What a lost zone takes of an operation that answers when all is done, in seconds without answers:
// each store whose failover its requests can't wait out, and the calls that are under way to lost
// instances before anybody notices.
struct ZoneLoss {
  std::set<ServiceId> others;  // that it calls before it answers
  double seconds = 0;
};
ZoneLoss zone_loss(const Workspace& ws, OperationId id) {
  const Operation& operation = ws.model.operations[id];
  const double failover = shortest_failover_seconds(ws);
  const double store = outlasts(operation, failover) ? 0 : failover / ws.zones();
  ZoneLoss out;
  out.seconds = store;
  for (const StepPlan& planned : ws.plan(id).steps)
    if (planned.crossing == Crossing::Call && out.others.insert(planned.owner).second)
      out.seconds += store + kDetectionSeconds / ws.zones();
  return out;
}

// What is asked of the operation with a zone lost, and is more than that loss leaves; with an empty
// path: nothing is.
FailoverNeed unmet_by_loss(const Workspace& ws, OperationId id, const ZoneLoss& loss) {
  if (ws.zones() > 1 && !loss.others.empty())
    for (const FailoverNeed& need : failover_needs(ws.model))
      if (need.operation == id && loss.seconds > need.room()) return need;
  return {};
}

void write_recorded(Draft& draft, const Workspace& ws, OperationId id, const ZoneLoss& loss,
                    const FailoverNeed& need, bool early) {
  const Operation& operation = ws.model.operations[id];
  const double services = static_cast<double>(loss.others.size());
  const double steps = static_cast<double>(ws.plan(id).steps.size());
  const std::vector<Score> scores[] = {
      {score("services that must be up", services + 1),
       score("seconds without answers when a zone is lost", loss.seconds, "s")},
      {score("services that must be up", 1), score("steps done after the answer", steps)}};
  const bool asked = !need.path.empty();
  const std::string why_not[] = {
      asked ? fmt::format("a lost zone takes {} of answers, {} allowed of {}",
                          readable_seconds(loss.seconds), readable_seconds(need.room()),
                          readable_seconds(need.window))
            : "it would wait for services that it need not wait for",
      "who asked would have to ask again how it ended"};
  draft.choose(std::string(early ? kOnceRecorded : kWhenDone), scores[early])
      .reject(std::string(early ? kWhenDone : kOnceRecorded), scores[!early], why_not[!early])
      .because(asked ? fmt::format("it may take {}, and {} of its answers are asked for when a "
                                   "zone is lost: it is written down, answered, and done by a "
                                   "consumer that tries until it ends or is undone",
                                   to_text(*operation.within), to_text(Share{need.target}))
                     : "a lost zone leaves as many answers as are asked for")
      .traces({"operations." + operation.name + ".within"})
      .reversibility(Reversibility::Costly);
  if (!asked) return;
  draft.traces({need.path})
      .flips(fmt::format("flips if the availability asked for with a zone lost < {}%",
                         number_text(100 * (1 - loss.seconds / need.window), 4)));
}

// Whether it is decided that an operation which may end later answers as soon as it is written
// down: asked where a zone's loss leaves no room for all that it would have to reach before.
bool decide_recorded(Workspace& ws, OperationId id) {
  OperationPlan& plan = ws.plan(id);
  const Operation& operation = ws.model.operations[id];
  if (plan.given || !plan.saga || !operation.within || !operation.on->empty() || operation.every)
    return false;
  Draft draft(ws, operation.name + ".answer", "consistency",
              fmt::format("when does {} answer?", operation.name));
  const ZoneLoss loss = zone_loss(ws, id);
  const FailoverNeed need = unmet_by_loss(ws, id, loss);
  const bool locked = says(kOnceRecorded, draft.locked()) || says(kWhenDone, draft.locked());
  const bool about_external =
      draft.locked().starts_with("before") || draft.locked().starts_with("after");
  if (about_external || (need.path.empty() && !locked)) return false;
  const bool early =
      draft.pick({std::string(kWhenDone), std::string(kOnceRecorded)}, !need.path.empty()) == 1;
  plan.answers_recorded = early;
  write_recorded(draft, ws, id, loss, need, early);
  draft.keep();
  return true;
}

EndpointId find_undo(const Workspace& ws, ServiceId owner, const ProblemStep& step) {
  const ServiceId at = owner;
  std::string name =
      std::string(to_text_enum(step.undo_verb)) + "-" +
      kebab_case(step.undo_aggregate.name.empty() ? step.aggregate.name : step.undo_aggregate.name);
  for (const MadeEndpoint& made : ws.made)
    if (made.role == MadeEndpoint::Role::Undo && made.endpoint.service == at &&
        ws.model.endpoint(made.endpoint).name.starts_with(name))
      return made.endpoint;
  return find_endpoint(ws.model, ws.model.services[at].name + "." + name);
}

void fill_saga(Workspace& ws, OperationId id) {
  const SagaId saga_id = find_by_name(ws.model.sagas, ws.model.operations[id].name);
  if (!saga_id.valid() || ws.model.sagas[saga_id].from.origin != Origin::Decided) return;
  Saga& saga = ws.model.sagas[saga_id];
  Draft draft(ws, "", "consistency", "");
  draft.adopt(saga.from.decision);
  const OperationPlan& plan = ws.plan(id);
  const EndpointId entry =
      endpoints_of(ws.model, id).empty() ? EndpointId() : endpoints_of(ws.model, id).front();
  std::vector<SagaStep> steps;
  for (const StepPlan& planned : plan.steps) {
    const ProblemStep& step =
        (*ws.model.operations[id].steps)[static_cast<std::size_t>(planned.step)];
    if (!is_write(step.verb)) continue;
    SagaStep out;
    out.do_endpoint =
        planned.crossing == Crossing::Call ? internal_endpoint(ws, planned.owner, step) : entry;
    out.do_target = endpoint_name(ws.model, out.do_endpoint);
    if (step.has_undo) {
      out.undo_endpoint = find_undo(ws, planned.owner, step);
      out.undo_target = endpoint_name(ws.model, out.undo_endpoint);
    }
    // Local steps that follow one another are one transaction.
    if (!steps.empty() && steps.back().do_target == out.do_target &&
        planned.crossing == Crossing::Local) {
      if (!out.undo_target.empty() && steps.back().undo_target.empty())
        steps.back().undo_target = out.undo_target, steps.back().undo_endpoint = out.undo_endpoint;
      continue;
    }
    steps.push_back(std::move(out));
  }
  if (!steps.empty()) draft.fill(steps.back().pivot, true);
  draft.fill(saga.steps, std::move(steps));
}

void decide_atomicity(Workspace& ws, OperationId id) {
  const Operation& operation = ws.model.operations[id];
  OperationPlan& plan = ws.plan(id);
  if (plan.given) return;
  const Participants participants = participants_of(ws, id);
  const bool undo =
      std::ranges::any_of(*operation.steps, [](const ProblemStep& s) { return s.has_undo; });
  const bool whole = operation.atomic.or_else(false) || undo;
  if (!whole || participants.services.empty()) return;
  if (participants.services.size() == 1 && !participants.external) {
    Draft(ws, operation.name + ".style", "consistency",
          fmt::format("what makes {} all or nothing?", operation.name))
        .choose("one local transaction", {score("services that write", 1)})
        .reject("saga", {score("services that write", 1)},
                "everything it writes lies in one service's store")
        .because(fmt::format("everything it writes belongs to {}",
                             ws.model.services[participants.services.front()].name))
        .flips("flips if one of its aggregates moves to another service")
        .traces({"operations." + operation.name + ".atomic"})
        .reversibility(Reversibility::Costly)
        .keep();
    return;
  }
  plan.saga = find_by_name(ws.model.sagas, operation.name).valid()
                  ? false
                  : participants.services.size() > 1 || participants.external;
  if (!plan.saga) return;
  order_steps(ws, id);
  decide_style(ws, id, participants);
}

// Writes of the aggregate a year, over how many of it there are: how many events one will gather.
double events_each(const Workspace& ws, AggregateId id) {
  const Aggregate& aggregate = ws.model.aggregates[id];
  const double writes =
      aggregate_rates(ws.model,
                      operation_rates(ws.model, false))[static_cast<std::size_t>(id.index)]
          .writes;
  const double years = aggregate.keep ? aggregate.keep->seconds() / 31'536'000 : 3;
  return writes * 31'536'000 * std::min(years, 10.0) /
         std::max(1.0, static_cast<double>(aggregate.count->value));
}

void decide_snapshots(Workspace& ws, AggregateId id, double events) {
  const Aggregate& aggregate = ws.model.aggregates[id];
  Draft draft(ws, kebab_case(aggregate.name) + ".snapshots", "consistency",
              fmt::format("how often is {} snapshotted?", aggregate.name));
  const std::vector<std::string> names{fmt::format("every {} events", kEventsASnapshot), "never"};
  const double replayed[] = {kEventsASnapshot, events};
  constexpr const char* kWhyNot[] = {"one more thing to write and to migrate",
                                     "a read would replay them all"};
  const std::size_t chosen = draft.pick(names, 0), other = 1 - chosen;
  ws.snapshots[id] = chosen == 0;
  draft.choose(names[chosen], {score("events to replay", replayed[chosen])})
      .reject(names[other], {score("events to replay", replayed[other])}, kWhyNot[other])
      .because(fmt::format("one gathers about {} events", number_text(std::round(events), 3)))
      .flips(fmt::format("flips if one gathers fewer than {} events", kEventsASnapshot))
      .traces({"aggregates." + aggregate.name + ".history"})
      .reversibility(Reversibility::Easy)
      .keep();
}

void decide_history(Workspace& ws, AggregateId id) {
  const Aggregate& aggregate = ws.model.aggregates[id];
  if (!aggregate.history || *aggregate.history != History::Full) return;
  std::vector<std::string> writers;
  for (const Operation& operation : ws.model.operations)
    if (std::ranges::any_of(*operation.steps, [&](const ProblemStep& s) {
          return s.aggregate.id == id && is_write(s.verb);
        }))
      writers.push_back(operation.name);
  const double events = events_each(ws, id);
  Draft draft(ws, kebab_case(aggregate.name) + ".history", "consistency",
              fmt::format("how is the full history of {} kept?", aggregate.name));
  const bool sourcing = draft.pick({"history table", "event sourcing"}, writers.size() >= 2) == 1;
  const std::vector<Score> sourced{
      score("operations that change it", static_cast<double>(writers.size())),
      score("events each", events)};
  if (sourcing) {
    draft.choose("event sourcing", sourced)
        .reject("history table", sourced,
                "the state and its history are two records of one thing, and can differ")
        .because(fmt::format("{} change it ({}), and what it was at any time must be known",
                             plural(static_cast<std::int64_t>(writers.size()), "operation"),
                             enumerate(writers)))
        .flips("flips if only one operation changes it");
  } else {
    draft.choose("history table", sourced)
        .reject("event sourcing", sourced,
                "each is written once or by one operation: there is no life to replay")
        .because(fmt::format(
            "{} writes it; an append-only table in the same transaction keeps what it was",
            writers.empty() ? "nothing" : writers.front()))
        .flips("flips if a second operation changes it");
  }
  draft.reject("no history", {}, "history: full asks for it")
      .traces({"aggregates." + aggregate.name + ".history"})
      .reversibility(Reversibility::Hard)
      .keep();
  if (sourcing && events >= kEventsASnapshot) decide_snapshots(ws, id, events);
}

void decide_publication(Workspace& ws) {
  int events = 0;
  std::vector<std::string> paths;
  for (const Operation& operation : ws.model.operations) {
    events += static_cast<int>(operation.emits->size());
    if (!operation.emits->empty()) paths.push_back("operations." + operation.name + ".emits");
  }
  if (events == 0) return;
  Draft draft(ws, "events.publication", "consistency",
              "how does an event get out when, and only when, its change is made?");
  const std::vector<std::string> names{"outbox", "direct", "change-capture"};
  constexpr PublishVia kWays[] = {PublishVia::Outbox, PublishVia::Direct,
                                  PublishVia::ChangeCapture};
  constexpr double kLost[] = {0, 1, 0}, kWrites[] = {2, 1, 1};
  constexpr const char* kWhyNot[] = {
      "a table more in every store that announces, and a relay that empties it",
      ("a crash between the commit and the send loses the event, or sends one for a change that "
       "was not made"),
      "ties the events to the tables of each engine, and needs a connector to run for each"};
  const std::size_t chosen = draft.pick(names, 0);
  ws.publication = kWays[chosen];
  ws.publication_locked = says(names[chosen], draft.locked());
  const auto scores = [&](std::size_t i) {
    return std::vector<Score>{score("lost or phantom events after a crash", kLost[i]),
                              score("writes a change", kWrites[i])};
  };
  draft.choose(names[chosen], scores(chosen));
  for (std::size_t i = 0; i < names.size(); ++i)
    if (i != chosen) draft.reject(names[i], scores(i), kWhyNot[i]);
  draft.because(fmt::format("{} announced, and consumers act on them", plural(events, "event")))
      .flips("flips if the outbox's writes become what bounds a store")
      .traces(paths)
      .reversibility(Reversibility::Costly)
      .keep();
}

}  // namespace

void pass_consistency(Workspace& ws) {
  if (ws.model.services.empty()) return;
  for (const OperationId id : ws.model.operations.ids())
    decide_atomicity(ws, id);
  const std::vector<double> highest = operation_rates(at_highest_load(ws.model), true);
  for (const OperationId id : ws.model.operations.ids())
    if (!decide_recorded(ws, id)) decide_answer(ws, id, highest);
  decide_caches(ws);
  create_endpoints(ws);
  for (const OperationId id : ws.model.operations.ids())
    if (ws.plan(id).saga) fill_saga(ws, id);
  for (const AggregateId id : ws.model.aggregates.ids())
    decide_history(ws, id);
  decide_publication(ws);
}

}  // namespace scantling
