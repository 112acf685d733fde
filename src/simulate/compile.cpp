// What there is: zones, services, stores, externals, brokers, each a set of instances.
#include "simulate/compile.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/text.h"
#include "model/reads.h"
#include "simulate/defaults.h"
#include "simulate/policies.h"

namespace scantling::sim {
namespace {

Time nanoseconds(double seconds) {
  return static_cast<Time>(std::llround(seconds * 1e9));
}

// -1 in the model means without a bound.
std::uint32_t bound(const Field<Count>& field, std::int64_t otherwise) {
  const std::int64_t value = field ? field->value : otherwise;
  if (value < 0 || value >= unlimited) return unlimited;
  return static_cast<std::uint32_t>(value);
}

std::uint32_t at_least_one(const Field<Count>& field, std::int64_t otherwise) {
  const std::int64_t value = field ? field->value : otherwise;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 1, 1'000'000));
}

TimeLaw lognormal(double seconds) {
  TimeLaw law;
  law.kind = TimeLaw::Kind::Lognormal;
  law.mean = Duration::from_seconds(seconds);
  return law;
}

std::vector<double> zipf_shards(std::uint32_t shards, double keys, double exponent) {
  // The hottest keys go to shards in turn; the rest is even. Enough keys that the rest is small.
  const auto hot = static_cast<std::uint64_t>(std::min(keys, 100'000.0));
  std::vector<double> weight(shards, 0);
  for (std::uint64_t k = 0; k < hot; ++k)
    weight[k % shards] += std::pow(static_cast<double>(k + 1), -exponent);
  const double from = static_cast<double>(hot) + .5;
  const double rest =
      keys <= from ? 0
      : std::abs(exponent - 1) < 1e-9
          ? std::log(keys / from)
          : (std::pow(keys, 1 - exponent) - std::pow(from, 1 - exponent)) / (1 - exponent);
  for (double& w : weight)
    w += rest / shards;
  return weight;
}

}  // namespace

Expected<Program> Compiler::compile() {
  placement();
  outside();
  services();
  stores();
  externals();
  channels();
  if (program_.instances.size() > most_instances)
    return fail("the model has " + std::to_string(program_.instances.size()) +
                " instances; the simulator takes at most " + std::to_string(most_instances));
  endpoints();
  ranks();
  groups();
  loads();
  faults();
  times();
  unsupported();
  if (!error_.empty()) return fail(error_);
  for (Time t : program_.latency)
    program_.has_latency = program_.has_latency || t > 0;
  return std::move(program_);
}

void Compiler::note(std::string text) {
  if (std::find(program_.notes.begin(), program_.notes.end(), text) == program_.notes.end())
    program_.notes.push_back(std::move(text));
}

// The sum of `n` independent draws: the same for one, and for more a law with the sum's mean and
// variance (of lognormals: Fenton, IRE Trans. Comm. Systems 1960).
TimeLaw Compiler::sum_of(const TimeLaw& one, std::uint32_t n) {
  if (n <= 1) return one;
  TimeLaw out;
  out.kind = one.kind == TimeLaw::Kind::Fixed ? TimeLaw::Kind::Fixed : TimeLaw::Kind::Lognormal;
  out.mean = Duration::from_seconds(one.mean_seconds() * n);
  out.variation = std::sqrt(one.squared_variation() / n);
  return out;
}

// Statements of a step's round trip, 1..1000.
std::uint32_t Compiler::batch_of(const Step& step) {
  const std::int64_t batch = step.batch ? step.batch->value : 1;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(batch, 1, 1000));
}

std::uint32_t Compiler::law(const TimeLaw& law) {
  program_.laws.emplace_back(law);
  program_.memoryless.push_back(law.kind == TimeLaw::Kind::Exponential ? 1 : 0);
  return static_cast<std::uint32_t>(program_.laws.size() - 1);
}

std::uint32_t Compiler::fixed(double seconds) {
  TimeLaw t;
  t.mean = Duration::from_seconds(seconds);
  return law(t);
}

std::uint32_t Compiler::stream(std::string_view purpose) {
  program_.stream_purposes.push_back(random_purpose(purpose));
  return static_cast<std::uint32_t>(program_.stream_purposes.size() - 1);
}

