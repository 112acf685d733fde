#include <algorithm>
#include <cmath>

#include "estimate/defaults.h"
#include "estimate/solver.h"

namespace scantling {
namespace {

constexpr int kRounds = 100;

}  // namespace

// Share of an element that is left when zones are lost; one that stands in a single zone is taken
// to stand in a lost one.
double NetworkSolver::left(bool spread) const {
  if (options_.zones_lost <= 0) return 1;
  if (!spread) return 0;
  return std::max(0.0, 1.0 - static_cast<double>(options_.zones_lost) / net_.zones);
}

double NetworkSolver::instances_of(const NetService& service, double demand) const {
  double n = service.instances_low;
  if (service.scale_target > 0 && service.instances_high > n) {
    const double wanted = std::ceil(demand / (service.servers * service.scale_target) - 1e-9);
    n = std::clamp(wanted, service.instances_low, service.instances_high);
  }
  const double share = left(service.spread_zones);
  return share == 1 ? n : std::floor(n * share + 1e-9);
}

void NetworkSolver::prepare() {
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
  out_.turns.assign(net_.services.size(), 1);
  out_.calls.assign(net_.code.size(), 1);
  out_.passes.assign(net_.code.size(), 1);
  out_.forked.assign(net_.forks.size(), 0);
  out_.breakers.assign(net_.breakers.size(), BreakerState{});
  out_.attempts.assign(net_.breakers.empty() ? 0 : net_.policies.size(), AttemptState{});
  out_.before.clear();
  out_.rounds = 0;
  out_.converged = true;
}

double NetworkSolver::outside_rate(const NetEndpoint& endpoint) const {
  if (closed_ != nullptr) return endpoint.peak_load * closed_scale_ + endpoint.schedule_load;
  const bool peak = options_.basis == LoadBasis::Peak;
  return (peak ? endpoint.peak_load : endpoint.mean_load) * options_.load_factor +
         endpoint.schedule_load;
}

void NetworkSolver::deliver(const NetInstruction& publish, double rate) {
  const NetEvent& event = net_.events[at(publish.target)];
  out_.channels[at(event.channel)].rate += rate;
  for (const std::int32_t c : event.consumers) {
    const double failing = 1 - out_.endpoints[at(c)].success;
    out_.endpoints[at(c)].rate +=
        rate * expected_attempts(failing, net_.endpoints[at(c)].deliveries, 1e9);
  }
}

// Adds what one endpoint asks of others, `weight` times a second.
void NetworkSolver::endpoint_rates(const NetEndpoint& endpoint, double weight) {
  std::vector<double>& weights = out_.weights;
  weights.clear();
  weights.push_back(weight);
  for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
    const NetInstruction& op = net_.code[at(pc)];
    const double calls = weights.back() * out_.calls[at(pc)];
    if (op.policy >= 0 && net_.policies[at(op.policy)].breaker >= 0)
      out_.attempts[at(op.policy)].asked += weights.back();
    switch (op.op) {
      case NetOp::Work: {
        StationState& cpu = out_.services[at(endpoint.service)];
        const double speed = net_.services[at(endpoint.service)].speed;
        cpu.rate += weights.back();
        cpu.demand += weights.back() * op.time.mean / speed;
        cpu.square +=
            weights.back() * (op.time.variance + op.time.mean * op.time.mean) / (speed * speed);
        cpu.cube += weights.back() * op.time.third_moment() / (speed * speed * speed);
        break;
      }
      case NetOp::Call:
        out_.endpoints[at(op.target)].rate += calls;
        out_.linked[at(op.pool)] += calls;
        break;
      case NetOp::External: out_.externals[at(op.target)].rate += calls; break;
      case NetOp::Read:
      case NetOp::Write: {
        StationState& store = out_.stores[at(op.target)];
        const bool any = op.op == NetOp::Read && net_.stores[at(op.target)].any_copy(op);
        (op.op == NetOp::Read ? store.reads : store.writes) += calls * op.batch;
        (op.op == NetOp::Read ? store.read_trips : store.write_trips) += calls;
        store.extra += calls * batch_seconds(op).mean;
        if (any) store.any_reads += calls * op.batch, store.any_trips += calls;
        if (op.pool >= 0) {
          StationState& pool = out_.pools[at(op.pool)];
          (op.op == NetOp::Read ? pool.reads : pool.writes) += calls;
          if (any) pool.any_trips += calls;
          pool.extra += calls * batch_seconds(op).mean;
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
        weights.resize(weights.size() - lists_closed(op));
        out_.forked[at(op.target)] = weights.back();
        break;
      default: weights.resize(weights.size() - lists_closed(op)); break;
    }
    weights.back() *= out_.passes[at(pc)];
  }
}

void NetworkSolver::rates() {
  const auto clear = [](std::vector<StationState>& states) {
    for (StationState& state : states)
      state.rate = state.demand = state.square = state.cube = state.outside = 0;
  };
  // Their rate and demand follow from these.
  const auto clear_trips = [](std::vector<StationState>& states) {
    for (StationState& state : states)
      state.reads = state.writes = state.read_trips = state.write_trips = state.extra =
          state.any_reads = state.any_trips = 0;
  };
  clear(out_.services);
  clear_trips(out_.stores);
  clear_trips(out_.pools);
  clear(out_.externals);
  clear(out_.channels);
  clear(out_.locks);
  out_.linked.assign(at(net_.links), 0);
  for (AttemptState& attempt : out_.attempts)
    attempt.asked = 0;
  for (std::size_t e = 0; e < net_.endpoints.size(); ++e) {
    out_.endpoints[e].rate = outside_rate(net_.endpoints[e]);
    out_.services[at(net_.endpoints[e].service)].outside += out_.endpoints[e].rate;
  }
  for (const std::int32_t e : net_.callers_first) {
    const EndpointState& state = out_.endpoints[at(e)];
    if (state.rate > 0) endpoint_rates(net_.endpoints[at(e)], state.rate * state.accepted);
  }
}

// What the statements of a round trip add to its first: at the server, and at the copy that a write
// waits for.
Moments NetworkSolver::batch_seconds(const NetInstruction& op) const {
  const NetStore& store = net_.stores[at(op.target)];
  if (op.op == NetOp::Read) return store.read.times(op.batch - 1);
  const bool copied = store.consistency == ConsistencyKind::Strong && store.copies > 1;
  return store.write.times((op.batch - 1) * (copied ? 2 : 1));
}

namespace {

// The requests that come to one copy of a shard.
struct CopyLoad {
  double reads = 0, writes = 0;  // per second
  double seconds = 0, square = 0, cube = 0;
  double cs2 = 0;

  CopyLoad(const NetStore& store, double read_rate, double write_rate)
      : reads(read_rate), writes(write_rate) {
    const auto mean = [&](double of_read, double of_write) {
      return (reads * of_read + writes * of_write) / rate();
    };
    if (rate() <= 0) return;
    seconds = mean(store.read.mean, store.write.mean);
    square = mean(store.read.variance + store.read.mean * store.read.mean,
                  store.write.variance + store.write.mean * store.write.mean);
    cube = mean(store.read.third_moment(), store.write.third_moment());
    cs2 = std::max(0.0, seconds > 0 ? square / (seconds * seconds) - 1 : 0);
  }
  double rate() const { return reads + writes; }

  Waiting wait(int servers) const {
    Waiting out = allen_cunneen(servers, rate(), seconds, 1, cs2);
    if (square > 0)
      out.spread = waiting_spread(rate() * seconds / servers, seconds * cube / (square * square));
    out.mean = std::min(out.mean, kForever);
    return out;
  }
};

// Which part of the reads the busiest copy of a shard serves: its share of those that any copy
// answers, and all others, which go to the leader or to copies that are asked together.
double busiest_part(const StationState& state, double alive) {
  if (state.any_reads <= 0) return 1;
  const double share = 1 / std::max(1.0, alive);
  if (state.any_reads == state.reads) return share;
  return (state.reads - state.any_reads * (1 - share)) / state.reads;
}

}  // namespace

// What a read waits that any copy answers: at the leader, where the others of the shard's reads are
// as well, or at a copy that has only its share of such reads. Every copy takes every write.
// Customers of a closed network are taken to wait at each as they do at the leader.
void NetworkSolver::any_copy(std::size_t i, double alive, double hot) {
  const NetStore& store = net_.stores[i];
  StationState& state = out_.stores[i];
  state.any_read = store.read;
  if (state.any_reads <= 0 || state.any_reads == state.reads || alive < 2 || closed_ != nullptr) {
    state.any_read += state.waited;
    return;
  }
  const CopyLoad load(store, state.any_reads / alive * hot, state.writes * hot);
  Mixture either;
  either.add(1 / alive, state.waited);
  either.add(1 - 1 / alive, waiting_moments(load.wait(static_cast<int>(store.concurrency))));
  state.any_read += either.moments();
}

void NetworkSolver::store_station(std::size_t i) {
  const NetStore& store = net_.stores[i];
  StationState& state = out_.stores[i];
  if (known(&SolveMemo::stores, i,
            {state.reads, state.writes, store.copies, store.shards, store.concurrency,
             state.any_reads, 0, 0}))
    return;
  if (memo_ != nullptr) note_change(memo_->store_at(i), true);
  const double alive = store.spread_zones ? std::max(1.0, std::floor(store.copies * left(true)))
                                          : store.copies * left(false);
  const bool gone = alive < 1 || left(store.spread_zones) <= 0;
  state.rate = state.reads + state.writes;
  const double read_part = busiest_part(state, alive);
  const double hot = store.hottest_key > 0
                         ? store.hottest_key + (1 - store.hottest_key) / store.shards
                         : 1 / store.shards;
  const CopyLoad load(store, state.reads * read_part * hot, state.writes * hot);
  state.demand = state.reads * read_part * store.read.mean + state.writes * store.write.mean;
  state.servers = gone ? 0 : store.concurrency * store.shards;
  state.utilisation = state.scatter = 0;
  state.wait = {};
  if (gone) {
    state.utilisation = state.rate > 0 ? kUnlimited : 0;
    state.wait = {kForever, 1, 1};
  } else if (load.rate() > 0) {
    const int servers = static_cast<int>(store.concurrency);
    state.utilisation = load.rate() * load.seconds / servers;
    state.wait =
        closed_ != nullptr
            ? closed_wait(store_at(i), {1, servers, load.rate(), load.seconds, 1, load.cs2})
            : load.wait(servers);
    state.wait.mean = std::min(state.wait.mean, kForever);
    state.scatter = state.rate * store.shards * (1 + load.cs2);
  }
  state.waited = waiting_moments(state.wait);
  any_copy(i, alive, hot);
  state.read = store.read;
  state.read += state.waited;
  state.write = store.write;
  state.write += state.waited;
  if (store.consistency == ConsistencyKind::Quorum && alive > 1) {
    const int n = static_cast<int>(alive);
    const int r = std::min(n, static_cast<int>(store.read_quorum));
    const int w = std::min(n, static_cast<int>(store.write_quorum));
    state.read = kth_of_alike(state.read, r, n);
    state.write = kth_of_alike(state.write, w, n);
  } else if (store.consistency == ConsistencyKind::Strong && alive > 1) {
    // The leader first, then as many others as make a majority with it.
    const int others = static_cast<int>(alive) - 1;
    const Moments copied =
        kth_of_alike(state.write, std::min(others, static_cast<int>(store.copies) / 2), others);
    state.write += copied;
    state.write += store.copying;
  }
}

// Round-robin turns that are taken independently: each instance of a caller takes its own, the
// outside takes one. Turns with rates r count as (sum r)^2 / sum r^2. Instances that are called by
// turns themselves start their own at one instance after the other, so that all of them together
// are nearly one turn: fitted to simulations of a root with four instances that calls a leaf with
// two or three at 50% and 80% (times within 7%), they count as the root of their number.
double NetworkSolver::callers_of(std::size_t service) const {
  double all = out_.services[service].outside;
  double squares = all * all;
  for (const NetCaller& caller : net_.callers[service]) {
    const double rate = out_.linked[at(caller.link)];
    const double n = std::max(1.0, out_.instances[at(caller.service)]);
    const bool in_turn = net_.services[at(caller.service)].balance == Balance::RoundRobin;
    all += rate;
    squares += rate * rate / (in_turn ? std::sqrt(n) : n);
  }
  return squares > 0 ? all * all / squares : 1;
}

void NetworkSolver::turns() {
  for (std::size_t i = 0; i < net_.services.size(); ++i) {
    if (net_.services[i].balance != Balance::RoundRobin) continue;
    if (memo_ != nullptr) {
      std::uint64_t newest = std::max<std::uint64_t>(memo_->rates, 1);
      for (const NetCaller& caller : net_.callers[i])
        newest = std::max(newest, memo_->instances[at(caller.service)]);
      if (newest <= memo_->turned[i]) continue;
      memo_->turned[i] = memo_->round;
    }
    out_.turns[i] = callers_of(i);
  }
}

void NetworkSolver::service_station(std::size_t i) {
  const NetService& service = net_.services[i];
  StationState& cpu = out_.services[i];
  const double n = out_.instances[i];
  if (known(&SolveMemo::services, i,
            {n, static_cast<double>(service.servers), service.concurrency, cpu.rate, cpu.demand,
             cpu.square, cpu.cube, out_.turns[i]}))
    return;
  const Moments waited_before = cpu.waited;
  const double scatter_before = cpu.scatter;
  cpu.servers = n * service.servers;
  cpu.utilisation = cpu.demand <= 0 ? 0 : n > 0 ? cpu.demand / cpu.servers : kUnlimited;
  cpu.wait = {};
  cpu.waited = {};
  cpu.scatter = 0;
  if (cpu.rate > 0) {
    const double seconds = cpu.demand / cpu.rate;
    double cs2 = seconds > 0 ? cpu.square / cpu.rate / (seconds * seconds) - 1 : 0;
    double shape = cpu.square > 0 ? cpu.demand * cpu.cube / (cpu.square * cpu.square) : 1;
    // Processor sharing: the mean does not depend on the law of service times (as exponential).
    if (service.discipline == Discipline::ProcessorSharing) cs2 = 1, shape = 1.5;
    const double room = std::isinf(service.concurrency)
                            ? kUnlimited
                            : std::max(0.0, service.concurrency - service.servers);
    cpu.wait =
        closed_ != nullptr
            ? closed_balanced(i, i, {n, service.servers, cpu.rate, seconds, 1, std::max(0.0, cs2)})
            : balanced_wait(service.balance, n, service.servers, room, cpu.rate, seconds,
                            std::max(0.0, cs2), shape, out_.turns[i]);
    // The waits of one request's visits to the same instance go together, the more the busier it
    // is.
    if (service.visits > 1 && cpu.utilisation < 1)
      cpu.wait.alike = 1 + (service.visits - 1) / n * cpu.utilisation;
    cpu.waited = waiting_moments(cpu.wait);
    // Work of `visits` visits arrives together, unless by turns.
    const double ca2 = service.balance == Balance::RoundRobin
                           ? round_robin_ca2(n, out_.turns[i], cpu.utilisation)
                           : 1;
    cpu.scatter = cpu.rate * n * (service.visits - 1 + ca2 + std::max(0.0, cs2));
  }
  if (memo_ != nullptr)
    note_change(i, !(cpu.waited == waited_before && cpu.scatter == scatter_before));
}

void NetworkSolver::pool_station(std::size_t i) {
  const NetPool& pool = net_.pools[i];
  StationState& state = out_.pools[i];
  const StationState& store = out_.stores[at(pool.store)];
  const double n = pool.service < 0 ? 1 : out_.instances[at(pool.service)];
  if (known(&SolveMemo::pools, i,
            {n, state.reads, state.writes, state.extra, store.read.mean, store.write.mean,
             state.any_trips, store.any_read.mean}))
    return;
  if (memo_ != nullptr) note_change(memo_->pool_at(i), true);
  state.rate = state.reads + state.writes;
  state.servers = pool.size * n;
  state.wait = {};
  state.demand = state.utilisation = 0;
  if (state.rate <= 0 || n < 1) return;
  const double hold =
      net_.stores[at(pool.store)].reach.mean + (store.read_seconds(state.reads, state.any_trips) +
                                                state.writes * store.write.mean + state.extra) /
                                                   state.rate;
  state.demand = state.rate * hold;
  state.utilisation = state.demand / state.servers;
  if (closed_ != nullptr)
    state.wait = closed_wait(pool_at(i), {n, static_cast<int>(pool.size), state.rate, hold, 1, 1});
  else
    state.wait = mmck_wait(static_cast<int>(pool.size), pool.waiting, state.rate / n, hold);
  state.wait.mean = std::min(state.wait.mean, kForever);
}

void NetworkSolver::stations() {
  for (std::size_t i = 0; i < net_.services.size(); ++i) {
    out_.instances[i] = instances_of(net_.services[i], out_.services[i].demand);
    if (memo_ == nullptr || out_.instances[i] == memo_->counts[i]) continue;
    memo_->counts[i] = out_.instances[i];
    memo_->instances[i] = memo_->round;
  }
  turns();
  for (std::size_t i = 0; i < net_.services.size(); ++i)
    service_station(i);
  for (std::size_t i = 0; i < net_.stores.size(); ++i)
    store_station(i);
  for (std::size_t i = 0; i < net_.pools.size(); ++i)
    pool_station(i);
  for (std::size_t i = 0; i < net_.externals.size(); ++i) {
    StationState& state = out_.externals[i];
    const double limit = net_.externals[i].limit;
    state.utilisation = std::isinf(limit) ? 0 : limit > 0 ? state.rate / limit : kUnlimited;
    // What is over the limit is refused.
    state.wait.loss = state.utilisation > 1 ? 1 - 1 / state.utilisation : 0;
  }
}

// Whether anything that the next round's rates and waits would start from has changed.
bool NetworkSolver::moved() {
  auto& before = out_.before;
  const std::size_t n = out_.calls.size() + 2 * out_.slots.size() + out_.locks.size() +
                        out_.endpoints.size() + out_.breakers.size();
  const bool fresh = before.size() != n;
  if (fresh) {
    // The first round started from calls 1, passes 1 and no waits.
    before.assign(n, 0);
    std::fill(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(out_.calls.size()), 1.0);
    std::fill(before.end() - static_cast<std::ptrdiff_t>(out_.endpoints.size()), before.end(), 1.0);
  }
  bool some = false;
  std::size_t i = 0;
  const auto compare = [&](double now) {
    const double was = before[i];
    before[i++] = now;
    some = some || std::abs(now - was) >= kSettled * std::max(1e-3, std::abs(now));
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
  for (const BreakerState& breaker : out_.breakers)
    some = some || std::abs(breaker.missing) >= kSettled;
  return some;
}

void NetworkSolver::run() {
  if (memo_ != nullptr && memo_->filled)
    prepare_again();
  else
    prepare();
  for (out_.rounds = 1;; ++out_.rounds) {
    if (memo_ == nullptr) {
      rates();
    } else {
      ++memo_->round;
      rates_again();
    }
    stations();
    times();
    if (!moved()) break;
    if (out_.rounds == kRounds) {
      out_.converged = false;
      break;
    }
  }
  consumers();
  amplified();
  if (memo_ != nullptr) memo_->filled = true;
}

void solve(const EstimateNetwork& network, const EstimateOptions& options, NetworkSolution& out) {
  NetworkSolver(network, options, out).run();
}

}  // namespace scantling
