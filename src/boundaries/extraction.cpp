#include "boundaries/extraction.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "base/assert.h"
#include "boundaries/index.h"
#include "boundaries/random.h"

namespace scantling::boundaries {
namespace {

constexpr int services_at_most = 64;  // one bit each
using Set = std::uint64_t;

Set bit(int service) {
  return Set{1} << service;
}

// How many parts a functionality's services fall into when `out` have left: each of those, and the
// rest if it has any.
int parts(Set services, Set out) {
  return std::popcount(services & out) + ((services & ~out) != 0 ? 1 : 0);
}

class Costs {
 public:
  Costs(const std::vector<Functionality>& functionalities, const std::vector<int>& group,
        const ExtractionOptions& options)
      : options_(options) {
    for (const int g : group)
      services_ = std::max(services_, g + 1);
    SCANTLING_ASSERT(services_ <= services_at_most);
    std::map<std::pair<int, int>, double> calls;
    std::map<Set, double> touched, written;
    for (const Functionality& f : functionalities) {
      Set touches = 0, writes = 0;
      for (std::size_t i = 0; i < f.accesses.size(); ++i) {
        const int to = group[at(f.accesses[i].entity)];
        touches |= bit(to);
        if (f.accesses[i].write) writes |= bit(to);
        if (i == 0) continue;
        const int from = group[at(f.accesses[i - 1].entity)];
        if (from != to) calls[std::minmax(from, to)] += f.rate * f.accesses[i].times;
      }
      if (std::popcount(touches) > 1) touched[touches] += f.rate;
      if (std::popcount(writes) > 1) written[writes] += f.rate;
    }
    for (const auto& [pair, rate] : calls)
      calls_.push_back({bit(pair.first) | bit(pair.second), rate});
    touched_.assign(touched.begin(), touched.end());
    written_.assign(written.begin(), written.end());
  }

  int services() const { return services_; }

  ExtractionStep step(int service, Set out) const {
    ExtractionStep step;
    step.service = service;
    for (const auto& [pair, rate] : calls_)
      if ((pair & out) != 0) step.crossing_calls += rate;
    for (const auto& [set, rate] : touched_)
      if (parts(set, out) > 1) step.split_transactions += rate;
    for (const auto& [set, rate] : written_)
      if (parts(set, out) > 1) step.split_writes += rate;
    const double duration =
        at(service) < options_.duration.size() ? options_.duration[at(service)] : 1;
    step.cost = duration * (step.crossing_calls + options_.write_weight * step.split_writes);
    return step;
  }

 private:
  const ExtractionOptions& options_;
  int services_ = 0;
  std::vector<std::pair<Set, double>> calls_, touched_, written_;
};

// May `service` leave next when `out` have left?
bool may_leave(const std::vector<int>& first, Set out, int service) {
  for (const int f : first) {
    if (f == service) return true;
    if ((out & bit(f)) == 0) return false;
  }
  return true;
}

std::vector<int> exact_order(const Costs& costs, const std::vector<int>& first) {
  const int n = costs.services();
  const Set all = bit(n) - 1;
  std::vector<double> least(at(1 << n), std::numeric_limits<double>::max());
  std::vector<int> last(at(1 << n), -1);
  least[0] = 0;
  // Subsets ascend, so that every set follows its parts. `last` left last of the set; its step's
  // cost is that of the whole set.
  for (Set out = 1; out <= all; ++out)
    for (int s = 0; s < n; ++s) {
      const Set before = out & ~bit(s);
      if (before == out || least[before] == std::numeric_limits<double>::max() ||
          !may_leave(first, before, s))
        continue;
      const double cost = least[before] + costs.step(s, out).cost;
      if (cost < least[out]) {
        least[out] = cost;
        last[out] = s;
      }
    }
  std::vector<int> order;
  for (Set out = all; out != 0; out &= ~bit(order.back()))
    order.push_back(last[out]);
  std::reverse(order.begin(), order.end());
  return order;
}

double total_cost(const Costs& costs, const std::vector<int>& order) {
  double total = 0;
  Set out = 0;
  for (const int service : order) {
    out |= bit(service);
    total += costs.step(service, out).cost;
  }
  return total;
}

// Greedy start, then each service taken out and put in elsewhere until nothing improves; from
// several shuffled starts too. The first `fixed` places stay.
std::vector<int> searched_order(const Costs& costs, const ExtractionOptions& options) {
  const int n = costs.services();
  const std::size_t fixed = options.first.size();
  Random random(options.seed, 7);
  std::vector<int> best;
  double least = std::numeric_limits<double>::max();
  for (int start = 0; start < 8; ++start) {
    std::vector<int> order = options.first;
    std::vector<int> rest;
    for (int s = 0; s < n; ++s)
      if (std::find(order.begin(), order.end(), s) == order.end()) rest.push_back(s);
    random.shuffle(rest);
    order.insert(order.end(), rest.begin(), rest.end());
    double now = total_cost(costs, order);
    for (bool better = true; better;) {
      better = false;
      for (std::size_t from = fixed; from < order.size(); ++from)
        for (std::size_t to = fixed; to < order.size(); ++to) {
          std::vector<int> next = order;
          const int moved = next[from];
          next.erase(next.begin() + static_cast<std::ptrdiff_t>(from));
          next.insert(next.begin() + static_cast<std::ptrdiff_t>(to), moved);
          const double cost = total_cost(costs, next);
          if (cost >= now - 1e-9) continue;
          now = cost;
          order = std::move(next);
          better = true;
        }
    }
    if (now < least - 1e-9) {
      least = now;
      best = order;
    }
  }
  return best;
}

}  // namespace

Extraction extraction_order(const std::vector<Functionality>& functionalities,
                            const std::vector<int>& group, const ExtractionOptions& options) {
  Extraction extraction;
  const Costs costs(functionalities, group, options);
  extraction.exact = costs.services() <= exact_extraction_at_most;
  const std::vector<int> order =
      extraction.exact ? exact_order(costs, options.first) : searched_order(costs, options);
  Set out = 0;
  for (const int service : order) {
    out |= bit(service);
    extraction.steps.push_back(costs.step(service, out));
    extraction.total += extraction.steps.back().cost;
  }
  return extraction;
}

}  // namespace scantling::boundaries