std::uint32_t Compiler::hop(std::string name) {
  const auto found = hops_.find(name);
  if (found != hops_.end()) return found->second;
  const auto index = static_cast<std::uint32_t>(program_.hops.size());
  program_.hops.push_back(name);
  hops_.emplace(std::move(name), index);
  return index;
}

std::uint32_t Compiler::event(std::string_view name) {
  const auto found = events_.find(name);
  if (found != events_.end()) return found->second;
  const auto index = static_cast<std::uint32_t>(events_.size());
  events_.emplace(std::string(name), index);
  return index;
}

// Zones of all regions, and one more zone beyond the network, for clients and externals: their
// times already hold the way there.
void Compiler::placement() {
  const Placement& placed = *model_.placement;
  const Constraints& wanted = *model_.constraints;
  const auto zones = placed.zones ? placed.zones->value : wanted.zones ? wanted.zones->value : 1;
  zones_ = static_cast<std::uint32_t>(std::clamp<std::int64_t>(zones, 1, 64));
  region_names_ = placed.regions ? *placed.regions : *wanted.regions;
  if (region_names_.size() > 1 && !(placed.mode && *placed.mode == RegionMode::ActiveActive)) {
    note("only region " + region_names_[0] +
         " is simulated: going over to a passive region is not");
    region_names_.resize(1);
  }
  if (region_names_.empty()) region_names_.push_back("");
  if (region_names_.size() > 64) region_names_.resize(64);
  regions_ = static_cast<std::uint32_t>(region_names_.size());
  beyond_ = zones_ * regions_;
  const std::uint32_t all = beyond_ + 1;
  program_.zones = static_cast<std::uint16_t>(all);
  program_.regions = static_cast<std::uint16_t>(regions_);
  if (placed.mode.or_else(RegionMode::Single) == RegionMode::ActiveActive)
    program_.homes = program_.regions;
  const auto or_else = [](const Field<Duration>& field, double seconds) {
    return field ? field->nanoseconds : nanoseconds(seconds);
  };
  const Time same = or_else(placed.same_zone, defaults::same_zone_seconds);
  const Time other = or_else(placed.other_zone, defaults::other_zone_seconds);
  const Time far = or_else(placed.other_region, defaults::other_region_seconds);
  for (std::uint32_t a = 0; a < all; ++a) {
    program_.region_of_zone.push_back(static_cast<std::uint16_t>(a == beyond_ ? 0 : a / zones_));
    for (std::uint32_t b = 0; b < all; ++b)
      program_.latency.push_back(a == beyond_ || b == beyond_ ? 0
                                 : a == b                     ? same
                                 : a / zones_ == b / zones_   ? other
                                                              : far);
  }
}

std::uint32_t Compiler::add_service(ServiceInfo info) {
  info.first_instance = static_cast<std::uint32_t>(program_.instances.size());
  const auto index = static_cast<std::uint32_t>(program_.services.size());
  if (program_.instances.size() + info.instances > most_instances) {
    error_ = "the model has more than " + std::to_string(most_instances) + " instances";
    info.instances = 1;
  }
  for (std::uint32_t i = 0; i < info.instances; ++i)
    program_.instances.push_back({index, static_cast<std::uint16_t>(beyond_)});
  program_.services.push_back(std::move(info));
  return index;
}

// Instances in turn over the regions, and within each over its zones. The copies of a
// shard are in its home region, in turn over the zones, or in turn over the regions; leaders of
// different shards are in different zones.
void Compiler::place(std::uint32_t service, Spread spread) {
  const ServiceInfo& info = program_.services[service];
  for (std::uint32_t i = 0; i < info.instances; ++i) {
    std::uint32_t turn = i;
    const std::uint32_t shard = i / std::max(1U, info.copies);
    if (info.kind == ServiceKind::Store) turn = i % info.copies + shard;
    std::uint32_t region = turn % regions_;
    std::uint32_t zone = turn / regions_ % zones_;
    if (info.kind == ServiceKind::Store && spread != Spread::Regions) {
      region = shard % program_.homes;
      zone = (i % info.copies + shard / program_.homes) % zones_;
    }
    if (spread == Spread::None || spread == Spread::Nodes) zone = 0;
    program_.instances[info.first_instance + i].zone =
        static_cast<std::uint16_t>(region * zones_ + zone);
  }
}

