// Times and failures, callees first; what is held meanwhile.
#include <algorithm>
#include <cmath>

#include "estimate/solver.h"

namespace scantling {

// A call, store access or publication: its time into the frame, its calls and success noted.
void NetworkSolver::access(std::size_t pc, NetworkSolution::Frame& frame) {
  const NetInstruction& op = net_.code[pc];
  Moments one;
  double ok = 1;
  double up = 1;
  switch (op.op) {
    case NetOp::Call: {
      const EndpointState& callee = out_.endpoints[at(op.target)];
      one = callee.time;
      one += op.near ? net_.hop_near : net_.hop;
      ok = callee.success;
      up = callee.success_up;
      break;
    }
    case NetOp::External: {
      const NetExternal& external = net_.externals[at(op.target)];
      one = external.latency;
      up = 1 - out_.externals[at(op.target)].wait.loss;
      ok = up * external.availability;
      break;
    }
    case NetOp::Publish:
      one = op.time;
      if (op.required) one += net_.hop;
      break;
    default: {  // Read, Write
      const StationState& store = out_.stores[at(op.target)];
      const NetStore& of = net_.stores[at(op.target)];
      const bool any = op.op == NetOp::Read && of.any_copy(op);
      one = any ? store.any_read : op.op == NetOp::Read ? store.read : store.write;
      one += any ? of.reach_any : of.reach;
      if (op.batch > 1) one += batch_seconds(op);
      ok = 1 - store.wait.loss;
      if (op.pool >= 0) {
        const StationState& pool = out_.pools[at(op.pool)];
        one += waiting_moments(pool.wait);
        ok *= 1 - pool.wait.loss;
      }
      if (!op.required) ok = 1;  // a cache that refuses is a miss
      up = ok;
      break;
    }
  }
  if (op.policy < 0) {
    out_.passes[pc] = ok;
    frame.time += one;
    frame.hold += one.mean;
    frame.ok *= ok;
    frame.up *= up;
    frame.fail_seconds = one.mean;
    return;
  }
  const NetPolicy& policy = net_.policies[at(op.policy)];
  Attempted result = with_policy(one, ok, up, policy);
  if (policy.breaker >= 0) through_breaker(policy, out_.attempts[at(op.policy)], result);
  double calls = result.calls;
  if (!std::isinf(policy.hedge_after_seconds))
    calls *= 1 + std::min(policy.hedge_at_most, tail(one, policy.hedge_after_seconds));
  out_.calls[pc] = calls;
  out_.passes[pc] = result.ok;
  frame.time += result.time;
  frame.hold += result.hold;
  frame.ok *= result.ok;
  frame.up *= result.up;
  frame.fail_seconds = result.fail_seconds;
}

namespace {

using List = NetworkSolution::Frame;

// Branches side by side; `need` of them must end.
List together(const List* lists, std::size_t count, double need, double alike,
              std::vector<Moments>& times) {
  List sum;
  times.clear();
  for (std::size_t i = 0; i < count; ++i) {
    times.push_back(lists[i].time);
    sum.hold = std::max(sum.hold, lists[i].hold);
    sum.ok *= lists[i].ok;
    sum.up *= lists[i].up;
  }
  sum.time = order_statistic(times, static_cast<int>(need), alike);
  if (static_cast<double>(count) <= need) {
    sum.hold = std::max(sum.hold, sum.time.mean);
  } else {
    // Some of many: it fails only when too many do, which is taken not to happen by load.
    sum.ok = sum.up = 1;
    sum.hold = sum.time.mean;
  }
  return sum;
}

List choose(const List* lists, std::size_t count) {
  List sum;
  Mixture mix;
  double total = 0;
  sum.ok = sum.up = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double part = lists[i].weight;
    mix.add(part * lists[i].ok, lists[i].time);
    sum.hold += part * lists[i].hold;
    sum.ok += part * lists[i].ok;
    sum.up += part * lists[i].up;
    total += part;
  }
  const double none = std::max(0.0, 1 - total);  // no branch is taken
  if (none > 0) mix.add(none, {});
  sum.ok = (sum.ok + none) / (total + none);
  sum.up = (sum.up + none) / (total + none);
  sum.hold /= total + none;
  sum.time = mix.moments();
  return sum;
}

List repeat(const List& list, double times) {
  List sum;
  sum.time = list.time.times(times);
  sum.hold = list.hold * times;
  if (list.ok != 1) sum.ok = std::pow(list.ok, times);
  if (list.up != 1) sum.up = std::pow(list.up, times);
  return sum;
}

List filled(const List& fill) {
  List sum;
  const double part = fill.weight;
  Mixture mix;
  mix.add(1 - part, {});
  mix.add(part * fill.ok, fill.time);
  sum.time = mix.moments();
  sum.hold = part * fill.hold;
  sum.ok = 1 - part * (1 - fill.ok);
  sum.up = 1 - part * (1 - fill.up);
  return sum;
}

List rescued(const List& call, const List& instead) {
  List sum;
  const double late_share = (1 - call.ok) * instead.ok;
  Moments late = instead.time;
  late.mean += call.fail_seconds;
  Mixture mix;
  mix.add(call.ok, call.time);
  mix.add(late_share, late);
  sum.time = mix.moments();
  sum.hold = call.hold + (1 - call.ok) * instead.hold;
  sum.ok = call.ok + late_share;
  sum.up = call.up + (1 - call.up) * instead.up;
  return sum;
}

}  // namespace

