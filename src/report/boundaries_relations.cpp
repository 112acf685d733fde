// The context map, inferred: who is upstream of whom, who conforms, where an anticorruption layer
// pays. The kinds are those of Evans (Domain-Driven Design, 2003, part IV) and Context Mapper.
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "design/workspace.h"
#include "report/boundaries_parts.h"
#include "report/facts.h"

namespace scantling {
namespace {

constexpr std::size_t open_host_from = 3;  // downstreams from which one interface for all pays
constexpr double mutual_from = .25;        // of the calls either way, for a partnership

struct Traffic {
  double calls = 0;                              // of the downstream to the upstream, per second
  double writes = 0;                             // of those, that change the upstream's data
  double events = 0;                             // of the upstream that start work downstream
  std::vector<std::string> by_calls, by_events;  // operations, events
};

void add_once(std::vector<std::string>& list, const std::string& name) {
  if (std::ranges::find(list, name) == list.end()) list.push_back(name);
}

using Pair = std::pair<ContextId, ContextId>;  // upstream, downstream

std::map<Pair, Traffic> traffic_of(const Architecture& model) {
  const std::vector<double> rates = operation_rates(model, false);
  std::map<Pair, Traffic> out;
  std::map<std::string, std::vector<ContextId>> publishers;
  for (const Operation& operation : model.operations)
    for (const std::string& emission : *operation.emits)
      publishers[parse_emission(emission).event].push_back(home_of(model, operation));
  for (const OperationId id : model.operations.ids()) {
    const Operation& operation = model.operations[id];
    const ContextId home = home_of(model, operation);
    const double rate = rates[static_cast<std::size_t>(id.index)];
    if (!home.valid()) continue;
    for (const ProblemStep& step : *operation.steps) {
      const ContextId owner =
          step.aggregate.id.valid() ? context_of(model, step.aggregate.id) : ContextId();
      if (!owner.valid() || owner == home) continue;
      Traffic& traffic = out[{owner, home}];
      traffic.calls += rate;
      if (is_write(step.verb)) traffic.writes += rate;
      add_once(traffic.by_calls, operation.name);
    }
    for (const std::string& event : *operation.on)
      for (const ContextId publisher : publishers[event])
        if (publisher.valid() && publisher != home) {
          out[{publisher, home}].events += rate;
          add_once(out[{publisher, home}].by_events, event);
        }
  }
  return out;
}

TeamId team_of(const Architecture& model, ContextId id) {
  const Context& context = model.contexts[id];
  return context.team ? context.team->id : TeamId();
}

std::string basis(const Traffic& traffic) {
  std::vector<std::string> parts;
  if (traffic.calls > 0)
    parts.push_back(fmt::format("{} {} it {}", enumerate(traffic.by_calls),
                                traffic.by_calls.size() == 1 ? "asks" : "ask",
                                per_second(traffic.calls)));
  if (traffic.events > 0) parts.push_back(fmt::format("follows {}", enumerate(traffic.by_events)));
  return join(parts, "; ");
}

struct Kinded {
  RelationKind kind;
  std::string why;
};

// `downstreams`: contexts that depend on the upstream.
Kinded kind_of(const Architecture& model, const Pair& pair, const Traffic& traffic,
               std::size_t downstreams) {
  const Context &up = model.contexts[pair.first], &down = model.contexts[pair.second];
  const TeamId up_team = team_of(model, pair.first), down_team = team_of(model, pair.second);
  const bool one_team = up_team.valid() && up_team == down_team;
  const ContextKind up_kind = up.kind.or_else(ContextKind::Supporting);
  const ContextKind down_kind = down.kind.or_else(ContextKind::Supporting);
  if (traffic.calls <= 0)
    return {RelationKind::PublishedLanguage,
            "it only follows events, so their schema is all that it has to know"};
  if (down_kind == ContextKind::Core && up_kind != ContextKind::Core && !one_team)
    return {
        RelationKind::AnticorruptionLayer,
        "core must not take over the model of what only supports it, and another team owns that"};
  if (downstreams >= open_host_from)
    return {RelationKind::OpenHostService,
            fmt::format("{} contexts ask it: one interface for all pays", downstreams)};
  if (down_kind != ContextKind::Core && traffic.writes <= 0 && !one_team)
    return {RelationKind::Conformist,
            "it only reads, and is not what the business lives by: it takes the model as it is"};
  return {RelationKind::CustomerSupplier,
          one_team ? std::string("one team owns both and plans them together")
                   : std::string("it changes what the other owns, so its needs go into that plan")};
}

void add_externals(const Architecture& model, std::vector<InferredRelation>& out) {
  const std::vector<double> rates = operation_rates(model, false);
  std::map<std::pair<std::string, std::string>, InferredRelation> found;
  for (const OperationId id : model.operations.ids()) {
    const Operation& operation = model.operations[id];
    for (const ProblemStep& step : *operation.steps) {
      if (!step.calls || !step.calls->id.valid()) continue;
      ContextId owner = step.aggregate.id.valid() ? context_of(model, step.aggregate.id)
                                                  : home_of(model, operation);
      if (!owner.valid()) continue;
      InferredRelation& relation =
          found[{model.externals[step.calls->id].name, model.contexts[owner].name}];
      relation.calls += rates[static_cast<std::size_t>(id.index)];
    }
  }
  for (auto& [names, relation] : found) {
    relation.upstream = names.first;
    relation.downstream = names.second;
    const ContextId id = find_by_name(model.contexts, names.second);
    const bool generic =
        model.contexts[id].kind.or_else(ContextKind::Supporting) == ContextKind::Generic;
    relation.kind = generic ? RelationKind::Conformist : RelationKind::AnticorruptionLayer;
    relation.why = fmt::format(
        "it is asked {}; others run it and change it when they like{}", per_second(relation.calls),
        generic ? ", and a generic context need not mind" : ": a layer keeps its words out");
    out.push_back(std::move(relation));
  }
}

// What the model states stands; where the traffic says something else, that is told.
void keep_given(const Architecture& model, std::vector<InferredRelation>& out) {
  for (const ContextRelation& given : model.relations) {
    if (given.kind.from.origin != Origin::Given) continue;
    const auto same = [&](const InferredRelation& relation) {
      return relation.upstream == *given.upstream && relation.downstream == *given.downstream;
    };
    const auto found = std::ranges::find_if(out, same);
    if (found == out.end()) {
      out.push_back({*given.upstream, *given.downstream, *given.kind,
                     "given; no operation crosses that way", 0, 0});
      continue;
    }
    if (found->kind != *given.kind)
      found->why = fmt::format("given; what crosses would say {}: {}", to_text_enum(found->kind),
                               found->why);
    else
      found->why = "given; " + found->why;
    found->kind = *given.kind;
  }
}

}  // namespace

ContextId context_of(const Architecture& model, AggregateId aggregate) {
  const ServiceId owner = owner_of(model, aggregate);
  if (owner.valid() && model.services[owner].context) return model.services[owner].context->id;
  for (const ContextId id : model.contexts.ids())
    for (const auto& owned : *model.contexts[id].owns)
      if (owned.id == aggregate) return id;
  return ContextId();
}

ContextId home_of(const Architecture& model, const Operation& operation) {
  ContextId first, home;
  std::map<ContextId, int> writes;
  for (const ProblemStep& step : *operation.steps) {
    if (!step.aggregate.id.valid()) continue;
    const ContextId owner = context_of(model, step.aggregate.id);
    if (!first.valid()) first = owner;
    if (!is_write(step.verb) || !owner.valid()) continue;
    ++writes[owner];
    if (!home.valid() || writes[owner] >= writes[home]) home = owner;
  }
  return home.valid() ? home : first;
}

std::vector<InferredRelation> infer_relations(const Architecture& model) {
  const auto traffic = traffic_of(model);
  std::map<ContextId, std::size_t> downstreams;
  for (const auto& [pair, t] : traffic)
    if (t.calls > 0) ++downstreams[pair.first];
  std::vector<InferredRelation> out;
  for (const auto& [pair, t] : traffic) {
    const auto back = traffic.find({pair.second, pair.first});
    const double other = back == traffic.end() ? 0 : back->second.calls;
    const bool mutual =
        t.calls > 0 && other > 0 && std::min(t.calls, other) >= mutual_from * (t.calls + other);
    if (mutual && pair.second < pair.first) continue;  // said once
    InferredRelation relation{model.contexts[pair.first].name,
                              model.contexts[pair.second].name,
                              RelationKind::Partnership,
                              "",
                              t.calls,
                              t.events};
    if (mutual) {
      relation.why = fmt::format("each asks the other ({} and {}): they succeed or fail together",
                                 per_second(t.calls), per_second(other));
    } else {
      Kinded kinded = kind_of(model, pair, t, downstreams[pair.first]);
      relation.kind = kinded.kind;
      relation.why = fmt::format("{}; {}", basis(t), kinded.why);
    }
    out.push_back(std::move(relation));
  }
  add_externals(model, out);
  keep_given(model, out);
  return out;
}

}  // namespace scantling
