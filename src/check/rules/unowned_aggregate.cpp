#include <algorithm>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

bool lists(const Field<std::vector<Ref<AggregateId>>>& owns, AggregateId id) {
  return std::ranges::any_of(owns.value, [&](const auto& ref) { return ref.id == id; });
}

// By a service, or by a context that some service belongs to.
bool is_owned(const Architecture& model, AggregateId id) {
  if (owner_of(model, id).valid()) return true;
  for (const ContextId context : model.contexts.ids()) {
    if (!lists(model.contexts[context].owns, id)) continue;
    for (const Service& service : model.services)
      if (service.context && service.context->id == context) return true;
  }
  return false;
}

void run(const CheckContext& c) {
  const auto owns = [](const Service& s) { return s.owns && !s.owns->empty(); };
  // A model that says of no service what it owns has left that open.
  if (std::ranges::none_of(c.model.services, owns)) return;
  for (const AggregateId id : c.model.aggregates.ids()) {
    if (is_owned(c.model, id)) continue;
    const Aggregate& aggregate = c.model.aggregates[id];
    std::vector<std::string> users;
    for (const Operation& operation : c.model.operations)
      if (std::ranges::any_of(operation.steps.value,
                              [&](const ProblemStep& step) { return step.aggregate.id == id; }))
        users.push_back(operation.name);
    if (users.empty()) continue;
    Diagnostic& d = report(c, rule_unowned_aggregate, aggregate.from.span,
                           "no service owns " + aggregate.name, path_of(aggregate));
    d.because = "needed by " + enumerate(users) + ", and other aggregates have an owner";
    d.fixes.push_back(manual_fix("owns: [" + aggregate.name +
                                 "] on the service that keeps its "
                                 "invariants"));
  }
}

}  // namespace

const Rule rule_unowned_aggregate = {
    {"unowned-aggregate", Severity::Error, "boundaries",
     "an aggregate that is used belongs to no service"},
    {R"(Some services say which aggregates they own, but an aggregate that operations use is not among them.)",
     R"(What nobody owns everybody writes: its invariant is checked nowhere, its schema has no team, and the personal data in it are in nobody's deletion job.)",
     R"(aggregates:
  Order: { size: 2 KiB, data: internal }
  Stock: { size: 100 B, data: internal }
operations:
  place: { actor: customer, steps: [read Stock, create Order] }
services:
  orders: { owns: [Order] }
)",
     R"(aggregates:
  Order: { size: 2 KiB, data: internal }
  Stock: { size: 100 B, data: internal }
operations:
  place: { actor: customer, steps: [read Stock, create Order] }
services:
  orders: { owns: [Order, Stock] }
)",
     R"(When a system that is not in the model owns it: then say so as an external.)"},
    run};

}  // namespace scantling