// An instruction that closes lists: what they amount to goes into the list below.
void NetworkSolver::close(std::size_t pc) {
  const NetInstruction& op = net_.code[pc];
  auto& stack = out_.stack;
  const std::size_t base = stack.size() - lists_closed(op);
  const List* lists = stack.data() + base;
  List sum;  // of a spawn: nothing
  switch (op.op) {
    case NetOp::Together:
      sum = together(lists, at(op.count), op.amount, alike(op, lists), out_.branches);
      break;
    case NetOp::Choose: sum = choose(lists, at(op.count)); break;
    case NetOp::Repeat: sum = repeat(lists[0], op.amount); break;
    case NetOp::EndFill: sum = filled(lists[0]); break;
    case NetOp::EndFallback: sum = rescued(lists[0], lists[1]); break;
    default: break;
  }
  stack.resize(base);
  List& below = stack.back();
  below.time += sum.time;
  below.hold += sum.hold;
  below.ok *= sum.ok;
  below.up *= sum.up;
  out_.passes[pc] = sum.ok;
}

void NetworkSolver::endpoint_times(std::size_t e) {
  const NetEndpoint& endpoint = net_.endpoints[e];
  const NetService& service = net_.services[at(endpoint.service)];
  const StationState& cpu = out_.services[at(endpoint.service)];
  auto& stack = out_.stack;
  stack.clear();
  stack.emplace_back();
  double locked = 0;  // when the first lock was taken
  std::int32_t lock = -1;
  for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
    const NetInstruction& op = net_.code[at(pc)];
    NetworkSolution::Frame& frame = stack.back();
    switch (op.op) {
      case NetOp::Work: {
        Moments own = op.time.scaled(1 / service.speed);
        own += cpu.waited;
        frame.time += own;
        frame.hold += own.mean;
        break;
      }
      case NetOp::Delay:
        frame.time += op.time;
        frame.hold += op.time.mean;
        break;
      case NetOp::Call:
      case NetOp::External:
      case NetOp::Read:
      case NetOp::Write:
      case NetOp::Publish: access(at(pc), frame); break;
      case NetOp::Fail:
        frame.ok *= 1 - op.amount;
        frame.up *= 1 - op.amount;
        out_.passes[at(pc)] = 1 - op.amount;
        break;
      case NetOp::Lock: {
        const Moments wait = waiting_moments(out_.locks[at(op.target)].wait);
        frame.time += wait;
        frame.hold += wait.mean;
        lock = op.target;
        locked = stack.front().hold;
        break;
      }
      case NetOp::Begin:
      case NetOp::Fallback:
      case NetOp::Fill:
        stack.emplace_back();
        stack.back().weight = op.op == NetOp::Fill ? miss(op) : op.amount;
        break;
      default: close(at(pc)); break;
    }
  }
  EndpointState& state = out_.endpoints[e];
  const NetworkSolution::Frame& whole = stack.front();
  const StationState& slots = out_.slots[at(endpoint.service)];
  state.hold = whole.hold;
  state.time = whole.time;
  state.success = whole.ok;
  state.success_up = whole.up;
  if (endpoint.channel < 0) {  // consumers have their own places
    state.time += slots.waited;
    state.success *= 1 - slots.wait.loss;
    state.success_up *= 1 - slots.wait.loss;
    state.accepted = 1 - slots.wait.loss;
  }
  if (lock >= 0) {
    StationState& station = out_.locks[at(lock)];
    station.demand += state.rate * std::max(0.0, whole.hold - locked);
  }
}

