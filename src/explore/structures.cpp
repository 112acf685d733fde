#include "explore/structures.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/text.h"
#include "design/design.h"
#include "language/language.h"

namespace scantling::explore {
namespace {

constexpr std::string_view kServices = "services";
constexpr std::string_view kZones = "zones";
constexpr int kMostServices = 12;

// Whose decisions are about the shape of the system. What `understand` settles is the requirement
// itself, what the later passes settle are sizes and operations.
constexpr std::array<std::string_view, 5> kPasses = {"boundaries", "interactions", "consistency",
                                                     "data", "placement"};

bool is_shaping(const Decision& decision) {
  return decision.pass && std::ranges::find(kPasses, *decision.pass) != kPasses.end() &&
         decision.from.origin == Origin::Decided;
}

const Provenance kGiven{Origin::Given, {}, {}};

}  // namespace

std::optional<Architecture> structured(const Architecture& model, const Catalog& catalog,
                                       const std::vector<Pin>& pins, std::uint64_t seed) {
  Architecture pinned = model;
  for (const Pin& pin : pins) {
    if (pin.what == kServices || pin.what == kZones) {
      const auto n = parse_count(pin.choice);
      if (!n) return {};
      if (!pinned.constraints) pinned.constraints = {Constraints{}, kGiven};
      Constraints& constraints = *pinned.constraints;
      if (pin.what == kServices)
        constraints.services = {CountRange{n->value, n->value}, kGiven};
      else
        constraints.zones = {*n, kGiven};
      continue;
    }
    if (find_by_name(pinned.decisions, pin.what).valid()) return {};
    Decision decision;
    decision.name = pin.what;
    decision.from = kGiven;
    decision.chosen = {pin.choice, kGiven};
    decision.locked = {true, kGiven};
    pinned.decisions.add(std::move(decision));
  }
  DesignOptions options;
  options.seed = seed;
  options.jobs = 1;
  options.simulate = false;
  options.flips = false;
  return design(std::move(pinned), catalog, options).model;
}

std::uint64_t fingerprint(const Architecture& model) {
  std::uint64_t out = fnv1a("");
  for (const PathInfo& info : all_paths(model)) {
    if (info.path.starts_with("decisions.") || info.path.starts_with("constraints.")) continue;
    out = fnv1a(info.path, out);
    out = fnv1a("=", out);
    out = fnv1a(info.text, out);
    out = fnv1a("\n", out);
  }
  return out;
}

std::vector<Pin> pins_of(const Architecture& given, const Architecture& designed) {
  std::vector<Pin> out;
  const auto& constraints = given.constraints;
  if (!has_solution(given) && !constraints->services.fixed()) {
    const int now = static_cast<int>(designed.services.size());
    const int most = std::min<int>(kMostServices, static_cast<int>(given.aggregates.size()));
    for (int n = 1; n <= most; ++n)
      if (n != now && (n == 1 || std::abs(n - now) <= 3))
        out.push_back({std::string(kServices), std::to_string(n)});
  }
  if (!constraints->zones.fixed())
    for (const int n : {1, 2, 3})
      if (!designed.placement || !designed.placement->zones ||
          designed.placement->zones->value != n)
        out.push_back({std::string(kZones), std::to_string(n)});
  for (const Decision& decision : designed.decisions) {
    if (!is_shaping(decision)) continue;
    for (const Alternative& alternative : decision.alternatives)
      if (alternative.name != *decision.chosen) out.push_back({decision.name, alternative.name});
  }
  return out;
}

std::vector<Pin> merged(const std::vector<Pin>& a, const std::vector<Pin>& b) {
  std::vector<Pin> out = a;
  for (const Pin& pin : b)
    if (std::ranges::find(out, pin.what, &Pin::what) == out.end()) out.push_back(pin);
  std::ranges::sort(out);
  return out;
}

}  // namespace scantling::explore
