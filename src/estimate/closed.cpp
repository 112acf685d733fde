#include "estimate/closed.h"

#include <algorithm>
#include <cmath>

namespace scantling {
namespace {

constexpr double kMostForSpread = 20'000;  // users; above, waits are taken as exponential

}  // namespace

double ClosedQueues::all_busy(const Queue& queue) const {
  const ClosedVisit& v = queue.visit;
  if (!exact()) return erlang_c(v.servers, v.rate / v.count * v.seconds);
  double idle = queue.p.empty() ? 1 : 0;
  for (const double p : queue.p)
    idle += p;
  return std::clamp(1 - idle, 0.0, 1.0);
}

namespace {

// M/M/c//N: `customers` who are elsewhere for `elsewhere` seconds. Visits the number that are
// there, with its probability times a factor that rises (it is given again as 1 / what it has risen
// by).
template <class Visit, class Shrink>
void machine_repair(int customers, int servers, double seconds, double elsewhere, Visit&& visit,
                    Shrink&& shrink) {
  double weight = 1;
  double sum = 1;
  visit(0, 1.0);
  for (int i = 1; i <= customers; ++i) {
    weight *= (customers - i + 1) / elsewhere * seconds / std::min(i, servers);
    if (weight > 1e200) {
      shrink(1 / weight);
      sum /= weight;
      weight = 1;
    }
    visit(i, weight);
    sum += weight;
    if (weight < 1e-18 * sum) break;
  }
}

}  // namespace

// Second moment of the wait of those who wait over its squared mean: that of M/M/c//N, in which the
// others' time elsewhere is one delay, as seen by an arrival.
double ClosedQueues::spread(const ClosedVisit& v, double waited) const {
  const double rate = v.rate / v.count;
  if (rate <= 0 || customers_ > kMostForSpread) return 2;
  const double elsewhere = std::max(customers_ / rate - waited - v.seconds, 1e-9 * v.seconds);
  double p = 0;
  double first = 0;
  double second = 0;
  machine_repair(
      static_cast<int>(customers_) - 1, v.servers, v.seconds, elsewhere,
      [&](int i, double weight) {
        if (i < v.servers) return;
        const double ahead = i - v.servers + 1;  // services that end before its own begins
        p += weight;
        first += weight * ahead;
        second += weight * ahead * (ahead + 1);
      },
      [&](double factor) {
        p *= factor;
        first *= factor;
        second *= factor;
      });
  return first > 0 ? std::clamp(second / first * (p / first), 1.0, 3.0) : 2;
}

Waiting ClosedQueues::wait(std::size_t station, const ClosedVisit& visit) {
  Queue& queue = queues_[station];
  queue.visit = visit;
  queue.waited = 0;
  if (visit.rate <= 0 || visit.seconds <= 0 || visit.count < 1) return {};
  if (visit.servers >= users_) return {};  // one for everybody
  const double busy = all_busy(queue);
  const double served = visit.seconds / visit.servers;
  if (exact()) {
    double more = 1 + queue.there - visit.servers;
    for (std::size_t j = 0; j + 1 < queue.p.size(); ++j)
      more += (visit.servers - 1 - static_cast<double>(j)) * queue.p[j];
    if (queue.p.empty()) more = 0;  // the first customer
    queue.waited = served * std::max(0.0, more);
  } else {
    queue.waited = served * queue.behind;
  }
  queue.waited += busy * served * (visit.cs2 + visit.ca2 - 2) / 2;
  queue.waited = std::max(0.0, queue.waited);
  Waiting out{queue.waited, queue.waited > 0 ? std::max(busy, 1e-9) : 0, 0};
  if (queue.waited > 0) out.spread = spread(visit, queue.waited);
  return out;
}

void ClosedQueues::probabilities(Queue& queue, int customers, double rate) {
  const ClosedVisit& v = queue.visit;
  const auto servers = static_cast<std::size_t>(v.servers);
  if (queue.p.empty()) queue.p.assign(1, 1);
  queue.p.resize(servers, 0);
  if (!queue.alone) {
    // P(j) from P(j - 1) with one customer less, the highest first.
    const double erlangs = rate * v.seconds;
    double missing = erlangs;
    for (std::size_t j = servers - 1; j > 0; --j) {
      queue.p[j] = erlangs / static_cast<double>(j) * queue.p[j - 1];
      missing += static_cast<double>(servers - j) * queue.p[j];
    }
    queue.p[0] = 1 - missing / static_cast<double>(servers);
    queue.alone = queue.p[0] < 1e-6;
  }
  if (!queue.alone) return;
  std::fill(queue.p.begin(), queue.p.end(), 0.0);
  const double elsewhere = std::max(customers / rate - queue.waited - v.seconds, 1e-9 * v.seconds);
  double sum = 0;
  machine_repair(
      customers, v.servers, v.seconds, elsewhere,
      [&](int i, double weight) {
        if (i < v.servers) queue.p[static_cast<std::size_t>(i)] = weight;
        sum += weight;
      },
      [&](double factor) {
        sum *= factor;
        for (double& p : queue.p)
          p *= factor;
      });
  for (double& p : queue.p)
    p /= sum;
}

void ClosedQueues::set_customers(int customers, double scale) {
  customers_ = customers + 1;
  for (Queue& queue : queues_) {
    const ClosedVisit& v = queue.visit;
    if (v.rate <= 0 || v.seconds <= 0 || v.count < 1 || v.servers >= users_ || scale <= 0) continue;
    const double rate = v.rate / v.count * scale;
    queue.there = rate * (queue.waited + v.seconds);
    probabilities(queue, customers, rate);
  }
}

void ClosedQueues::relax(double scale) {
  for (Queue& queue : queues_) {
    const ClosedVisit& v = queue.visit;
    if (v.rate <= 0 || v.count < 1) continue;
    const double now = v.rate / v.count * scale * (v.seconds / v.servers + queue.waited);
    queue.behind = (queue.behind + now * (users_ - 1) / users_) / 2;
  }
}

}  // namespace scantling