std::uint32_t Compiler::add_endpoint(std::uint32_t service, std::string name,
                                     std::uint32_t model_index) {
  EndpointInfo endpoint;
  endpoint.name = std::move(name);
  endpoint.service = service;
  endpoint.model_index = model_index;
  program_.endpoints.push_back(std::move(endpoint));
  return static_cast<std::uint32_t>(program_.endpoints.size() - 1);
}

void Compiler::outside() {
  ServiceInfo info;
  info.kind = ServiceKind::Outside;
  info.name = "clients";
  info.instances = info.initial = 1;
  add_service(std::move(info));
}

void Compiler::runtime_of(const Service& service, ServiceInfo& info) {
  const Runtime& runtime = *service.runtime;
  const CountRange range = runtime.instances.or_else({defaults::instances, defaults::instances});
  info.initial = static_cast<std::uint32_t>(std::clamp<std::int64_t>(range.low, 1, 1'000'000));
  info.instances =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(range.high, info.initial, 1'000'000));
  const double cpu = runtime.cpu && runtime.cpu->value > 0 ? runtime.cpu->value : defaults::cpu;
  info.servers = static_cast<std::uint32_t>(std::max(1.0, std::ceil(cpu - 1e-9)));
  info.speed = cpu / info.servers;  // half a core works half as fast
  info.slots = bound(runtime.concurrency, defaults::concurrency);
  info.queue = bound(runtime.queue, defaults::queue);
  info.discipline = runtime.discipline.or_else(Discipline::Fifo);
  info.start = runtime.start ? runtime.start->nanoseconds : nanoseconds(defaults::start_seconds);
  if (runtime.slows) info.slows = slowdown_of(*runtime.slows);
}

// Of a service whose instances are a range.
void Compiler::scaling_of(const Service& service, ServiceInfo& info) {
  if (info.instances <= info.initial) return;
  const ScalePolicy& scale = *service.scale;
  info.scale_metric = scale.on.or_else(ScaleMetric::Utilisation);
  info.scale_target = scale.target.or_else(
      info.scale_metric == ScaleMetric::Utilisation ? defaults::scale_target : 0);
  info.scale_interval =
      scale.interval ? scale.interval->nanoseconds : nanoseconds(defaults::scale_interval_seconds);
  info.scale_delay =
      scale.delay ? scale.delay->nanoseconds : nanoseconds(defaults::scale_delay_seconds);
  info.scale_step = at_least_one(scale.step, defaults::scale_step);
  info.scale_low = info.initial;
  info.scale_high = info.instances;
  if (info.scale_target > 0) return;
  info.scale_interval = 0;
  note("autoscaling of " + service.name + " has no target: instances stay at " +
       std::to_string(info.initial));
}

// Checks are simulated one by one where they can fail for more than a loss: deep ones, and those
// that share a bounded pool of requests.
void Compiler::health_of(const Service& service, ServiceInfo& info) {
  const HealthPolicy& health = *service.health;
  const double every = health.every ? health.every->seconds() : defaults::health_every_seconds;
  const double timeout =
      health.timeout ? health.timeout->seconds() : defaults::health_timeout_seconds;
  info.health_failures = clamped(health.failures, defaults::health_failures, 1, 1'000'000);
  info.detection = nanoseconds(every * info.health_failures + timeout);
  compile_ejection(info, health);
  const HealthCheck check = health.check.or_else(HealthCheck::None);
  info.health_deep = check == HealthCheck::Deep;
  info.health_apart = health.apart.or_else(false) || info.slots == unlimited;
  info.health_timeout = nanoseconds(timeout);
  if (check != HealthCheck::None && (info.health_deep || !info.health_apart))
    info.health_every = std::max<Time>(1'000'000, nanoseconds(every));
}

void Compiler::limits_of(const Service& service, ServiceInfo& info) {
  info.shed = service.shed ? bound(service.shed, -1) : unlimited;
  if (!service.rate_limit || !service.rate_limit->limit) return;
  const std::string per = service.rate_limit->per.or_else("service");
  if (per != "service" && !service.rate_limit->callers) {
    note("the rate limit of " + service.name + " per " + per +
         " is not simulated: it doesn't say how many callers there are");
    return;
  }
  info.rate_limit = service.rate_limit->limit->per_second;
  if (per != "service") info.callers = clamped(service.rate_limit->callers, 1, 1, 10'000'000);
}

