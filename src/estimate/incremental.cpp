#include "estimate/incremental.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "estimate/solver.h"

namespace scantling {
namespace {

// The parts that each endpoint's times are made of.
class Needs {
 public:
  Needs(const EstimateNetwork& network, SolveMemo& memo) : net_(network), memo_(memo) {}

  bool fill() {
    std::vector<std::size_t> place(net_.endpoints.size(), 0);
    for (std::size_t i = 0; i < net_.callers_first.size(); ++i)
      place[at(net_.callers_first[i])] = i;
    memo_.always.assign(net_.endpoints.size(), 0);
    memo_.needs_first.assign(1, 0);
    for (std::size_t e = 0; e < net_.endpoints.size(); ++e) {
      of(e);
      const auto mine = memo_.needs.begin() + memo_.needs_first.back();
      std::sort(mine, memo_.needs.end());
      memo_.needs.erase(std::unique(mine, memo_.needs.end()), memo_.needs.end());
      memo_.needs_first.push_back(static_cast<std::int32_t>(memo_.needs.size()));
      const NetEndpoint& endpoint = net_.endpoints[e];
      for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc)
        if (net_.code[at(pc)].op == NetOp::Call && place[at(net_.code[at(pc)].target)] <= place[e])
          return false;
    }
    return true;
  }

 private:
  void add(std::size_t part) { memo_.needs.push_back(static_cast<std::int32_t>(part)); }

  void of(std::size_t e) {
    const NetEndpoint& endpoint = net_.endpoints[e];
    add(at(endpoint.service));
    add(memo_.slots_at(at(endpoint.service)));
    for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
      const NetInstruction& op = net_.code[at(pc)];
      const auto target = static_cast<std::size_t>(std::max(0, op.target));
      switch (op.op) {
        case NetOp::Call: add(memo_.endpoint_at(target)); break;
        case NetOp::External: add(memo_.external_at(target)); break;
        case NetOp::Read:
        case NetOp::Write:
          add(memo_.store_at(target));
          if (op.pool >= 0) add(memo_.pool_at(at(op.pool)));
          break;
        case NetOp::Lock: memo_.always[e] = 1; break;
        case NetOp::Together: fork(target); break;
        default: break;
      }
      if (op.policy >= 0 && net_.policies[at(op.policy)].breaker >= 0) memo_.always[e] = 1;
    }
  }

  void fork(std::size_t index) {
    add(memo_.fork_at(index));
    for (std::int32_t i = net_.forks[index].first; i < net_.forks[index].last; ++i) {
      const NetReach& to = net_.reached[at(i)];
      const std::size_t station = at(to.station);
      add(to.kind == NetReach::Kind::Slots       ? memo_.slots_at(station)
          : to.kind == NetReach::Kind::Processor ? station
                                                 : memo_.store_at(station));
    }
  }

  const EstimateNetwork& net_;
  SolveMemo& memo_;
};

}  // namespace

bool NetworkSolver::same(SolveMemo::Key& known, const SolveMemo::Key& now) {
  if (std::memcmp(known.data(), now.data(), sizeof now) == 0) return true;
  known = now;
  return false;
}

// What a solution starts from, where the last one left its own.
void NetworkSolver::prepare_again() {
  for (StationState& slots : out_.slots) {
    slots.wait = {};
    slots.waited = {};
    slots.scatter = 0;
  }
  std::fill(out_.locks.begin(), out_.locks.end(), StationState{});
  std::fill(out_.breakers.begin(), out_.breakers.end(), BreakerState{});
  out_.before.clear();
  out_.rounds = 0;
  out_.converged = true;
}

// A first round's rates are those of calls that all go well: of the sizes only the processors'
// speeds have a say. They are there already, or are solved beside what the calls come to now.
void NetworkSolver::rates_again() {
  const bool first = out_.rounds == 1;
  bool there = first && memo_->first_rates && net_.locks == 0;
  memo_->speeds.resize(net_.services.size(), 0);
  for (std::size_t i = 0; i < net_.services.size(); ++i) {
    if (memo_->speeds[i] == net_.services[i].speed) continue;
    memo_->speeds[i] = net_.services[i].speed;
    memo_->changed[i] = memo_->round;
    there = false;
  }
  if (there) return;
  memo_->first_rates = first;
  memo_->rates = memo_->round;
  const bool beside = first && memo_->filled;
  if (beside) {
    memo_->calls.assign(out_.calls.size(), 1);
    memo_->passes.assign(out_.passes.size(), 1);
    memo_->calls.swap(out_.calls);
    memo_->passes.swap(out_.passes);
    memo_->success.clear();
    memo_->accepted.clear();
    for (EndpointState& endpoint : out_.endpoints) {
      memo_->success.push_back(std::exchange(endpoint.success, 1));
      memo_->accepted.push_back(std::exchange(endpoint.accepted, 1));
    }
  }
  rates();
  for (std::size_t i = 0; i < out_.forked.size(); ++i) {
    note_change(memo_->fork_at(i), memo_->forked[i] != out_.forked[i]);
    memo_->forked[i] = out_.forked[i];
  }
  if (!beside) return;
  memo_->calls.swap(out_.calls);
  memo_->passes.swap(out_.passes);
  for (std::size_t e = 0; e < out_.endpoints.size(); ++e) {
    out_.endpoints[e].success = memo_->success[e];
    out_.endpoints[e].accepted = memo_->accepted[e];
  }
}

