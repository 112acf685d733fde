// A closed load: throughput from the time of a cycle, one customer more at a time.
#include <algorithm>
#include <cmath>

#include "estimate/solver.h"

namespace scantling {
namespace {

constexpr int kRounds = 2000;    // of Schweitzer's fixed point
constexpr int kLastRounds = 50;  // that retries take to settle, with all customers there

}  // namespace

// Kinds that look at how busy an instance is are taken as one line for all instances.
Waiting NetworkSolver::closed_balanced(std::size_t which, std::size_t service, ClosedVisit visit) {
  const double n = out_.instances[service];
  if (n < 1) return {kForever, 1, 1};
  visit.count = n;
  switch (net_.services[service].balance) {
    case Balance::LeastRequest:
    case Balance::RandomOfTwo:
    case Balance::RandomOfThree:
    case Balance::BoundedHash:
      visit.servers = static_cast<int>(std::min(n * visit.servers, 1e6));
      visit.count = 1;
      break;
    case Balance::RoundRobin:
      visit.ca2 = round_robin_ca2(n, out_.turns[service], out_.services[service].utilisation);
      break;
    default: break;
  }
  return closed_wait(which, visit);
}

// Mean time that a user waits for an answer, good or bad; 0 when nobody asks for anything.
double NetworkSolver::answer_seconds() const {
  double rate = 0;
  double sum = 0;
  for (std::size_t e = 0; e < net_.endpoints.size(); ++e) {
    const double asked = net_.endpoints[e].peak_load;
    if (asked <= 0) continue;
    rate += asked;
    const auto service = at(net_.endpoints[e].service);
    sum += asked * (out_.endpoints[e].hold + out_.slots[service].wait.mean);
  }
  return rate > 0 ? sum / rate : 0;
}

void NetworkSolver::run_closed(const ClosedUsers& load) {
  prepare();
  double asked = 0;
  for (const NetEndpoint& endpoint : net_.endpoints)
    asked += endpoint.peak_load;
  const double users = load.users;
  ClosedQueues queues(
      2 * net_.services.size() + net_.stores.size() + net_.pools.size() + at(net_.locks), users);
  closed_ = &queues;
  out_.rounds = 0;
  // Throughput with n customers over that of the rates so far.
  const auto step = [&](double n) {
    rates();
    stations();
    times();
    ++out_.rounds;
    const double cycle = load.think_seconds + answer_seconds();
    const double before = closed_scale_;
    closed_scale_ = asked > 0 && cycle > 0 && std::isfinite(cycle) ? n / cycle / asked : 0;
    return before > 0 ? closed_scale_ / before : 0;
  };
  const auto settled = [](double scale) { return scale <= 0 || std::abs(scale - 1) < 1e-9; };
  closed_scale_ = 1;
  if (users <= kExactUsers) {
    for (int n = 1; n < users; ++n)
      queues.set_customers(n, step(n));
    for (int i = 0; i < kLastRounds && !settled(step(users)); ++i) {
    }
  } else {
    double scale = 0;
    for (int i = 0; i < kRounds; ++i) {
      scale = step(users);
      if (settled(scale)) break;
      queues.relax(scale);
    }
    out_.converged = std::abs(scale - 1) < 1e-4;
  }
  rates();
  stations();
  times();
  consumers();
  amplified();
  out_.asked = closed_scale_;
  closed_ = nullptr;
}

void solve_closed(const EstimateNetwork& network, const EstimateOptions& options,
                  const ClosedUsers& users, NetworkSolution& out) {
  NetworkSolver(network, options, out).run_closed(users);
}

}  // namespace scantling
