#include "explore/structures.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/text.h"
#include "design/design.h"
#include "design/locks.h"
#include "language/language.h"

namespace scantling::explore {
namespace {

constexpr std::string_view kServices = "services";
constexpr std::string_view kZones = "zones";
constexpr int kMostServices = 12;
// A pin on who owns an aggregate says with which other it is, for services are named anew by each
// cut: "price.owner" is "with Product".
constexpr std::string_view kOwner = ".owner", kWith = "with ";

// Whose decisions are about the shape of the system. What `understand` settles is the requirement
// itself, what the later passes settle are sizes and operations.
constexpr std::array<std::string_view, 5> kPasses = {"boundaries", "interactions", "consistency",
                                                     "data", "placement"};

bool is_shaping(const Decision& decision) {
  return decision.pass && std::ranges::find(kPasses, *decision.pass) != kPasses.end() &&
         decision.from.origin == Origin::Decided;
}

const Provenance kGiven{Origin::Given, {}, {}};

AggregateId aggregate_of(const Architecture& model, std::string_view kebab) {
  for (const AggregateId id : model.aggregates.ids())
    if (kebab_case(model.aggregates[id].name) == kebab) return id;
  return {};
}

bool keep_together(Architecture& model, std::string_view what, std::string_view choice) {
  const AggregateId one = aggregate_of(model, what.substr(0, what.size() - kOwner.size()));
  const AggregateId other = find_by_name(model.aggregates, choice.substr(kWith.size()));
  if (!one.valid() || !other.valid()) return false;
  auto& groups = model.constraints->keep_together;
  if (!groups.has()) groups.from = kGiven;
  groups.value.push_back(
      {{model.aggregates[one].name, one}, {model.aggregates[other].name, other}});
  return true;
}

bool pin_one(Architecture& model, const Pin& pin) {
  const auto constrain = [&] {
    if (!model.constraints.has()) model.constraints.from = kGiven;
  };
  if (pin.what.ends_with(kOwner) && pin.choice.starts_with(kWith)) {
    constrain();
    return keep_together(model, pin.what, pin.choice);
  }
  if (pin.what == kServices || pin.what == kZones) {
    const auto n = parse_count(pin.choice);
    if (!n) return false;
    constrain();
    if (pin.what == kServices)
      model.constraints->services = {CountRange{n->value, n->value}, kGiven};
    else
      model.constraints->zones = {*n, kGiven};
    return true;
  }
  if (find_by_name(model.decisions, pin.what).valid()) return false;
  lock_decision(model, pin.what, pin.choice);
  return true;
}

// With whom an aggregate would be at the service: another that is there.
std::string neighbour_at(const Architecture& designed, std::string_view service) {
  const ServiceId id = find_by_name(designed.services, service);
  return id.valid() && !designed.services[id].owns->empty()
             ? designed.services[id].owns->front().name
             : "";
}

}  // namespace

std::optional<Architecture> pinned(const Architecture& model, const std::vector<Pin>& pins) {
  Architecture out = model;
  for (const Pin& pin : pins)
    if (!pin_one(out, pin)) return {};
  return out;
}

std::optional<Architecture> structured(const Architecture& model, const Catalog& catalog,
                                       const std::vector<Pin>& pins, std::uint64_t seed) {
  auto out = pinned(model, pins);
  if (!out) return {};
  DesignOptions options;
  options.seed = seed;
  options.jobs = 1;
  return run_passes(std::move(*out), catalog, options);
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
    // The number of services is asked for above; copies are among the sizes.
    if (!is_shaping(decision) || decision.name == "boundaries" ||
        decision.name.ends_with(".copies"))
      continue;
    for (const Alternative& alternative : decision.alternatives) {
      if (alternative.name == *decision.chosen) continue;
      std::string choice = alternative.name;
      if (decision.name.ends_with(kOwner)) {
        const std::string with = neighbour_at(designed, choice);
        if (with.empty()) continue;
        choice = std::string(kWith) + with;
      }
      out.push_back({decision.name, std::move(choice)});
    }
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
