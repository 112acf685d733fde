#include "boundaries/closeness.h"

#include <algorithm>
#include <map>
#include <set>

#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

constexpr double gain_at_least = 1e-6;

int labels_in(const std::vector<int>& reference) {
  std::set<int> labels(reference.begin(), reference.end());
  labels.erase(-1);
  return static_cast<int>(labels.size());
}

std::vector<char> constrained(const Input& input) {
  std::vector<char> out(input.entities.size(), 0);
  for (const auto* groups : {&input.constraints.keep_together, &input.constraints.keep_apart})
    for (const std::vector<int>& group : *groups)
      for (const int entity : group)
        out[at(entity)] = 1;
  for (const Pin& pin : input.constraints.pins)
    out[at(pin.entity)] = 1;
  return out;
}

const Cut* nearest_cut(const Result& result) {
  const Cut* best = nullptr;
  for (const Cut& cut : result.best) {
    const auto key = [](const Cut& c) {
      return std::pair(c.objectives.distance, c.objectives.score);
    };
    if (best == nullptr || key(cut) < key(*best)) best = &cut;
  }
  return best;
}

}  // namespace

std::vector<int> match_labels(const std::vector<int>& group, const std::vector<int>& reference) {
  std::map<std::pair<int, int>, int> overlap;
  int services = 0;
  for (std::size_t e = 0; e < group.size(); ++e) {
    services = std::max(services, group[e] + 1);
    if (group[e] >= 0 && reference[e] >= 0) ++overlap[{group[e], reference[e]}];
  }
  std::vector<std::pair<int, std::pair<int, int>>> order;
  for (const auto& [pair, count] : overlap)
    order.push_back({-count, pair});
  std::sort(order.begin(), order.end());
  std::vector<int> label(at(services), -1);
  std::set<int> used;
  for (const auto& [count, pair] : order) {
    if (label[at(pair.first)] >= 0 || !used.insert(pair.second).second) continue;
    label[at(pair.first)] = pair.second;
  }
  return label;
}

Result decompose_near(Input input, Options options) {
  const int labels = std::max(1, labels_in(input.reference));
  // One entity more or less must outweigh whatever else a cut can gain.
  options.objectives.distance = std::max(20.0, .5 * static_cast<double>(input.entities.size()));
  const Constraints asked = input.constraints;
  const bool open = options.services_low == 0 && options.services_high == 0;
  if (open && labels == 1 && asked.services_low <= 1)
    input.constraints.services_low = input.constraints.services_high = 1;
  options.services_low = open ? std::max(1, labels - 1) : options.services_low;
  options.services_high = open ? labels + 2 : options.services_high;
  Result all = decompose(input, options);
  const Cut* nearest = nearest_cut(all);
  if (nearest == nullptr) return all;
  // The same once more, with that number of services chosen and explained.
  input.constraints.services_low = input.constraints.services_high = nearest->services;
  options.services_low = options.services_high = nearest->services;
  Result result = decompose(input, options);
  result.best = std::move(all.best);
  result.archive = std::move(all.archive);
  return result;
}

Closeness closeness(const Input& input, const Options& options, const std::vector<int>& group) {
  Closeness out;
  out.label_of_group = match_labels(group, input.reference);
  const std::vector<char> asked = constrained(input);
  for (std::size_t e = 0; e < group.size(); ++e) {
    const int reference = input.reference[e];
    if (reference < 0 || out.label_of_group[at(group[e])] == reference) continue;
    out.moves.push_back({static_cast<int>(e), reference, group[e], 0, asked[e] != 0});
  }
  Input free = input;
  free.reference.clear();
  const Result judged = assess(free, group, options);
  for (const Placement& p : judged.placements) {
    if (asked[at(p.entity)] || p.second_best < 0 || p.margin > -gain_at_least) continue;
    out.further.push_back({p.entity, p.group, p.second_best, -p.margin, false});
  }
  std::stable_sort(out.further.begin(), out.further.end(),
                   [](const Move& a, const Move& b) { return a.gain > b.gain; });
  return out;
}

}  // namespace scantling::boundaries
