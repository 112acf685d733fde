#include <algorithm>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

// "eu" allows "eu-central"; "eu-central" allows itself.
bool within(const std::string& region, const std::string& allowed) {
  return region == allowed || region.starts_with(allowed + "-");
}

void by_constraint(const CheckContext& c, const std::vector<std::string>& regions) {
  if (!c.model.constraints || !c.model.constraints->residency) return;
  const auto& allowed = c.model.constraints->residency;
  for (const std::string& region : regions) {
    if (std::ranges::any_of(*allowed, [&](const auto& a) { return within(region, a); })) continue;
    Diagnostic& d = report(c, rule_residency_violated,
                           place_of(c.model.placement->regions.from, c.model.placement.from),
                           "region " + region + " is outside the residency", "placement.regions");
    d.fingerprint_salt = region;
    d.labels.push_back({allowed.from.span, "data stay here"});
    d.because = "it runs in " + enumerate(regions) + ", data must stay in " + enumerate(*allowed);
    d.requirements.push_back("constraints.residency");
    d.fixes.push_back(manual_fix("regions within " + enumerate(*allowed)));
  }
}

void by_aggregate(const CheckContext& c, const std::vector<std::string>& regions) {
  for (const AggregateId id : c.model.aggregates.ids()) {
    const Aggregate& aggregate = c.model.aggregates[id];
    if (!aggregate.residency) continue;
    const auto home = [&](const std::string& r) { return within(r, *aggregate.residency); };
    const StoreId store_id = store_of(c.model, id);
    std::string because;
    Span place = aggregate.residency.from.span;
    if (std::ranges::none_of(regions, home)) {
      because = "nothing runs in " + *aggregate.residency + ", only in " + enumerate(regions);
    } else if (store_id.valid() && !std::ranges::all_of(regions, home) &&
               c.model.stores[store_id].spread.or_else(Spread::None) == Spread::Regions) {
      const Store& store = c.model.stores[store_id];
      place = place_of(store.spread.from, store.from);
      because = store.name + " holds it and spreads its copies over " + enumerate(regions);
    }
    if (because.empty()) continue;
    Diagnostic& d = report(c, rule_residency_violated, place,
                           aggregate.name + " leaves " + *aggregate.residency, path_of(aggregate));
    d.labels.push_back({aggregate.residency.from.span, "must not leave"});
    d.because = because;
    d.requirements.push_back(path_of(aggregate) + ".residency");
    d.fixes.push_back(manual_fix("a store of its own in " + *aggregate.residency));
  }
}

void run(const CheckContext& c) {
  if (!c.model.placement || !c.model.placement->regions) return;
  const auto& regions = *c.model.placement->regions;
  by_constraint(c, regions);
  by_aggregate(c, regions);
}

}  // namespace

const Rule rule_residency_violated = {
    {"residency-violated", Severity::Error, "security",
     "data are kept outside the region that they must not leave"},
    {R"(The placement has a region outside `constraints.residency`, or an aggregate with `residency` is held by a store whose copies go to another region (or runs nowhere in its own).)",
     R"(Where data may be is law in many places (GDPR chapter V for transfers out of the Union), and a copy can't be called back. It is decided by placement, and often undone by a replication setting.)",
     R"(constraints: { residency: [eu] }
placement: { regions: [eu-central, us-east] }
services:
  web: {}
)",
     R"(constraints: { residency: [eu] }
placement: { regions: [eu-central, eu-west] }
services:
  web: {}
)",
     R"(When what leaves holds none of the data that are meant.)"},
    run};

}  // namespace scantling
