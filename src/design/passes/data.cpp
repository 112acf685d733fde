// Engine, copies, shards, consistency and care of each store; caches; channels. Then the endpoints
// are filled, since their steps name the stores.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "design/gathering.h"
#include "design/locks.h"
#include "design/passes.h"
#include "design/stores.h"
#include "design/wiring.h"

namespace scantling {
namespace {

std::string store_name(const Workspace& ws, const StoreNeed& need) {
  const std::string& service = ws.model.services[need.service].name;
  switch (need.role) {
    case StoreRole::Records: return service + "-db";
    case StoreRole::Log: return service + "-log";
    case StoreRole::Analytics: return service + "-analytics";
  }
  return service + "-db";
}

double strictest_availability(const Workspace& ws, const std::vector<AggregateId>& members) {
  double out = 0;
  for (const Operation& operation : ws.model.operations)
    for (const ProblemStep& step : *operation.steps)
      if (std::ranges::find(members, step.aggregate.id) != members.end() && operation.objective &&
          operation.objective->availability)
        out = std::max(out, operation.objective->availability->value);
  return out;
}

DataClass strictest_class(const Workspace& ws, const std::vector<AggregateId>& members) {
  DataClass out = DataClass::Public;
  for (const AggregateId id : members)
    out = std::max(out, *ws.model.aggregates[id].data);
  return out;
}

std::vector<std::string> aggregate_paths(const Workspace& ws,
                                         const std::vector<AggregateId>& members) {
  std::vector<std::string> out;
  for (const AggregateId id : members)
    out.push_back("aggregates." + ws.model.aggregates[id].name);
  return out;
}

// What is open of a store that the model gives; all of one that the pass makes.
template <class T>
void put(Draft& draft, const Store& store, Field<T>& field, T value, const char* key) {
  if (store.from.origin == Origin::Given)
    draft.set(field, std::move(value), "stores." + store.name + "." + key);
  else
    draft.fill(field, std::move(value));
}

void fill_server(Draft& draft, Store& store, const Technology& engine) {
  put(draft, store, store.read, engine.read, "read");
  put(draft, store, store.write, engine.write, "write");
  if (engine.failover.nanoseconds > 0)
    put(draft, store, store.failover, engine.failover, "failover");
  if (engine.max_connections > 0)
    put(draft, store, store.max_connections, Count{engine.max_connections}, "max-connections");
  // Requests that one copy serves at once, so that its throughput is the catalogue's for its cores.
  const double slots = engine.reads_per_core * kCoresACopy * engine.read.mean_seconds();
  put(draft, store, store.concurrency, Count{std::clamp<std::int64_t>(std::llround(slots), 4, 512)},
      "concurrency");
}

// The store that the model gives for the need: one that holds what is needed, one of the name that
// it would get, or one of the service that doesn't say what it holds. Invalid: none.
StoreId given_store(const Workspace& ws, const StoreNeed& need, const std::string& name) {
  if (need.store.valid()) return need.store;
  for (const StoreId id : ws.model.stores.ids()) {
    const Store& store = ws.model.stores[id];
    if (store.from.origin != Origin::Given || store.expires || !store.holds->empty()) continue;
    if (store.owner ? store.owner->id == need.service : store.name == name) return id;
  }
  return {};
}

// The store itself: the given one, or a new one.
StoreId make_store(Workspace& ws, Draft& draft, const StoreNeed& need, StoreId given,
                   const std::string& name, const Technology& engine) {
  StoreId id = given;
  if (!id.valid()) {
    Store store;
    store.name = name;
    draft.made(store, "stores." + name);
    id = ws.model.stores.add(std::move(store));
  }
  Store& of = ws.model.stores[id];
  put(draft, of, of.engine, engine.name, "engine");
  put(draft, of, of.owner, Ref<ServiceId>(ws.model.services[need.service].name, need.service),
      "owner");
  std::vector<Ref<AggregateId>> holds;
  for (const AggregateId member : need.members)
    holds.emplace_back(ws.model.aggregates[member].name, member);
  put(draft, of, of.holds, holds, "holds");
  fill_server(draft, of, engine);
  return id;
}

StoreId decide_engine(Workspace& ws, const StoreNeed& need) {
  const StoreId given = given_store(ws, need, store_name(ws, need));
  const std::string name = given.valid() ? ws.model.stores[given].name : store_name(ws, need);
  std::vector<EngineScore> ranked = rank_engines(ws, need);
  if (ranked.empty()) return {};
  const bool has_engine = given.valid() && ws.model.stores[given].engine;
  const std::string locked =
      has_engine ? *ws.model.stores[given].engine : ws.locked_choice(name + ".engine");
  if (const Technology* known = locked.empty() ? nullptr : ws.catalog.find(locked);
      known != nullptr &&
      std::ranges::none_of(ranked, [&](const EngineScore& e) { return e.engine->name == locked; }))
    ranked.push_back({known, 0, {}, ""});
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < ranked.size(); ++i)
    if (ranked[i].engine->name == locked) chosen = i;
  const Technology& engine = *ranked[chosen].engine;
  Draft draft(ws, name + ".engine", "data",
              fmt::format("in which engine does {} keep {}?", ws.model.services[need.service].name,
                          need.members.empty() ? "its read models"
                                               : aggregate_list(ws.model, need.members)));
  draft.choose(engine.name, ranked[chosen].parts);
  for (std::size_t i = 0; i < ranked.size() && i < 5; ++i)
    if (i != chosen)
      draft.reject(ranked[i].engine->name, ranked[i].parts,
                   ranked[i].against.empty()
                       ? fmt::format("a score of {} against {}", number_text(ranked[i].total, 3),
                                     number_text(ranked[chosen].total, 3))
                       : ranked[i].against);
  const StoreSize size = size_store(engine, need);
  std::vector<std::string> why{
      fmt::format("{} in three years", readable(Bytes{static_cast<std::int64_t>(need.bytes)})),
      fmt::format("{} rows written at peak", readable(Rate{need.row_writes}))};
  if (need.transactions) why.push_back("transactions over what must hold");
  for (const Score& part : ranked[chosen].parts)
    if (part.criterion == "its team knows it") why.push_back("its team knows it");
  draft.because(enumerate(why))
      .traces(aggregate_paths(ws, need.members))
      .reversibility(Reversibility::Hard);
  // What another engine would win by: less asked for when a zone is lost.
  double lost = 0;
  for (const EngineScore& other : ranked)
    if (lost == 0 && ranked[chosen].lost_with_zone == 0) lost = other.lost_with_zone;
  if (engine.max_shard_gib > 0 && size.shards == 1)
    draft.flips(fmt::format(
        "flips if the data > {} or the writes > {}{}",
        readable(Bytes{static_cast<std::int64_t>(engine.max_shard_gib * 1073741824.0)}),
        readable(Rate{engine.writes_per_core * kCoresACopy * .6}),
        lost > 0
            ? fmt::format(", or if fewer than {}% of the answers are asked for with a zone lost",
                          number_text(100 * (1 - lost), 4))
            : ""));
  else
    draft.flips("flips if the team changes");
  return make_store(ws, draft, need, given, name, engine);
}

// Whether the copies of a shard are put in different regions: where an operation on it may miss no
// more than one region does, and can wait for a commit in another.
bool over_regions(const Workspace& ws, const std::vector<AggregateId>& members) {
  constexpr double kOneRegion = .9999;  // the promise of the larger providers' multi-zone services
  if (ws.homes() < 3 || strictest_availability(ws, members) < kOneRegion) return false;
  const double commit = 2 * ws.model.placement->other_region->seconds();
  for (const Operation& operation : ws.model.operations) {
    const bool writes = std::ranges::any_of(*operation.steps, [&](const ProblemStep& step) {
      return is_write(step.verb) && std::ranges::find(members, step.aggregate.id) != members.end();
    });
    if (!writes || !operation.objective) continue;
    const Objective& objective = *operation.objective;
    for (const Field<Duration>* limit : {&objective.p95, &objective.p99})
      if (*limit && 2 * commit > (*limit)->seconds()) return false;
  }
  return true;
}

// What a person has locked as "2 copies".
int locked_copies(const std::string& choice) {
  constexpr std::int64_t kMostCopies = 100;
  return static_cast<int>(std::min(leading_count(choice).value_or(1), kMostCopies));
}

// Copies from what is asked of the availability and the zones there are.
void decide_copies(Workspace& ws, StoreId id, const std::vector<AggregateId>& members,
                   const Technology* engine) {
  Store& store = ws.model.stores[id];
  if (store.copies.fixed() && store.consistency.fixed()) return;
  const double wanted = strictest_availability(ws, members);
  const int zones = ws.zones();
  const std::string locked = ws.locked_choice(store.name + ".copies");
  const int copies = store.copies.has()             ? static_cast<int>(store.copies->value)
                     : leading_count(locked)        ? locked_copies(locked)
                     : zones >= 3                   ? 3
                     : zones == 2 || wanted >= .999 ? 2
                                                    : 1;
  const bool leaderless = engine != nullptr && engine->cap == "AP" && copies >= 3;
  Draft draft(ws, store.name + ".copies", "data",
              fmt::format("how many copies of {} are there, and which answer?", store.name));
  const auto lost = [](int n) {
    return std::pow(.001, n) * 100;
  };  // each copy down .1% of the time: a default
  draft.choose(
      !locked.empty() ? locked
                      : fmt::format("{}{}", plural(copies, "copy"),
                                    leaderless   ? ", quorum 2 of 3"
                                    : copies > 1 ? ", a leader writes"
                                                 : ""),
      {score("all copies down", lost(copies), "%"), score("cost of the copies", copies, "x")});
  for (const int other : {1, 2, 3, 5})
    if (other != copies && std::abs(other - copies) <= 2)
      draft.reject(
          plural(other, "copy"),
          {score("all copies down", lost(other), "%"), score("cost of the copies", other, "x")},
          other < copies ? fmt::format("the loss of a zone would {}",
                                       other == 1 ? "stop it" : "leave one copy")
                         : "more copies than zones add cost, not availability");
  const bool apart = !leaderless && copies >= 3 && over_regions(ws, members);
  draft
      .because(fmt::format("{} and an availability of {} asked for{}", plural(zones, "zone"),
                           to_text(Share{wanted}),
                           apart ? "; one copy a region, so that a lost region loses no write"
                           : ws.homes() > 1 ? "; a key's copies are in the zones of its home region"
                                            : ""))
      .flips(fmt::format("flips if the zones < {}", copies))
      .traces(aggregate_paths(ws, members))
      .reversibility(Reversibility::Costly);
  const std::string path = "stores." + store.name;
  draft.set(store.copies, Count{copies}, path + ".copies");
  Consistency consistency;
  if (leaderless) consistency = {ConsistencyKind::Quorum, {2, 2}};
  draft.set(store.consistency, consistency, path + ".consistency");
  draft.set(store.spread,
            apart        ? Spread::Regions
            : copies > 1 ? (zones > 1 ? Spread::Zones : Spread::Nodes)
                         : Spread::None,
            path + ".spread");
  draft.set(store.lag, Duration{100'000'000}, path + ".lag");
  if (copies < 2 || leaderless) return;
  // A former leader that still takes writes would lose them: the one that was elected last is known
  // to every copy (Raft's term, the leader key of Patroni).
  draft.set(store.fenced, true, path + ".fenced");
  // It may have what the new leader lacks; the other copies have not, and go on answering.
  draft.set(store.rebuild, Rebuild::Diverged, path + ".rebuild");
}

// Whether a lost zone is to take its share of the leaders and no more: of an engine that moves them
// by itself, where an experiment asks for answers meanwhile.
bool leaders_apart(const Workspace& ws, const StoreNeed& need, const Technology& engine) {
  return engine.shards_itself && engine.failover.nanoseconds > 0 && !needs_on(ws, need).empty();
}

void decide_shards(Workspace& ws, StoreId id, const StoreNeed& need, const Technology& engine) {
  Store& store = ws.model.stores[id];
  if (store.shards.fixed()) return;
  StoreSize size = size_store(engine, need);
  double factor = 1;
  if (const auto it = ws.demands.store_capacity.find(store.name);
      it != ws.demands.store_capacity.end())
    factor = it->second;
  const int wanted = static_cast<int>(std::ceil(size.shards * factor - 1e-9));
  const bool apart = leaders_apart(ws, need, engine);
  const int shards = round_to_homes(ws, apart ? round_up_to(wanted, ws.zones()) : wanted);
  Draft draft(ws, store.name + ".shards", "data",
              fmt::format("into how many shards is {} cut?", store.name));
  draft.choose(plural(shards, "shard"),
               {score("by size", size.bound_by_bytes), score("by writes", size.bound_by_writes)});
  if (shards > 1)
    draft.reject(plural(shards - 1, "shard"), {},
                 shards > wanted && apart
                     ? "a lost zone would take more than its share of the leaders"
                 : shards > wanted ? "each region that serves is the home of its share of the keys"
                 : factor > 1      ? "the simulation found it saturated"
                 : size.bound_by_bytes > size.bound_by_writes
                     ? "each would hold more than the engine is comfortable with"
                     : "each would take more writes than its leader can");
  else
    draft.reject("2 shards", {}, "one holds the data and takes the writes");
  draft
      .because(fmt::format(
          "{} against {} a shard; {} rows written against {}",
          readable(Bytes{static_cast<std::int64_t>(need.bytes)}),
          readable(Bytes{static_cast<std::int64_t>(engine.max_shard_gib * 1073741824.0)}),
          readable(Rate{need.row_writes}),
          readable(Rate{engine.writes_per_core * kCoresACopy * .6})))
      .traces(aggregate_paths(ws, need.members))
      .reversibility(Reversibility::Hard);
  draft.flips(fmt::format("flips if the data > {}",
                          readable(Bytes{static_cast<std::int64_t>(
                              std::max(1, shards) * engine.max_shard_gib * 1073741824.0)})));
  draft.set(store.shards, Count{shards}, "stores." + store.name + ".shards");
  if (shards > 1 && !need.members.empty())
    draft.set(store.shard_key, kebab_case(ws.model.aggregates[need.members.front()].name) + "-id",
              "stores." + store.name + ".shard-key");
}

void decide_care(Workspace& ws, StoreId id, const std::vector<AggregateId>& members) {
  Store& store = ws.model.stores[id];
  const DataClass data = strictest_class(ws, members);
  Duration keep;
  for (const AggregateId member : members)
    if (ws.model.aggregates[member].keep) keep = std::max(keep, *ws.model.aggregates[member].keep);
  const bool precious =
      strictest_availability(ws, members) >= .9995 || data >= DataClass::Cardholder;
  const Duration rpo = precious ? Duration::from_seconds(60) : Duration::from_seconds(3600);
  const Duration rto = precious ? Duration::from_seconds(900) : Duration::from_seconds(4 * 3600);
  Draft draft(ws, store.name + ".care", "data",
              fmt::format("how is {} backed up, kept and protected?", store.name));
  draft
      .choose(
          fmt::format("{} recovery point, {} recovery time, encrypted", to_text(rpo), to_text(rto)))
      .reject("nightly dump", {score("data lost, at most", 24, "h")},
              "a day of changes could be lost")
      .because(fmt::format("it holds {} data{}", to_text_enum(data),
                           precious ? " that the strictest objectives depend on" : ""))
      .flips("flips if the data class or the objective changes")
      .traces(aggregate_paths(ws, members))
      .reversibility(Reversibility::Easy);
  const std::string path = "stores." + store.name;
  if (!store.backup.fixed()) {
    BackupPolicy& backup = draft.group(store.backup);
    draft.set(backup.rpo, rpo, path + ".backup.rpo");
    draft.set(backup.rto, rto, path + ".backup.rto");
    draft.set(backup.every, rpo, path + ".backup.every");
    draft.set(backup.keep, Duration::from_seconds(35 * 86'400), path + ".backup.keep");
  }
  draft.set(store.encrypted, true, path + ".encrypted");
  if (keep.nanoseconds > 0) draft.set(store.keep, keep, path + ".keep");
}

// Of a cache: what it holds can be read again from its source.
std::int64_t cache_copies(const Workspace& ws, const Store& cache) {
  const std::string locked = ws.locked_choice(cache.name + ".copies");
  if (leading_count(locked)) return locked_copies(locked);
  return ws.zones() > 1 ? 2 : 1;
}

void fill_cache(const Workspace& ws, Draft& draft, Store& cache, const Technology& engine) {
  put(draft, cache, cache.consistency, Consistency{ConsistencyKind::Eventual, {}}, "consistency");
  put(draft, cache, cache.copies, Count{cache_copies(ws, cache)}, "copies");
  put(draft, cache, cache.shards, Count{round_to_homes(ws, 1)}, "shards");
  put(draft, cache, cache.spread, ws.zones() > 1 ? Spread::Zones : Spread::None, "spread");
  fill_server(draft, cache, engine);
}

void make_cache(Workspace& ws, CachePlan& plan) {
  const Service& service = ws.model.services[plan.owner];
  const std::string name = service.name + "-cache";
  const StoreId present = find_by_name(ws.model.stores, name);
  if (present.valid()) {
    plan.cache = present;
    Store& cache = ws.model.stores[present];
    if (cache.from.origin != Origin::Decided) return;
    cache.expires.value = std::min(*cache.expires, plan.expires);
    cache.holds.value.emplace_back(ws.model.aggregates[plan.aggregate].name, plan.aggregate);
    return;
  }
  const std::vector<EngineScore> ranked =
      rank_technologies(ws, "cache", service.team ? service.team->id : TeamId());
  if (ranked.empty()) return;
  const std::string locked = ws.locked_choice(name + ".engine");
  const auto by_name = std::ranges::find(
      ranked, locked, [](const EngineScore& e) { return std::string_view(e.engine->name); });
  const EngineScore& chosen = by_name == ranked.end() ? ranked.front() : *by_name;
  Draft draft(ws, name + ".engine", "data", fmt::format("in what does {} cache?", service.name));
  draft.choose(chosen.engine->name, chosen.parts);
  for (std::size_t i = 0; i < ranked.size() && i < 3; ++i)
    if (ranked[i].engine != chosen.engine)
      draft.reject(ranked[i].engine->name, ranked[i].parts,
                   ranked[i].against.empty() ? "a lower score" : ranked[i].against);
  draft
      .because(fmt::format("entries expire after {}; one fill at a time for a key, so that a lost "
                           "cache does not become a storm",
                           to_text(plan.expires)))
      .flips("flips if the team changes")
      .traces({"aggregates." + ws.model.aggregates[plan.aggregate].name})
      .reversibility(Reversibility::Easy);
  Store cache;
  cache.name = name;
  draft.made(cache, "stores." + name);
  plan.cache = ws.model.stores.add(std::move(cache));
  Store& of = ws.model.stores[plan.cache];
  draft.fill(of.engine, chosen.engine->name);
  draft.fill(of.owner, Ref<ServiceId>(service.name, plan.owner));
  draft.fill(of.holds, std::vector<Ref<AggregateId>>{
                           {ws.model.aggregates[plan.aggregate].name, plan.aggregate}});
  draft.fill(of.expires, plan.expires);
  draft.fill(of.single_flight, true);
  draft.fill(of.skew, .8);
  draft.fill(of.encrypted, true);
  fill_cache(ws, draft, of, *chosen.engine);
  const double size = static_cast<double>(ws.model.aggregates[plan.aggregate].count->value) *
                      static_cast<double>(ws.model.aggregates[plan.aggregate].size->count);
  draft.fill(of.capacity, Bytes{static_cast<std::int64_t>(std::min(size * 1.3, 64e9))});
}

// What a server of a given engine does, where the store doesn't say.
void complete_server(Workspace& ws, StoreId id, const Technology* engine) {
  Store& store = ws.model.stores[id];
  if (engine == nullptr || store.from.origin != Origin::Given || (store.read && store.write))
    return;
  Draft draft(ws, store.name + ".server", "data",
              fmt::format("what does a copy of {} do in a second?", store.name));
  draft.choose("the catalogue's " + engine->name)
      .reject("a measurement", {}, "none is given; traces would give one")
      .because(fmt::format("{} for a read, {} for a write, without load", to_text(engine->read),
                           to_text(engine->write)))
      .flips("flips if traces say otherwise")
      .traces({"stores." + store.name + ".engine"})
      .reversibility(Reversibility::Easy);
  put(draft, store, store.shards, Count{round_to_homes(ws, 1)}, "shards");
  fill_server(draft, store, *engine);
}

// What is open of a cache that is given: copies, shards, spread, and what its server does.
void complete_cache(Workspace& ws, StoreId id) {
  Store& cache = ws.model.stores[id];
  const Technology* engine = cache.engine ? ws.catalog.find(*cache.engine) : nullptr;
  if (engine == nullptr || (cache.copies && cache.shards && cache.read)) return;
  Draft draft(ws, cache.name + ".copies", "data",
              fmt::format("how is {} kept, so that it can be read at all?", cache.name));
  draft.choose(plural(cache_copies(ws, cache), "copy"))
      .reject("3 copies", {}, "what it holds can be read again from its source")
      .because(fmt::format("{}: the loss of one leaves the other", plural(ws.zones(), "zone")))
      .flips("flips if the zones change")
      .traces({"stores." + cache.name})
      .reversibility(Reversibility::Easy);
  fill_cache(ws, draft, cache, *engine);
}

// --- channels ---

void decide_broker(Workspace& ws) {
  const bool open =
      std::ranges::any_of(ws.model.channels, [](const Channel& c) { return !c.broker; });
  if (!open) return;
  Draft draft(ws, "broker", "data", "which broker carries the events?");
  std::string broker;
  if (ws.model.constraints->broker) {
    broker = *ws.model.constraints->broker;
    draft.choose(broker).because("constraints name it").traces({"constraints.broker"});
  } else if (ws.model.services.size() == 1 && ws.model.stores.size() >= 1) {
    broker = ws.model.stores.raw().front().engine.or_else("postgresql");
    draft.choose(broker + " (the outbox table is the queue)", {score("systems to run", 0)})
        .reject("kafka", {score("systems to run", 1)},
                "a broker to run for events that stay inside one service")
        .because("there is one service: its own store holds the events until they are handled")
        .flips("flips if a second service consumes them");
  } else {
    const std::vector<EngineScore> ranked = rank_technologies(ws, "broker", {});
    const auto kafka = std::ranges::find_if(
        ranked, [](const EngineScore& e) { return e.engine->name == "kafka"; });
    const bool replay = std::ranges::any_of(ws.model.aggregates,
                                            [](const Aggregate& a) {
                                              return a.history && *a.history == History::Full;
                                            }) ||
                        !ws.views.empty();
    const EngineScore& chosen = replay && kafka != ranked.end() ? *kafka : ranked.front();
    broker = chosen.engine->name;
    draft.choose(broker, chosen.parts);
    for (std::size_t i = 0; i < ranked.size() && i < 4; ++i)
      if (ranked[i].engine->name != broker)
        draft.reject(ranked[i].engine->name, ranked[i].parts,
                     !ranked[i].against.empty() ? ranked[i].against
                     : replay && ranked[i].engine->model != chosen.engine->model
                         ? "events have to be read again from the start (histories, read models)"
                         : "a lower score");
    draft
        .because(replay ? "histories and read models are rebuilt by reading a log again"
                        : "the best score on skills and burden")
        .flips("flips if the teams know another");
  }
  draft.reversibility(Reversibility::Hard);
  for (Channel& channel : ws.model.channels)
    draft.set(channel.broker, broker, "channels." + channel.name + ".broker");
}

std::string channel_key(const Workspace& ws, ChannelId id) {
  const Channel& channel = ws.model.channels[id];
  for (const OperationId op : ws.model.operations.ids())
    for (const std::string& text : *ws.model.operations[op].emits)
      if (std::ranges::find(*channel.events, parse_emission(text).event) != channel.events->end())
        for (auto it = ws.model.operations[op].steps->rbegin();
             it != ws.model.operations[op].steps->rend(); ++it)
          if (it->aggregate.id.valid() && is_write(it->verb))
            return kebab_case(it->aggregate.name) + "-id";
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
  draft.choose(fmt::format("at least once, in order by {}", key))
      .reject("exactly-once", {},
              "holds only between topics of one broker, not for what a consumer writes elsewhere")
      .reject("at-most-once", {}, "an event lost is a step that never happens")
      .because(
          "consumers are idempotent by key, so a duplicate is harmless; order matters only for one "
          "key")
      .flips("flips if no consumer changes anything")
      .reversibility(Reversibility::Costly);
  const std::string path = "channels." + channel.name;
  draft.set(channel.kind, ChannelKind::Topic, path + ".kind");
  draft.set(channel.delivery, Delivery::AtLeastOnce, path + ".delivery");
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

void decide_cap(Workspace& ws, StoreId id) {
  const Store& store = ws.model.stores[id];
  const Technology* engine = store.engine ? ws.catalog.find(*store.engine) : nullptr;
  if (engine == nullptr || engine->cap.empty() || store.expires) return;
  Draft(ws, store.name + ".cap", "data",
        fmt::format("what does {} give up when the network parts?", store.name))
      .choose(fmt::format("{} ({})", engine->cap, engine->pacelc))
      .reject(engine->cap == "CP" ? "AP" : "CP", {},
              engine->cap == "CP" ? "two sides could both accept what must be single"
                                  : "writes would stop on the smaller side")
      .because(engine->cap == "CP" ? "it keeps what must hold; the smaller side stops writing"
                                   : "its writes commute or are appended; every side goes on")
      .flips("flips if what it holds no longer has to hold at once")
      .reversibility(Reversibility::Hard)
      .keep();
}

}  // namespace

void pass_data(Workspace& ws) {
  if (!ws.model.services.empty()) decide_regions(ws);
  for (const StoreNeed& need : store_needs(ws)) {
    const StoreId id = decide_engine(ws, need);
    if (!id.valid()) continue;
    const Technology* engine = ws.catalog.find(*ws.model.stores[id].engine);
    decide_copies(ws, id, need.members, engine);
    decide_shards(ws, id, need, *engine);
    decide_inserts(ws, id, need, *engine);
  }
  for (const StoreId id : ws.model.stores.ids()) {
    if (ws.model.stores[id].expires) {
      if (ws.model.stores[id].from.origin == Origin::Given) complete_cache(ws, id);
      continue;
    }
    std::vector<AggregateId> members;
    for (const auto& held : *ws.model.stores[id].holds)
      if (held.id.valid()) members.push_back(held.id);
    const Technology* engine =
        ws.model.stores[id].engine ? ws.catalog.find(*ws.model.stores[id].engine) : nullptr;
    if (!ws.model.stores[id].copies) decide_copies(ws, id, members, engine);
    complete_server(ws, id, engine);
    decide_care(ws, id, members);
    decide_cap(ws, id);
  }
  for (CachePlan& plan : ws.caches)
    make_cache(ws, plan);
  decide_broker(ws);
  for (const ChannelId id : ws.model.channels.ids())
    decide_channel(ws, id);
  fill_endpoints(ws);
}

}  // namespace scantling
