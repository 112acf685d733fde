// Title, bounded contexts, boundaries and events.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/blocks.h"
#include "report/sequence.h"

namespace scantling {

namespace {

// The highest count of each dimension that a tier takes; a system is of the highest tier that any
// of its dimensions needs.
struct TierLimit {
  const char* name;
  std::size_t services, contexts, sagas, regions;
};
constexpr std::array<TierLimit, 3> kTiers = {
    {{"SIMPLE", 2, 2, 0, 1}, {"MODERATE", 7, 5, 1, 1}, {"COMPLEX", 20, 12, 5, 2}}};

std::size_t region_count(const Architecture& model) {
  if (model.placement && model.placement->regions) return model.placement->regions->size();
  if (model.constraints && model.constraints->regions) return model.constraints->regions->size();
  return 1;
}

std::string limits_text(const TierLimit& tier) {
  return fmt::format("{} is at most {}, {}, {}, {}", tier.name, plural_of(tier.services, "service"),
                     plural_of(tier.contexts, "context"), plural_of(tier.sagas, "saga"),
                     plural_of(tier.regions, "region"));
}

std::string team_text(const Facts& facts, TeamId id) {
  const Team& team = facts.model.teams[id];
  std::string text = team.name;
  if (team.size) text += fmt::format(", {} people", team.size->value);
  return text;
}

// Load on a team's heads: what it owns, beside what it said it can own.
std::string cognitive_load(const Facts& facts, TeamId id) {
  const Team& team = facts.model.teams[id];
  const std::vector<ServiceId> services = facts.services_of(id);
  std::size_t endpoints = 0, stores = 0;
  for (const ServiceId service : services) {
    endpoints += facts.model.services[service].endpoints.size();
    stores += facts.stores_of(service).size();
  }
  std::string text = fmt::format("{}, {}, {}", plural_of(services.size(), "service"),
                                 plural_of(endpoints, "endpoint"), plural_of(stores, "store"));
  if (team.owns_at_most) text += fmt::format("; owns at most {}", team.owns_at_most->value);
  if (team.size && team.size->value > 0)
    text += fmt::format(
        "; {} services a person",
        number_text(static_cast<double>(services.size()) / static_cast<double>(team.size->value),
                    2));
  return text;
}

Item context_item(const Facts& facts, ContextId id) {
  const Architecture& model = facts.model;
  const Context& context = model.contexts[id];
  Item item = line(context.name, context.kind ? std::string(to_text_enum(*context.kind)) : "",
                   context.from.origin);
  if (context.summary) item.value += (item.value.empty() ? "" : "; ") + *context.summary;
  auto& rows = item.children;
  add_line(rows, line("owns", list_of(names_of(context.owns.value)), context.owns.from.origin));
  std::vector<std::string> services;
  for (const ServiceId service : facts.services_of(id))
    services.push_back(model.services[service].name);
  add_line(rows, line("services", list_of(services)));
  if (context.team && context.team->id.valid()) {
    add_line(rows, line("team", team_text(facts, context.team->id), context.team.from.origin));
    add_line(rows, line("cognitive load", cognitive_load(facts, context.team->id)));
  }
  for (const std::string& term : context.language.value)
    add_line(rows, line("term", term, context.language.from.origin));
  for (const Decision& decision : model.decisions) {
    const std::string prefix = "contexts." + context.name;
    const bool about = std::any_of(
        decision.sets.value.begin(), decision.sets.value.end(),
        [&](const std::string& path) { return path == prefix || path.starts_with(prefix + "."); });
    if (about && decision.flips) add_line(rows, line("boundary moves", flip_text(decision)));
  }
  return item;
}

Block contexts_block(const Facts& facts) {
  Block block = make_block("contexts", "Bounded contexts");
  for (const ContextId id : facts.model.contexts.ids())
    block.add(context_item(facts, id));
  std::vector<Item> relations;
  for (const ContextRelation& relation : facts.model.relations)
    relations.push_back(line(fmt::format("{} -> {}", *relation.upstream, *relation.downstream),
                             relation.kind ? std::string(to_text_enum(*relation.kind)) : "",
                             relation.kind.from.origin));
  if (!relations.empty())
    block.add(branch("relations (upstream -> downstream)", std::move(relations)));
  block.mermaid = context_map_mermaid(facts.model);
  return block;
}

// How operations that write are kept whole at the service.
std::string transaction_text(const Facts& facts, ServiceId id) {
  const Architecture& model = facts.model;
  std::size_t local = 0;
  std::vector<std::string> sagas;
  for (const OperationId op : facts.operations_of(id)) {
    const auto& steps = model.operations[op].steps.value;
    const bool writes = std::any_of(steps.begin(), steps.end(),
                                    [](const ProblemStep& step) { return is_write(step.verb); });
    if (!writes) continue;
    if (facts.in_saga(op))
      sagas.push_back(model.operations[op].name);
    else
      ++local;
  }
  std::vector<std::string> parts;
  if (local > 0) parts.push_back(plural_of(local, "operation") + " in a local transaction");
  for (const std::string& name : sagas)
    parts.push_back("part of saga " + name);
  return list_of(parts);
}

std::string isolation_text(const Facts& facts, ServiceId id) {
  const Service& service = facts.model.services[id];
  std::vector<std::string> needs;
  for (const EndpointEstimate& estimate : facts.result.estimate.endpoints)
    if (estimate.endpoint.service == id)
      for (const std::string& name : estimate.hard_dependencies)
        if (std::find(needs.begin(), needs.end(), name) == needs.end()) needs.push_back(name);
  std::string text;
  if (service.spread) text = fmt::format("spread over {}", to_text_enum(*service.spread));
  if (!needs.empty())
    text += fmt::format("{}fails with {}", text.empty() ? "" : "; ", list_of(needs));
  return text;
}

Block boundaries_block(const Facts& facts) {
  const Architecture& model = facts.model;
  Block block = make_block("boundaries", "Service boundaries");
  std::vector<Item> capabilities, data, transactions, isolation, scaling, autonomy;
  for (const ServiceId id : model.services.ids()) {
    const Service& service = model.services[id];
    std::vector<std::string> operations, owned = names_of(service.owns.value);
    for (const OperationId op : facts.operations_of(id))
      operations.push_back(model.operations[op].name);
    add_line(capabilities, line(service.name, list_of(operations)));
    std::string where;
    for (const StoreId store : facts.stores_of(id))
      where += (where.empty() ? " in " : ", ") + model.stores[store].name;
    add_line(data, line(service.name, list_of(owned) + where, service.owns.from.origin));
    add_line(transactions, line(service.name, transaction_text(facts, id)));
    add_line(isolation, line(service.name, isolation_text(facts, id), service.spread.from.origin));
    add_line(scaling, line(service.name, scaling_text(service),
                           service.runtime.value.instances.from.origin));
    if (service.team && service.team->id.valid())
      add_line(autonomy,
               line(service.name, team_text(facts, service.team->id), service.team.from.origin));
  }
  const std::pair<const char*, std::vector<Item>*> topics[] = {
      {"capabilities", &capabilities},
      {"data ownership", &data},
      {"transaction boundaries", &transactions},
      {"failure isolation", &isolation},
      {"scaling", &scaling},
      {"team autonomy", &autonomy}};
  for (const auto& [label, items] : topics)
    if (!items->empty()) block.add(branch(label, std::move(*items)));
  return block;
}

Item event_item(const Facts& facts, const std::string& event) {
  Item item = line(event, "");
  auto& rows = item.children;
  add_line(rows, line("emitted by", list_of(facts.emitters(event))));
  for (const Channel& channel : facts.model.channels)
    if (std::find(channel.events.value.begin(), channel.events.value.end(), event) !=
        channel.events.value.end())
      add_line(rows, line("on", channel.name, channel.events.from.origin));
  add_line(rows, line("starts", list_of(facts.listeners(event))));
  if (rows.empty()) rows.push_back(line("emitted by", "nothing in the model"));
  return item;
}

// The context whose service implements an operation that emits the event.
std::string context_of_event(const Facts& facts, const std::string& event) {
  const Architecture& model = facts.model;
  for (const std::string& name : facts.emitters(event)) {
    const OperationId op = find_by_name(model.operations, name);
    for (const EndpointId endpoint : endpoints_of(model, op)) {
      const Service& service = model.services[endpoint.service];
      if (service.context) return service.context->name;
    }
  }
  return "";
}

Block events_block(const Facts& facts) {
  Block block = make_block("events", "Events by context");
  std::vector<std::pair<std::string, std::vector<Item>>> groups;
  for (const Context& context : facts.model.contexts)
    groups.push_back({context.name, {}});
  groups.push_back({"outside any context", {}});
  for (const std::string& event : facts.events()) {
    const std::string context = context_of_event(facts, event);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& known) { return known.first == context; });
    if (group == groups.end()) group = groups.end() - 1;
    group->second.push_back(event_item(facts, event));
  }
  for (auto& [name, items] : groups)
    if (!items.empty()) block.add(branch(name, std::move(items)));
  return block;
}

}  // namespace