// Endpoints find slots as the round before left them, or empty.
void NetworkSolver::see_slots() {
  for (std::size_t i = 0; i < out_.slots.size(); ++i) {
    const StationState& now = out_.slots[i];
    SolveMemo::Slots& seen = memo_->slots_seen[i];
    if (seen.wait == now.wait && seen.waited == now.waited && seen.scatter == now.scatter) continue;
    seen = {now.wait, now.waited, now.scatter};
    memo_->changed[memo_->slots_at(i)] = memo_->round;
  }
  for (std::size_t i = 0; i < out_.externals.size(); ++i) {
    const double loss = out_.externals[i].wait.loss;
    note_change(memo_->external_at(i), memo_->losses[i] != loss);
    memo_->losses[i] = loss;
  }
}

bool NetworkSolver::unchanged(std::size_t e) const {
  const std::uint64_t solved = memo_->solved[e];
  if (solved == 0 || memo_->always[e] != 0) return false;
  const auto first = memo_->needs.begin() + memo_->needs_first[e];
  const auto last = memo_->needs.begin() + memo_->needs_first[e + 1];
  return std::all_of(first, last,
                     [&](std::int32_t part) { return memo_->changed[at(part)] <= solved; });
}

void NetworkSolver::solve_endpoint(std::size_t e) {
  if (unchanged(e)) return;
  const EndpointState& state = out_.endpoints[e];
  const Moments time = state.time;
  const double success = state.success;
  const double up = state.success_up;
  endpoint_times(e);
  memo_->solved[e] = memo_->round;
  note_change(memo_->endpoint_at(e),
              !(time == state.time && success == state.success && up == state.success_up));
}

// Of the sizes, the frontier asks for those of services, and for the copies that share reads.
bool NetworkSolver::longest_known() {
  if (memo_ == nullptr) return false;
  bool known = memo_->filled;
  std::size_t next = 0;
  memo_->longest.resize(6 * net_.services.size(), -1);
  const auto compare = [&](double now) {
    double& before = memo_->longest[next++];
    known = known && before == now;
    before = now;
  };
  for (std::size_t i = 0; i < net_.services.size(); ++i) {
    const NetService& service = net_.services[i];
    compare(out_.services[i].demand);
    compare(out_.slots[i].rate);
    compare(service.concurrency);
    compare(service.queue);
    compare(service.servers);
    compare(service.speed);
  }
  return known;
}

bool NetworkSolver::copies_known() {
  if (memo_ == nullptr) return false;
  bool known = memo_->filled;
  memo_->copies.resize(net_.stores.size(), -1);
  for (std::size_t i = 0; i < net_.stores.size(); ++i) {
    const NetStore& store = net_.stores[i];
    if (store.consistency != ConsistencyKind::Eventual && !store.read_anywhere) continue;
    known = known && memo_->copies[i] == net_.stores[i].copies;
    memo_->copies[i] = net_.stores[i].copies;
  }
  return known;
}

IncrementalSolver::IncrementalSolver(const EstimateNetwork& network, const EstimateOptions& options)
    : network_(network), options_(options) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  SolveMemo::Key none;
  none.fill(kNone);
  const std::size_t services = network.services.size();
  memo_.services.assign(services, none);
  memo_.slots.assign(services, none);
  memo_.stores.assign(network.stores.size(), none);
  memo_.pools.assign(network.pools.size(), none);
  memo_.down.assign(services + 2 * network.stores.size() + network.channels.size(), none);
  memo_.slots_solved.resize(services);
  memo_.slots_seen.resize(services);
  memo_.counts.assign(services, kNone);
  memo_.forked.assign(network.forks.size(), kNone);
  memo_.losses.assign(network.externals.size(), kNone);
  memo_.instances.assign(services, 0);
  memo_.turned.assign(services, 0);
  memo_.solved.assign(network.endpoints.size(), 0);
  memo_.changed.assign(memo_.endpoint_at(network.endpoints.size()), 0);
  memo_.usable = Needs(network, memo_).fill();
}

const NetworkSolution& IncrementalSolver::solve() {
  NetworkSolver(network_, options_, solution_, &memo_).run();
  solve_availability(network_, options_, solution_, &memo_);
  return solution_;
}

}  // namespace scantling