void Compiler::services() {
  for (std::size_t m = 0; m < model_.services.size(); ++m) {
    const Service& service = model_.services.raw()[m];
    ServiceInfo info;
    info.model_id = static_cast<std::uint32_t>(m);
    info.name = service.name;
    info.balance = service.balance.or_else(Balance::RoundRobin);
    runtime_of(service, info);
    limits_of(service, info);
    health_of(service, info);
    scaling_of(service, info);
    info.hop_queue = hop("queue at " + service.name);
    info.hop_run = hop("cpu queue at " + service.name);
    const std::uint32_t index = add_service(std::move(info));
    service_.push_back(index);
    place(index, service.spread.or_else(Spread::Zones));
    auto& endpoints = endpoint_.emplace_back();
    for (std::size_t e = 0; e < service.endpoints.size(); ++e) {
      endpoints.push_back(add_endpoint(index, service.name + "." + service.endpoints[e].name,
                                       static_cast<std::uint32_t>(e)));
      if (service.endpoints[e].priority)
        program_.endpoints.back().priority = bound(service.endpoints[e].priority, 1);
    }
  }
}

// Priorities that a service's endpoints have, counted from the highest.
void Compiler::ranks() {
  program_.ranks.assign(program_.services.size(), 1);
  for (std::uint32_t k = 0; k < program_.services.size(); ++k) {
    std::vector<std::uint32_t> priorities;
    for (const EndpointInfo& e : program_.endpoints)
      if (e.service == k) priorities.push_back(e.priority);
    std::sort(priorities.begin(), priorities.end(), std::greater<>());
    priorities.erase(std::unique(priorities.begin(), priorities.end()), priorities.end());
    for (EndpointInfo& e : program_.endpoints)
      if (e.service == k)
        e.rank = static_cast<std::uint32_t>(
            std::find(priorities.begin(), priorities.end(), e.priority) - priorities.begin());
    program_.ranks[k] = static_cast<std::uint32_t>(std::max<std::size_t>(1, priorities.size()));
    if (program_.services[k].shed != unlimited) shedding(k, priorities);
  }
}

