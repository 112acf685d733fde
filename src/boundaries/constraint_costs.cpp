#include "boundaries/constraint_costs.h"

#include <algorithm>

#include "boundaries/closeness.h"
#include "boundaries/index.h"

namespace scantling::boundaries {
namespace {

bool limits_number(const ConstraintRef& ref) {
  return ref.kind == ConstraintKind::ServicesLow || ref.kind == ConstraintKind::ServicesHigh;
}

template <class T>
std::vector<T> without(const std::vector<T>& all, const std::vector<ConstraintRef>& lifted,
                       ConstraintKind kind) {
  std::vector<T> kept;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const ConstraintRef ref{kind, static_cast<int>(i)};
    if (std::find(lifted.begin(), lifted.end(), ref) == lifted.end()) kept.push_back(all[i]);
  }
  return kept;
}

Constraints relaxed(const Constraints& all, const std::vector<ConstraintRef>& lifted) {
  Constraints out = all;
  out.keep_together = without(all.keep_together, lifted, ConstraintKind::KeepTogether);
  out.keep_apart = without(all.keep_apart, lifted, ConstraintKind::KeepApart);
  out.pins = without(all.pins, lifted, ConstraintKind::Pin);
  for (const ConstraintRef& ref : lifted)
    switch (ref.kind) {
      case ConstraintKind::ServicesLow: out.services_low = 0; break;
      case ConstraintKind::ServicesHigh: out.services_high = 0; break;
      case ConstraintKind::SizeLow: out.size_low = 0; break;
      case ConstraintKind::SizeHigh: out.size_high = 0; break;
      default: break;
    }
  return out;
}

int moved_between(const std::vector<int>& a, const std::vector<int>& b) {
  const std::vector<int> label = match_labels(a, b);
  int moved = 0;
  for (std::size_t e = 0; e < a.size(); ++e)
    moved += label[at(a[e])] != b[e] ? 1 : 0;
  return moved;
}

}  // namespace

std::vector<ConstraintCost> constraint_costs(const Input& input, const Options& options,
                                             const Result& result,
                                             const std::vector<ConstraintSet>& sets,
                                             std::size_t limit) {
  std::vector<ConstraintCost> costs;
  for (const ConstraintSet& set : sets) {
    if (costs.size() >= limit || result.chosen.group.empty()) break;
    Input free = input;
    free.constraints = relaxed(input.constraints, set.constraints);
    Options same = options;
    const bool number = std::any_of(set.constraints.begin(), set.constraints.end(), limits_number);
    if (!number) {
      free.constraints.services_low = free.constraints.services_high = result.chosen.services;
      same.services_low = same.services_high = result.chosen.services;
    }
    const Result other = decompose(free, same);
    const Cut& cut = number || other.best.empty() ? other.chosen : other.best.front();
    if (cut.group.empty()) continue;
    const Objectives &with = result.chosen.objectives, &less = cut.objectives;
    costs.push_back({set, cut.services, with.score - less.score,
                     with.split_transactions - less.split_transactions,
                     with.split_writes - less.split_writes, with.crossing - less.crossing,
                     moved_between(result.chosen.group, cut.group)});
  }
  return costs;
}

}  // namespace scantling::boundaries
