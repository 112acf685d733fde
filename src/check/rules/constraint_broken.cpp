#include <algorithm>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

struct Use {
  std::string technology, path;
  Span place;
};

void add(std::vector<Use>& uses, const Field<std::string>& field, std::string path,
         Span otherwise) {
  if (field && !field->empty())
    uses.push_back({*field, std::move(path), place_of(field.from, otherwise)});
}

std::vector<Use> technologies(const Architecture& model) {
  std::vector<Use> out;
  for (const Service& service : model.services)
    add(out, service.runtime.value.language, path_of(service) + ".runtime.language",
        service.from.span);
  for (const Store& store : model.stores)
    add(out, store.engine, path_of(store) + ".engine", store.from.span);
  for (const Channel& channel : model.channels)
    add(out, channel.broker, path_of(channel) + ".broker", channel.from.span);
  if (model.placement) {
    const Placement& p = *model.placement;
    const Span place = model.placement.from.span;
    add(out, p.platform, "placement.platform", place);
    add(out, p.mesh, "placement.mesh", place);
    add(out, p.gateway, "placement.gateway", place);
    add(out, p.discovery, "placement.discovery", place);
    add(out, p.provider, "placement.provider", place);
  }
  return out;
}

void forbidden(const CheckContext& c, const Constraints& constraints) {
  for (const Use& use : technologies(c.model)) {
    if (std::ranges::find(constraints.forbidden.value, use.technology) ==
        constraints.forbidden.value.end())
      continue;
    Diagnostic& d = report(c, rule_constraint_broken, use.place,
                           use.technology + " is used and forbidden", use.path);
    d.labels.push_back({constraints.forbidden.from.span, "forbidden here"});
    d.because = use.path + " is " + use.technology;
    d.requirements.push_back("constraints.forbidden");
    d.fixes.push_back(manual_fix("another technology, or drop it from constraints.forbidden"));
  }
}

void required(const CheckContext& c, const Constraints& constraints) {
  const std::vector<Use> uses = technologies(c.model);
  for (const std::string& wanted : constraints.required.value) {
    if (std::ranges::find(uses, wanted, &Use::technology) != uses.end()) continue;
    Diagnostic& d = report(c, rule_constraint_broken, constraints.required.from.span,
                           wanted + " is required and nothing uses it", "constraints.required");
    d.severity = Severity::Warning;
    d.fingerprint_salt = wanted;
    d.because = "none of " + plural(static_cast<std::int64_t>(uses.size()), "technology choice") +
                " is " + wanted;
    d.fixes.push_back(manual_fix("use it where it fits, or drop it from constraints.required"));
  }
}

void services(const CheckContext& c, const Constraints& constraints) {
  if (!constraints.services) return;
  const auto count = static_cast<std::int64_t>(c.model.services.size());
  const CountRange range = *constraints.services;
  if (count >= range.low && count <= range.high) return;
  Diagnostic& d = report(c, rule_constraint_broken, constraints.services.from.span,
                         plural(count, "service") + ", " + to_text(range) + " are wanted",
                         "constraints.services");
  d.because = std::to_string(count) + " is not in " + to_text(range);
  d.fixes.push_back(manual_fix(count > range.high ? "join services that change together"
                                                  : "divide the largest service"));
}

void zones(const CheckContext& c, const Constraints& constraints) {
  if (!constraints.zones || !c.model.placement || !c.model.placement->zones) return;
  const auto& placed = c.model.placement->zones;
  if (placed->value >= constraints.zones->value) return;
  Diagnostic& d = report(c, rule_constraint_broken, place_of(placed.from, c.model.placement.from),
                         "placed in " + plural(placed->value, "zone") + ", " +
                             std::to_string(constraints.zones->value) + " are demanded",
                         "placement.zones");
  d.labels.push_back({constraints.zones.from.span, "demanded here"});
  d.because = std::to_string(placed->value) + " < " + std::to_string(constraints.zones->value);
  d.requirements.push_back("constraints.zones");
  d.fixes.push_back(
      value_fix("zones", std::to_string(constraints.zones->value), placed.from, FixSafety::Unsafe));
}

void run(const CheckContext& c) {
  if (!c.model.constraints || !has_solution(c.model)) return;
  forbidden(c, *c.model.constraints);
  required(c, *c.model.constraints);
  services(c, *c.model.constraints);
  zones(c, *c.model.constraints);
}

}  // namespace

const Rule rule_constraint_broken = {
    {"constraint-broken", Severity::Error, "operations", "the solution contradicts a constraint"},
    {R"(A technology that is forbidden is used, one that is required is not (a warning), the number of services is out of its range, or fewer zones are used than demanded.)",
     R"(Both halves were written by people, so neither may be overruled: one of the two lines is out of date, and whoever reads only one of them is misled.)",
     R"(constraints: { forbidden: [mongodb] }
stores:
  carts: { engine: mongodb, owner: shop }
services:
  shop: {}
)",
     R"(constraints: { forbidden: [mongodb] }
stores:
  carts: { engine: postgresql, owner: shop }
services:
  shop: {}
)",
     R"(While a migration is on its way, with a date.)"},
    run};

}  // namespace scantling
