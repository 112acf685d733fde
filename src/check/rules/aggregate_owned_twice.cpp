#include <algorithm>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const AggregateId id : c.model.aggregates.ids()) {
    std::vector<const Service*> owners;
    for (const Service& service : c.model.services)
      if (std::ranges::any_of(service.owns.value, [&](const auto& ref) { return ref.id == id; }))
        owners.push_back(&service);
    if (owners.size() < 2) continue;
    const Aggregate& aggregate = c.model.aggregates[id];
    std::vector<std::string> names;
    for (const Service* owner : owners)
      names.push_back(owner->name);
    Diagnostic& d = report(c, rule_aggregate_owned_twice, owners[1]->owns.from.span,
                           enumerate(names) + " own " + aggregate.name, path_of(aggregate));
    d.caret = "again here";
    d.labels.push_back({owners[0]->owns.from.span, "owned here"});
    d.because = std::to_string(owners.size()) +
                " owners; a transaction keeps its invariant in one "
                "place only" +
                (aggregate.invariant ? " (" + *aggregate.invariant + ")" : "");
    d.fixes.push_back(manual_fix("one owner; the others call it, or keep a copy by its events"));
  }
}

}  // namespace

const Rule rule_aggregate_owned_twice = {
    {"aggregate-owned-twice", Severity::Error, "boundaries", "two services own one aggregate"},
    {R"(Two or more services list the same aggregate in `owns`.)",
     R"(An aggregate is what changes together in one transaction (Evans, "Domain-Driven Design", 2003, chapter 6). With two owners there are two transactions, and an invariant such as available >= 0 holds in neither.)",
     R"(aggregates:
  Stock: { size: 100 B, data: internal }
services:
  shop: { owns: [Stock] }
  warehouse: { owns: [Stock] }
)",
     R"(aggregates:
  Stock: { size: 100 B, data: internal }
services:
  shop: {}
  warehouse: { owns: [Stock] }
)",
     R"(Never for long: two names for two things that differ by context (a Product on sale, a Product in stock) are the better model.)"},
    run};

}  // namespace scantling