// A store's instances are its copies, shard by shard. Strong: the leader answers, and a write waits
// until a majority has it. Eventual: any copy answers a read, a write waits for the leader alone.
// Quorum: every copy is asked, the slowest of the fastest r counts.
void Compiler::stores() {
  for (std::size_t m = 0; m < model_.stores.size(); ++m) {
    const Store& store = model_.stores.raw()[m];
    ServiceInfo info;
    info.kind = ServiceKind::Store;
    info.model_id = static_cast<std::uint32_t>(m);
    info.name = store.name;
    info.copies = std::min(1000U, at_least_one(store.copies, defaults::copies));
    info.shards = std::min(100'000U, at_least_one(store.shards, defaults::shards));
    info.instances = info.initial = info.copies * info.shards;
    info.servers = at_least_one(store.concurrency, defaults::store_concurrency);
    info.failover =
        store.failover ? store.failover->nanoseconds : nanoseconds(defaults::failover_seconds);
    info.detection = std::min(
        info.failover, nanoseconds(defaults::health_every_seconds * defaults::health_failures +
                                   defaults::health_timeout_seconds));
    if (store.skew && *store.skew > 0 && info.shards > 1) {
      info.shard_choice = WeightedChoice(zipf_shards(info.shards, keys_of(store), *store.skew));
    }
    rebuild_of(store, info);
    info.hop_run = hop("queue at " + store.name);
    info.hop_queue = info.hop_run;
    const std::uint32_t index = add_service(std::move(info));
    store_.push_back(index);
    place(index, store.spread.or_else(Spread::Zones));
    const StoreId id(static_cast<std::int32_t>(m));
    store_read_.emplace_back();
    store_write_.emplace_back();
    store_apply_.emplace_back();
    for (const std::uint32_t batch : batches_of(id))
      store_endpoints(id, index, batch);
  }
}

// Statements that steps send to the store in one round trip, each number once; 1 always.
std::set<std::uint32_t> Compiler::batches_of(StoreId id) const {
  std::set<std::uint32_t> out{1};
  for (const Service& service : model_.services)
    for (const Endpoint& endpoint : service.endpoints)
      for_each_step(*endpoint.steps, [&](const Step& step) {
        if (step.store == id && step.batch) out.insert(batch_of(step));
      });
  return out;
}

// Keys of a store: as many as it holds.
double Compiler::keys_of(const Store& store) const {
  double keys = 0;
  for (const auto& held : *store.holds)
    if (held.id.valid()) keys += static_cast<double>(model_.aggregates[held.id].count->value);
  return keys > 0 ? keys : defaults::skewed_keys;
}

// Whether some step reads any copy of it.
bool Compiler::copies_answer(StoreId id) const {
  const Store& store = model_.stores[id];
  bool out = false;
  for (const Service& service : model_.services)
    for (const Endpoint& endpoint : service.endpoints)
      for_each_step(*endpoint.steps, [&](const Step& step) {
        out = out || (step.store == id && may_be_behind(store, step));
      });
  return out;
}

void Compiler::replication_of(const Store& store, std::uint32_t index, bool kept) {
  ReplicationInfo info;
  info.service = index;
  info.kept = kept;
  if (store.lag) info.lag = std::max<Time>(0, store.lag->nanoseconds);
  info.keys = ZipfChoice(static_cast<std::uint64_t>(keys_of(store)), store.skew.or_else(0));
  info.stream = stream("copies of " + store.name);
  info.first = program_.logs;
  program_.logs += program_.services[index].shards;
  program_.services[index].replication = static_cast<std::uint32_t>(program_.replications.size());
  program_.replications.push_back(std::move(info));
}

// What the store does for a read, for a write, and for a write that another copy took: of `batch`
// statements at once.
void Compiler::store_endpoints(StoreId id, std::uint32_t index, std::uint32_t batch) {
  const Store& store = model_.stores[id];
  const std::uint32_t copies = program_.services[index].copies;
  const bool is_cache = store.expires || store.capacity || store.single_flight;
  const ConsistencyKind kind = store.consistency ? store.consistency->kind
                               : is_cache        ? ConsistencyKind::Eventual
                                                 : ConsistencyKind::Strong;
  const TimeLaw read = store.read ? *store.read : lognormal(defaults::read_seconds);
  const TimeLaw write = store.write ? *store.write : lognormal(defaults::write_seconds);
  const std::uint32_t read_law = law(sum_of(read, batch));
  const std::uint32_t write_law = law(sum_of(write, batch));
  const std::string many = batch == 1 ? "" : " x" + std::to_string(batch);
  const auto emit = [&](const char* what, std::uint32_t time) {
    const std::uint32_t endpoint = add_endpoint(index, store.name + " " + what, none);
    program_.endpoints[endpoint].first_pc = pc();
    Instruction& in = add(Op::Work);
    in.a = time;
    in.b = stream(store.name + " " + what + many);
    in.c = hop(store.name + " " + what);
    return endpoint;
  };
  const auto at = static_cast<std::size_t>(id.index);
  const std::uint32_t waits_for = store.in_sync ? clamped(store.in_sync, 1, 1, copies) - 1
                                  : kind == ConsistencyKind::Strong ? copies / 2
                                                                    : 0;
  // What waits for some of the copies still leaves others behind, which matters where they answer.
  const bool kept = waits_for > 0 && waits_for + 1 < copies && copies_answer(id);
  const bool behind =
      copies > 1 && kind != ConsistencyKind::Quorum && (waits_for == 0 || kept) && !is_cache;
  if (behind && program_.services[index].replication == none) replication_of(store, index, kept);
  const std::uint32_t replication = program_.services[index].replication;
  store_read_[at][batch] = emit("read", read_law);
  if (behind) add(Op::See).a = replication;
  add(Op::End);
  store_apply_[at][batch] = emit("apply", write_law);
  if (behind && !kept) add(Op::Applied);
  add(Op::End);
  store_write_[at][batch] = emit("write", write_law);
  if (copies > 1 && kind != ConsistencyKind::Quorum) {
    Instruction& in = add(Op::Replicate);
    in.a = store_apply_[at][batch];
    in.b = waits_for;
    if (behind && !kept) in.c = replication;
  }
  if (kept) add(Op::Replicate).c = replication;  // it counts, and will be seen
  add(Op::End);
}

// An external answers every request by itself, after its latency; a share of 1 - availability
// fails, independently. Above its limit (a token bucket of one second) it refuses.
void Compiler::externals() {
  for (std::size_t m = 0; m < model_.externals.size(); ++m) {
    const External& external = model_.externals.raw()[m];
    ServiceInfo info;
    info.kind = ServiceKind::External;
    info.model_id = static_cast<std::uint32_t>(m);
    info.name = external.name;
    info.instances = info.initial = 1;
    if (external.limit) info.rate_limit = external.limit->per_second;
    const std::uint32_t index = add_service(std::move(info));
    external_.push_back(index);
    const std::uint32_t endpoint = add_endpoint(index, external.name, none);
    external_endpoint_.push_back(endpoint);
    program_.endpoints[endpoint].first_pc = pc();
    Instruction& wait = add(Op::Wait);
    wait.a = law(external.latency ? *external.latency : lognormal(defaults::external_seconds));
    wait.b = stream(external.name + " latency");
    wait.c = hop(external.name);
    const double availability =
        external.availability.or_else({defaults::external_availability}).value;
    if (availability < 1) {
      Instruction& in = add(Op::Fail);
      in.x = 1 - availability;
      in.b = stream(external.name + " availability");
    }
    add(Op::End);
  }
}

void Compiler::channels() {
  for (std::size_t m = 0; m < model_.channels.size(); ++m) {
    const Channel& channel = model_.channels.raw()[m];
    ServiceInfo broker;
    broker.kind = ServiceKind::Channel;
    broker.model_id = static_cast<std::uint32_t>(m);
    broker.name = channel.name;
    broker.instances = broker.initial =
        std::min(1000U, at_least_one(channel.copies, defaults::channel_copies));
    broker.detection = nanoseconds(defaults::health_every_seconds * defaults::health_failures +
                                   defaults::health_timeout_seconds);
    const std::uint32_t index = add_service(std::move(broker));
    channel_.push_back(index);
    place(index, channel.spread.or_else(Spread::Zones));

    ChannelInfo info;
    info.model_id = static_cast<std::uint32_t>(m);
    info.service = index;
    info.ordered = channel.kind.or_else(ChannelKind::Topic) == ChannelKind::Topic;
    info.partitions = std::min(100'000U, at_least_one(channel.partitions, defaults::partitions));
    info.dead_letter = channel.dead_letter.has();
    if (channel.attempts)
      info.attempts = at_least_one(channel.attempts, 1);
    else if (info.dead_letter)
      info.attempts = defaults::dead_letter_attempts;
    info.redeliver = channel.delivery.or_else(Delivery::AtLeastOnce) != Delivery::AtMostOnce;
    info.redelivery = nanoseconds(defaults::redelivery_seconds);
    info.rebalance = info.ordered ? nanoseconds(defaults::rebalance_seconds) : 0;
    info.keep = channel.keep ? channel.keep->nanoseconds : 0;
    info.stream = stream(channel.name);
    program_.channels.push_back(std::move(info));
  }
}

// What the model says and this simulator doesn't do: said, not left out in silence.
void Compiler::unsupported() {
  std::vector<std::string> waiting;
  for (std::size_t m = 0; m < model_.stores.size(); ++m) {
    const Store& store = model_.stores.raw()[m];
    const ServiceInfo& info = program_.services[store_[m]];
    if (store.lag && info.copies > 1 && info.replication == none) waiting.push_back(store.name);
  }
  for (const StoreId id : model_.stores.ids()) {
    const Store& store = model_.stores[id];
    if (store.consistency && store.consistency->kind == ConsistencyKind::Quorum &&
        copies_answer(id))
      note("reads at one copy of " + store.name +
           ": how old their answers are is not measured, for no leader orders its writes");
  }
  if (!waiting.empty())
    note("replication lag (" + join(waiting, ", ") +
         ") changes nothing: writes wait for the copies that reads need");
}

Expected<Program> compile(const Architecture& model, const Experiment& experiment,
                          const SimulateOptions& options) {
  return Compiler(model, experiment, options).compile();
}

}  // namespace scantling::sim
