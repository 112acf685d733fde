#include "design/wiring.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/camel.h"
#include "base/text.h"
#include "design/passes.h"

namespace scantling {
namespace {

using Role = MadeEndpoint::Role;

std::string events_channel(const Service& service) {
  return service.name + ".events";
}
EndpointId add_endpoint(Workspace& ws, Draft& draft, ServiceId service_id, std::string name) {
  Service& service = ws.model.services[service_id];
  Endpoint endpoint;
  endpoint.name = std::move(name);
  draft.made(endpoint, "services." + service.name + ".endpoints." + endpoint.name);
  service.endpoints.push_back(std::move(endpoint));
  return {service_id, static_cast<std::int32_t>(service.endpoints.size() - 1)};
}

// What a route is about: the aggregate that a read begins with, or that is written last.
std::string plural_path(const Architecture& model, const Operation& operation, bool last) {
  const ProblemStep* about = nullptr;
  for (const ProblemStep& step : *operation.steps)
    if (step.aggregate.id.valid() && (last || about == nullptr)) about = &step;
  return about == nullptr ? operation.name
                          : service_name_for(model.aggregates[about->aggregate.id].name);
}

bool writes(const Operation& operation) {
  return std::ranges::any_of(*operation.steps,
                             [](const ProblemStep& s) { return is_write(s.verb); });
}

// POST for what creates or acts, PUT for a plain write, GET for a read. The path names the
// operation, so that no two operations share a route.
HttpRoute route_for(const Architecture& model, const Operation& operation) {
  if (!writes(operation))
    return {"GET", "/" + plural_path(model, operation, false) + "/" + operation.name};
  const bool creates = std::ranges::any_of(*operation.steps, [](const ProblemStep& s) {
    return is_write(s.verb) && s.verb != Verb::Write && s.verb != Verb::Update;
  });
  return {creates ? "POST" : "PUT",
          "/" + plural_path(model, operation, true) + "/" + operation.name};
}

// "Mutation.placeOrder"
std::string field_for(const Operation& operation) {
  return (writes(operation) ? "Mutation." : "Query.") + camel_case(operation.name, '-', false);
}

Idempotency endpoint_idempotency(const ProblemStep& step) {
  return is_write(step.verb) ? Idempotency::ByKey : Idempotency::Yes;
}

// A step that another service does for us keeps the external that it needs behind its owner.
std::string step_endpoint_name(const Workspace& ws, ServiceId owner, const ProblemStep& step) {
  std::string name = internal_endpoint_name(step);
  for (const MadeEndpoint& made : ws.made)
    if (made.endpoint.service == owner && made.role == Role::Step &&
        ws.model.endpoint(made.endpoint).name == name && made.step.calls.has() != step.calls.has())
      return name + (step.calls ? "-via-" + step.calls->name : "-only");
  return name;
}

bool same_work(const ProblemStep& a, const ProblemStep& b) {
  return a.verb == b.verb && a.aggregate.id == b.aggregate.id && a.calls.has() == b.calls.has() &&
         (!a.calls || a.calls->id == b.calls->id) && (a.times.value > 100) == (b.times.value > 100);
}

EndpointId ensure_step_endpoint(Workspace& ws, Draft& draft, ServiceId owner,
                                const ProblemStep& step, Role role, bool stale = false) {
  for (MadeEndpoint& made : ws.made)
    if (made.endpoint.service == owner && made.role == role && made.stale == stale &&
        same_work(made.step, step)) {
      made.step.times.value = std::max(made.step.times.value, step.times.value);
      return made.endpoint;
    }
  std::string name = step_endpoint_name(ws, owner, step);
  if (step.times.value > 100) name += "-list";
  if (stale) name += "-cached";
  const Service& service = ws.model.services[owner];
  for (const Endpoint& e : service.endpoints)
    if (e.name == name) return find_endpoint(ws.model, service.name + "." + name);  // given
  const EndpointId id = add_endpoint(ws, draft, owner, name);
  Endpoint& endpoint = ws.model.endpoint(id);
  draft.fill(endpoint.protocol, ws.inside);
  if (ws.inside == Protocol::Grpc)
    draft.fill(endpoint.grpc, camel(service.name) + "/" + camel(name));
  else
    draft.fill(endpoint.http, HttpRoute{is_write(step.verb) ? "POST" : "GET", "/internal/" + name});
  draft.fill(endpoint.idempotent, endpoint_idempotency(step));
  ws.made.push_back({id, role, {}, step, stale, {}});
  return id;
}

ProblemStep undo_of(const ProblemStep& step) {
  ProblemStep undo;
  undo.verb = step.undo_verb;
  undo.aggregate = step.undo_aggregate.id.valid() ? step.undo_aggregate : step.aggregate;
  if (step.undo_calls)
    undo.calls = step.undo_calls;
  else if (step.calls && step.undo_verb == Verb::Refund)
    undo.calls = step.calls;  // money goes back the way it came
  return undo;
}

ChannelId ensure_channel(Workspace& ws, Draft& draft, ServiceId publisher,
                         const std::string& event) {
  for (const ChannelId id : ws.model.channels.ids()) {
    const auto& events = *ws.model.channels[id].events;
    if (std::ranges::find(events, event) != events.end()) return id;
  }
  const Service& service = ws.model.services[publisher];
  const std::string name = events_channel(service);
  ChannelId id = find_by_name(ws.model.channels, name);
  if (!id.valid()) {
    Channel channel;
    channel.name = name;
    draft.made(channel, "channels." + name);
    id = ws.model.channels.add(std::move(channel));
    draft.fill(ws.model.channels[id].owner, Ref<ServiceId>(service.name, publisher));
  }
  Channel& channel = ws.model.channels[id];
  if (!channel.events.fixed()) {
    std::vector<std::string> events = *channel.events;
    events.push_back(event);
    draft.fill(channel.events, std::move(events));
  }
  return id;
}

void create_channels(Workspace& ws) {
  for (const OperationId id : ws.model.operations.ids()) {
    const OperationPlan& plan = ws.plan(id);
    if (!plan.entry.valid()) continue;  // interactions was left out
    for (const std::string& text : *ws.model.operations[id].emits) {
      const std::string event = parse_emission(text).event;
      if (channel_of_event(ws.model, event).valid()) continue;
      Draft draft(ws, event + ".channel", "interactions",
                  fmt::format("where is {} announced?", event));
      int listeners = 0;
      for (const Operation& operation : ws.model.operations)
        listeners += static_cast<int>(std::ranges::count(*operation.on, event));
      draft.choose(events_channel(ws.model.services[plan.entry]))
          .reject("one channel for each listener",
                  {score("writes an announcement", std::max(1, listeners))},
                  "the publisher would have to know who listens")
          .because(fmt::format("{} owned by its publisher; {}", "one topic",
                               plural(listeners, "listener")))
          .traces({"operations." + ws.model.operations[id].name + ".emits"})
          .reversibility(Reversibility::Costly);
      ensure_channel(ws, draft, plan.entry, event);
    }
  }
  for (const auto& [aggregate, viewer] : ws.views) {
    const ServiceId owner = owner_of(ws.model, aggregate);
    const std::string event = change_event(ws.model.aggregates[aggregate]);
    Draft draft(ws, event + ".channel", "interactions",
                fmt::format("how do read models learn of a changed {}?",
                            ws.model.aggregates[aggregate].name));
    draft.choose(events_channel(ws.model.services[owner]))
        .reject("polling the owner", {},
                "each reader would ask as often as its staleness, whether or not anything changed")
        .because(fmt::format("{} keeps a copy and has to hear of changes",
                             ws.model.services[viewer].name))
        .reversibility(Reversibility::Costly);
    ensure_channel(ws, draft, owner, event);
  }
}

void create_consumers(Workspace& ws, Draft& draft, OperationId id) {
  const Operation& operation = ws.model.operations[id];
  std::vector<ChannelId> channels;
  for (const std::string& event : *operation.on) {
    const ChannelId channel = channel_of_event(ws.model, event);
    if (channel.valid() && std::ranges::find(channels, channel) == channels.end())
      channels.push_back(channel);
  }
  for (const ChannelId channel : channels) {
    std::vector<std::string> events;
    for (const std::string& event : *operation.on)
      if (channel_of_event(ws.model, event) == channel) events.push_back(event);
    const std::string name = channels.size() == 1
                                 ? operation.name
                                 : operation.name + "-on-" + kebab_case(events.front());
    const EndpointId endpoint_id = add_endpoint(ws, draft, ws.plan(id).entry, name);
    Endpoint& endpoint = ws.model.endpoint(endpoint_id);
    draft.fill(endpoint.protocol, Protocol::Consumes);
    draft.fill(endpoint.consumes, Ref<ChannelId>(ws.model.channels[channel].name, channel));
    draft.fill(endpoint.events, std::move(events));
    draft.fill(endpoint.implements, Ref<OperationId>(operation.name, id));
    draft.fill(endpoint.idempotent, Idempotency::ByKey);
    ws.made.push_back({endpoint_id, Role::Operation, id, {}, false, {}});
  }
}

void create_operation_endpoint(Workspace& ws, OperationId id) {
  const Operation& operation = ws.model.operations[id];
  const OperationPlan& plan = ws.plan(id);
  if (plan.given || !plan.entry.valid()) return;
  Draft draft(ws, operation.name + ".entry", "interactions",
              fmt::format("which service answers for {}?", operation.name));
  draft.choose(ws.model.services[plan.entry].name);
  if (plan.entry != plan.best_entry) draft.left_open(ws.model.services[plan.best_entry].name);
  for (const ServiceId other : ws.model.services.ids())
    if (other != plan.entry &&
        std::ranges::any_of(plan.steps, [&](const StepPlan& s) { return s.owner == other; })) {
      const auto crossing =
          std::ranges::count_if(plan.steps, [&](const StepPlan& s) { return s.owner != other; });
      draft.reject(ws.model.services[other].name,
                   {score("steps that cross", static_cast<double>(crossing))},
                   "it would do less of the work itself");
    }
  const auto crossing =
      std::ranges::count_if(plan.steps, [&](const StepPlan& s) { return s.owner != plan.entry; });
  draft
      .because(
          fmt::format("{} of its {} cross; writes weigh more than reads, and the last write most",
                      crossing, plural(static_cast<std::int64_t>(plan.steps.size()), "step")))
      .traces({"operations." + operation.name + ".steps"})
      .reversibility(Reversibility::Costly);
  if (!operation.on->empty()) {
    create_consumers(ws, draft, id);
    if (operation.on->size() > 0 && !operation.load) return;
  }
  const EndpointId endpoint_id = add_endpoint(ws, draft, plan.entry, operation.name);
  Endpoint& endpoint = ws.model.endpoint(endpoint_id);
  if (operation.every) {
    draft.fill(endpoint.protocol, Protocol::Every);
    draft.fill(endpoint.every, *operation.every);
  } else {
    draft.fill(endpoint.protocol, ws.outside);
    if (ws.outside == Protocol::Http)
      draft.fill(endpoint.http, route_for(ws.model, operation));
    else if (ws.outside == Protocol::Graphql)
      draft.fill(endpoint.graphql, field_for(operation));
    else
      draft.fill(endpoint.websocket, route_for(ws.model, operation).path);
    draft.fill(endpoint.version, std::string("v1"));
  }
  draft.fill(endpoint.implements, Ref<OperationId>(operation.name, id));
  draft.fill(endpoint.idempotent, operation.idempotent.has() ? *operation.idempotent
                                  : writes(operation)        ? Idempotency::ByKey
                                                             : Idempotency::Yes);
  if (operation.priority) draft.fill(endpoint.priority, *operation.priority);
  ws.made.push_back({endpoint_id, Role::Operation, id, {}, false, {}});
}

// The consumer that does what is left of an operation which has answered already. A channel of its
// own, so that its backlog holds up nothing else.
void create_rest(Workspace& ws, OperationId id) {
  const Operation& operation = ws.model.operations[id];
  const OperationPlan& plan = ws.plan(id);
  if (plan.given || !plan.entry.valid() || !plan.answers_early()) return;
  const DecisionId by = find_by_name(ws.model.decisions, operation.name + ".answer");
  Draft draft(ws, "", "interactions", "");
  draft.adopt(by);
  Channel channel;
  channel.name = rest_channel(operation);
  draft.made(channel, "channels." + channel.name);
  const ChannelId channel_id = ws.model.channels.add(std::move(channel));
  Channel& of = ws.model.channels[channel_id];
  draft.fill(of.owner, Ref<ServiceId>(ws.model.services[plan.entry].name, plan.entry));
  draft.fill(of.events, std::vector<std::string>{camel(operation.name) + "Accepted"});
  const EndpointId endpoint_id = add_endpoint(ws, draft, plan.entry, "complete-" + operation.name);
  Endpoint& endpoint = ws.model.endpoint(endpoint_id);
  draft.fill(endpoint.protocol, Protocol::Consumes);
  draft.fill(endpoint.consumes, Ref<ChannelId>(of.name, channel_id));
  draft.fill(endpoint.idempotent, Idempotency::ByKey);
  ws.made.push_back({endpoint_id, Role::Rest, id, {}, false, {}});
}

void create_projections(Workspace& ws) {
  for (const auto& [aggregate, viewer] : ws.views) {
    const Aggregate& of = ws.model.aggregates[aggregate];
    const std::string event = change_event(of);
    Draft draft(
        ws, fmt::format("{}.{}-view", ws.model.services[viewer].name, kebab_case(of.name)),
        "interactions",
        fmt::format("who keeps the copy of {} at {}?", of.name, ws.model.services[viewer].name));
    draft.choose("a consumer of its own")
        .because(fmt::format("each {} is applied once, by key, in order", event))
        .reject("the endpoint that reads it", {}, "the reader would wait for the copy to be made")
        .reversibility(Reversibility::Easy);
    const EndpointId id = add_endpoint(ws, draft, viewer, "project-" + kebab_case(of.name));
    Endpoint& endpoint = ws.model.endpoint(id);
    const ChannelId channel = channel_of_event(ws.model, event);
    draft.fill(endpoint.protocol, Protocol::Consumes);
    draft.fill(endpoint.consumes, Ref<ChannelId>(ws.model.channels[channel].name, channel));
    draft.fill(endpoint.events, std::vector<std::string>{event});
    draft.fill(endpoint.idempotent, Idempotency::ByKey);
    ws.made.push_back({id, Role::Project, {}, {}, false, aggregate});
  }
}

}  // namespace

std::string rest_channel(const Operation& operation) {
  return operation.name + ".accepted";
}

std::string change_event(const Aggregate& aggregate) {
  return aggregate.name + "Changed";
}

std::string camel(std::string_view kebab) {
  return camel_case(kebab, '-', true);
}

ChannelId channel_of_event(const Architecture& model, const std::string& event) {
  for (const ChannelId id : model.channels.ids())
    if (std::ranges::find(*model.channels[id].events, event) != model.channels[id].events->end())
      return id;
  return {};
}

EndpointId internal_endpoint(const Workspace& ws, ServiceId owner, const ProblemStep& step,
                             bool stale) {
  for (const MadeEndpoint& made : ws.made)
    if (made.endpoint.service == owner && made.role == Role::Step && made.stale == stale &&
        same_work(made.step, step))
      return made.endpoint;
  return find_endpoint(ws.model,
                       ws.model.services[owner].name + "." + internal_endpoint_name(step));
}

void create_endpoints(Workspace& ws) {
  create_channels(ws);
  for (const OperationId id : ws.model.operations.ids())
    create_operation_endpoint(ws, id);
  for (const OperationId id : ws.model.operations.ids())
    create_rest(ws, id);
  for (const OperationId id : ws.model.operations.ids()) {
    const Operation& operation = ws.model.operations[id];
    const OperationPlan& plan = ws.plan(id);
    if (plan.given || !plan.entry.valid()) continue;
    Draft draft(ws, operation.name + ".participants", "interactions",
                fmt::format("what do other services do for {}?", operation.name));
    draft.choose("an endpoint a step")
        .because(
            "one endpoint for one thing that its owner does; operations that need the same share "
            "it")
        .traces({"operations." + operation.name + ".steps"})
        .reversibility(Reversibility::Costly);
    for (const StepPlan& planned : plan.steps) {
      const ProblemStep& step = (*operation.steps)[static_cast<std::size_t>(planned.step)];
      const bool stale = !is_write(step.verb) && step.aggregate.id.valid() &&
                         ws.cache_for(step.aggregate.id, operation) != nullptr;
      if (planned.crossing == Crossing::Call)
        ensure_step_endpoint(ws, draft, planned.owner, step, Role::Step, stale);
      if (step.has_undo && plan.saga)
        ensure_step_endpoint(ws, draft, planned.owner, undo_of(step), Role::Undo);
    }
  }
  create_projections(ws);
}

}  // namespace scantling
