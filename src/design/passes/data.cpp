// Engine, copies, shards, consistency and care of each store; caches; channels. Then the endpoints
// are filled, since their steps name the stores.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "design/channels.h"
#include "design/copy_reads.h"
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

// Puts the engine of that name first: any that is given; of those that are locked, what keeps rows
// and is not forbidden.
void rank_first(const Workspace& ws, std::vector<EngineScore>& ranked, const std::string& name,
                bool given) {
  auto at =
      std::ranges::find_if(ranked, [&](const EngineScore& e) { return e.engine->name == name; });
  const Technology* known = name.empty() ? nullptr : ws.catalog.find(name);
  const auto& forbidden = *ws.model.constraints->forbidden;
  const bool keeps_rows = known != nullptr &&
                          (known->kind == "database" || known->kind == "analytics") &&
                          std::ranges::find(forbidden, name) == forbidden.end();
  if (at == ranked.end() && known != nullptr && (given || keeps_rows))
    at = ranked.insert(at, {known, 0, {}, ""});
  if (at != ranked.end()) std::rotate(ranked.begin(), at, at + 1);
}

StoreId decide_engine(Workspace& ws, const StoreNeed& need) {
  const StoreId given = given_store(ws, need, store_name(ws, need));
  const std::string name = given.valid() ? ws.model.stores[given].name : store_name(ws, need);
  std::vector<EngineScore> ranked = rank_engines(ws, need);
  if (ranked.empty()) return {};
  const bool has_engine = given.valid() && ws.model.stores[given].engine;
  Draft draft(ws, name + ".engine", "data",
              fmt::format("in which engine does {} keep {}?", ws.model.services[need.service].name,
                          need.members.empty() ? "its read models"
                                               : aggregate_list(ws.model, need.members)));
  const std::string wished = has_engine ? *ws.model.stores[given].engine : draft.locked();
  const std::string best = ranked.front().engine->name;
  rank_first(ws, ranked, wished, has_engine);
  constexpr std::size_t chosen = 0;
  const Technology& engine = *ranked[chosen].engine;
  if (!has_engine && engine.name != best) draft.left_open(best);
  draft.choose(engine.name, ranked[chosen].parts);
  for (std::size_t i = 0; i < ranked.size() && i < 5; ++i)
    if (i != chosen)
      draft.reject(ranked[i].engine->name, ranked[i].parts,
                   ranked[i].against.empty()
                       ? fmt::format("a score of {} against {}", number_text(ranked[i].total, 3),
                                     number_text(ranked[chosen].total, 3))
                       : ranked[i].against);
  const StoreSize size = size_store(engine, need);
  // What another engine would win by: less asked for when a zone is lost.
  double lost = 0;
  for (const EngineScore& other : ranked)
    if (lost == 0 && ranked[chosen].lost_with_zone == 0) lost = other.lost_with_zone;
  std::vector<std::string> why{
      fmt::format("{} in three years", readable(Bytes{static_cast<std::int64_t>(need.bytes)})),
      fmt::format("{} rows written at peak", readable(Rate{need.row_writes}))};
  if (need.transactions) why.push_back("transactions over what must hold");
  if (lost > 0) why.push_back("a new leader within " + to_text(engine.failover));
  const bool known = std::ranges::any_of(ranked[chosen].parts, [](const Score& part) {
    return part.criterion == "its team knows it";
  });
  if (known) why.push_back("its team knows it");
  draft.because(enumerate(why))
      .traces(aggregate_paths(ws, need.members))
      .reversibility(Reversibility::Hard);
  if (engine.max_shard_gib > 0 && size.shards == 1)
    draft.flips(fmt::format(
        "flips if the data > {} or the writes > {}{}",
        readable(Bytes{static_cast<std::int64_t>(engine.max_shard_gib * 1073741824.0)}),
        readable(Rate{engine.writes_per_core * kCoresACopy * .6}),
        lost > 0
            ? fmt::format(", or if fewer than {}% of the answers are asked for with a zone lost",
                          number_text(100 * (1 - lost), 4))
            : ""));
  else if (known)
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

// Copies from what is asked of the availability and the zones there are.
void decide_copies(Workspace& ws, StoreId id, const std::vector<AggregateId>& members,
                   const Technology* engine) {
  Store& store = ws.model.stores[id];
  if (store.copies.fixed() && store.consistency.fixed()) return;
  const double wanted = strictest_availability(ws, members);
  const int zones = ws.zones();
  Draft draft(ws, store.name + ".copies", "data",
              fmt::format("how many copies of {} are there, and which answer?", store.name));
  const int best = zones >= 3 ? 3 : zones == 2 || wanted >= .999 ? 2 : 1;
  const int copies = store.copies.has() ? static_cast<int>(store.copies->value)
                                        : counted(draft.locked(), "copy").value_or(best);
  if (!store.copies.has() && copies != best) draft.left_open(plural(best, "copy"));
  const bool leaderless = engine != nullptr && engine->cap == "AP" && copies >= 3;
  const int quorum = copies / 2 + 1;
  const auto lost = [](int n) {
    return std::pow(.001, n) * 100;
  };  // each copy down .1% of the time: a default
  draft.choose(
      plural(copies, "copy") + (leaderless   ? fmt::format(", quorum {} of {}", quorum, copies)
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
  const bool at_home =
      keys_at_home(ws, store.shards.has() ? store.shards->value : round_to_homes(ws, 1));
  draft
      .because(fmt::format("{} and an availability of {} asked for{}", plural(zones, "zone"),
                           to_text(Share{wanted}),
                           apart     ? "; one copy a region, so that a lost region loses no write"
                           : at_home ? "; a key's copies are in the zones of its home region"
                                     : ""))
      .flips(fmt::format("flips if the zones < {}", copies))
      .traces(aggregate_paths(ws, members))
      .reversibility(Reversibility::Costly);
  const std::string path = "stores." + store.name;
  draft.set(store.copies, Count{copies}, path + ".copies");
  Consistency consistency;
  if (leaderless) consistency = {ConsistencyKind::Quorum, {quorum, quorum}};
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
  if (apart) ws.leaders_apart.insert(id);
  const int best = round_to_homes(ws, apart ? round_up_to(wanted, ws.zones()) : wanted);
  Draft draft(ws, store.name + ".shards", "data",
              fmt::format("into how many shards is {} cut?", store.name));
  const int shards = counted(draft.locked(), "shard").value_or(best);
  if (shards != best) draft.left_open(plural(best, "shard"));
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
  Duration rpo = precious ? Duration::from_seconds(60) : Duration::from_seconds(3600);
  const Duration rto = precious ? Duration::from_seconds(900) : Duration::from_seconds(4 * 3600);
  constexpr double kDaySeconds = 86'400;
  Draft draft(ws, store.name + ".care", "data",
              fmt::format("how is {} backed up, kept and protected?", store.name));
  const std::vector<std::string> names{
      fmt::format("{} recovery point, {} recovery time, encrypted", to_text(rpo), to_text(rto)),
      "nightly dump"};
  const double lost[] = {rpo.seconds() / 3600, kDaySeconds / 3600};
  constexpr const char* kWhyNot[] = {"a log to ship and to keep, beside the dump",
                                     "a day of changes could be lost"};
  const std::size_t chosen = draft.pick(names, 0), other = 1 - chosen;
  if (chosen == 1) rpo = Duration::from_seconds(kDaySeconds);
  draft.choose(names[chosen], {score("data lost, at most", lost[chosen], "h")})
      .reject(names[other], {score("data lost, at most", lost[other], "h")}, kWhyNot[other])
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
  return counted(ws.locked_choice(cache.name + ".copies"), "copy").value_or(ws.zones() > 1 ? 2 : 1);
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
  Draft draft(ws, name + ".engine", "data", fmt::format("in what does {} cache?", service.name));
  const EngineScore& chosen = ranked[pick_technology(draft, ranked, 0)];
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
      .reject("a measurement", {},
              "none is given; traces would give one, as stores' read and write")
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
  const std::int64_t copies = cache_copies(ws, cache);
  draft.choose(plural(copies, "copy"))
      .reject(plural(copies + 1, "copy"), {}, "what it holds can be read again from its source")
      .because(fmt::format("{}: the loss of one leaves the other", plural(ws.zones(), "zone")))
      .flips("flips if the zones change")
      .traces({"stores." + cache.name})
      .reversibility(Reversibility::Easy);
  fill_cache(ws, draft, cache, *engine);
}

// Snapshots are a store's: what asks for none gets them beside something that does.
void set_snapshots(Workspace& ws) {
  for (const bool made : {true, false})
    for (const auto& [id, wanted] : ws.snapshots) {
      const StoreId of = store_of(ws.model, id);
      if (wanted != made || !of.valid()) continue;
      Store& store = ws.model.stores[of];
      if (!made && !store.snapshot_every) continue;
      Draft draft(ws, "", "data", "");
      draft.adopt(find_by_name(ws.model.decisions,
                               kebab_case(ws.model.aggregates[id].name) + ".snapshots"));
      const std::string path = "stores." + store.name + ".snapshot-every";
      draft.set(store.snapshot_every, Count{kEventsASnapshot}, path);
      if (!made) draft.comes_out_otherwise(path);
    }
}

void decide_cap(Workspace& ws, StoreId id) {
  const Store& store = ws.model.stores[id];
  const Technology* engine = store.engine ? ws.catalog.find(*store.engine) : nullptr;
  if (engine == nullptr || engine->cap.empty() || store.expires) return;
  Draft(ws, store.name + ".cap", "data",
        fmt::format("what does {} give up when the network parts?", store.name))
      .choose(fmt::format("{} ({})", engine->cap, engine->pacelc))
      .traces({"stores." + store.name + ".engine"})
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
  decide_channels(ws);
  set_snapshots(ws);
  fill_endpoints(ws);
  decide_copy_reads(ws);
}

}  // namespace scantling
