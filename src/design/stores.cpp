#include "design/stores.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "design/failovers.h"

namespace scantling {
namespace {

constexpr double kAnalyticRows = 1000;    // rows a run from which it is a scan, not a lookup
constexpr double kLogRowWrites = 20'000;  // rows a second
constexpr double kLogBytes = 4e12;
constexpr double kWriteUtilisation = .6;
// Weighs more than any wish; less than what is required by name.
constexpr double kBreaksARequirement = 8;

bool contains(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

struct Use {
  bool scanned = false, atomic = false;
};

Use use_of(const Architecture& model, AggregateId id) {
  Use out;
  for (const Operation& operation : model.operations)
    for (const ProblemStep& step : *operation.steps) {
      if (step.aggregate.id != id) continue;
      out.scanned |= !is_write(step.verb) && step.times.value > kAnalyticRows;
      out.atomic |= is_write(step.verb) && operation.atomic.or_else(false);
    }
  return out;
}

}  // namespace

std::vector<FailoverNeed> needs_on(const Workspace& ws, const StoreNeed& need) {
  std::vector<FailoverNeed> out;
  for (FailoverNeed& of : failover_needs(ws.model)) {
    const OperationPlan& plan = ws.plan(of.operation);
    const Operation& operation = ws.model.operations[of.operation];
    bool through = plan.answers_early() && plan.entry == need.service;
    const std::size_t before = plan.answers_early() ? plan.answers_after : plan.steps.size();
    for (std::size_t i = 0; i < before; ++i) {
      const ProblemStep& step = (*operation.steps)[static_cast<std::size_t>(plan.steps[i].step)];
      through |= plan.steps[i].crossing != Crossing::View &&
                 std::ranges::find(need.members, step.aggregate.id) != need.members.end();
    }
    if (through && ws.zones() > 1) out.push_back(std::move(of));
  }
  return out;
}

namespace {

// Seconds in which nothing is answered, when a zone takes the leader and requests don't wait for
// the next: of an engine that shards itself, leaders are in every zone.
double seconds_lost(const Workspace& ws, const Technology& t, const Operation& operation) {
  if (outlasts(operation, t.failover.seconds())) return 0;
  return t.failover.seconds() / (t.shards_itself ? ws.zones() : 1);
}

// The worst share of a window that the engine's failover leaves without answers beyond what is
// allowed; empty `path` when all can be met.
struct FailoverMiss {
  double lost = 0, allowed = 0;  // share of the requests
  std::string path;
};
FailoverMiss failover_miss(const Workspace& ws, const Technology& t,
                           const std::vector<FailoverNeed>& needs) {
  FailoverMiss out;
  for (const FailoverNeed& need : needs) {
    const double lost = seconds_lost(ws, t, ws.model.operations[need.operation]);
    if (lost > need.room() && lost / need.window - (1 - need.target) > out.lost - out.allowed)
      out = {lost / need.window, 1 - need.target, need.path};
  }
  return out;
}

bool fits(const Technology& t, StoreRole role) {
  switch (role) {
    case StoreRole::Records:
      return t.kind == "database" && contains(t.consistency, "strong") &&
             t.model != "wide-column" && t.model != "time-series";
    case StoreRole::Log:
      return t.kind == "database" && (t.model == "wide-column" || t.model == "time-series");
    case StoreRole::Analytics: return t.kind == "analytics";
  }
  return false;
}

// False: only a cloud offers it or the likes of it, and none is named. A provider of the user's own
// catalogue is none.
bool offered(const Workspace& ws, const Technology& t) {
  const Constraints& constraints = *ws.model.constraints;
  const std::string provider = constraints.provider.or_else("generic");
  return t.provider.empty() || provider == "aws" || provider == "gcp" || provider == "azure" ||
         contains(*constraints.required, t.name);
}

// What people's skills and wishes say about a technology.
double preference(const Workspace& ws, const Technology& t, TeamId team, std::vector<Score>& parts,
                  std::string& against) {
  const Constraints& constraints = *ws.model.constraints;
  double total = 0;
  const auto add = [&](const char* what, double value) {
    parts.push_back(score(what, value));
    total += value;
  };
  if (contains(*constraints.required, t.name)) add("required", 10);
  if (contains(*constraints.preferred, t.name)) add("preferred", 3);
  bool known = team.valid() && contains(*ws.model.teams[team].knows, t.name);
  if (known)
    add("its team knows it", 2);
  else if (std::ranges::any_of(ws.model.teams,
                               [&](const Team& other) { return contains(*other.knows, t.name); }))
    add("another team knows it", .7);
  else
    against = "nobody here knows it";
  add("operations burden", -.4 * (t.operations_burden - 1));
  if (!offered(ws, t)) {
    add("no provider is named that offers it", -10);
    against = "no provider is named that offers it";
  }
  if (t.operations_burden >= 4 && against.empty())
    against = fmt::format("its operation is a burden of {} of 5", t.operations_burden);
  return total;
}

}  // namespace

StoreRole store_role(const Architecture& model, AggregateId id, const AggregateRates& rates) {
  const Aggregate& aggregate = model.aggregates[id];
  const Use use = use_of(model, id);
  const bool free = !use.atomic && !aggregate.invariant;
  if (use.scanned && free) return StoreRole::Analytics;
  if (free && (rates.writes > kLogRowWrites || stored_bytes(aggregate, 3) > kLogBytes))
    return StoreRole::Log;
  return StoreRole::Records;
}

std::vector<StoreNeed> store_needs(const Workspace& ws) {
  const std::vector<AggregateRates> rates =
      aggregate_rates(ws.model, operation_rates(ws.model, true));
  std::vector<StoreNeed> out;
  for (const AggregateId id : ws.model.aggregates.ids()) {
    const StoreId given = store_of(ws.model, id);
    if (given.valid() && ws.model.stores[given].engine) continue;
    const ServiceId owner = owner_of(ws.model, id);
    if (!owner.valid()) continue;
    const AggregateRates& rate = rates[static_cast<std::size_t>(id.index)];
    const StoreRole role = store_role(ws.model, id, rate);
    auto it = std::ranges::find_if(out, [&](const StoreNeed& n) {
      return n.store == given && (given.valid() || (n.service == owner && n.role == role));
    });
    if (it == out.end()) {
      out.push_back({.service = owner, .role = role, .members = {}, .store = given});
      it = out.end() - 1;
    }
    it->members.push_back(id);
    it->bytes += stored_bytes(ws.model.aggregates[id], 3);
    it->row_reads += rate.reads;
    it->row_writes += rate.writes;
    it->transactions |= ws.model.aggregates[id].invariant.has() || use_of(ws.model, id).atomic;
  }
  // A service that only reads what it owns nothing of still keeps its views somewhere.
  for (const auto& [aggregate, viewer] : ws.views) {
    const bool has_store =
        std::ranges::any_of(out, [&](const StoreNeed& n) { return n.service == viewer; }) ||
        std::ranges::any_of(ws.model.stores,
                            [&](const Store& s) { return s.owner && s.owner->id == viewer; });
    if (!has_store)
      out.push_back({.service = viewer,
                     .role = StoreRole::Records,
                     .members = {},
                     .bytes = stored_bytes(ws.model.aggregates[aggregate], 3),
                     .store = {}});
  }
  return out;
}

int round_up_to(int value, int multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

int round_to_homes(const Workspace& ws, int shards) {
  return round_up_to(shards, ws.homes());
}

bool keys_at_home(const Workspace& ws, std::int64_t shards) {
  return ws.homes() > 1 && shards >= ws.homes();
}

std::int64_t connections_allowed(const Store& store, double instances) {
  if (!store.max_connections) return INT64_MAX;
  const auto all =
      static_cast<double>(store.max_connections->value * store.shards.or_else({1}).value);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(all * .9 / instances));
}

StoreSize size_store(const Technology& engine, const StoreNeed& need) {
  StoreSize out;
  if (engine.max_shard_gib > 0)
    out.bound_by_bytes = need.bytes / (engine.max_shard_gib * 1073741824.0);
  if (engine.writes_per_core > 0)
    out.bound_by_writes =
        need.row_writes / (engine.writes_per_core * kCoresACopy * kWriteUtilisation);
  out.shards = std::max(
      1, static_cast<int>(std::ceil(std::max(out.bound_by_bytes, out.bound_by_writes) - 1e-9)));
  return out;
}

std::vector<EngineScore> rank_engines(const Workspace& ws, const StoreNeed& need) {
  const Service& service = ws.model.services[need.service];
  const TeamId team = service.team ? service.team->id : TeamId();
  const std::vector<FailoverNeed> needs = needs_on(ws, need);
  std::vector<EngineScore> out;
  for (const Technology& t : ws.catalog.technologies()) {
    if (!fits(t, need.role) || contains(*ws.model.constraints->forbidden, t.name)) continue;
    EngineScore of;
    of.engine = &t;
    of.total = preference(ws, t, team, of.parts, of.against);
    const StoreSize size = size_store(t, need);
    of.parts.push_back(score("shards needed", size.shards));
    of.total -= .1 * (size.shards - 1);
    if (size.shards > 1 && !t.shards_itself) {
      of.parts.push_back(score("sharded by the application", -2));
      of.total -= 2;
      of.against = fmt::format("{} would have to be sharded by the application",
                               plural(size.shards, "shard"));
    }
    if (const FailoverMiss miss = failover_miss(ws, t, needs); !miss.path.empty()) {
      of.parts.push_back(score("requests lost with a zone", 100 * miss.lost, "%"));
      of.total -= kBreaksARequirement + std::min(2.0, miss.lost * 20);
      of.lost_with_zone = miss.lost;
      of.against = fmt::format(
          "a lost zone leaves it without a leader for {}: {}% lost, {}% allowed",
          to_text(t.failover), number_text(100 * miss.lost, 3), number_text(100 * miss.allowed, 3));
    }
    if (need.role == StoreRole::Records) {
      const bool relational = t.model.find("relational") != std::string::npos ||
                              t.model.find("sql") != std::string::npos;
      if (need.transactions && !relational) {
        of.parts.push_back(score("transactions over several records", -2));
        of.total -= 2;
        of.against = "transactions over several records are not its strength";
      }
      if (size.shards == 1 && t.shards_itself && relational && needs.empty()) {
        of.parts.push_back(score("distribution not needed", -1));
        of.total -= 1;
        if (of.against.empty())
          of.against = "one shard is enough: its distribution would cost latency for nothing";
      }
    }
    out.push_back(std::move(of));
  }
  std::ranges::stable_sort(
      out, [](const EngineScore& a, const EngineScore& b) { return a.total > b.total; });
  return out;
}

double shortest_failover_seconds(const Workspace& ws) {
  double out = 1e9;
  for (const Technology& t : ws.catalog.technologies())
    if (fits(t, StoreRole::Records) && t.cap == "CP" && offered(ws, t) &&
        !contains(*ws.model.constraints->forbidden, t.name))
      out = std::min(out, t.failover.seconds());
  return out;
}

std::vector<EngineScore> rank_technologies(const Workspace& ws, std::string_view kind,
                                           TeamId team) {
  std::vector<EngineScore> out;
  for (const Technology* t : ws.catalog.of_kind(kind)) {
    if (contains(*ws.model.constraints->forbidden, t->name)) continue;
    EngineScore of;
    of.engine = t;
    of.total = preference(ws, *t, team, of.parts, of.against);
    out.push_back(std::move(of));
  }
  std::ranges::stable_sort(
      out, [](const EngineScore& a, const EngineScore& b) { return a.total > b.total; });
  return out;
}

std::size_t pick_technology(Draft& draft, const std::vector<EngineScore>& ranked,
                            std::size_t best) {
  std::vector<std::string> names;
  for (const EngineScore& of : ranked)
    names.push_back(of.engine->name);
  return draft.pick(names, best);
}

}  // namespace scantling