Tier complexity_tier(const Architecture& model) {
  for (std::size_t i = 0; i < kTiers.size(); ++i) {
    const TierLimit& limit = kTiers[i];
    if (model.services.size() <= limit.services && model.contexts.size() <= limit.contexts &&
        model.sagas.size() <= limit.sagas && region_count(model) <= limit.regions)
      return static_cast<Tier>(i);
  }
  return Tier::Distributed;
}

std::vector<Item> title_facts(const Facts& facts) {
  const Architecture& model = facts.model;
  std::vector<Item> out;
  add_line(out, line("system domain", model.summary.value, model.summary.from.origin));
  if (!model.services.empty())
    add_line(out, line("services", number_text(static_cast<double>(model.services.size()))));
  const auto tier = static_cast<std::size_t>(complexity_tier(model));
  const std::string counts =
      fmt::format("{}, {}, {}, {}", plural_of(model.services.size(), "service"),
                  plural_of(model.contexts.size(), "context"),
                  plural_of(model.sagas.size(), "saga"), plural_of(region_count(model), "region"));
  const std::string name = tier < kTiers.size() ? kTiers[tier].name : "DISTRIBUTED";
  const std::string bounds = tier < kTiers.size()
                                 ? limits_text(kTiers[tier])
                                 : fmt::format("more than COMPLEX; {}", limits_text(kTiers.back()));
  add_line(out, line("complexity", fmt::format("{} ({}; {})", name, counts, bounds)));
  if (!model.teams.empty()) {
    std::int64_t people = 0;
    std::size_t sized = 0;
    for (const Team& team : model.teams) {
      people += team.size.value.value;
      if (team.size) ++sized;
    }
    std::string text = number_text(static_cast<double>(model.teams.size()));
    if (sized > 0)
      text += fmt::format(", mean size {}",
                          number_text(static_cast<double>(people) / static_cast<double>(sized), 2));
    add_line(out, line("teams", text));
  }
  return out;
}

const Decision* decision_of(const Architecture& model, const Provenance& from) {
  return from.decision.valid() ? &model.decisions[from.decision] : nullptr;
}

void add_domain_blocks(const Facts& facts, Blocks& to) {
  for (Block block : {contexts_block(facts), boundaries_block(facts), events_block(facts)})
    if (!block.empty()) to.push_back(std::move(block));
}

}  // namespace scantling
