// How often one request comes to each service: what it asks for at once or again soon is no Poisson
// stream, and its visits wait for each other.
#include "estimate/compiler.h"
#include "estimate/solver.h"

namespace scantling {
namespace {

// Visits of each endpoint, with the work steps of its service, for one request to `entry`.
class Walk {
 public:
  explicit Walk(const EstimateNetwork& net) : net_(net) {}

  const std::vector<double>& from(std::int32_t entry) {
    endpoints_.assign(net_.endpoints.size(), 0);
    services_.assign(net_.services.size(), 0);
    endpoints_[at(entry)] = 1;
    for (const std::int32_t e : net_.callers_first)
      if (endpoints_[at(e)] > 0) follow(net_.endpoints[at(e)], endpoints_[at(e)]);
    return services_;
  }

 private:
  void follow(const NetEndpoint& endpoint, double weight) {
    weights_.assign(1, weight);
    for (std::int32_t pc = endpoint.first; pc < endpoint.last; ++pc) {
      const NetInstruction& op = net_.code[at(pc)];
      switch (op.op) {
        case NetOp::Work: services_[at(endpoint.service)] += weights_.back(); break;
        case NetOp::Call: endpoints_[at(op.target)] += weights_.back(); break;
        case NetOp::Begin:
        case NetOp::Fill: weights_.push_back(weights_.back() * op.amount); break;
        case NetOp::Fallback: weights_.push_back(0); break;
        default: weights_.resize(weights_.size() - lists_closed(op)); break;
      }
    }
  }

  const EstimateNetwork& net_;
  std::vector<double> endpoints_, services_, weights_;
};

}  // namespace

// A visit sees the visits of requests that make m of them m times as often: sum of rate x m^2 over
// sum of rate x m. What comes later (consumers of events) is left out.
void NetworkCompiler::count_visits() {
  std::vector<double> all(net_.services.size(), 0);
  std::vector<double> seen(net_.services.size(), 0);
  Walk walk(net_);
  for (std::size_t o = 0; o < net_.operation_entry.size(); ++o) {
    const double rate = net_.operation_peak[o];
    if (net_.operation_entry[o] < 0 || rate <= 0) continue;
    const std::vector<double>& visits = walk.from(net_.operation_entry[o]);
    for (std::size_t k = 0; k < visits.size(); ++k) {
      all[k] += rate * visits[k];
      seen[k] += rate * visits[k] * std::max(1.0, visits[k]);
    }
  }
  for (std::size_t k = 0; k < all.size(); ++k)
    net_.services[k].visits = all[k] > 0 ? seen[k] / all[k] : 1;
}

}  // namespace scantling
