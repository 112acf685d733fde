#include <algorithm>
#include <cmath>
#include <map>

#include "estimate/defaults.h"
#include "estimate/network.h"

namespace scantling {
namespace {

// The nesting that the reader allows is 100; deeper steps of a model built by hand are left out.
constexpr int kMaxDepth = 200;

double count_or(const Field<Count>& field, std::int64_t otherwise) {
  const std::int64_t n = field ? field->value : otherwise;
  return n < 0 ? kUnlimited : static_cast<double>(n);
}

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

double jitter_mean(Jitter jitter) {
  switch (jitter) {
    case Jitter::None: return 1;
    case Jitter::Full: return .5;
    case Jitter::Equal: return .75;
    case Jitter::Decorrelated: return 2;  // uniform from backoff to 3 x backoff, the first time
  }
  return 1;
}

class Compiler {
 public:
  explicit Compiler(const Architecture& model) : model_(model) {}
  EstimateNetwork run();

 private:
  void placement();
  void services();
  void stores();
  void externals_and_channels();
  void endpoints();
  void loads();
  void order();
  void dependencies();
  void remarks();

  void emit(const std::vector<Step>& steps, std::int32_t service, int depth);
  void emit_step(const Step& step, std::int32_t service, int depth);
  void emit_access(const Step& step, std::int32_t service, int depth);
  void emit_one_access(const Step& step, std::int32_t service, int depth);
  void emit_list(double weight, const std::vector<Step>& steps, std::int32_t service, int depth);
  std::size_t add(NetOp op, std::int32_t target = -1, double amount = 1);
  std::int32_t policy_of(const CallPolicy& policy);
  std::int32_t pool_of(StoreId store, std::int32_t service);
  std::int32_t event_of(ChannelId channel, const std::string& name);
  std::int32_t lock_of(std::int32_t service, const std::string& name);
  double miss_rate(const Step& step);
  void expiries();
  double keys_of(const Store& store) const;
  void leave_out(std::string what) {
    if (std::find(net_.does_not_apply.begin(), net_.does_not_apply.end(), what) ==
        net_.does_not_apply.end())
      net_.does_not_apply.push_back(std::move(what));
  }

