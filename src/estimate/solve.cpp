#include <algorithm>
#include <cmath>

#include "estimate/defaults.h"
#include "estimate/network.h"

namespace scantling {
namespace {

// What an overloaded queue without a bound makes wait: in place of infinity, so that sums of it
// stay numbers. Estimates turn it back into infinity.
constexpr double kForever = 1e9;
constexpr int kRounds = 100;

std::size_t at(std::int32_t i) {
  return static_cast<std::size_t>(i);
}

// Waiting at `n` instances of `servers` with room for `room` more at each, behind a balancer.
//
// random, weighted, hashed: each instance is an M/G/c of its own.
// round-robin:  the same with every n-th arrival: Erlang-n between arrivals, ca2 = 1/n.
// least-request: joins the shortest queue; taken as one queue for all, its lower bound, which it
//   reaches in heavy traffic (Foschini and Salz 1978).
// random of two: Mitzenmacher's fixed point; an instance with several servers counts as busy with
//   the probability that all of them are. At least the one queue for all.
Waiting balanced_wait(Balance balance, double n, int servers, double room, double rate,
                      double seconds, double cs2) {
  if (rate <= 0 || seconds <= 0) return {};
  if (n < 1) return {kForever, 1, 1};
  const auto pooled_servers = static_cast<int>(std::lround(n * servers));
  Waiting out;
  double ca2 = 1;
  switch (balance) {
    case Balance::LeastRequest: out = mmck_wait(pooled_servers, room * n, rate, seconds); break;
    case Balance::RandomOfTwo:
    case Balance::BoundedHash: {
      out = mmck_wait(servers, room, rate / n, seconds);
      if (n < 2) break;
      const double rho = rate * seconds / (n * servers);
      if (rho >= 1) break;
      const double busy = erlang_c(servers, rho * servers);
      double sum = 0;
      for (double power = 4; power < 1e9; power *= 2) {
        const double term = busy * busy * std::pow(rho, power - 4);
        sum += term;
        if (term < 1e-12 * sum) break;
      }
      const Waiting two{sum * seconds / servers, busy * busy, 0};
      const Waiting pooled = mmck_wait(pooled_servers, room * n, rate, seconds);
      const Waiting& worse = two.mean > pooled.mean ? two : pooled;
      if (worse.mean < out.mean) out = {worse.mean, worse.p_wait, out.loss};
      break;
    }
    case Balance::RoundRobin:
      ca2 = 1 / n;
      out = mmck_wait(servers, room, rate / n, seconds);
      break;
    case Balance::Random:
    case Balance::Weighted:
    case Balance::ConsistentHash:
    case Balance::ZoneLocal: out = mmck_wait(servers, room, rate / n, seconds); break;
  }
  const double factor = allen_cunneen_factor(rate * seconds / (n * servers), ca2, cs2);
  out.mean = std::min(out.mean * factor, kForever);
  if (factor < 1) out.p_wait *= std::sqrt(factor);  // smoother arrivals wait less often too
  return out;
}

Moments waiting_moments(const Waiting& wait) {
  if (wait.mean <= 0 || wait.p_wait <= 0) return {};
  return exponential_wait(wait.p_wait, wait.mean / wait.p_wait);
}

// The k-th to end of n alike: those of a shifted exponential with the same mean and deviation,
// whose order statistics are sums of independent exponentials (Renyi 1953).
Moments kth_of_alike(const Moments& one, int k, int n) {
  if (n <= 1) return one;
  const double deviation = std::sqrt(one.variance);
  double h1 = 0;
  double h2 = 0;
  double h3 = 0;
  for (int j = n - k + 1; j <= n; ++j) {
    h1 += 1.0 / j;
    h2 += 1.0 / (static_cast<double>(j) * j);
    h3 += 1.0 / (static_cast<double>(j) * j * j);
  }
  const double ratio = one.third > 0 ? one.light / one.third : 1;
  const double third = 2 * deviation * one.variance * h3;
  return {std::max(0.0, one.mean - deviation + deviation * h1), one.variance * h2, third,
          third * ratio};
}

struct Attempted {  // a call with its retries
  Moments time;     // of one that succeeds
  double hold = 0;  // mean seconds until it has ended well or badly
  double ok = 1;
  double up = 1;  // `ok` while no dependency has an outage
  double calls = 1;
  double fail_seconds = 0;  // spent when it fails
};

Attempted with_policy(const Moments& one, double ok, double up, const NetPolicy& policy) {
  Attempted out;
  Truncated cut;
  cut.kept = one;
  cut.mean_spent = one.mean;
  if (!std::isinf(policy.timeout_seconds)) cut = truncate(one, policy.timeout_seconds);
  const double good = (1 - cut.cut) * ok;
  const double wrong = (1 - cut.cut) * (1 - ok);
  const double again =
      (policy.on_timeout ? cut.cut : 0) + (policy.on_error || policy.on_rejected ? wrong : 0);
  out.calls = policy.attempts == 1 || again <= 0
                  ? 1
                  : expected_attempts(std::min(again, 1.0), policy.attempts, policy.budget);
  out.ok = std::min(1.0, good * out.calls);
  out.up = out.ok;
  if (up != ok) {
    const double wrong_up = (1 - cut.cut) * (1 - up);
    const double again_up = again - (policy.on_error || policy.on_rejected ? wrong - wrong_up : 0);
    out.up = std::min(
        1.0, (1 - cut.cut) * up *
                 expected_attempts(std::clamp(again_up, 0.0, 1.0), policy.attempts, policy.budget));
  }
  out.time = cut.kept;
  double backoff = 0;  // all of it, on average
  if (out.calls > 1) {
    const double share = std::min(again, 1.0);
    double probability = 1;
    double wait = policy.backoff_seconds;
    double plain = 0;  // retries without a budget
    for (int k = 1; k < policy.attempts; ++k) {
      probability *= share;
      if (probability < 1e-12) break;
      plain += probability;
      backoff += probability * wait;
      wait = std::min(wait * 2, policy.cap_seconds);
    }
    if (plain > 0) backoff *= (out.calls - 1) / plain;
    // What failed attempts add is rare: a compound Poisson time, whose cumulants are the rate
    // times the raw moments of one delay.
    const double retries = out.calls - 1;
    const double spent = again > 0 ? (cut.cut * (policy.on_timeout ? policy.timeout_seconds : 0) +
                                      (again - (policy.on_timeout ? cut.cut : 0)) * cut.kept.mean) /
                                         again
                                   : 0;
    const double delay = spent + backoff / retries;
    const double third = retries * delay * delay * delay;
    out.time += {retries * delay, retries * delay * delay, third, third};
  }
  out.hold = out.calls * cut.mean_spent + backoff;
  const double bad = 1 - good;
  out.fail_seconds = bad > 0 ? out.calls * (cut.cut > 0 ? (cut.cut * policy.timeout_seconds +
                                                           (bad - cut.cut) * cut.kept.mean) /
                                                              bad
                                                        : cut.kept.mean) +
                                   backoff
                             : 0;
  return out;
}

class Solver {
 public:
  Solver(const EstimateNetwork& network, const EstimateOptions& options, NetworkSolution& out)
      : net_(network), options_(options), out_(out) {}
  void run();

