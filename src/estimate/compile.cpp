#include <algorithm>
#include <cmath>

#include "estimate/compiler.h"
#include "estimate/defaults.h"
#include "model/entries.h"

namespace scantling {
namespace {

bool spreads(const Field<Spread>& field, int zones) {
  if (!field) return zones > 1;
  return *field == Spread::Zones || *field == Spread::Regions;
}

Moments time_or(const Field<TimeLaw>& field, double seconds) {
  if (field) return moments_of(*field);
  TimeLaw law;  // as the language reads a plain duration
  law.kind = TimeLaw::Kind::Lognormal;
  law.mean = Duration::from_seconds(seconds);
  return moments_of(law);
}

}  // namespace

void NetworkCompiler::placement() {
  const Placement& placed = *model_.placement;
  const Constraints& wanted = *model_.constraints;
  const auto zones = placed.zones ? placed.zones->value : wanted.zones ? wanted.zones->value : 1;
  net_.zones = static_cast<int>(std::clamp<std::int64_t>(zones, 1, 64));
  const auto& regions = placed.regions ? *placed.regions : *wanted.regions;
  net_.regions = std::max(1, static_cast<int>(regions.size()));
  net_.active_active = placed.mode && *placed.mode == RegionMode::ActiveActive;
  const double near = placed.same_zone ? placed.same_zone->seconds() : defaults::kSameZoneSeconds;
  const double far = placed.other_zone ? placed.other_zone->seconds() : defaults::kOtherZoneSeconds;
  Mixture hop;
  hop.add(1.0 / net_.zones, fixed_time(2 * near));
  hop.add(1 - 1.0 / net_.zones, fixed_time(2 * far));
  net_.hop = hop.moments();
  net_.hop_near = fixed_time(2 * near);
  net_.region_seconds =
      placed.other_region ? placed.other_region->seconds() : defaults::kOtherRegionSeconds;
}

// Requests come in where their key is at home, when every region serves and has shards of its own.
void NetworkCompiler::distances(const Store& store, NetStore& out) const {
  out.reach = out.reach_any = out.copying = net_.hop;
  if (net_.regions < 2) return;
  const bool apart = store.spread && *store.spread == Spread::Regions;
  const Moments far = fixed_time(2 * net_.region_seconds);
  if (apart) out.copying = far;
  const double here = 1.0 / net_.regions;
  Mixture mixed;
  mixed.add(here, net_.hop);
  mixed.add(1 - here, far);
  const bool at_home = net_.active_active && out.shards >= net_.regions;
  if (!at_home && !apart) out.reach_any = mixed.moments();  // else one of this region answers
  if (out.consistency == ConsistencyKind::Eventual)
    out.reach = out.reach_any;
  else if (apart && out.consistency == ConsistencyKind::Quorum)
    out.reach = far;  // the copies that answer are in several regions
  else if (!at_home)
    out.reach = mixed.moments();
}

void NetworkCompiler::services() {
  for (const Service& service : model_.services) {
    const Runtime& runtime = *service.runtime;
    NetService out;
    if (runtime.instances) {
      out.instances_low = static_cast<double>(runtime.instances->low);
      out.instances_high = static_cast<double>(runtime.instances->high);
    } else {
      out.instances_low = out.instances_high = static_cast<double>(defaults::kInstances);
    }
    const bool scales =
        out.instances_high > out.instances_low &&
        (!service.scale || !service.scale->on || *service.scale->on == ScaleMetric::Utilisation);
    if (scales)
      out.scale_target =
          service.scale && service.scale->target ? *service.scale->target : defaults::kScaleTarget;
    const double cpu = runtime.cpu ? runtime.cpu->value : defaults::kCpu;
    out.servers = std::max(1, static_cast<int>(std::ceil(cpu - 1e-9)));
    out.speed = cpu > 0 ? cpu / out.servers : 1;
    out.concurrency = count_or(runtime.concurrency, defaults::kConcurrency);
    out.queue = count_or(runtime.queue, defaults::kQueue);
    out.spread_zones = spreads(service.spread, net_.zones);
    out.balance = service.balance.or_else(Balance::RoundRobin);
    out.discipline = runtime.discipline.or_else(Discipline::Fifo);
    net_.services.push_back(out);
  }
}

double NetworkCompiler::keys_of(const Store& store) const {
  double keys = 0;
  for (const auto& held : *store.holds)
    if (held.id.valid()) keys += static_cast<double>(model_.aggregates[held.id].count->value);
  return keys > 0 ? keys : defaults::kKeys;
}

void NetworkCompiler::stores() {
  for (const Store& store : model_.stores) {
    NetStore out;
    out.copies = std::max(1.0, count_or(store.copies, defaults::kCopies));
    out.shards = std::max(1.0, count_or(store.shards, defaults::kShards));
    out.concurrency = std::max(1.0, count_or(store.concurrency, defaults::kStoreConcurrency));
    out.read = time_or(store.read, defaults::kReadSeconds);
    out.write = time_or(store.write, defaults::kWriteSeconds);
    if (store.expires || store.capacity || store.single_flight)
      out.consistency = ConsistencyKind::Eventual;  // a cache
    if (store.consistency) {
      out.consistency = store.consistency->kind;
      const auto quorum = [&](std::int64_t wanted) {
        return wanted > 0 ? std::min(static_cast<double>(wanted), out.copies)
                          : std::floor(out.copies / 2) + 1;
      };
      out.read_quorum = quorum(store.consistency->quorum.read);
      out.write_quorum = quorum(store.consistency->quorum.write);
    }
    if (store.skew && *store.skew > 0 && out.shards > 1)
      out.hottest_key = hottest_key_share(keys_of(store), *store.skew);
    out.failover_seconds = store.failover ? store.failover->seconds() : defaults::kFailoverSeconds;
    out.spread_zones = spreads(store.spread, net_.zones);
    distances(store, out);
    net_.stores.push_back(out);
  }
}

void NetworkCompiler::externals_and_channels() {
  for (const External& external : model_.externals) {
    NetExternal out;
    out.latency = time_or(external.latency, defaults::kExternalSeconds);
    if (external.limit) out.limit = external.limit->per_second;
    out.availability =
        external.availability ? external.availability->value : defaults::kExternalAvailability;
    net_.externals.push_back(out);
  }
  for (const Channel& channel : model_.channels) {
    NetChannel out;
    out.topic = channel.kind.or_else(ChannelKind::Topic) == ChannelKind::Topic;
    out.partitions = std::max(1.0, count_or(channel.partitions, defaults::kPartitions));
    out.copies = std::max(1.0, count_or(channel.copies, defaults::kChannelCopies));
    out.in_sync = std::min(out.copies, channel.in_sync ? count_or(channel.in_sync, 1)
                                                       : std::floor(out.copies / 2) + 1);
    out.spread_zones = spreads(channel.spread, net_.zones);
    net_.channels.push_back(out);
  }
}

void NetworkCompiler::endpoints() {
  std::int32_t count = 0;
  for (const Service& service : model_.services) {
    net_.first_endpoint.push_back(count);
    count += static_cast<std::int32_t>(service.endpoints.size());
  }
  for (const ServiceId id : model_.services.ids()) {
    const Service& service = model_.services[id];
    for (std::size_t i = 0; i < service.endpoints.size(); ++i) {
      const Endpoint& endpoint = service.endpoints[i];
      NetEndpoint out;
      out.service = id.index;
      out.first = static_cast<std::int32_t>(net_.code.size());
      emit(*endpoint.steps, id.index, 0);
      out.last = static_cast<std::int32_t>(net_.code.size());
      if (endpoint.consumes && endpoint.consumes->id.valid()) {
        const Channel& channel = model_.channels[endpoint.consumes->id];
        out.channel = endpoint.consumes->id.index;
        out.concurrency = count_or(endpoint.concurrency, defaults::kConsumerConcurrency);
        // Without a dead letter a message comes again until it is handled.
        const std::int64_t attempts = channel.attempts      ? channel.attempts->value
                                      : channel.dead_letter ? defaults::kDeadLetterAttempts
                                                            : 1000;
        out.deliveries = static_cast<int>(std::clamp<std::int64_t>(attempts, 1, 1000));
        if (channel.delivery && *channel.delivery == Delivery::AtMostOnce) out.deliveries = 1;
      }
      if (endpoint.every && endpoint.every->nanoseconds > 0)
        out.schedule_load = 1 / endpoint.every->seconds();
      net_.endpoints.push_back(out);
      net_.endpoint_ids.push_back({id, static_cast<std::int32_t>(i)});
    }
  }
  // An endpoint that names no events takes all of its channel.
  for (auto& [key, event] : events_)
    for (std::size_t i = 0; i < net_.endpoints.size(); ++i) {
      if (net_.endpoints[i].channel != key.first) continue;
      const Endpoint& endpoint = model_.endpoint(net_.endpoint_ids[i]);
      const auto& wanted = *endpoint.events;
      if (!endpoint.events || wanted.empty() || key.second.empty() ||
          std::find(wanted.begin(), wanted.end(), key.second) != wanted.end())
        net_.events[static_cast<std::size_t>(event)].consumers.push_back(
            static_cast<std::int32_t>(i));
    }
}

void NetworkCompiler::loads() {
  net_.is_entry.assign(net_.endpoints.size(), 0);
  const auto entries = endpoints_by_operation(model_);
  for (const OperationId id : model_.operations.ids()) {
    const Operation& operation = model_.operations[id];
    const OperationLoad& load = *operation.load;
    const double mean = load.mean ? load.mean->per_second : load.peak ? load.peak->per_second : 0;
    const double peak = load.peak ? load.peak->per_second : mean;
    net_.operation_mean.push_back(mean);
    net_.operation_peak.push_back(peak);
    const std::vector<EndpointId>& candidates = entries[static_cast<std::size_t>(id.index)];
    if (candidates.empty()) {
      net_.operation_entry.push_back(-1);
      continue;
    }
    const std::int32_t entry = net_.index_of(candidates.front());
    net_.operation_entry.push_back(entry);
    net_.is_entry[static_cast<std::size_t>(entry)] = 1;
    NetEndpoint& endpoint = net_.endpoints[static_cast<std::size_t>(entry)];
    if (endpoint.channel >= 0) continue;  // its load is what is published
    endpoint.mean_load += mean;
    endpoint.peak_load += peak;
    if (peak > 0) endpoint.schedule_load = 0;  // its load says how often
    if (operation.every && operation.every->nanoseconds > 0 && peak == 0 &&
        endpoint.schedule_load == 0)
      endpoint.schedule_load = 1 / operation.every->seconds();
  }
}

EstimateNetwork NetworkCompiler::run() {
  placement();
  services();
  stores();
  externals_and_channels();
  endpoints();
  loads();
  order();
  count_visits();
  forks();
  dependencies();
  copies_beside_stores();
  failure_domains();
  remarks();
  expiries();
  return std::move(net_);
}

EstimateNetwork compile_network(const Architecture& model) {
  return NetworkCompiler(model).run();
}

}  // namespace scantling
