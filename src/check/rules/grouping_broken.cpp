#include "check/rule_support.h"

namespace scantling {
namespace {

using Group = std::vector<Ref<AggregateId>>;

Diagnostic& found(const CheckContext& c, Span place, std::string title, const char* path) {
  Diagnostic& d = report(c, rule_grouping_broken, place, title, path);
  d.fingerprint_salt = std::move(title);
  return d;
}

void together(const CheckContext& c, const Group& group, Span place) {
  const Ref<AggregateId>* first = nullptr;
  ServiceId home;
  for (const auto& ref : group) {
    const ServiceId owner = ref.id.valid() ? owner_of(c.model, ref.id) : ServiceId{};
    if (!owner.valid()) continue;
    if (!first) {
      first = &ref;
      home = owner;
      continue;
    }
    if (owner == home) continue;
    Diagnostic& d = found(
        c, place, c.model.services[home].name + " has " + first->name + " without " + ref.name,
        "constraints.keep-together");
    d.because = c.model.services[home].name + " owns " + first->name + ", " +
                c.model.services[owner].name + " owns " + ref.name;
    d.labels.push_back({c.model.services[owner].owns.from.span, ref.name + " is here"});
    d.fixes.push_back(manual_fix("one service owns both, or the constraint goes"));
  }
}

void apart(const CheckContext& c, const Group& group, Span place) {
  for (std::size_t i = 0; i < group.size(); ++i)
    for (std::size_t j = i + 1; j < group.size(); ++j) {
      if (!group[i].id.valid() || !group[j].id.valid()) continue;
      const ServiceId owner = owner_of(c.model, group[i].id);
      if (!owner.valid() || owner != owner_of(c.model, group[j].id)) continue;
      Diagnostic& d =
          found(c, place,
                c.model.services[owner].name + " joins " + group[i].name + " and " + group[j].name,
                "constraints.keep-apart");
      d.because = c.model.services[owner].name + " owns both";
      d.labels.push_back({c.model.services[owner].owns.from.span, "owned here"});
      d.fixes.push_back(manual_fix("two services, or the constraint goes"));
    }
}

void run(const CheckContext& c) {
  if (!c.model.constraints) return;
  const Constraints& constraints = *c.model.constraints;
  for (const Group& group : constraints.keep_together.value)
    together(c, group, constraints.keep_together.from.span);
  for (const Group& group : constraints.keep_apart.value)
    apart(c, group, constraints.keep_apart.from.span);
}

}  // namespace

const Rule rule_grouping_broken = {
    {"grouping-broken", Severity::Error, "boundaries",
     "services divide what is to be kept together, or join what is to be kept apart"},
    {R"(`constraints.keep-together` names aggregates that two services own, or `keep-apart` names aggregates that one service owns.)",
     R"(Both are requirements that the numbers can't know: a regulator's wall between two sets of data, a team that leaves, a transaction that must stay one.)",
     R"(aggregates:
  Cart: { size: 2 KiB, data: internal }
  Payment: { size: 1 KiB, data: internal }
constraints:
  keep-apart: [[Cart, Payment]]
services:
  shop: { owns: [Cart, Payment] }
)",
     R"(aggregates:
  Cart: { size: 2 KiB, data: internal }
  Payment: { size: 1 KiB, data: internal }
constraints:
  keep-apart: [[Cart, Payment]]
services:
  shop: { owns: [Cart] }
  payments: { owns: [Payment] }
)",
     R"(While a migration is on its way, with a date.)"},
    run};

}  // namespace scantling
