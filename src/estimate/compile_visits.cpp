// How often one request comes to each service: what it asks for at once or again soon is no Poisson
// stream, and its visits wait for each other. And which stations the branches of a fork come to.
#include <functional>
#include <queue>

#include "estimate/compiler.h"
#include "estimate/solver.h"

namespace scantling {
namespace {

// Visits of each endpoint, store and service's processor for one request, callers first; what comes
// later (consumers of events) is left out. It looks only at what it comes to.
class Walk {
 public:
  explicit Walk(const EstimateNetwork& net)
      : net_(net),
        place_(net.endpoints.size(), 0),
        endpoints_(net.endpoints.size(), 0),
        slots_(net.services.size()),
        services_(net.services.size()),
        stores_(net.stores.size()) {
    for (std::size_t i = 0; i < net.callers_first.size(); ++i)
      place_[at(net.callers_first[i])] = static_cast<std::int32_t>(i);
  }

  struct Visits {
    std::vector<double> at;
    std::vector<std::int32_t> to;  // those with visits, in the order they are come to
    explicit Visits(std::size_t n) : at(n, 0) {}
    void add(std::int32_t i, double visits) {
      if (visits <= 0) return;
      double& sum = at[static_cast<std::size_t>(i)];
      if (sum <= 0) to.push_back(i);
      sum += visits;
    }
    void clear() {
      for (const std::int32_t i : to)
        at[static_cast<std::size_t>(i)] = 0;
      to.clear();
    }
  };

  const Visits& slots() const { return slots_; }  // requests
  const Visits& services() const { return services_; }
  const Visits& stores() const { return stores_; }

  void from_entry(std::int32_t entry) {
    clear();
    ask(entry, 1);
    finish();
  }
  // Of what stands in a list, and what that calls.
  void from_list(std::int32_t service, std::int32_t first, std::int32_t last) {
    clear();
    follow(service, first, last, 1);
    finish();
  }

 private:
  void clear() {
    slots_.clear();
    services_.clear();
    stores_.clear();
    reached_ = -1;
  }
  void ask(std::int32_t e, double weight) {
    if (place_[at(e)] <= reached_ || weight <= 0) return;  // the way back of a cycle
    if (endpoints_[at(e)] <= 0) next_.push(place_[at(e)]);
    endpoints_[at(e)] += weight;
  }
  void finish() {
    while (!next_.empty()) {
      reached_ = next_.top();
      next_.pop();
      const std::int32_t e = net_.callers_first[at(reached_)];
      const NetEndpoint& endpoint = net_.endpoints[at(e)];
      const double weight = std::exchange(endpoints_[at(e)], 0);
      slots_.add(endpoint.service, weight);
      follow(endpoint.service, endpoint.first, endpoint.last, weight);
    }
  }
  void follow(std::int32_t service, std::int32_t first, std::int32_t last, double weight) {
    weights_.assign(1, weight);
    for (std::int32_t pc = first; pc < last; ++pc) {
      const NetInstruction& op = net_.code[at(pc)];
      switch (op.op) {
        case NetOp::Work: services_.add(service, weights_.back()); break;
        case NetOp::Read:
        case NetOp::Write: stores_.add(op.target, weights_.back()); break;
        case NetOp::Call: ask(op.target, weights_.back()); break;
        case NetOp::Begin:
        case NetOp::Fill: weights_.push_back(weights_.back() * op.amount); break;
        case NetOp::Fallback: weights_.push_back(0); break;
        default: weights_.resize(weights_.size() - lists_closed(op)); break;
      }
    }
  }

  const EstimateNetwork& net_;
  std::vector<std::int32_t> place_;  // of each endpoint, in callers_first
  std::vector<double> endpoints_, weights_;
  Visits slots_, services_, stores_;
  std::priority_queue<std::int32_t, std::vector<std::int32_t>, std::greater<>> next_;
  std::int32_t reached_ = -1;
};

// The stations of one branch, at most so many of each kind: the rest lies deep below.
constexpr std::size_t kMostReached = 32;

void reach(NetReach::Kind kind, std::int32_t branch, const Walk::Visits& visits,
           std::vector<NetReach>& out) {
  for (std::size_t i = 0; i < std::min(kMostReached, visits.to.size()); ++i)
    out.push_back({kind, branch, visits.to[i], visits.at[at(visits.to[i])]});
}

}  // namespace

// A visit sees the visits of requests that make m of them m times as often: sum of rate x m^2 over
// sum of rate x m.
void NetworkCompiler::count_visits() {
  std::vector<double> all(net_.services.size(), 0);
  std::vector<double> seen(net_.services.size(), 0);
  Walk walk(net_);
  for (std::size_t o = 0; o < net_.operation_entry.size(); ++o) {
    const double rate = net_.operation_peak[o];
    if (net_.operation_entry[o] < 0 || rate <= 0) continue;
    walk.from_entry(net_.operation_entry[o]);
    for (const std::int32_t k : walk.services().to) {
      const double visits = walk.services().at[at(k)];
      all[at(k)] += rate * visits;
      seen[at(k)] += rate * visits * std::max(1.0, visits);
    }
  }
  for (std::size_t k = 0; k < all.size(); ++k)
    net_.services[k].visits = all[k] > 0 ? seen[k] / all[k] : 1;
}

// Where the branches of each `Together` wait.
void NetworkCompiler::forks() {
  Walk walk(net_);
  std::vector<std::int32_t> lists;  // where each open list begins
  for (const NetEndpoint& endpoint : net_.endpoints) {
    lists.clear();
    for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
      NetInstruction& op = net_.code[at(pc)];
      if (op.op == NetOp::Begin || op.op == NetOp::Fill || op.op == NetOp::Fallback) {
        lists.push_back(pc);
        continue;
      }
      const std::size_t base = lists.size() - lists_closed(op);
      if (op.op == NetOp::Together) {
        NetFork fork;
        fork.first = static_cast<std::int32_t>(net_.reached.size());
        for (std::size_t i = base; i < lists.size(); ++i) {
          const auto branch = static_cast<std::int32_t>(i - base);
          walk.from_list(endpoint.service, lists[i] + 1, i + 1 < lists.size() ? lists[i + 1] : pc);
          reach(NetReach::Kind::Slots, branch, walk.slots(), net_.reached);
          reach(NetReach::Kind::Processor, branch, walk.services(), net_.reached);
          reach(NetReach::Kind::Store, branch, walk.stores(), net_.reached);
        }
        fork.last = static_cast<std::int32_t>(net_.reached.size());
        op.target = static_cast<std::int32_t>(net_.forks.size());
        net_.forks.push_back(fork);
      }
      lists.resize(base);
    }
  }
}

}  // namespace scantling
