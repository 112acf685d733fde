// Edges: who calls whom, under which policies.
#include <algorithm>

#include "model/reads.h"
#include "simulate/compile.h"
#include "simulate/policies.h"

namespace scantling::sim {
namespace {

bool counts_in_flight(Balance balance) {
  return balance == Balance::RandomOfTwo || balance == Balance::RandomOfThree ||
         balance == Balance::LeastRequest || balance == Balance::BoundedHash;
}

}  // namespace

std::uint32_t Compiler::link(std::uint32_t caller, std::uint32_t callee) {
  const auto found = links_.find({caller, callee});
  if (found != links_.end()) return found->second;
  const ServiceInfo& from = program_.services[caller];
  const ServiceInfo& to = program_.services[callee];
  LinkInfo info;
  info.caller_service = caller;
  info.callee_service = callee;
  info.stream = stream("balance " + from.name + " " + to.name);
  info.turn = program_.turns;
  program_.turns += from.instances;
  if (to.kind == ServiceKind::Service && counts_in_flight(to.balance)) {
    info.in_flight = program_.in_flight_counters;
    info.counters_step = to.instances;
    info.counters_base = info.in_flight - from.first_instance * to.instances - to.first_instance;
    const std::size_t counters = static_cast<std::size_t>(from.instances) * to.instances;
    if (counters + program_.in_flight_counters > most_in_flight_counters)
      error_ = "balancing between " + from.name + " and " + to.name + " takes " +
               std::to_string(counters) + " counters, at most " +
               std::to_string(most_in_flight_counters) + " are kept";
    else
      program_.in_flight_counters += static_cast<std::uint32_t>(counters);
  }
  program_.links.push_back(info);
  const auto index = static_cast<std::uint32_t>(program_.links.size() - 1);
  links_[{caller, callee}] = index;
  return index;
}

std::uint32_t Compiler::edge(std::uint32_t callee_service, std::uint32_t callee_endpoint,
                             const CallPolicy& policy, std::string to) {
  EdgeInfo info;
  info.from = program_.endpoints[current_].name;
  info.to = std::move(to);
  info.caller_endpoint = current_;
  info.caller_service = program_.endpoints[current_].service;
  info.callee_service = callee_service;
  info.callee_endpoint = callee_endpoint;
  info.link = link(info.caller_service, callee_service);
  info.stream = stream(site("jitter"));
  info.hop_network = hop("network");
  info.hop_wait = hop("waits and retries before " + info.to);
  policies(info, policy);
  program_.edges.push_back(std::move(info));
  return static_cast<std::uint32_t>(program_.edges.size() - 1);
}

void Compiler::policies(EdgeInfo& edge, const CallPolicy& policy) {
  if (policy.timeout) edge.timeout = std::max<Time>(1, policy.timeout->nanoseconds);
  edge.propagate = policy.deadline && *policy.deadline == Deadline::Propagate;
  if (policy.retry) compile_retry(edge, *policy.retry, program_);
  if (policy.breaker) compile_breaker(edge, *policy.breaker, program_);
  if (policy.at_once) compile_bulkhead(edge, *policy.at_once, program_);
  if (policy.hedge) compile_hedge(edge, *policy.hedge);
  if (policy.throttle) compile_throttle(edge, *policy.throttle, program_);
  edge.plain = edge.throttle == none && edge.timeout == 0 && edge.attempts == 1 &&
               edge.breaker == none && edge.bulkhead == none && edge.hedge_after == 0 &&
               !edge.propagate;
}

void Compiler::pool(EdgeInfo& edge, StoreId id) {
  const Store& store = model_.stores[id];
  if (!store.pool || store.pool->size <= 0) return;
  LinkInfo& link = program_.links[edge.link];
  PoolInfo info;
  info.size = static_cast<std::uint32_t>(std::min<std::int64_t>(store.pool->size, 1'000'000));
  info.waiting = store.waiting && store.waiting->value >= 0
                     ? clamped(store.waiting, 0, 0, 1'000'000'000)
                     : unlimited;
  if (link.pool == none) {
    const auto next = static_cast<std::uint32_t>(program_.pools.size());
    if (store.pool->per_instance) {
      link.pool = next;
      program_.pools.insert(program_.pools.end(), program_.services[link.caller_service].instances,
                            info);
    } else {
      link.pool_shared = true;
      const auto [it, fresh] = shared_pools_.emplace(id.index, next);
      if (fresh) program_.pools.push_back(info);
      link.pool = it->second;
    }
  }
  edge.pooled = true;
  edge.plain = false;
}

std::uint32_t Compiler::store_edge(const Step& step) {
  const Store& store = model_.stores[step.store];
  const auto s = static_cast<std::size_t>(step.store.index);
  const bool write = step.kind == StepKind::Write;
  const ConsistencyKind kind = answers(store, step);
  const Quorum sizes = store.consistency.or_else(Consistency{}).quorum;
  const ServiceInfo& info = program_.services[store_[s]];
  const bool quorum = kind == ConsistencyKind::Quorum && info.copies > 1;
  const std::uint32_t endpoint = (!write   ? store_read_
                                  : quorum ? store_apply_
                                           : store_write_)[s]
                                     .at(batch_of(step));
  const std::uint32_t index =
      edge(store_[s], endpoint, step.policy, store.name + (write ? " write" : " read"));
  EdgeInfo& e = program_.edges[index];
  if (quorum) {
    e.access = Access::Quorum;
    const std::int64_t wanted = write ? sizes.write : sizes.read;
    e.quorum = static_cast<std::uint16_t>(
        std::clamp<std::int64_t>(wanted > 0 ? wanted : info.copies / 2 + 1, 1, info.copies));
    e.plain = false;
  } else {
    e.access = write || kind == ConsistencyKind::Strong ? Access::Leader : Access::AnyCopy;
  }
  pool(e, step.store);
  return index;
}

// What a cache holds is shared by all who read the same keys of it.
std::uint32_t Compiler::cache(const Step& step) {
  const Store& store = model_.stores[step.store];
  CacheInfo info;
  info.service = store_[static_cast<std::size_t>(step.store.index)];
  info.expires = store.expires ? store.expires->nanoseconds : 0;
  info.single_flight = store.single_flight.or_else(false);
  info.leases = store.leases.or_else(false);
  info.stream = stream(site("keys"));
  if (step.miss->rate) {
    info.hit_share = 1 - std::clamp(step.miss->rate->value, 0.0, 1.0);
    if (info.single_flight || info.leases)
      note((info.leases ? "leases of " : "single flight of ") + store.name +
           (info.leases ? " are" : " is") +
           " not simulated where the miss rate is given: that takes keys");
    info.single_flight = info.leases = false;
  } else {
    std::int64_t keys = step.miss->keys ? step.miss->keys->value : 0;
    double bytes = 0;
    double held_keys = 0;
    for (const auto& held : *store.holds)
      if (held.id.valid()) {
        const Aggregate& aggregate = model_.aggregates[held.id];
        held_keys += static_cast<double>(aggregate.count->value);
        bytes += static_cast<double>(aggregate.count->value) *
                 static_cast<double>(aggregate.size->count);
      }
    if (keys <= 0) keys = static_cast<std::int64_t>(held_keys);
    constexpr std::int64_t most_keys = 20'000'000;
    if (keys > most_keys)
      note("cache " + store.name + ": " + std::to_string(most_keys) + " of its " +
           std::to_string(keys) + " keys are simulated");
    info.keys = static_cast<std::uint64_t>(std::clamp<std::int64_t>(keys, 1, most_keys));
    info.skew = store.skew.or_else(0);
    const double size = held_keys > 0 && bytes > 0 ? bytes / held_keys : 1024;
    if (store.capacity)
      info.capacity = static_cast<std::uint64_t>(
          std::max(1.0, static_cast<double>(store.capacity->count) / size));
  }
  const std::pair<std::int32_t, std::int64_t> what{
      step.store.index, info.keys > 0 ? static_cast<std::int64_t>(info.keys)
                                      : -static_cast<std::int64_t>(program_.caches.size()) - 1};
  const auto [it, fresh] = cache_states_.emplace(what, program_.cache_states);
  if (fresh) ++program_.cache_states;
  info.state = it->second;
  program_.caches.push_back(info);
  return static_cast<std::uint32_t>(program_.caches.size() - 1);
}

}  // namespace scantling::sim
