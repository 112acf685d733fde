// Instances, their size and limits, pools, partitions and autoscaling, from the analytic twin at
// mean load, at peak, and at the highest load that an experiment asks for, with a zone lost.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "design/failovers.h"
#include "design/locks.h"
#include "design/passes.h"
#include "design/stores.h"

namespace scantling {
namespace {

constexpr double kMostUtilisationAfterLoss =
    .8;                                   // of the instances that are left when a zone is gone
constexpr double kConcurrencyMargin = 3;  // over the mean in progress at peak
constexpr double kWaitingMargin = 1.25;   // over those that wait for a new leader
constexpr std::int64_t kLeastConcurrency = 16, kMostConcurrency = 1024, kMostWaiting = 4096;
constexpr double kInstancesWorthABiggerOne = 24;
constexpr std::int64_t kMostInstances = 100'000;  // of one service, that a person may lock

double factor_of(const std::map<std::string, double>& demands, const std::string& name) {
  const auto it = demands.find(name);
  return it == demands.end() ? 1 : it->second;
}

// The profile's, or lower, so that a lost zone leaves the rest below 75% before any scaling.
double utilisation_target(const Workspace& ws, int zones) {
  const double left = zones > 1 ? static_cast<double>(zones - 1) / zones : 1;
  return std::floor(std::min(ws.profile_utilisation(), kMostUtilisationAfterLoss * left) * 20 +
                    1e-9) /
         20;
}

// Instances that keep the utilisation at the target, and below 75% when one of the zones is gone.
struct Need {
  double cores = 0;  // busy, at this load
  int instances = 1;
};

Need instances_for(double arrival_rate, double service_seconds, double cpu, double target,
                   int zones) {
  Need out;
  out.cores = arrival_rate * service_seconds;
  const double left = zones > 1 ? static_cast<double>(zones - 1) / zones : 1;
  const double cores = std::max(out.cores / target, out.cores / (kMostUtilisationAfterLoss * left));
  out.instances = std::max(1, static_cast<int>(std::ceil(cores / cpu - 1e-9)));
  return out;
}

struct Views {
  Estimate mean, peak, highest;
};

int round_to_zones(int instances, int zones) {
  return (instances + zones - 1) / zones * zones;
}

struct Stations {
  const StationEstimate *mean, *peak, *highest;
};

// Instances and their size: of the low end, of the high end, and what each would be busy with.
struct Sizing {
  double cpu = 1, target = .6;
  int zones = 1, least = 1, from = 1, to = 1;
  Need low, at_peak, high;
  std::string locked, best;  // the locked size, and what it would be otherwise; or both empty
};

Sizing sizing_of(const Workspace& ws, const Service& service, const Stations& at) {
  const Runtime& runtime = service.runtime.value;
  Sizing out;
  out.zones = std::max(1, ws.zones());
  out.target = utilisation_target(ws, out.zones);
  const double factor = factor_of(ws.demands.service_capacity, service.name);
  out.cpu = runtime.cpu ? runtime.cpu->value : 1;
  const auto need = [&](const StationEstimate& of, double times) {
    return instances_for(of.arrival_rate * times, of.service_seconds, out.cpu, out.target,
                         out.zones);
  };
  // A runtime that runs one thread gains nothing from a second core.
  const bool one_thread =
      runtime.language && (*runtime.language == "nodejs" || *runtime.language == "typescript" ||
                           *runtime.language == "python" || *runtime.language == "ruby");
  if (!runtime.cpu && !one_thread)
    while (out.cpu < 8 && need(*at.highest, 1).instances > kInstancesWorthABiggerOne)
      out.cpu *= 2;
  out.low = need(*at.mean, 1);
  out.at_peak = need(*at.peak, factor);
  out.high = need(*at.highest, factor);
  out.least = std::max(ws.profile_least_instances(), out.zones);
  out.from = round_to_zones(std::max(out.least, out.low.instances), out.zones);
  out.to =
      round_to_zones(std::max({out.from, out.high.instances, out.at_peak.instances}), out.zones);
  const std::string choice = ws.locked_choice(service.name + ".instances");
  if (const auto locked = parse_size_choice(choice)) {
    out.best = size_choice({out.from, out.to}, {out.cpu});
    out.locked = choice;
    out.cpu = locked->cpu.value;
    out.from = static_cast<int>(std::min<std::int64_t>(locked->instances.low, kMostInstances));
    out.to = static_cast<int>(std::min<std::int64_t>(locked->instances.high, kMostInstances));
  }
  return out;
}

// What follows from the number and the size: memory, start, spread, balancing, autoscaling.
void set_runtime(Workspace& ws, Draft& draft, Service& service, const Sizing& sizing) {
  Runtime& runtime = service.runtime.value;
  const std::string path = "services." + service.name + ".runtime";
  if (!service.runtime.has()) draft.group(service.runtime);
  draft.set(runtime.cpu, Cores{sizing.cpu}, path + ".cpu");
  draft.set(runtime.instances, CountRange{sizing.from, sizing.to}, path + ".instances");
  const Technology* language = runtime.language ? ws.catalog.find(*runtime.language) : nullptr;
  const bool heavy =
      runtime.language && (*runtime.language == "java" || *runtime.language == "kotlin" ||
                           *runtime.language == "dotnet");
  draft.set(
      runtime.memory,
      Bytes{static_cast<std::int64_t>(std::ceil(sizing.cpu)) * (heavy ? 1024LL : 512LL) << 20},
      path + ".memory");
  draft.set(runtime.start,
            language != nullptr && language->start.nanoseconds > 0 ? language->start
                                                                   : Duration::from_seconds(20),
            path + ".start");
  draft.set(service.spread, sizing.zones > 1 ? Spread::Zones : Spread::Nodes,
            "services." + service.name + ".spread");
  draft.set(service.balance, Balance::LeastRequest, "services." + service.name + ".balance");
  if (sizing.to <= sizing.from || service.scale.fixed()) return;
  ScalePolicy& scale = draft.group(service.scale);
  const std::string scale_path = "services." + service.name + ".scale";
  draft.set(scale.on, ScaleMetric::Utilisation, scale_path + ".on");
  draft.set(scale.target, sizing.target, scale_path + ".target");
  draft.set(scale.interval, Duration::from_seconds(15), scale_path + ".interval");
  draft.set(scale.delay, *runtime.start + Duration::from_seconds(30), scale_path + ".delay");
}

void size_service(Workspace& ws, ServiceId id, const Views& views) {
  Service& service = ws.model.services[id];
  Draft draft(ws, service.name + ".instances", "capacity",
              fmt::format("how many instances of {} run, and how large is one?", service.name));
  const Stations at{views.mean.station("service", service.name),
                    views.peak.station("service", service.name),
                    views.highest.station("service", service.name)};
  if (at.mean == nullptr || at.peak == nullptr || at.highest == nullptr) return;
  const Sizing of = sizing_of(ws, service, at);
  const auto scores = [&](int low, int high) {
    const double price = ws.catalog.price(*ws.model.constraints->provider, "vcpu");
    return std::vector<Score>{
        score("utilisation at peak", 100 * of.at_peak.cores / (high * of.cpu), "%"),
        score("cpu cost at the low end", low * of.cpu * price, "USD/month")};
  };
  const std::string size = number_text(of.cpu, 3);
  draft.choose(of.locked.empty() ? size_choice({of.from, of.to}, {of.cpu}) : of.locked,
               scores(of.from, of.to));
  if (!of.locked.empty()) draft.left_open(of.best);
  const int naive = std::max(1, static_cast<int>(std::ceil(of.at_peak.cores / of.cpu)));
  if (naive != of.to)
    draft.reject(
        fmt::format("{} x {} vCPU", naive, size), scores(naive, naive),
        naive < of.least
            ? fmt::format("{}, one a zone, is the least that survives the loss of one", of.least)
            : "no room for a zone's loss, or for the queueing above 60%");
  const double left = static_cast<double>(of.zones - 1) / of.zones;
  draft.because(fmt::format(
      "{} cores busy at mean load, {} at peak, {} at the highest an experiment asks for; {}% at "
      "most{}",
      number_text(of.low.cores, 3), number_text(of.at_peak.cores, 3), number_text(of.high.cores, 3),
      number_text(of.target * 100, 3),
      of.zones > 1 ? fmt::format(", and {}% with one of {} gone",
                                 number_text(of.target / left * 100, 3), plural(of.zones, "zone"))
                   : ""));
  const double takes = of.to * of.cpu * of.target / std::max(1e-12, at.highest->service_seconds);
  draft.flips(fmt::format("flips if its load > {}", readable(Rate{takes})))
      .traces({"operations", "constraints.zones"})
      .reversibility(Reversibility::Easy);
  set_runtime(ws, draft, service, of);
}

// Instances that run at a load once autoscaling has followed it, a zone lost: fewer than the most.
double instances_at(const Service& service, const StationEstimate& station) {
  const double cpu = service.runtime->cpu.or_else({1}).value;
  const double busy =
      station.arrival_rate * station.service_seconds / (cpu * kMostUtilisationAfterLoss);
  const auto& range = *service.runtime->instances;
  return std::clamp(busy, 1.0, static_cast<double>(range.high));
}

std::int64_t round_up(double value, std::int64_t least, std::int64_t most) {
  std::int64_t out = least;
  while (out < most && static_cast<double>(out) < value)
    out *= 2;
  return std::min(out, most);
}

// How long a failover holds up a request at the endpoint: for a new leader, and then for its turn
// at the externals that take no more at once.
double held_up_seconds(const Workspace& ws, const FailoverWaits& waits, const Estimate& at_peak,
                       EndpointId id) {
  double out = waits.seconds(id);
  if (out <= 0) return 0;
  for_each_step(*ws.model.endpoint(id).steps, [&](const Step& step) {
    if (step.kind == StepKind::Call && step.external.valid())
      out += waits.backlog_seconds(id, ws.model.externals[step.external],
                                   calls_at_peak(ws.model, at_peak, step.external));
  });
  return out;
}

// Requests in progress: Little's law at the highest load on the instances that a lost zone leaves.
void size_concurrency(Workspace& ws, ServiceId id, const FailoverWaits& waits,
                      const Estimate& at_peak, const Estimate& highest) {
  Service& service = ws.model.services[id];
  Runtime& runtime = service.runtime.value;
  const StationEstimate* station = highest.station("service", service.name);
  if (station == nullptr || (runtime.concurrency && runtime.queue) || !runtime.instances) return;
  double held = 0, waiting = 0;  // requests in progress by each endpoint's own time; for a leader
  for (const EndpointEstimate& endpoint : highest.endpoints) {
    if (endpoint.endpoint.service != id) continue;
    held += endpoint.rate * std::max(endpoint.mean_seconds, .3 * endpoint.p99_seconds);
    if (const EndpointEstimate* normal = at_peak.of(endpoint.endpoint); normal != nullptr)
      waiting += normal->rate * held_up_seconds(ws, waits, at_peak, endpoint.endpoint);
  }
  const double left = std::max(1.0, instances_at(service, *station));
  const double each = held / left;
  const double working = std::max(each, runtime.cpu.or_else({1}).value * 4) * kConcurrencyMargin;
  std::int64_t queue = round_up(working, kLeastConcurrency, kMostConcurrency);
  std::int64_t concurrency = round_up(working + kWaitingMargin * waiting / left, kLeastConcurrency,
                                      waiting > 0 ? kMostWaiting : kMostConcurrency);
  Draft draft(ws, service.name + ".concurrency", "capacity",
              fmt::format("how many requests may one instance of {} hold, and how many may wait?",
                          service.name));
  if (const auto locked = parse_concurrency_choice(draft.locked());
      locked && draft.locked() != concurrency_choice({concurrency, queue})) {
    draft.left_open(concurrency_choice({concurrency, queue}));
    concurrency = locked->in_progress, queue = locked->waiting;
  }
  draft
      .choose(concurrency_choice({concurrency, queue}),
              {score("in progress at peak, a zone lost", each)})
      .reject("unbounded", {score("in progress at peak, a zone lost", each)},
              "a slow dependency would fill the memory before anything is refused")
      .because(fmt::format("{} in progress on each instance left at the highest load (Little's "
                           "law); {} times that{}{}",
                           number_text(each, 3), number_text(kConcurrencyMargin, 2),
                           waiting > 0
                               ? fmt::format(", and {} times the {} that wait for a new leader",
                                             number_text(kWaitingMargin, 3),
                                             number_text(std::ceil(waiting / left), 4))
                               : "",
                           concurrency == (waiting > 0 ? kMostWaiting : kMostConcurrency)
                               ? fmt::format("; {} at most", concurrency)
                               : ", up to a power of two"))
      .flips(fmt::format("flips if what it waits for takes {} times as long",
                         number_text(static_cast<double>(concurrency) / std::max(.01, each), 2)))
      .traces({"operations"})
      .reversibility(Reversibility::Easy);
  const std::string path = "services." + service.name + ".runtime";
  draft.set(runtime.concurrency, Count{concurrency}, path + ".concurrency");
  draft.set(runtime.queue, Count{queue}, path + ".queue");
  draft.set(runtime.discipline, Discipline::Fifo, path + ".discipline");
}

// What waits for a connection while a lost leader still counts as there, in requests: those that
// will try again until there is a new one are not to be refused meanwhile.
double first_tries(const Workspace& ws, StoreId id, const FailoverWaits& waits,
                   const Estimate& highest) {
  const Store& store = ws.model.stores[id];
  double rate = 0;
  for (const EndpointEstimate& endpoint : highest.endpoints)
    if (waits.at(endpoint.endpoint, store)) rate += endpoint.rate;
  return rate * kDetectionSeconds;
}

// Connections: what each instance has open at once at the highest load, three times over, within
// what the server allows all instances together.
void size_pool(Workspace& ws, StoreId id, const FailoverWaits& waits, const Estimate& highest) {
  Store& store = ws.model.stores[id];
  if (!store.owner || store.pool.fixed()) return;
  const StationEstimate* station = highest.station("store", store.name);
  const Service& owner = ws.model.services[store.owner->id];
  if (station == nullptr || !owner.runtime->instances) return;
  const double instances = static_cast<double>(owner.runtime->instances->high);
  const StationEstimate* callers = highest.station("service", owner.name);
  const double running = callers == nullptr ? instances : instances_at(owner, *callers);
  const double open = station->connections / running;
  std::int64_t size = std::max<std::int64_t>(4, static_cast<std::int64_t>(std::ceil(open * 3 + 2)));
  const std::int64_t allowed = connections_allowed(store, instances);
  const bool bounded = size > allowed;
  size = std::min(size, allowed);
  Draft draft(ws, store.name + ".pool", "capacity",
              fmt::format("how many connections does an instance of {} keep to {}?", owner.name,
                          store.name));
  if (const auto locked = leading_count(draft.locked());
      locked && *locked != size && draft.locked() == pool_choice(*locked)) {
    draft.left_open(pool_choice(size));
    size = std::min<std::int64_t>(*locked, kMostInstances);
  }
  draft.choose(pool_choice(size), {score("open at once at the highest load", open)})
      .because(
          fmt::format("{} open at once on each of the {} instances that run then; {}",
                      number_text(open, 3), number_text(std::ceil(running), 4),
                      bounded ? "bounded by what the server allows" : "three times that, and two"))
      .reject(pool_choice(size * 4), {},
              store.max_connections ? fmt::format("{} in all against {} allowed by the server",
                                                  size * 4 * static_cast<std::int64_t>(instances),
                                                  store.max_connections->value)
                                    : "more open connections than work for them")
      .flips("flips if the store answers three times as slowly")
      .traces({"stores." + store.name})
      .reversibility(Reversibility::Easy);
  draft.set(store.pool, Pool{size, true}, "stores." + store.name + ".pool");
  const double held_up = first_tries(ws, id, waits, highest) / running;
  draft.set(store.waiting, Count{size * 4 + static_cast<std::int64_t>(std::ceil(held_up))},
            "stores." + store.name + ".waiting");
}

// Of a channel whose consumer does what an external can't keep up with: so many in work at once
// that the external is asked just below its limit (Little's law). 0: not such a channel.
std::int64_t paced_partitions(const Workspace& ws, ChannelId id, const Estimate& highest) {
  for (const MadeEndpoint& made : ws.made) {
    if (made.role != MadeEndpoint::Role::Rest ||
        ws.model.endpoint(made.endpoint).consumes->id != id)
      continue;
    const EndpointEstimate* of = highest.of(made.endpoint);
    double limit = 1e18, mean = 0;
    for (const StepPlan& planned : ws.plan(made.operation).steps) {
      const ProblemStep& step =
          (*ws.model.operations[made.operation].steps)[static_cast<std::size_t>(planned.step)];
      if (!step.calls) continue;
      const External& external = ws.model.externals[step.calls->id];
      if (external.limit) limit = std::min(limit, external.limit->per_second);
      mean += external.latency->mean_seconds();
    }
    if (of == nullptr || limit > 1e17) continue;
    // The estimate's own time holds waiting at a queue that pacing keeps away; no more than half
    // again.
    const double seconds = std::clamp(of->mean_seconds, mean, 1.5 * mean);
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(kPace * limit * seconds));
  }
  return 0;
}

// Numbers that many numbers of consumers divide.
constexpr std::int64_t kPartitions[] = {3,   6,   12,  24,  36,  48,  60,  72,  96,   120,
                                        144, 180, 240, 288, 360, 480, 720, 960, 1200, 1536};

std::int64_t partitions_for(double wanted) {
  for (const std::int64_t n : kPartitions)
    if (static_cast<double>(n) >= wanted) return n;
  return *std::rbegin(kPartitions);
}

// `bound`: the most that there may be, where more were wanted; or 0.
std::string partitions_reason(const std::string& slowest, double in_work, bool paced,
                              std::int64_t bound) {
  if (paced) return "as many in work at once as keep just below the external's limit";
  if (slowest.empty())
    return "nobody consumes it yet: the least that several consumers could share";
  std::string out =
      fmt::format("{} has {} messages in work at once at the highest load; twice that", slowest,
                  number_text(in_work, 3));
  return bound > 0 ? out + fmt::format(", but {} at most", bound) : out;
}

// The next number below, or for an external that is paced the next above.
void reject_partitions(Draft& draft, std::int64_t partitions, double in_work, bool paced) {
  if (paced) {
    draft.reject(plural(partitions * 2, "partition"), {score("messages in work at once", in_work)},
                 "the external would be asked for more than it allows");
    return;
  }
  std::int64_t fewer = 1;
  for (const std::int64_t n : kPartitions)
    if (n < partitions) fewer = n;
  if (fewer >= partitions) return;
  draft.reject(plural(fewer, "partition"), {score("messages in work at once", in_work)},
               in_work < .01
                   ? "one consumer at a time, and more later moves keys to others"
                   : fmt::format("{}% of them busy at the highest load: no room for a "
                                 "slower handler, or for what has piled up",
                                 number_text(100 * in_work / static_cast<double>(fewer), 3)));
}

// Enough partitions that consumers in parallel keep up at the highest load.
void size_channel(Workspace& ws, ChannelId id, const Estimate& highest) {
  Channel& channel = ws.model.channels[id];
  double most = 0;
  std::string slowest;
  for (const EndpointId endpoint_id : all_endpoints(ws.model)) {
    const Endpoint& endpoint = ws.model.endpoint(endpoint_id);
    if (!endpoint.consumes || endpoint.consumes->id != id) continue;
    const EndpointEstimate* of = highest.of(endpoint_id);
    if (of == nullptr) continue;
    const double busy = of->rate * of->mean_seconds;
    if (busy >= most) most = busy, slowest = endpoint_name(ws.model, endpoint_id);
  }
  const double factor = factor_of(ws.demands.channel_capacity, channel.name);
  const double wanted = most / .5 * factor;
  const std::int64_t paced = paced_partitions(ws, id, highest);
  std::int64_t partitions = paced > 0 ? paced : partitions_for(wanted);
  Draft draft(ws, channel.name + ".partitions", "capacity",
              fmt::format("into how many partitions is {} cut?", channel.name));
  if (const auto locked = counted(draft.locked(), "partition"); locked && *locked != partitions) {
    draft.left_open(plural(partitions, "partition"));
    partitions = *locked;
  }
  if (channel.partitions.fixed()) partitions = channel.partitions->value;
  draft.choose(plural(partitions, "partition"), {score("messages in work at once", most)})
      .because(partitions_reason(slowest, most, paced > 0,
                                 static_cast<double>(partitions) < wanted ? partitions : 0))
      .flips(paced > 0    ? "flips if the external allows another rate, or takes another time"
             : most < .01 ? "flips if somebody consumes it"
                          : fmt::format("flips if a handler takes {} times as long",
                                        number_text(static_cast<double>(partitions) / wanted, 3)))
      .traces({"channels." + channel.name})
      .reversibility(Reversibility::Hard);
  reject_partitions(draft, partitions, most, paced > 0);
  draft.set(channel.partitions, Count{partitions}, "channels." + channel.name + ".partitions");
  for (const EndpointId endpoint_id : all_endpoints(ws.model)) {
    Endpoint& endpoint = ws.model.endpoint(endpoint_id);
    if (!endpoint.consumes || endpoint.consumes->id != id) continue;
    const double instances = static_cast<double>(
        std::max<std::int64_t>(1, ws.model.services[endpoint_id.service].runtime->instances->high));
    const std::int64_t each = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(
               std::ceil(static_cast<double>(channel.partitions->value) / instances)));
    const std::string path =
        "services." + ws.model.services[endpoint_id.service].name + ".endpoints." + endpoint.name;
    draft.set(endpoint.concurrency, Count{each}, path + ".concurrency");
    draft.set(endpoint.prefetch, Count{std::max<std::int64_t>(1, each)}, path + ".prefetch");
  }
}