// Slots are held from admission to answer: a station whose service time is the time inside.
void NetworkSolver::admission() {
  for (std::size_t i = 0; i < net_.services.size(); ++i) {
    const NetService& service = net_.services[i];
    StationState& slots = out_.slots[i];
    const double n = out_.instances[i];
    slots.servers = n * service.concurrency;
    slots.rate = slots.demand = 0;
    const auto first = at(net_.first_endpoint[i]);
    const auto last =
        i + 1 < net_.services.size() ? at(net_.first_endpoint[i + 1]) : net_.endpoints.size();
    for (std::size_t e = first; e < last; ++e) {
      if (net_.endpoints[e].channel >= 0) continue;
      slots.rate += out_.endpoints[e].rate;
      slots.demand += out_.endpoints[e].rate * out_.endpoints[e].hold;
    }
    slots.wait = {};
    slots.waited = {};
    slots.scatter = 0;
    if (n < 1) {
      slots.utilisation = slots.rate > 0 ? kUnlimited : 0;
      if (slots.rate > 0) slots.wait = {0, 0, 1};
      continue;
    }
    if (slots.rate <= 0) {
      slots.utilisation = 0;
      continue;
    }
    slots.utilisation = std::isinf(slots.servers) ? 0 : slots.demand / slots.servers;
    if (std::isinf(service.concurrency)) continue;
    const double held = slots.demand / slots.rate;
    if (known(&SolveMemo::slots, i,
              {n, service.concurrency, service.queue, slots.rate, slots.demand, out_.turns[i], 0,
               0})) {
      const SolveMemo::Slots& solved = memo_->slots_solved[i];
      slots.wait = solved.wait;
      slots.waited = solved.waited;
      slots.scatter = solved.scatter;
      continue;
    }
    const int places = static_cast<int>(std::min(service.concurrency, 1e6));
    slots.wait = closed_ != nullptr
                     ? closed_balanced(slots_at(i), i, {n, places, slots.rate, held, 1, 1})
                     : balanced_wait(service.balance, n, static_cast<int>(service.concurrency),
                                     service.queue, slots.rate, held, 1, 1.5, out_.turns[i]);
    slots.waited = waiting_moments(slots.wait);
    slots.scatter = slots.rate * n * 2;
    if (memo_ != nullptr) memo_->slots_solved[i] = {slots.wait, slots.waited, slots.scatter};
  }
  for (std::size_t i = 0; i < out_.locks.size(); ++i) {
    StationState& lock = out_.locks[i];
    lock.servers = 1;
    lock.utilisation = lock.demand;
    lock.wait = {};
    if (lock.rate <= 0) continue;
    const double held = lock.demand / lock.rate;
    lock.wait = closed_ != nullptr ? closed_wait(lock_at(i), {1, 1, lock.rate, held, 1, 1})
                                   : mmc_wait(1, lock.rate, held);
    lock.wait.mean = std::min(lock.wait.mean, kForever);
  }
}

void NetworkSolver::times() {
  for (StationState& lock : out_.locks)
    lock.demand = 0;
  if (memo_ != nullptr) see_slots();
  for (auto it = net_.callers_first.rbegin(); it != net_.callers_first.rend(); ++it)
    if (memo_ != nullptr)
      solve_endpoint(at(*it));
    else
      endpoint_times(at(*it));
  admission();
  breakers();
}

// Delay in channels. A topic's partitions are dealt out to places that work on one each; a queue is
// one line for all places.
void NetworkSolver::consumers() {
  for (StationState& channel : out_.channels) {
    channel.utilisation = channel.servers = channel.demand = 0;
    channel.wait = {};
  }
  for (std::size_t e = 0; e < net_.endpoints.size(); ++e) {
    const NetEndpoint& endpoint = net_.endpoints[e];
    if (endpoint.channel < 0) continue;
    EndpointState& state = out_.endpoints[e];
    const NetChannel& channel = net_.channels[at(endpoint.channel)];
    StationState& station = out_.channels[at(endpoint.channel)];
    const double offered = out_.instances[at(endpoint.service)] *
                           (std::isinf(endpoint.concurrency) ? 1e6 : endpoint.concurrency);
    const double places = channel.topic ? std::min(channel.partitions, offered) : offered;
    const double use = state.rate <= 0 ? 0
                       : places > 0    ? state.rate * state.hold / places
                                       : kUnlimited;
    const double cs2 =
        state.time.mean > 0 ? state.time.variance / (state.time.mean * state.time.mean) : 0;
    state.delay = {};
    if (places < 1) {
      if (state.rate > 0) state.delay = {kForever, 1, 0};
    } else if (channel.topic) {
      state.delay = allen_cunneen(1, state.rate / places, state.hold, 1, cs2);
    } else {
      state.delay = allen_cunneen(static_cast<int>(places), state.rate, state.hold, 1, cs2);
    }
    state.delay.mean = std::min(state.delay.mean, kForever);
    if (use >= station.utilisation) {  // the slowest group is the channel's
      station.utilisation = use;
      station.servers = places;
      station.wait = state.delay;
      station.demand = state.rate * state.hold;
    }
  }
}

}  // namespace scantling
