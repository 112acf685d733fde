#include <algorithm>
#include <cmath>

#include "estimate/compiler.h"
#include "estimate/defaults.h"
#include "model/reads.h"
#include "model/retries.h"

namespace scantling {
namespace {

// The nesting that the reader allows is 100; deeper steps of a model built by hand are left out.
constexpr int kMaxDepth = 200;

double jitter_mean(Jitter jitter) {
  switch (jitter) {
    case Jitter::None: return 1;
    case Jitter::Full: return .5;
    case Jitter::Equal: return .75;
    case Jitter::Decorrelated: return 2;  // uniform from backoff to 3 x backoff, the first time
  }
  return 1;
}

}  // namespace

std::size_t NetworkCompiler::add(NetOp op, std::int32_t target, double amount) {
  NetInstruction instruction;
  instruction.op = op;
  instruction.target = target;
  instruction.amount = amount;
  net_.code.push_back(instruction);
  return net_.code.size() - 1;
}

// Breakers are shared as the simulator shares them: by the calls of a service to one element under
// the same terms.
std::int32_t NetworkCompiler::breaker_of(const Step& step, std::int32_t service) {
  const BreakerPolicy& policy = *step.policy.breaker;
  NetBreaker out;
  out.service = service;
  out.to = step.target;
  const auto count = [](std::size_t n) { return static_cast<std::int32_t>(n); };
  const std::int32_t stores = count(model_.services.size());
  const std::int32_t externals = stores + count(model_.stores.size());
  const std::int32_t channels = externals + count(model_.externals.size());
  out.callee = step.endpoint.valid()   ? step.endpoint.service.index
               : step.store.valid()    ? stores + step.store.index
               : step.external.valid() ? externals + step.external.index
                                       : channels + step.channel.index;
  const auto least_one = [](const Field<Count>& field, std::int64_t otherwise) {
    return static_cast<double>(
        std::clamp<std::int64_t>(field ? field->value : otherwise, 1, 100'000));
  };
  const FailureThreshold failures = policy.failures.or_else({Share{defaults::kBreakerShare}, 0});
  out.terms.in_a_row = static_cast<double>(std::max<std::int64_t>(0, failures.consecutive));
  out.terms.share = failures.share.value;
  out.terms.window = least_one(policy.over, defaults::kBreakerWindow);
  out.terms.open_seconds = policy.open ? policy.open->seconds() : defaults::kBreakerOpenSeconds;
  out.terms.probes = least_one(policy.probes, defaults::kBreakerProbes);
  for (std::size_t i = 0; i < net_.breakers.size(); ++i) {
    const NetBreaker& known = net_.breakers[i];
    if (known.service == out.service && known.callee == out.callee && known.terms == out.terms)
      return count(i);
  }
  net_.breakers.push_back(std::move(out));
  return count(net_.breakers.size() - 1);
}

std::int32_t NetworkCompiler::policy_of(const Step& step, std::int32_t service) {
  const CallPolicy& policy = step.policy;
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
  if (waits_for_leader(model_, step)) out.attempts = 1;  // they multiply nothing that works
  out.propagate = policy.deadline && *policy.deadline == Deadline::Propagate;
  if (policy.hedge && policy.hedge->after) {
    out.hedge_after_seconds = policy.hedge->after->seconds();
    out.hedge_at_most =
        policy.hedge->at_most ? policy.hedge->at_most->value : defaults::kHedgeAtMost;
  }
  if (policy.breaker) out.breaker = breaker_of(step, service);
  if (std::isinf(out.timeout_seconds) && out.attempts == 1 && std::isinf(out.hedge_after_seconds) &&
      out.breaker < 0)
    return -1;
  net_.policies.push_back(out);
  return static_cast<std::int32_t>(net_.policies.size() - 1);
}

std::int32_t NetworkCompiler::pool_of(StoreId id, std::int32_t service) {
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

std::int32_t NetworkCompiler::event_of(ChannelId channel, const std::string& name) {
  const auto [it, fresh] =
      events_.try_emplace({channel.index, name}, static_cast<std::int32_t>(net_.events.size()));
  if (fresh) net_.events.push_back({channel.index, {}});
  return it->second;
}

std::int32_t NetworkCompiler::lock_of(std::int32_t service, const std::string& name) {
  const auto [it, fresh] = locks_.try_emplace({service, name}, net_.locks);
  if (fresh) ++net_.locks;
  return it->second;
}

double NetworkCompiler::miss_rate(const Step& step) {
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
void NetworkCompiler::expiries() {
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

void NetworkCompiler::emit_list(double weight, const std::vector<Step>& steps, std::int32_t service,
                                int depth) {
  add(NetOp::Begin, -1, weight);
  emit(steps, service, depth + 1);
}

// A call, a store access or a publication, with its fallback and its fill. `times` on it is that
// many of it, one after another.
void NetworkCompiler::emit_access(const Step& step, std::int32_t service, int depth) {
  if (!step.times || step.times->value == 1) return emit_one_access(step, service, depth);
  add(NetOp::Begin, -1, step.times->value);
  emit_one_access(step, service, depth);
  add(NetOp::Repeat, -1, step.times->value);
}

void NetworkCompiler::emit_one_access(const Step& step, std::int32_t service, int depth) {
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
      if (step.kind == StepKind::Read && step.consistency) {
        net_.code[at].copy = chooses_any_copy(step) ? CopyChoice::Any : CopyChoice::NotAny;
        if (chooses_any_copy(step))
          net_.stores[static_cast<std::size_t>(step.store.index)].read_anywhere = true;
      }
      if (step.batch) net_.code[at].batch = std::max(1.0, static_cast<double>(step.batch->value));
      break;
    default:
      if (!step.channel.valid()) break;
      at = add(NetOp::Publish, event_of(step.channel, step.event));
      net_.code[at].required = step.via.or_else(PublishVia::Direct) == PublishVia::Direct;
      if (net_.code[at].required) net_.code[at].time = fixed_time(defaults::kPublishSeconds);
      break;
  }
  if (at < net_.code.size()) net_.code[at].policy = policy_of(step, service);
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

void NetworkCompiler::emit_step(const Step& step, std::int32_t service, int depth) {
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

void NetworkCompiler::emit(const std::vector<Step>& steps, std::int32_t service, int depth) {
  if (depth > kMaxDepth) {
    leave_out("steps nested over 200 deep");
    return;
  }
  for (const Step& step : steps)
    emit_step(step, service, depth);
}

}  // namespace scantling
