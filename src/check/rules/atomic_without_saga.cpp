#include <algorithm>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

bool has_saga(const Architecture& model, OperationId operation) {
  return std::ranges::any_of(model.sagas, [&](const Saga& saga) {
    return (saga.implements && saga.implements->id == operation) ||
           saga.name == model.operations[operation].name;
  });
}

void run(const CheckContext& c) {
  for (const OperationId id : c.model.operations.ids()) {
    const Operation& operation = c.model.operations[id];
    if (!operation.atomic.or_else(false) || has_saga(c.model, id)) continue;
    std::vector<std::string> owners, written;
    for (const ProblemStep& step : operation.steps.value) {
      if (!is_write(step.verb) || !step.aggregate.id.valid()) continue;
      const ServiceId owner = owner_of(c.model, step.aggregate.id);
      if (!owner.valid()) continue;
      const std::string& name = c.model.services[owner].name;
      if (std::ranges::find(owners, name) == owners.end()) owners.push_back(name);
      written.push_back(step.aggregate.name + " (" + name + ")");
    }
    if (owners.size() < 2) continue;
    Diagnostic& d =
        report(c, rule_atomic_without_saga, place_of(operation.atomic.from, operation.from.span),
               operation.name + " is atomic over " +
                   plural(static_cast<std::int64_t>(owners.size()), "service") + " without a saga",
               path_of(operation));
    d.because = "it writes " + enumerate(written) + "; no saga implements it";
    d.effect = "a failure between two of the writes leaves the first one done for ever";
    d.requirements.push_back(path_of(operation) + ".atomic");
    d.fixes.push_back(
        manual_fix("a saga with an undo for each step, or one service that owns all "
                   "that it writes"));
  }
}

}  // namespace

const Rule rule_atomic_without_saga = {
    {"atomic-without-saga", Severity::Error, "data",
     "an operation that is all or nothing writes in several services and nothing coordinates it"},
    {R"(An operation with `atomic: true` writes aggregates of two or more services, and no saga implements it.)",
     R"(No transaction spans the services' stores. What a crash leaves half done is found by customers; the remedy was named by Garcia-Molina and Salem in 1987 ("Sagas", SIGMOD).)",
     R"(aggregates:
  Order: { size: 2 KiB, data: internal }
  Stock: { size: 100 B, data: internal }
operations:
  place:
    actor: customer
    steps: [{ do: reserve Stock, undo: release Stock }, { do: create Order, undo: cancel Order }]
    atomic: true
services:
  orders: { owns: [Order] }
  stock: { owns: [Stock] }
)",
     R"(aggregates:
  Order: { size: 2 KiB, data: internal }
  Stock: { size: 100 B, data: internal }
operations:
  place:
    actor: customer
    steps: [{ do: reserve Stock, undo: release Stock }, { do: create Order, undo: cancel Order }]
    atomic: true
services:
  orders: { owns: [Order, Stock] }
)",
     R"(When a person reconciles it daily and both sides can live with that.)"},
    run};

}  // namespace scantling
