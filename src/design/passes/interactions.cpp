// For each operation: the service that answers for it, and for each step that leaves that service
// whether it is a call, or a read from a local view that the owner's events feed.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/core.h>

#include "base/text.h"
#include "design/passes.h"

namespace scantling {
namespace {

// One crossing there and back inside a zone, with serialisation: a default to be calibrated.
constexpr double kHopMs = 1.0;
// A view pays when it saves many more reads than it costs writes.
constexpr double kViewReadsPerWrite = 10, kViewLeastRate = 100;
constexpr double kViewMostBytes = 200e9;
constexpr double kViewLeastStalenessSeconds =
    1;  // an event needs about that long at the 99th percentile

// The service that can do most of the operation alone: writes weigh three reads, and the last write
// (which completes the operation) four more.
ServiceId choose_entry(const Architecture& model, const Operation& operation) {
  std::map<ServiceId, double> weight;
  ServiceId last_writer, first;
  for (const ProblemStep& step : *operation.steps) {
    if (!step.aggregate.id.valid()) continue;
    const ServiceId owner = owner_of(model, step.aggregate.id);
    if (!owner.valid()) continue;
    if (!first.valid()) first = owner;
    weight[owner] += is_write(step.verb) ? 3 : 1;
    if (is_write(step.verb)) last_writer = owner;
  }
  if (last_writer.valid()) weight[last_writer] += 4;
  ServiceId best = first;
  for (const auto& [service, w] : weight)
    if (!best.valid() || w > weight[best]) best = service;
  if (!best.valid() && !model.services.empty()) best = ServiceId(0);
  return best;
}

bool may_be_copied(DataClass data) {
  return data != DataClass::Cardholder && data != DataClass::Health && data != DataClass::Secret;
}

struct CrossingFacts {
  double reads_per_second = 0;   // runs of the step, not rows
  double writes_per_second = 0;  // of the aggregate, by anyone
  double staleness_seconds = 0;
  double view_bytes = 0;
};

bool view_pays(const Aggregate& aggregate, const CrossingFacts& facts) {
  return facts.staleness_seconds >= kViewLeastStalenessSeconds &&
         facts.reads_per_second >= kViewLeastRate &&
         facts.reads_per_second >= kViewReadsPerWrite * facts.writes_per_second &&
         facts.view_bytes <= kViewMostBytes && may_be_copied(*aggregate.data);
}

std::string why_no_view(const Aggregate& aggregate, const CrossingFacts& facts) {
  if (facts.staleness_seconds < kViewLeastStalenessSeconds)
    return facts.staleness_seconds == 0 ? "no staleness is allowed"
                                        : fmt::format("events may lag longer than the {} allowed",
                                                      readable_seconds(facts.staleness_seconds));
  if (!may_be_copied(*aggregate.data))
    return fmt::format("a second copy of {} data would widen what compliance has to cover",
                       to_text_enum(*aggregate.data));
  if (facts.view_bytes > kViewMostBytes)
    return fmt::format("the copy would hold {}",
                       readable(Bytes{static_cast<std::int64_t>(facts.view_bytes)}));
  if (facts.reads_per_second < kViewLeastRate)
    return fmt::format("{} reads are too few to keep a copy for",
                       readable(Rate{facts.reads_per_second}));
  return fmt::format("{} writes would each be sent for {} reads",
                     readable(Rate{facts.writes_per_second}),
                     readable(Rate{facts.reads_per_second}));
}

Crossing decide_read(Workspace& ws, const Operation& operation, ServiceId entry, ServiceId owner,
                     const ProblemStep& step, const CrossingFacts& facts) {
  const Aggregate& aggregate = ws.model.aggregates[step.aggregate.id];
  const std::string name =
      fmt::format("{}.{}.crossing", operation.name, kebab_case(aggregate.name));
  Draft draft(ws, name, "interactions",
              fmt::format("how does {} read {}, which {} owns?", operation.name, aggregate.name,
                          ws.model.services[owner].name));
  const bool pays = draft.pick({"call", "read model"}, view_pays(aggregate, facts)) == 1;
  const std::vector<Score> call{
      score("added latency", kHopMs, "ms"), score("services that must be up", 2),
      score("crossing calls at peak", facts.reads_per_second, "/s"), score("copied data", 0, "GB")};
  const std::vector<Score> view{score("added latency", 0, "ms"),
                                score("services that must be up", 1),
                                score("crossing events at peak", facts.writes_per_second, "/s"),
                                score("copied data", facts.view_bytes / 1e9, "GB")};
  if (pays) {
    draft.choose("read model", view)
        .reject("call", call,
                fmt::format("{} would have to be up, and answer {}, for every {}",
                            ws.model.services[owner].name, readable(Rate{facts.reads_per_second}),
                            operation.name))
        .because(fmt::format(
            "{} reads against {} writes, {} staleness allowed: {} keeps its own copy",
            readable(Rate{facts.reads_per_second}), readable(Rate{facts.writes_per_second}),
            readable_seconds(facts.staleness_seconds), ws.model.services[entry].name))
        .flips(fmt::format("flips if writes of {} > {} or the staleness allowed < {}",
                           aggregate.name,
                           readable(Rate{facts.reads_per_second / kViewReadsPerWrite}),
                           readable_seconds(kViewLeastStalenessSeconds)));
  } else {
    draft.choose("call", call)
        .reject("read model", view, why_no_view(aggregate, facts))
        .because(fmt::format("a read model does not pay: {}", why_no_view(aggregate, facts)));
    if (facts.staleness_seconds >= kViewLeastStalenessSeconds && may_be_copied(*aggregate.data) &&
        facts.view_bytes <= kViewMostBytes)
      draft.flips(fmt::format(
          "flips if {} reads it > {}", operation.name,
          readable(Rate{std::max(kViewLeastRate, kViewReadsPerWrite * facts.writes_per_second)})));
    else
      draft.flips(facts.staleness_seconds < kViewLeastStalenessSeconds
                      ? "flips if a staleness of 1s or more is allowed"
                      : "no number flips it");
  }
  draft
      .traces({"operations." + operation.name + ".steps",
               "operations." + operation.name + ".staleness"})
      .reversibility(Reversibility::Costly)
      .keep();
  return pays ? Crossing::View : Crossing::Call;
}

void decide_write(Workspace& ws, const Operation& operation, ServiceId owner,
                  const ProblemStep& step, double rate) {
  const std::string name =
      fmt::format("{}.{}.crossing", operation.name, internal_endpoint_name(step));
  Draft draft(
      ws, name, "interactions",
      fmt::format("how does {} {} {}, which {} owns?", operation.name, to_text_enum(step.verb),
                  step.aggregate.name, ws.model.services[owner].name));
  draft.choose("call", {score("added latency", kHopMs, "ms"), score("calls at peak", rate, "/s")})
      .reject("event", {score("added latency", 0, "ms"), score("events at peak", rate, "/s")},
              operation.atomic.or_else(false)
                  ? "the operation is all or nothing, so its answer depends on this step"
                  : "the answer has to say whether this step was done")
      .because(fmt::format("the result of {} decides what {} answers", internal_endpoint_name(step),
                           operation.name))
      .flips(fmt::format("flips if {} may answer before {} is done", operation.name,
                         internal_endpoint_name(step)))
      .traces({"operations." + operation.name + ".steps"})
      .reversibility(Reversibility::Costly)
      .keep();
}

void plan_operation(Workspace& ws, OperationId id, const std::vector<double>& rates,
                    const std::vector<AggregateRates>& aggregates) {
  const Operation& operation = ws.model.operations[id];
  OperationPlan& plan = ws.plan(id);
  plan.given = !endpoints_of(ws.model, id).empty();
  plan.entry = plan.best_entry =
      plan.given ? endpoints_of(ws.model, id).front().service : choose_entry(ws.model, operation);
  const ServiceId locked =
      find_by_name(ws.model.services, ws.locked_choice(operation.name + ".entry"));
  if (locked.valid() && !plan.given) plan.entry = locked;
  const double rate = rates[static_cast<std::size_t>(id.index)];
  for (std::size_t i = 0; i < operation.steps->size(); ++i) {
    const ProblemStep& step = (*operation.steps)[i];
    StepPlan of{static_cast<int>(i), Crossing::Local, plan.entry};
    if (step.aggregate.id.valid()) of.owner = owner_of(ws.model, step.aggregate.id);
    if (!of.owner.valid()) of.owner = plan.entry;
    if (of.owner != plan.entry && !plan.given) {
      of.crossing = Crossing::Call;
      if (is_write(step.verb)) {
        decide_write(ws, operation, of.owner, step, rate);
      } else {
        const Aggregate& aggregate = ws.model.aggregates[step.aggregate.id];
        CrossingFacts facts;
        facts.reads_per_second = rate;
        facts.writes_per_second =
            aggregates[static_cast<std::size_t>(step.aggregate.id.index)].writes;
        facts.staleness_seconds = operation.staleness ? operation.staleness->seconds() : 0;
        facts.view_bytes = stored_bytes(aggregate, 1);
        of.crossing = step.calls ? Crossing::Call
                                 : decide_read(ws, operation, plan.entry, of.owner, step, facts);
        const std::pair<AggregateId, ServiceId> view{step.aggregate.id, plan.entry};
        if (of.crossing == Crossing::View && std::ranges::find(ws.views, view) == ws.views.end())
          ws.views.push_back(view);
      }
    }
    plan.steps.push_back(of);
  }
}

void decide_inside(Workspace& ws) {
  Draft draft(ws, "protocol.inside", "interactions",
              "which protocol do services speak with one another?");
  const std::vector<std::string> names{"grpc", "http"};
  const std::vector<Score> scores[] = {
      {score("encoded size against JSON", .4, "x"), score("contract checked at build time", 1)},
      {score("encoded size against JSON", 1, "x"), score("contract checked at build time", 0)}};
  constexpr const char* kWhyNot[] = {
      "its tools and its schemas would be one more thing to learn",
      "no schema that a compiler holds both sides to, and larger messages"};
  const std::size_t chosen = draft.pick(names, 0), other = 1 - chosen;
  ws.inside = chosen == 0 ? Protocol::Grpc : Protocol::Http;
  draft.choose(names[chosen], scores[chosen])
      .reject(names[other], scores[other], kWhyNot[other])
      .because(
          "calls stay inside the cluster, both ends are ours, and deadlines travel with the call")
      .flips("flips if a caller outside the cluster has to use the same endpoint")
      .traces({"operations"})
      .reversibility(Reversibility::Costly)
      .keep();
}

void decide_outside(Workspace& ws) {
  Draft draft(ws, "protocol.outside", "interactions", "which protocol do actors use?");
  const std::vector<std::string> names{"http", "graphql", "websocket"};
  const std::vector<Score> scores[] = {
      {score("cacheable on the way", 1),
       score("objective per operation can be measured at the gateway", 1)},
      {score("cacheable on the way", 0),
       score("objective per operation can be measured at the gateway", 0)},
      {score("cacheable on the way", 0)}};
  constexpr const char* kWhyNot[] = {
      "a client would ask for each part of a screen by itself",
      ("one endpoint for every query: limits, caching and objectives per operation need work of "
       "their own"),
      "no operation pushes to its actor"};
  constexpr Protocol kProtocols[] = {Protocol::Http, Protocol::Graphql, Protocol::Websocket};
  const std::size_t chosen = draft.pick(names, 0);
  ws.outside = kProtocols[chosen];
  draft.choose(names[chosen], scores[chosen]);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (i != chosen) draft.reject(names[i], scores[i], kWhyNot[i]);
  draft
      .because(fmt::format(
          "{} with an objective each: a route an operation can be limited, cached and measured",
          plural(static_cast<std::int64_t>(ws.model.operations.size()), "operation")))
      .flips("flips if one screen needs more than five of these operations at once")
      .traces({"operations"})
      .reversibility(Reversibility::Costly)
      .keep();
}

void decide_protocols(Workspace& ws) {
  bool crossings = false, actors = false;
  for (const OperationId id : ws.model.operations.ids()) {
    actors |= ws.model.operations[id].actor.has();
    for (const StepPlan& step : ws.plan(id).steps)
      crossings |= step.crossing == Crossing::Call;
  }
  if (crossings) decide_inside(ws);
  if (actors) decide_outside(ws);
}

struct Direction {
  double calls = 0, events = 0;
};

// Who depends on whom, from the plans: the callee is upstream, and so is whoever publishes an
// event.
std::map<std::pair<ContextId, ContextId>, Direction> dependencies(
    const Workspace& ws, const std::vector<double>& rates) {
  std::map<std::pair<ContextId, ContextId>, Direction> out;  // (upstream, downstream)
  const auto context_of = [&](ServiceId s) {
    return ws.model.services[s].context ? ws.model.services[s].context->id : ContextId();
  };
  std::map<std::string, ServiceId> publisher;
  for (const OperationId id : ws.model.operations.ids())
    for (const std::string& e : *ws.model.operations[id].emits)
      publisher[parse_emission(e).event] = ws.plan(id).entry;
  for (const OperationId id : ws.model.operations.ids()) {
    const OperationPlan& plan = ws.plan(id);
    const double rate = rates[static_cast<std::size_t>(id.index)];
    for (const StepPlan& step : plan.steps)
      if (step.crossing == Crossing::Call)
        out[{context_of(step.owner), context_of(plan.entry)}].calls += rate;
      else if (step.crossing == Crossing::View)
        out[{context_of(step.owner), context_of(plan.entry)}].events += rate;
    for (const std::string& event : *ws.model.operations[id].on)
      if (const auto it = publisher.find(event); it != publisher.end() && it->second != plan.entry)
        out[{context_of(it->second), context_of(plan.entry)}].events += rate;
  }
  return out;
}

void draw_context_map(Workspace& ws, const std::vector<double>& rates) {
  Draft draft(ws, "context-map", "interactions", "how do the contexts depend on one another?");
  draft.choose("from the calls and events that cross")
      .because(
          "the callee and the publisher of an event are upstream; an external is behind an "
          "anticorruption layer")
      .reversibility(Reversibility::Costly);
  const auto known = [&](const std::string& up, const std::string& down) {
    return std::ranges::any_of(ws.model.relations, [&](const ContextRelation& r) {
      return *r.upstream == up && *r.downstream == down;
    });
  };
  const auto add = [&](const std::string& up, const std::string& down, RelationKind kind) {
    if (up == down || known(up, down)) return;
    ContextRelation relation;
    relation.from = draft.provenance();
    draft.fill(relation.upstream, up);
    draft.fill(relation.downstream, down);
    draft.fill(relation.kind, kind);
    ws.model.relations.push_back(std::move(relation));
  };
  const auto all = dependencies(ws, rates);
  for (const auto& [pair, direction] : all) {
    if (!pair.first.valid() || !pair.second.valid() || pair.first == pair.second) continue;
    const std::string &up = ws.model.contexts[pair.first].name,
                      &down = ws.model.contexts[pair.second].name;
    const auto back = all.find({pair.second, pair.first});
    const bool mutual_calls = direction.calls > 0 && back != all.end() && back->second.calls > 0;
    if (mutual_calls && known(down, up)) continue;  // said once
    add(up, down,
        mutual_calls          ? RelationKind::Partnership
        : direction.calls > 0 ? RelationKind::CustomerSupplier
                              : RelationKind::PublishedLanguage);
  }
  for (const OperationId id : ws.model.operations.ids())
    for (const StepPlan& of : ws.plan(id).steps) {
      const ProblemStep& step = (*ws.model.operations[id].steps)[static_cast<std::size_t>(of.step)];
      const auto& context = ws.model.services[of.owner].context;
      if (step.calls && context)
        add(step.calls->name, context->name, RelationKind::AnticorruptionLayer);
    }
}

}  // namespace

void pass_interactions(Workspace& ws) {
  if (ws.model.services.empty()) return;
  const std::vector<double> rates = operation_rates(ws.model, true);
  const std::vector<AggregateRates> aggregates = aggregate_rates(ws.model, rates);
  for (const OperationId id : ws.model.operations.ids())
    plan_operation(ws, id, rates, aggregates);
  decide_protocols(ws);
  draw_context_map(ws, rates);
}

}  // namespace scantling
