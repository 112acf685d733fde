#include "design/channels.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/text.h"
#include "design/locks.h"
#include "design/stores.h"

namespace scantling {
namespace {

// Whether a log is read again from its start: to rebuild a history or a read model.
bool replays(const Workspace& ws) {
  return !ws.views.empty() || std::ranges::any_of(ws.model.aggregates, [](const Aggregate& a) {
    return a.history && *a.history == History::Full;
  });
}

std::string rank_brokers(const Workspace& ws, Draft& draft,
                         const std::vector<EngineScore>& ranked) {
  const auto kafka =
      std::ranges::find_if(ranked, [](const EngineScore& e) { return e.engine->name == "kafka"; });
  const bool replay = replays(ws);
  const std::size_t best =
      replay && kafka != ranked.end() ? static_cast<std::size_t>(kafka - ranked.begin()) : 0;
  const EngineScore& chosen = ranked[pick_technology(draft, ranked, best)];
  draft.choose(chosen.engine->name, chosen.parts);
  for (std::size_t i = 0; i < ranked.size() && i < 4; ++i)
    if (&ranked[i] != &chosen)
      draft.reject(ranked[i].engine->name, ranked[i].parts,
                   !ranked[i].against.empty() ? ranked[i].against
                   : replay && ranked[i].engine->model != chosen.engine->model
                       ? "events have to be read again from the start (histories, read models)"
                       : "a lower score");
  draft
      .because(replay ? "histories and read models are rebuilt by reading a log again"
                      : "the best score on skills and burden")
      .flips("flips if the teams know another");
  return chosen.engine->name;
}

std::string choose_broker(Workspace& ws, Draft& draft) {
  if (ws.model.constraints->broker) {
    draft.choose(*ws.model.constraints->broker)
        .because("constraints name it")
        .traces({"constraints.broker"});
    return *ws.model.constraints->broker;
  }
  const std::vector<EngineScore> ranked = rank_technologies(ws, "broker", {});
  const bool one = ws.model.services.size() == 1 && ws.model.stores.size() >= 1;
  if (!one) return rank_brokers(ws, draft, ranked);
  const std::string table = ws.model.stores.raw().front().engine.or_else("postgresql");
  const std::string in_table = table + " (the outbox table is the queue)";
  const bool wanted = std::ranges::any_of(
      ranked, [&](const EngineScore& e) { return e.engine->name == draft.locked(); });
  if (wanted) {
    draft.left_open(in_table);
    return rank_brokers(ws, draft, ranked);
  }
  draft.choose(in_table, {score("systems to run", 0)})
      .reject("kafka", {score("systems to run", 1)},
              "a broker to run for events that stay inside one service")
      .because("there is one service: its own store holds the events until they are handled")
      .flips("flips if a second service consumes them");
  return table;
}

void decide_broker(Workspace& ws) {
  const bool open =
      std::ranges::any_of(ws.model.channels, [](const Channel& c) { return !c.broker; });
  if (!open) return;
  Draft draft(ws, "broker", "data", "which broker carries the events?");
  const std::string broker = choose_broker(ws, draft);
  draft.reversibility(Reversibility::Hard);
  for (Channel& channel : ws.model.channels)
    draft.set(channel.broker, broker, "channels." + channel.name + ".broker");
}

// What an event is about: of what the operation writes the aggregate whose name it begins with
// ("ClaimReported": Claim), else the last.
std::string subject_of_event(const Workspace& ws, OperationId id, const std::string& event) {
  std::string last;
  for (const ProblemStep& step : *ws.model.operations[id].steps) {
    if (!step.aggregate.id.valid() || !is_write(step.verb)) continue;
    last = step.aggregate.name;
    if (event.starts_with(last)) break;
  }
  return last;
}

std::string channel_key(const Workspace& ws, ChannelId id) {
  const Channel& channel = ws.model.channels[id];
  for (const OperationId op : ws.model.operations.ids())
    for (const std::string& text : *ws.model.operations[op].emits)
      if (std::ranges::find(*channel.events, parse_emission(text).event) != channel.events->end())
        if (const std::string of = subject_of_event(ws, op, parse_emission(text).event);
            !of.empty())
          return kebab_case(of) + "-id";
  if (channel.owner && !ws.model.services[channel.owner->id].owns->empty())
    return kebab_case(ws.model.services[channel.owner->id].owns->front().name) + "-id";
  return "id";
}

void decide_channel(Workspace& ws, ChannelId id) {
  Channel& channel = ws.model.channels[id];
  const int zones = ws.zones();
  const bool table = channel.broker && ws.catalog.find(*channel.broker) != nullptr &&
                     ws.catalog.find(*channel.broker)->kind == "database";
  const std::int64_t copies = table ? 1 : std::min(3, std::max(1, zones));
  Draft draft(ws, channel.name + ".delivery", "data",
              fmt::format("what does {} promise?", channel.name));
  const std::string key = channel_key(ws, id);
  const std::vector<std::string> names{fmt::format("at least once, in order by {}", key),
                                       "exactly-once", "at-most-once"};
  constexpr Delivery kPromises[] = {Delivery::AtLeastOnce, Delivery::ExactlyOnce,
                                    Delivery::AtMostOnce};
  constexpr const char* kWhyNot[] = {
      "a duplicate would be handled again",
      "holds only between topics of one broker, not for what a consumer writes elsewhere",
      "an event lost is a step that never happens"};
  const std::size_t chosen = draft.pick(names, 0);
  draft.choose(names[chosen]);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (i != chosen) draft.reject(names[i], {}, kWhyNot[i]);
  draft
      .because(
          "consumers are idempotent by key, so a duplicate is harmless; order matters only for one "
          "key")
      .flips("flips if no consumer changes anything")
      .reversibility(Reversibility::Costly);
  const std::string path = "channels." + channel.name;
  draft.set(channel.kind, ChannelKind::Topic, path + ".kind");
  if (draft.set(channel.delivery, kPromises[chosen], path + ".delivery") &&
      says(names[chosen], draft.locked()))
    channel.delivery.from.origin = Origin::Given;  // no repair changes it
  draft.set(channel.key, key, path + ".key");
  draft.set(channel.copies, Count{copies}, path + ".copies");
  draft.set(channel.in_sync, Count{std::max<std::int64_t>(1, channel.copies->value - 1)},
            path + ".in-sync");
  draft.set(channel.keep, Duration::from_seconds(7 * 86'400), path + ".keep");
  draft.set(channel.schema, SchemaFormat::Avro, path + ".schema");
  draft.set(channel.compatible, Compatibility::Backward, path + ".compatible");
  draft.set(channel.attempts, Count{5}, path + ".attempts");
  draft.set(channel.dead_letter, channel.name + ".dead-letter", path + ".dead-letter");
  draft.set(channel.spread, zones > 1 ? Spread::Zones : Spread::None, path + ".spread");
}

}  // namespace

void decide_channels(Workspace& ws) {
  decide_broker(ws);
  for (const ChannelId id : ws.model.channels.ids())
    decide_channel(ws, id);
}

}  // namespace scantling