 private:
  void prepare();
  void load_endpoints();
  void rates();
  void endpoint_rates(const NetEndpoint& endpoint, double weight);
  void deliver(const NetInstruction& publish, double rate);
  void stations();
  void store_station(std::size_t i);
  void times();
  void endpoint_times(std::size_t e);
  void access(std::size_t pc, NetworkSolution::Frame& frame);
  void close(std::size_t pc);
  void admission();
  void consumers();
  double moved();
  void amplified();
  bool shielded(std::int32_t policy, double longest, bool can_fail, Discipline discipline) const;
  void endpoint_longest(std::size_t e);
  void amplify_endpoint(std::size_t e);
  double instances_of(const NetService& service, double demand) const;
  double miss(const NetInstruction& fill) const {
    return 1 - (1 - fill.amount) * options_.cache_hit_factor;
  }
  double left(bool spread) const;

  const EstimateNetwork& net_;
  const EstimateOptions& options_;
  NetworkSolution& out_;
};

// Share of an element that is left when zones are lost; one that stands in a single zone is taken
// to stand in a lost one.
double Solver::left(bool spread) const {
  if (options_.zones_lost <= 0) return 1;
  if (!spread) return 0;
  return std::max(0.0, 1.0 - static_cast<double>(options_.zones_lost) / net_.zones);
}

double Solver::instances_of(const NetService& service, double demand) const {
  double n = service.instances_low;
  if (service.scale_target > 0 && service.instances_high > n) {
    const double wanted = std::ceil(demand / (service.servers * service.scale_target) - 1e-9);
    n = std::clamp(wanted, service.instances_low, service.instances_high);
  }
  const double share = left(service.spread_zones);
  return share == 1 ? n : std::floor(n * share + 1e-9);
}

void Solver::prepare() {
  const auto reset = [](std::vector<StationState>& states, std::size_t n) {
    states.assign(n, StationState{});
  };
  reset(out_.services, net_.services.size());
  reset(out_.slots, net_.services.size());
  reset(out_.stores, net_.stores.size());
  reset(out_.pools, net_.pools.size());
  reset(out_.externals, net_.externals.size());
  reset(out_.channels, net_.channels.size());
  reset(out_.locks, at(net_.locks));
  out_.endpoints.assign(net_.endpoints.size(), EndpointState{});
  out_.instances.assign(net_.services.size(), 1);
  out_.calls.assign(net_.code.size(), 1);
  out_.passes.assign(net_.code.size(), 1);
  out_.before.clear();
  out_.rounds = 0;
  out_.converged = true;
}

void Solver::load_endpoints() {
  const bool peak = options_.basis == LoadBasis::Peak;
  for (std::size_t e = 0; e < net_.endpoints.size(); ++e) {
    const NetEndpoint& endpoint = net_.endpoints[e];
    out_.endpoints[e].rate =
        (peak ? endpoint.peak_load : endpoint.mean_load) * options_.load_factor +
        endpoint.schedule_load;
  }
}

void Solver::deliver(const NetInstruction& publish, double rate) {
  const NetEvent& event = net_.events[at(publish.target)];
  out_.channels[at(event.channel)].rate += rate;
  for (const std::int32_t c : event.consumers) {
    const double failing = 1 - out_.endpoints[at(c)].success;
    out_.endpoints[at(c)].rate +=
        rate * expected_attempts(failing, net_.endpoints[at(c)].deliveries, 1e9);
  }
}

// Adds what one endpoint asks of others, `weight` times a second.
void Solver::endpoint_rates(const NetEndpoint& endpoint, double weight) {
  std::vector<double>& weights = out_.weights;
  weights.clear();
  weights.push_back(weight);
  for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
    const NetInstruction& op = net_.code[at(pc)];
    const double calls = weights.back() * out_.calls[at(pc)];
    switch (op.op) {
      case NetOp::Work: {
        StationState& cpu = out_.services[at(endpoint.service)];
        const double speed = net_.services[at(endpoint.service)].speed;
        cpu.rate += weights.back();
        cpu.demand += weights.back() * op.time.mean / speed;
        cpu.square +=
            weights.back() * (op.time.variance + op.time.mean * op.time.mean) / (speed * speed);
        break;
      }
      case NetOp::Call: out_.endpoints[at(op.target)].rate += calls; break;
      case NetOp::External: out_.externals[at(op.target)].rate += calls; break;
      case NetOp::Read:
      case NetOp::Write: {
        StationState& store = out_.stores[at(op.target)];
        (op.op == NetOp::Read ? store.reads : store.writes) += calls * op.amount;
        if (op.pool >= 0) {
          StationState& pool = out_.pools[at(op.pool)];
          (op.op == NetOp::Read ? pool.reads : pool.writes) += calls * op.amount;
        }
        break;
      }
      case NetOp::Publish: deliver(op, calls); break;
      case NetOp::Lock: out_.locks[at(op.target)].rate += weights.back(); break;
      case NetOp::Begin: weights.push_back(weights.back() * op.amount); continue;
      case NetOp::Fill: weights.push_back(weights.back() * miss(op)); continue;
      case NetOp::Fallback:
        // The list below is the call's own: its weight has been cut by the call's success already.
        weights.push_back(weights[weights.size() - 2] * (1 - out_.passes[at(op.target)]));
        continue;
      case NetOp::Together:
      case NetOp::Choose: weights.resize(weights.size() - at(op.count)); break;
      case NetOp::Repeat:
      case NetOp::Spawn:
      case NetOp::EndFill: weights.pop_back(); break;
      case NetOp::EndFallback: weights.resize(weights.size() - 2); break;
      case NetOp::Delay:
      case NetOp::Fail: break;
    }
    weights.back() *= out_.passes[at(pc)];
  }
}

void Solver::rates() {
  const auto clear = [](std::vector<StationState>& states) {
    for (StationState& state : states)
      state.rate = state.reads = state.writes = state.demand = state.square = 0;
  };
  clear(out_.services);
  clear(out_.stores);
  clear(out_.pools);
  clear(out_.externals);
  clear(out_.channels);
  clear(out_.locks);
  load_endpoints();
  for (const std::int32_t e : net_.callers_first) {
    const EndpointState& state = out_.endpoints[at(e)];
    if (state.rate > 0) endpoint_rates(net_.endpoints[at(e)], state.rate * state.accepted);
  }
}

void Solver::store_station(std::size_t i) {
  const NetStore& store = net_.stores[i];
  StationState& state = out_.stores[i];
  const double alive = store.spread_zones ? std::max(1.0, std::floor(store.copies * left(true)))
                                          : store.copies * left(false);
  const bool gone = alive < 1 || left(store.spread_zones) <= 0;
  state.rate = state.reads + state.writes;
  // Which part of the reads the busiest copy of a shard serves. Every copy takes every write.
  double read_part = 1;
  if (store.consistency == ConsistencyKind::Eventual) read_part = 1 / std::max(1.0, alive);
  if (store.consistency == ConsistencyKind::Quorum)
    read_part = std::min(1.0, store.read_quorum / std::max(1.0, alive));
  const double hot = store.hottest_key > 0
                         ? store.hottest_key + (1 - store.hottest_key) / store.shards
                         : 1 / store.shards;
  const double reads = state.reads * read_part * hot;
  const double writes = state.writes * hot;
  const double rate = reads + writes;
  state.demand = state.reads * read_part * store.read.mean + state.writes * store.write.mean;
  state.servers = gone ? 0 : store.concurrency * store.shards;
  if (gone) {
    state.utilisation = state.rate > 0 ? kUnlimited : 0;
    state.wait = {kForever, 1, 1};
  } else if (rate > 0) {
    const double seconds = (reads * store.read.mean + writes * store.write.mean) / rate;
    const double square = (reads * (store.read.variance + store.read.mean * store.read.mean) +
                           writes * (store.write.variance + store.write.mean * store.write.mean)) /
                          rate;
    const int servers = static_cast<int>(store.concurrency);
    state.utilisation = rate * seconds / servers;
    const double cs2 = seconds > 0 ? square / (seconds * seconds) - 1 : 0;
    state.wait = allen_cunneen(servers, rate, seconds, 1, std::max(0.0, cs2));
    state.wait.mean = std::min(state.wait.mean, kForever);
  }
  const Moments wait = waiting_moments(state.wait);
  state.read = store.read;
  state.read += wait;
  state.write = store.write;
  state.write += wait;
  if (store.consistency == ConsistencyKind::Quorum && alive > 1) {
    const int n = static_cast<int>(alive);
    const int r = std::min(n, static_cast<int>(store.read_quorum));
    const int w = std::min(n, static_cast<int>(store.write_quorum));
    state.read = kth_of_alike(state.read, r, r);
    state.write = kth_of_alike(state.write, w, n);
  }
}

void Solver::stations() {
  for (std::size_t i = 0; i < net_.services.size(); ++i) {
    const NetService& service = net_.services[i];
    StationState& cpu = out_.services[i];
    const double n = instances_of(service, cpu.demand);
    out_.instances[i] = n;
    cpu.servers = n * service.servers;
    cpu.utilisation = cpu.demand <= 0 ? 0 : n > 0 ? cpu.demand / cpu.servers : kUnlimited;
    cpu.wait = {};
    if (cpu.rate <= 0) continue;
    const double seconds = cpu.demand / cpu.rate;
    double cs2 = seconds > 0 ? cpu.square / cpu.rate / (seconds * seconds) - 1 : 0;
    // Processor sharing: the mean does not depend on the law of service times (as exponential).
    if (service.discipline == Discipline::ProcessorSharing) cs2 = 1;
    const double room = std::isinf(service.concurrency)
                            ? kUnlimited
                            : std::max(0.0, service.concurrency - service.servers);
    cpu.wait = balanced_wait(service.balance, n, service.servers, room, cpu.rate, seconds,
                             std::max(0.0, cs2));
  }
  for (std::size_t i = 0; i < net_.stores.size(); ++i)
    store_station(i);
  for (std::size_t i = 0; i < net_.pools.size(); ++i) {
    const NetPool& pool = net_.pools[i];
    StationState& state = out_.pools[i];
    const StationState& store = out_.stores[at(pool.store)];
    state.rate = state.reads + state.writes;
    const double n = pool.service < 0 ? 1 : out_.instances[at(pool.service)];
    state.servers = pool.size * n;
    state.wait = {};
    if (state.rate <= 0 || n < 1) continue;
    const double hold =
        net_.hop.mean +
        (state.reads * store.read.mean + state.writes * store.write.mean) / state.rate;
    state.demand = state.rate * hold;
    state.utilisation = state.demand / state.servers;
    state.wait = mmck_wait(static_cast<int>(pool.size), pool.waiting, state.rate / n, hold);
    state.wait.mean = std::min(state.wait.mean, kForever);
  }
  for (std::size_t i = 0; i < net_.externals.size(); ++i) {
    StationState& state = out_.externals[i];
    const double limit = net_.externals[i].limit;
    state.utilisation = std::isinf(limit) ? 0 : limit > 0 ? state.rate / limit : kUnlimited;
    // What is over the limit is refused.
    state.wait.loss = state.utilisation > 1 ? 1 - 1 / state.utilisation : 0;
  }
}

// A call, store access or publication: its time into the frame, its calls and success noted.
void Solver::access(std::size_t pc, NetworkSolution::Frame& frame) {
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
    case NetOp::Publish: one = op.time; break;
    default: {  // Read, Write
      const StationState& store = out_.stores[at(op.target)];
      one = op.op == NetOp::Read ? store.read : store.write;
      one += net_.hop;
      ok = 1 - store.wait.loss;
      if (op.pool >= 0) {
        const StationState& pool = out_.pools[at(op.pool)];
        one += waiting_moments(pool.wait);
        ok *= 1 - pool.wait.loss;
      }
      if (op.amount != 1) {
        one = one.times(op.amount);
        ok = std::pow(ok, op.amount);
      }
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
  const Attempted result = with_policy(one, ok, up, policy);
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

// An instruction that closes lists: what they amount to goes into the list below.
void Solver::close(std::size_t pc) {
  const NetInstruction& op = net_.code[pc];
  auto& stack = out_.stack;
  const auto count = op.op == NetOp::Together || op.op == NetOp::Choose ? at(op.count)
                     : op.op == NetOp::EndFallback                      ? std::size_t{2}
                                                                        : std::size_t{1};
  const std::size_t base = stack.size() - count;
  const NetworkSolution::Frame* lists = stack.data() + base;
  NetworkSolution::Frame sum;
  if (op.op == NetOp::Together) {
    out_.branches.clear();
    for (std::size_t i = 0; i < count; ++i) {
      out_.branches.push_back(lists[i].time);
      sum.hold = std::max(sum.hold, lists[i].hold);
      sum.ok *= lists[i].ok;
      sum.up *= lists[i].up;
    }
    const bool all = static_cast<double>(count) <= op.amount;
    sum.time = order_statistic(out_.branches, static_cast<int>(op.amount));
    // Some of many: it fails only when too many do, which is taken not to happen by load.
    if (!all) sum.ok = sum.up = 1;
    sum.hold = all ? std::max(sum.hold, sum.time.mean) : sum.time.mean;
  } else if (op.op == NetOp::Choose) {
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
  } else if (op.op == NetOp::Repeat) {
    sum.time = lists[0].time.times(op.amount);
    sum.hold = lists[0].hold * op.amount;
    sum.ok = lists[0].ok == 1 ? 1 : std::pow(lists[0].ok, op.amount);
    sum.up = lists[0].up == 1 ? 1 : std::pow(lists[0].up, op.amount);
  } else if (op.op == NetOp::EndFill) {
    const double part = lists[0].weight;
    Mixture mix;
    mix.add(1 - part, {});
    mix.add(part * lists[0].ok, lists[0].time);
    sum.time = mix.moments();
    sum.hold = part * lists[0].hold;
    sum.ok = 1 - part * (1 - lists[0].ok);
    sum.up = 1 - part * (1 - lists[0].up);
  } else if (op.op == NetOp::EndFallback) {
    const NetworkSolution::Frame& call = lists[0];
    const NetworkSolution::Frame& instead = lists[1];
    const double rescued = (1 - call.ok) * instead.ok;
    Mixture mix;
    mix.add(call.ok, call.time);
    Moments late = instead.time;
    late.mean += call.fail_seconds;
    mix.add(rescued, late);
    sum.time = mix.moments();
    sum.hold = call.hold + (1 - call.ok) * instead.hold;
    sum.ok = call.ok + rescued;
    sum.up = call.up + (1 - call.up) * instead.up;
  }
  stack.resize(base);
  NetworkSolution::Frame& below = stack.back();
  below.time += sum.time;
  below.hold += sum.hold;
  below.ok *= sum.ok;
  below.up *= sum.up;
  out_.passes[pc] = sum.ok;
}

void Solver::endpoint_times(std::size_t e) {
  const NetEndpoint& endpoint = net_.endpoints[e];
  const NetService& service = net_.services[at(endpoint.service)];
  const StationState& cpu = out_.services[at(endpoint.service)];
  auto& stack = out_.stack;
  stack.clear();
  stack.emplace_back();
  const Moments cpu_wait = waiting_moments(cpu.wait);
  double locked = 0;  // when the first lock was taken
  std::int32_t lock = -1;
  for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
    const NetInstruction& op = net_.code[at(pc)];
    NetworkSolution::Frame& frame = stack.back();
    switch (op.op) {
      case NetOp::Work: {
        Moments own = op.time.scaled(1 / service.speed);
        own += cpu_wait;
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
    state.time += waiting_moments(slots.wait);
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
void Solver::admission() {
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
    slots.wait = balanced_wait(service.balance, n, static_cast<int>(service.concurrency),
                               service.queue, slots.rate, slots.demand / slots.rate, 1);
  }
  for (StationState& lock : out_.locks) {
    lock.servers = 1;
    lock.utilisation = lock.demand;
    lock.wait = {};
    if (lock.rate <= 0) continue;
    lock.wait = mmc_wait(1, lock.rate, lock.demand / lock.rate);
    lock.wait.mean = std::min(lock.wait.mean, kForever);
  }
}

void Solver::times() {
  for (StationState& lock : out_.locks)
    lock.demand = 0;
  for (auto it = net_.callers_first.rbegin(); it != net_.callers_first.rend(); ++it)
    endpoint_times(at(*it));
  admission();
}

// Delay in channels. A topic's partitions are dealt out to places that work on one each; a queue is
// one line for all places.
void Solver::consumers() {
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

// Largest change of anything that the next round's rates and waits would start from.
double Solver::moved() {
  auto& before = out_.before;
  const std::size_t n =
      out_.calls.size() + 2 * out_.slots.size() + out_.locks.size() + out_.endpoints.size();
  const bool fresh = before.size() != n;
  if (fresh) {
    // The first round started from calls 1, passes 1 and no waits.
    before.assign(n, 0);
    std::fill(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(out_.calls.size()), 1.0);
    std::fill(before.end() - static_cast<std::ptrdiff_t>(out_.endpoints.size()), before.end(), 1.0);
  }
  double most = 0;
  std::size_t i = 0;
  const auto compare = [&](double now) {
    most = std::max(most, std::abs(now - before[i]) / std::max(1e-3, std::abs(now)));
    before[i++] = now;
  };
  for (const double calls : out_.calls)
    compare(calls);
  for (const StationState& slots : out_.slots) {
    compare(slots.wait.mean);
    compare(slots.wait.loss);
  }
  for (const StationState& lock : out_.locks)
    compare(lock.wait.mean);
  for (const EndpointState& endpoint : out_.endpoints)
    compare(endpoint.success);
  return most;
}

// --- the stability frontier ---

// Whether retries of a call can't pile work up on the callee: late work is dropped there, newest
// work comes first, or the bounds of its queues keep it from ever being later than the timeout.
bool Solver::shielded(std::int32_t policy, double longest, bool can_fail,
                      Discipline discipline) const {
  if (policy < 0) return true;  // no retries
  const NetPolicy& p = net_.policies[at(policy)];
  if (p.attempts == 1 || p.propagate) return true;
  if (discipline == Discipline::Lifo || discipline == Discipline::Codel ||
      discipline == Discipline::AdaptiveLifo)
    return true;
  return !can_fail && (longest <= p.timeout_seconds);
}

// Longest stay that bounds and timeouts allow (means of service taken), callees first.
void Solver::endpoint_longest(std::size_t e) {
  const NetEndpoint& endpoint = net_.endpoints[e];
  const NetService& service = net_.services[at(endpoint.service)];
  const StationState& cpu = out_.services[at(endpoint.service)];
  const StationState& slots = out_.slots[at(endpoint.service)];
  EndpointState& state = out_.endpoints[e];
  state.can_fail = false;
  double inside = 0;
  double cpu_seconds = 0;
  for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
    const NetInstruction& op = net_.code[at(pc)];
    double one = 0;
    switch (op.op) {
      case NetOp::Work: cpu_seconds += op.time.mean / service.speed; continue;
      case NetOp::Delay: inside += op.time.mean; continue;
      case NetOp::Call:
        one = out_.endpoints[at(op.target)].longest;
        state.can_fail = state.can_fail || out_.endpoints[at(op.target)].can_fail;
        break;
      case NetOp::External: one = net_.externals[at(op.target)].latency.mean * 3; break;
      case NetOp::Read:
      case NetOp::Write: one = kUnlimited; break;  // a store's queue has no bound of its own
      default: continue;
    }
    if (op.policy >= 0) {
      const NetPolicy& policy = net_.policies[at(op.policy)];
      if (one > policy.timeout_seconds) {
        one = policy.timeout_seconds;
        state.can_fail = true;
      }
      one = one * policy.attempts + policy.backoff_seconds * (policy.attempts - 1);
    }
    inside += one;
  }
  // Everybody inside before it, each with the mean work of a request here.
  const double work = slots.rate > 0 ? cpu.demand / std::max(slots.rate, 1e-12) : cpu_seconds;
  const double ahead = std::isinf(service.concurrency)
                           ? kUnlimited
                           : (service.concurrency + service.queue) / service.servers;
  if (cpu_seconds > 0) inside += std::isinf(ahead) ? kUnlimited : ahead * work;
  state.longest = inside;
}

void Solver::amplify_endpoint(std::size_t e) {
  const NetEndpoint& endpoint = net_.endpoints[e];
  std::vector<double>& weights = out_.weights;
  weights.clear();
  weights.push_back(out_.endpoints[e].amplified);
  for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
    const NetInstruction& op = net_.code[at(pc)];
    const double now = weights.back();
    const auto calls = [&](double longest, bool can_fail, Discipline discipline) {
      if (shielded(op.policy, longest, can_fail, discipline)) return now;
      const NetPolicy& policy = net_.policies[at(op.policy)];
      return now * std::min(static_cast<double>(policy.attempts), 1 + policy.budget);
    };
    switch (op.op) {
      case NetOp::Work:
        out_.services[at(endpoint.service)].amplified +=
            now * op.time.mean / net_.services[at(endpoint.service)].speed;
        break;
      case NetOp::Call: {
        EndpointState& callee = out_.endpoints[at(op.target)];
        const auto service = at(net_.endpoints[at(op.target)].service);
        callee.amplified +=
            calls(callee.longest, callee.can_fail, net_.services[service].discipline);
        break;
      }
      case NetOp::External:
        out_.externals[at(op.target)].amplified += calls(kUnlimited, false, Discipline::Fifo);
        break;
      case NetOp::Read:
      case NetOp::Write: {
        const NetStore& store = net_.stores[at(op.target)];
        double part = 1;
        if (op.op == NetOp::Read && store.consistency == ConsistencyKind::Eventual)
          part = 1 / store.copies;
        if (op.op == NetOp::Read && store.consistency == ConsistencyKind::Quorum)
          part = std::min(1.0, store.read_quorum / store.copies);
        out_.stores[at(op.target)].amplified +=
            calls(kUnlimited, false, Discipline::Fifo) * op.amount * part *
            (op.op == NetOp::Read ? store.read.mean : store.write.mean);
        break;
      }
      case NetOp::Publish:
        for (const std::int32_t c : net_.events[at(op.target)].consumers)
          out_.endpoints[at(c)].amplified += now;
        break;
      case NetOp::Begin: weights.push_back(now * op.amount); break;
      case NetOp::Fill:
      case NetOp::Fallback: weights.push_back(now); break;
      case NetOp::Together:
      case NetOp::Choose: weights.resize(weights.size() - at(op.count)); break;
      case NetOp::Repeat:
      case NetOp::Spawn:
      case NetOp::EndFill: weights.pop_back(); break;
      case NetOp::EndFallback: weights.resize(weights.size() - 2); break;
      case NetOp::Delay:
      case NetOp::Fail:
      case NetOp::Lock: break;
    }
  }
}

void Solver::amplified() {
  for (auto it = net_.callers_first.rbegin(); it != net_.callers_first.rend(); ++it)
    endpoint_longest(at(*it));
  const bool peak = options_.basis == LoadBasis::Peak;
  for (std::size_t e = 0; e < net_.endpoints.size(); ++e) {
    const NetEndpoint& endpoint = net_.endpoints[e];
    out_.endpoints[e].amplified =
        (peak ? endpoint.peak_load : endpoint.mean_load) * options_.load_factor +
        endpoint.schedule_load;
  }
  for (const std::int32_t e : net_.callers_first)
    if (out_.endpoints[at(e)].amplified > 0) amplify_endpoint(at(e));
}

void Solver::run() {
  prepare();
  for (out_.rounds = 1;; ++out_.rounds) {
    rates();
    stations();
    times();
    if (moved() < 1e-6) break;
    if (out_.rounds == kRounds) {
      out_.converged = false;
      break;
    }
  }
  consumers();
  amplified();
}

}  // namespace

void solve(const EstimateNetwork& network, const EstimateOptions& options, NetworkSolution& out) {
  Solver(network, options, out).run();
}

}  // namespace scantling