// Shards until the highest load leaves each store below 60%: tried on a copy, decided once.
void size_stores(Workspace& ws) {
  Architecture trial = at_highest_load(ws.model);
  std::map<StoreId, double> utilisation;  // before
  for (int round = 0; round < 6; ++round) {
    const Estimate highest = estimate(trial);
    bool changed = false;
    for (const StoreId id : ws.model.stores.ids()) {
      Store& store = trial.stores[id];
      const StationEstimate* station = highest.station("store", store.name);
      if (station == nullptr || station->utilisation <= .6 || store.shards.fixed() ||
          !store.shards || counted(ws.locked_choice(store.name + ".shards"), "shard"))
        continue;
      utilisation.try_emplace(id, station->utilisation);
      const double factor = std::min(8.0, station->utilisation / .6);
      const std::int64_t before = store.shards->value;
      store.shards->value = std::max(
          before + 1, static_cast<std::int64_t>(std::ceil(static_cast<double>(before) * factor)));
      store.shards->value = round_to_homes(ws, static_cast<int>(store.shards->value));
      if (ws.leaders_apart.contains(id))
        store.shards->value = round_up_to(static_cast<int>(store.shards->value), ws.zones());
      changed = true;
    }
    if (!changed) break;
  }
  for (const auto& [id, busy] : utilisation) {
    Store& store = ws.model.stores[id];
    const std::int64_t before = store.shards->value, best = trial.stores[id].shards->value;
    Draft draft(ws, store.name + ".capacity", "capacity",
                fmt::format("what carries the highest load on {}?", store.name));
    const std::int64_t shards = counted(draft.locked(), "shard").value_or(best);
    if (shards != best) draft.left_open(plural(best, "shard"));
    draft.choose(plural(shards, "shard"));
    if (shards != before)
      draft.reject(plural(before, "shard"), {score("utilisation", busy * 100, "%")},
                   fmt::format("{}% busy at the highest load", number_text(busy * 100, 3)));
    draft
        .because(fmt::format("{}% busy at the highest load with {}", number_text(busy * 100, 3),
                             plural(before, "shard")))
        .flips("flips if a cache takes the reads")
        .traces({"stores." + store.name})
        .reversibility(Reversibility::Hard);
    draft.set(store.shards, Count{shards}, "stores." + store.name + ".shards");
    if (!store.shard_key) {
      const std::string key =
          store.holds->empty() ? "id" : kebab_case(store.holds->front().name) + "-id";
      draft.set(store.shard_key, key, "stores." + store.name + ".shard-key");
    }
  }
}

}  // namespace

void pass_capacity(Workspace& ws) {
  if (ws.model.services.empty()) return;
  size_stores(ws);
  EstimateOptions mean_options;
  mean_options.basis = LoadBasis::Mean;
  const Views views{estimate(ws.model, mean_options), estimate(ws.model),
                    estimate(at_highest_load(ws.model))};
  for (const ServiceId id : ws.model.services.ids())
    size_service(ws, id, views);
  const Estimate sized = estimate(at_highest_load(ws.model));
  // Of endpoints, steps, stores and their failovers: no size changes it.
  const FailoverWaits waits(ws.model);
  for (const StoreId id : ws.model.stores.ids())
    size_pool(ws, id, waits, sized);
  for (const ChannelId id : ws.model.channels.ids())
    size_channel(ws, id, sized);
  for (const ServiceId id : ws.model.services.ids())
    size_concurrency(ws, id, waits, views.peak, sized);
}

}  // namespace scantling
