#include "boundaries/metrics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/assert.h"
#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

// One maximal run within a service: the accesses that remain after the reduction.
struct Run {
  std::vector<Access> accesses;
};

// Cuts a sequence into runs; within a run drops an access already made and any after a write of the
// same entity.
std::vector<Run> reduced_runs(const Functionality& f, const std::vector<int>& group) {
  std::vector<Run> runs;
  int current = -1;
  for (const Access& access : f.accesses) {
    const int service = group[at(access.entity)];
    if (runs.empty() || service != current) {
      runs.emplace_back();
      current = service;
    }
    bool made = false;
    for (const Access& earlier : runs.back().accesses)
      if (earlier.entity == access.entity && (earlier.write || !access.write)) made = true;
    if (!made) runs.back().accesses.push_back(access);
  }
  return runs;
}

int services_touched(const Functionality& f, const std::vector<int>& group, bool writes_only) {
  std::set<int> services;
  for (const Access& access : f.accesses)
    if (access.write || !writes_only) services.insert(group[at(access.entity)]);
  return static_cast<int>(services.size());
}

struct Sizes {
  int services = 0;
  std::vector<int> of;  // entities per label
};

Sizes sizes_of(const std::vector<int>& group) {
  Sizes sizes;
  for (const int g : group) {
    SCANTLING_ASSERT(g >= 0);
    if (at(g) >= sizes.of.size()) sizes.of.resize(at(g) + 1, 0);
    ++sizes.of[at(g)];
  }
  for (const int size : sizes.of)
    if (size > 0) ++sizes.services;
  return sizes;
}

// Structural modularity: pairs of classes that call each other, inside a service over its size
// squared, less those between two services over twice the product of their sizes.
double structural_modularity(const std::set<std::pair<int, int>>& pairs,
                             const std::vector<int>& group, const Sizes& sizes) {
  double inside = 0, between = 0;
  for (const auto& [a, b] : pairs) {
    const double size_a = sizes.of[at(group[at(a)])];
    const double size_b = sizes.of[at(group[at(b)])];
    if (group[at(a)] == group[at(b)])
      inside += 1 / (size_a * size_a);
    else
      between += 2 / (2 * size_a * size_b);  // the pair of services in both orders
  }
  const double k = sizes.services;
  return inside / k - (k > 1 ? between / (k * (k - 1)) : 0);
}

}  // namespace

double complexity(int entities, const std::vector<Functionality>& functionalities,
                  const std::vector<int>& group) {
  if (functionalities.empty()) return 0;
  std::vector<std::vector<int>> readers(at(entities)), writers = readers;  // ascending
  std::vector<char> distributed;
  std::vector<std::vector<Run>> runs;
  for (std::size_t f = 0; f < functionalities.size(); ++f) {
    runs.push_back(reduced_runs(functionalities[f], group));
    distributed.push_back(services_touched(functionalities[f], group, false) > 1 ? 1 : 0);
    for (const Run& run : runs.back())
      for (const Access& access : run.accesses) {
        std::vector<int>& users = (access.write ? writers : readers)[at(access.entity)];
        if (users.empty() || users.back() != static_cast<int>(f))
          users.push_back(static_cast<int>(f));
      }
  }
  double total = 0;
  std::vector<int> met(functionalities.size(), -1);  // the run that last met it
  int run_number = 0;
  for (std::size_t f = 0; f < functionalities.size(); ++f) {
    if (!distributed[f]) continue;
    for (const Run& run : runs[f]) {
      met[f] = ++run_number;  // not with itself
      for (const Access& access : run.accesses)
        for (const int other : (access.write ? readers : writers)[at(access.entity)])
          if (distributed[at(other)] && met[at(other)] != run_number) {
            met[at(other)] = run_number;
            total += 1;
          }
    }
  }
  return total / static_cast<double>(functionalities.size());
}

CutMetrics measure_calls(const std::vector<Call>& calls,
                         const std::vector<std::vector<int>>& use_cases,
                         const std::vector<int>& group) {
  CutMetrics m;
  if (group.empty()) return m;
  const Sizes sizes = sizes_of(group);
  m.services = sizes.services;
  m.largest = *std::max_element(sizes.of.begin(), sizes.of.end());

  std::map<std::pair<int, int>, double> volume;
  std::set<std::pair<int, int>> pairs;
  for (const Call& call : calls) {
    if (call.from == call.to) continue;
    volume[{call.from, call.to}] += call.volume;
    pairs.insert(std::minmax(call.from, call.to));
  }
  // ln v + 1 assumes counts: rates below one are scaled so that the smallest counts one.
  double smallest = 1;
  for (const auto& [pair, v] : volume)
    if (v > 0) smallest = std::min(smallest, v);
  double crossing = 0, all = 0;
  for (const auto& [pair, v] : volume) {
    if (v <= 0) continue;
    const double weight = std::log(v / smallest) + 1;
    all += weight;
    if (group[at(pair.first)] != group[at(pair.second)]) crossing += weight;
  }
  m.icp = all > 0 ? crossing / all : 0;
  m.sm = structural_modularity(pairs, group, sizes);
  for (const auto& [a, b] : pairs)
    if (group[at(a)] != group[at(b)]) m.ifn += 1.0 / m.services;

  std::vector<int> use_cases_in(sizes.of.size(), 0);
  for (const std::vector<int>& use_case : use_cases) {
    std::set<int> services;
    for (const int entity : use_case)
      services.insert(group[at(entity)]);
    for (const int service : services)
      ++use_cases_in[at(service)];
  }
  double in_range = 0;
  for (std::size_t g = 0; g < sizes.of.size(); ++g) {
    if (use_cases_in[g] > 0) m.bcp += std::log(use_cases_in[g]) / m.services;
    if (sizes.of[g] >= 5 && sizes.of[g] <= 20) in_range += sizes.of[g];
  }
  m.ned = 1 - in_range / static_cast<double>(group.size());
  return m;
}

CutMetrics measure(const std::vector<Entity>& entities,
                   const std::vector<Functionality>& functionalities,
                   const std::vector<int>& group) {
  SCANTLING_ASSERT(entities.size() == group.size());
  std::vector<Call> calls;
  std::vector<std::vector<int>> use_cases;
  double split = 0, write_split = 0;
  for (const Functionality& f : functionalities) {
    std::vector<int>& touched = use_cases.emplace_back();
    for (std::size_t i = 0; i < f.accesses.size(); ++i) {
      touched.push_back(f.accesses[i].entity);
      if (i > 0)
        calls.push_back({f.accesses[i - 1].entity, f.accesses[i].entity,
                         f.rate * std::max(1.0, f.accesses[i].times)});
    }
    if (services_touched(f, group, false) > 1) split += 1;
    if (services_touched(f, group, true) > 1) write_split += 1;
  }
  CutMetrics m = measure_calls(calls, use_cases, group);
  m.complexity = complexity(static_cast<int>(entities.size()), functionalities, group);
  const double n = std::max(1.0, static_cast<double>(functionalities.size()));
  m.split = split / n;
  m.write_split = write_split / n;
  return m;
}

}  // namespace scantling::boundaries