  const Architecture& model_;
  EstimateNetwork net_;
  std::map<std::pair<std::int32_t, std::string>, std::int32_t> events_;
  std::map<std::pair<std::int32_t, std::string>, std::int32_t> locks_;
  struct Expiring {
    std::size_t instruction;  // the Fill
    double keys, skew, seconds;
  };
  std::vector<Expiring> expiring_;
};

std::size_t Compiler::add(NetOp op, std::int32_t target, double amount) {
  NetInstruction instruction;
  instruction.op = op;
  instruction.target = target;
  instruction.amount = amount;
  net_.code.push_back(instruction);
  return net_.code.size() - 1;
}

void Compiler::placement() {
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
}

void Compiler::services() {
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

double Compiler::keys_of(const Store& store) const {
  double keys = 0;
  for (const auto& held : *store.holds)
    if (held.id.valid()) keys += static_cast<double>(model_.aggregates[held.id].count->value);
  return keys > 0 ? keys : defaults::kKeys;
}

void Compiler::stores() {
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
    net_.stores.push_back(out);
  }
}

void Compiler::externals_and_channels() {
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

std::int32_t Compiler::policy_of(const CallPolicy& policy) {
  NetPolicy out;
  if (policy.timeout) out.timeout_seconds = policy.timeout->seconds();
  if (policy.retry) {
    const RetryPolicy& retry = *policy.retry;
    out.attempts = static_cast<int>(
        std::clamp<std::int64_t>(retry.attempts ? retry.attempts->value : 2, 1, 100));
    if (retry.on) {
      const auto on = [&](RetryOn what) {
        return std::find(retry.on->begin(), retry.on->end(), what) != retry.on->end();
      };
      out.on_timeout = on(RetryOn::Timeout);
      out.on_error = on(RetryOn::Error);
      out.on_rejected = on(RetryOn::Rejected);
    }
    const double jitter = jitter_mean(retry.jitter.or_else(Jitter::Full));
    out.backoff_seconds =
        jitter * (retry.backoff ? retry.backoff->seconds() : defaults::kBackoffSeconds);
    out.cap_seconds = jitter * (retry.cap ? retry.cap->seconds() : defaults::kBackoffCapSeconds);
    if (retry.budget) out.budget = retry.budget->value;
  }
  out.propagate = policy.deadline && *policy.deadline == Deadline::Propagate;
  if (policy.hedge && policy.hedge->after) {
    out.hedge_after_seconds = policy.hedge->after->seconds();
    out.hedge_at_most =
        policy.hedge->at_most ? policy.hedge->at_most->value : defaults::kHedgeAtMost;
  }
  if (std::isinf(out.timeout_seconds) && out.attempts == 1 && std::isinf(out.hedge_after_seconds))
    return -1;
  net_.policies.push_back(out);
  return static_cast<std::int32_t>(net_.policies.size() - 1);
}

std::int32_t Compiler::pool_of(StoreId id, std::int32_t service) {
  const Store& store = model_.stores[id];
  if (!store.pool || store.pool->size <= 0) return -1;
  const std::int32_t key = store.pool->per_instance ? service : -1;
  for (std::size_t i = 0; i < net_.pools.size(); ++i)
    if (net_.pools[i].store == id.index && net_.pools[i].service == key)
      return static_cast<std::int32_t>(i);
  NetPool pool;
  pool.store = id.index;
  pool.service = key;
  pool.size = static_cast<double>(store.pool->size);
  pool.waiting = count_or(store.waiting, -1);
  net_.pools.push_back(pool);
  return static_cast<std::int32_t>(net_.pools.size() - 1);
}

std::int32_t Compiler::event_of(ChannelId channel, const std::string& name) {
  const auto [it, fresh] =
      events_.try_emplace({channel.index, name}, static_cast<std::int32_t>(net_.events.size()));
  if (fresh) net_.events.push_back({channel.index, {}});
  return it->second;
}

std::int32_t Compiler::lock_of(std::int32_t service, const std::string& name) {
  const auto [it, fresh] = locks_.try_emplace({service, name}, net_.locks);
  if (fresh) ++net_.locks;
  return it->second;
}

double Compiler::miss_rate(const Step& step) {
  const Miss& miss = *step.miss;
  if (miss.rate) return miss.rate->value;
  if (!step.store.valid()) return 1;
  const Store& store = model_.stores[step.store];
  const double keys = miss.keys ? static_cast<double>(miss.keys->value) : keys_of(store);
  const double skew = store.skew.or_else(0);
  if (store.expires) expiring_.push_back({net_.code.size(), keys, skew, store.expires->seconds()});
  if (!store.capacity) return 0;
  double bytes = 0;
  double items = 0;
  for (const auto& held : *store.holds) {
    if (!held.id.valid()) continue;
    const Aggregate& aggregate = model_.aggregates[held.id];
    if (!aggregate.size) continue;
    const auto n = static_cast<double>(std::max<std::int64_t>(1, aggregate.count->value));
    bytes += n * static_cast<double>(aggregate.size->count);
    items += n;
  }
  const double item = items > 0 ? bytes / items : defaults::kItemBytes;
  return 1 - lru_hit_rate(keys, static_cast<double>(store.capacity->count) / item, skew);
}

// An entry that expires is missed at a rate that depends on how often it is asked for: rates first,
// misses from them, three times (a miss upstream is a read downstream). Of the two reasons to
// miss, room and age, the worse is taken.
void Compiler::expiries() {
  if (expiring_.empty()) return;
  std::vector<double> by_room;
  for (const Expiring& at : expiring_)
    by_room.push_back(net_.code[at.instruction].amount);
  NetworkSolution rates;
  for (int round = 0; round < 3; ++round) {
    solve(net_, {}, rates);
    for (std::size_t i = 0; i < expiring_.size(); ++i) {
      const Expiring& at = expiring_[i];
      NetInstruction& fill = net_.code[at.instruction];
      const double reads = rates.stores[static_cast<std::size_t>(fill.target)].reads;
      const double by_age =
          reads > 0 ? 1 - expiry_hit_rate(at.keys, reads, at.seconds, at.skew) : 0;
      fill.amount = std::max(by_room[i], by_age);
    }
  }
}

void Compiler::emit_list(double weight, const std::vector<Step>& steps, std::int32_t service,
                         int depth) {
  add(NetOp::Begin, -1, weight);
  emit(steps, service, depth + 1);
}

// A call, a store access or a publication, with its fallback and its fill. `times` on it is that
// many of it, one after another.
void Compiler::emit_access(const Step& step, std::int32_t service, int depth) {
  if (!step.times || step.times->value == 1) return emit_one_access(step, service, depth);
  add(NetOp::Begin, -1, step.times->value);
  emit_one_access(step, service, depth);
  add(NetOp::Repeat, -1, step.times->value);
}

void Compiler::emit_one_access(const Step& step, std::int32_t service, int depth) {
  if (!step.fallback.empty()) net_.code[add(NetOp::Begin)].required = false;
  std::size_t at = net_.code.size();
  switch (step.kind) {
    case StepKind::Call:
      if (step.endpoint.valid()) {
        at = add(NetOp::Call, net_.index_of(step.endpoint));
        net_.code[at].near =
            net_.services[static_cast<std::size_t>(step.endpoint.service.index)].balance ==
            Balance::ZoneLocal;
      } else if (step.external.valid()) {
        at = add(NetOp::External, step.external.index);
      }
      break;
    case StepKind::Read:
    case StepKind::Write:
      if (!step.store.valid()) break;
      at = add(step.kind == StepKind::Read ? NetOp::Read : NetOp::Write, step.store.index);
      net_.code[at].pool = pool_of(step.store, service);
      break;
    default:
      if (!step.channel.valid()) break;
      at = add(NetOp::Publish, event_of(step.channel, step.event));
      net_.code[at].required = step.via.or_else(PublishVia::Direct) == PublishVia::Direct;
      if (net_.code[at].required) net_.code[at].time = fixed_time(defaults::kPublishSeconds);
      break;
  }
  if (at < net_.code.size()) net_.code[at].policy = policy_of(step.policy);
  if (step.miss && step.kind == StepKind::Read) {
    if (step.store.valid()) {
      net_.code[at].required = false;  // a cache that is gone is a miss
      if (!model_.stores[step.store].consistency)
        net_.stores[static_cast<std::size_t>(step.store.index)].consistency =
            ConsistencyKind::Eventual;
    }
    const double miss = miss_rate(step);
    add(NetOp::Fill, step.store.index, miss);
    emit(step.miss->then, service, depth + 1);
    add(NetOp::EndFill);
  }
  if (!step.fallback.empty()) {
    add(NetOp::Fallback, static_cast<std::int32_t>(at));
    emit(step.fallback, service, depth + 1);
    add(NetOp::EndFallback);
  }
}

void Compiler::emit_step(const Step& step, std::int32_t service, int depth) {
  switch (step.kind) {
    case StepKind::Work: net_.code[add(NetOp::Work, service)].time = moments_of(*step.time); break;
    case StepKind::Wait: net_.code[add(NetOp::Delay)].time = moments_of(*step.time); break;
    case StepKind::Call:
    case StepKind::Read:
    case StepKind::Write:
    case StepKind::Publish: emit_access(step, service, depth); break;
    case StepKind::Together: {
      const auto n = static_cast<double>(step.steps.size());
      const double first =
          step.first && step.first->value > 0 ? static_cast<double>(step.first->value) : n;
      for (const Step& branch : step.steps) {
        net_.code[add(NetOp::Begin)].required = first >= n;
        emit_step(branch, service, depth + 1);
      }
      net_.code[add(NetOp::Together, -1, std::min(first, n))].count =
          static_cast<std::int32_t>(step.steps.size());
      break;
    }
    case StepKind::Choose: {
      for (const Branch& branch : step.branches)
        emit_list(branch.share.or_else(Share{0}).value, branch.steps, service, depth);
      net_.code[add(NetOp::Choose)].count = static_cast<std::int32_t>(step.branches.size());
      break;
    }
    case StepKind::Repeat: {
      const double times = step.times ? step.times->value : 1;
      emit_list(times, step.steps, service, depth);
      add(NetOp::Repeat, -1, times);
      break;
    }
    case StepKind::Lock: add(NetOp::Lock, lock_of(service, step.lock)); break;
    case StepKind::Fail: add(NetOp::Fail, -1, step.share.or_else(Share{1}).value); break;
    case StepKind::Spawn:
      net_.code[add(NetOp::Begin)].required = false;
      emit(step.steps, service, depth + 1);
      add(NetOp::Spawn);
      break;
  }
}

void Compiler::emit(const std::vector<Step>& steps, std::int32_t service, int depth) {
  if (depth > kMaxDepth) {
    leave_out("steps nested over 200 deep");
    return;
  }
  for (const Step& step : steps)
    emit_step(step, service, depth);
}

void Compiler::endpoints() {
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

void Compiler::loads() {
  net_.is_entry.assign(net_.endpoints.size(), 0);
  for (const OperationId id : model_.operations.ids()) {
    const Operation& operation = model_.operations[id];
    const OperationLoad& load = *operation.load;
    const double mean = load.mean ? load.mean->per_second : load.peak ? load.peak->per_second : 0;
    const double peak = load.peak ? load.peak->per_second : mean;
    net_.operation_mean.push_back(mean);
    net_.operation_peak.push_back(peak);
    const std::vector<EndpointId> candidates = endpoints_of(model_, id);
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

// Depth first over calls and events, callers before callees. An edge back into the chain that is
// being followed closes a cycle: it is left out of the order.
void Compiler::order() {
  const std::size_t n = net_.endpoints.size();
  const auto targets = [&](std::size_t i) {
    std::vector<std::int32_t> out;
    for (std::int32_t pc = net_.endpoints[i].first; pc < net_.endpoints[i].last; ++pc) {
      const NetInstruction& at = net_.code[static_cast<std::size_t>(pc)];
      if (at.op == NetOp::Call) out.push_back(at.target);
      if (at.op == NetOp::Publish)
        for (const std::int32_t c : net_.events[static_cast<std::size_t>(at.target)].consumers)
          out.push_back(c);
    }
    return out;
  };
  struct Visit {
    std::size_t endpoint;
    std::vector<std::int32_t> targets;
    std::size_t next = 0;
  };
  enum : std::uint8_t { kNew, kOpen, kDone };
  std::vector<std::uint8_t> state(n, kNew);
  std::vector<Visit> chain;
  for (std::size_t root = 0; root < n; ++root) {
    if (state[root] != kNew) continue;
    state[root] = kOpen;
    chain.push_back({root, targets(root)});
    while (!chain.empty()) {
      Visit& top = chain.back();
      if (top.next == top.targets.size()) {
        state[top.endpoint] = kDone;
        net_.callers_first.push_back(static_cast<std::int32_t>(top.endpoint));
        chain.pop_back();
        continue;
      }
      const auto to = static_cast<std::size_t>(top.targets[top.next++]);
      if (state[to] == kOpen)
        leave_out("endpoints." + endpoint_name(model_, net_.endpoint_ids[to]) +
                  ": calls or events lead back to it; the way back is followed once");
      if (state[to] != kNew) continue;
      state[to] = kOpen;
      chain.push_back({to, targets(to)});
    }
  }
  std::reverse(net_.callers_first.begin(), net_.callers_first.end());
  net_.callers.resize(net_.services.size());
  for (std::size_t i = 0; i < n; ++i)
    for (std::int32_t pc = net_.endpoints[i].first; pc < net_.endpoints[i].last; ++pc) {
      const NetInstruction& op = net_.code[static_cast<std::size_t>(pc)];
      if (op.op != NetOp::Call) continue;
      const std::int32_t callee = net_.endpoints[static_cast<std::size_t>(op.target)].service;
      auto& callers = net_.callers[static_cast<std::size_t>(callee)];
      const std::int32_t caller = net_.endpoints[i].service;
      if (std::find(callers.begin(), callers.end(), caller) == callers.end())
        callers.push_back(caller);
    }
}

// What each endpoint needs, its callees' needs included, and how deep its calls go.
void Compiler::dependencies() {
  net_.dependencies.resize(net_.endpoints.size());
  net_.depth.assign(net_.endpoints.size(), 1);
  for (auto it = net_.callers_first.rbegin(); it != net_.callers_first.rend(); ++it) {
    const auto e = static_cast<std::size_t>(*it);
    const NetEndpoint& endpoint = net_.endpoints[e];
    auto& out = net_.dependencies[e];
    const auto need = [&](NetDependency::Kind kind, std::int32_t index, double probability) {
      for (NetDependency& known : out)
        if (known.kind == kind && known.index == index) {
          known.need = 1 - (1 - known.need) * (1 - probability);
          return;
        }
      out.push_back({kind, index, probability});
    };
    need(NetDependency::Kind::Service, endpoint.service, 1);
    std::vector<double> weight = {1};
    for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
      const NetInstruction& at = net_.code[static_cast<std::size_t>(pc)];
      const double now = weight.back();
      switch (at.op) {
        case NetOp::Call: {
          const auto callee = static_cast<std::size_t>(at.target);
          const bool other = net_.endpoints[callee].service != endpoint.service;
          net_.depth[e] = std::max(net_.depth[e], net_.depth[callee] + (other ? 1 : 0));
          if (now > 0)
            for (const NetDependency& inner : net_.dependencies[callee])
              need(inner.kind, inner.index, now * inner.need);
          break;
        }
        case NetOp::External:
          if (now > 0) need(NetDependency::Kind::External, at.target, now);
          break;
        case NetOp::Read:
        case NetOp::Write:
          if (now > 0 && at.required) need(NetDependency::Kind::Store, at.target, now);
          break;
        case NetOp::Publish:
          if (now > 0 && at.required)
            need(NetDependency::Kind::Channel,
                 net_.events[static_cast<std::size_t>(at.target)].channel, now);
          break;
        case NetOp::Begin:
          weight.push_back(at.required ? now * std::min(at.amount, 1.0) : 0);
          break;
        case NetOp::Fill: weight.push_back(now * at.amount); break;
        case NetOp::Fallback: weight.push_back(0); break;
        case NetOp::Together:
        case NetOp::Choose:
          weight.resize(weight.size() - static_cast<std::size_t>(at.count));
          break;
        case NetOp::Repeat:
        case NetOp::Spawn:
        case NetOp::EndFill: weight.pop_back(); break;
        case NetOp::EndFallback: weight.resize(weight.size() - 2); break;
        case NetOp::Work:
        case NetOp::Delay:
        case NetOp::Fail:
        case NetOp::Lock: break;
      }
    }
  }
}

void Compiler::remarks() {
  for (const EndpointId id : all_endpoints(model_)) {
    const std::string where = "endpoints." + endpoint_name(model_, id);
    for_each_step(*model_.endpoint(id).steps, [&](const Step& step) {
      if (step.policy.breaker)
        leave_out(where + ": the breaker to " + step.target +
                  " (its state depends on what happened): taken as always closed");
      if (step.policy.hedge)
        leave_out(where + ": the hedge to " + step.target +
                  ": its extra load is counted, its gain in time is not");
      if (step.policy.at_once)
        leave_out(where + ": the bulkhead to " + step.target + ": taken as wide enough");
    });
  }
  for (const Service& service : model_.services) {
    if (service.shed) leave_out("services." + service.name + ": shedding by priority");
    if (service.rate_limit) leave_out("services." + service.name + ": its rate limit");
    const Discipline discipline = service.runtime->discipline.or_else(Discipline::Fifo);
    if (discipline != Discipline::Fifo && discipline != Discipline::ProcessorSharing)
      leave_out("services." + service.name + ": queue discipline " +
                std::string(to_text_enum(discipline)) +
                ": mean waiting as for fifo, percentiles under overload unknown");
  }
  for (const Store& store : model_.stores)
    if (store.single_flight && *store.single_flight)
      leave_out("stores." + store.name + ": single-flight fills: misses are taken as independent");
  for (const Experiment& experiment : model_.experiments)
    if (experiment.load->closed)
      leave_out("experiments." + experiment.name + ": closed load (see mva in queueing.h)");
}

EstimateNetwork Compiler::run() {
  placement();
  services();
  stores();
  externals_and_channels();
  endpoints();
  loads();
  order();
  dependencies();
  remarks();
  expiries();
  return std::move(net_);
}

}  // namespace

EstimateNetwork compile_network(const Architecture& model) {
  return Compiler(model).run();
}

}  // namespace scantling
