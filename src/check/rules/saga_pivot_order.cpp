#include <optional>

#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const Saga& saga : c.model.sagas) {
    std::optional<std::size_t> pivot;
    const auto& steps = saga.steps.value;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const SagaStep& step = steps[i];
      const bool second = pivot && step.pivot.or_else(false);
      const bool once = pivot && step.attempts.or_else({1}).value < 2;
      if (!pivot && step.pivot.or_else(false)) pivot = i;
      if (!second && !once) continue;
      Diagnostic& d =
          report(c, rule_saga_pivot_order, step.span,
                 second ? "saga " + saga.name + " has a second pivot, " + step.do_target
                        : "saga " + saga.name + " may stop for good at " + step.do_target,
                 path_of(saga));
      d.fingerprint_salt = step.do_target;
      d.labels.push_back({steps[*pivot].span, "the pivot: no way back from here"});
      d.because =
          second ? "after " + steps[*pivot].do_target + " nothing may fail, and a pivot may"
                 : "it comes after the pivot " + steps[*pivot].do_target + " and is tried once";
      d.effect = "when it fails the saga can go neither forward nor back";
      d.fixes.push_back(second
                            ? manual_fix("one pivot; move what may be refused before it")
                            : manual_fix("attempts: 10 on the step, whose endpoint is idempotent "
                                         "by key"));
      if (saga.implements)
        d.requirements.push_back("operations." + saga.implements->name + ".atomic");
    }
  }
}

}  // namespace

const Rule rule_saga_pivot_order = {
    {"saga-pivot-order", Severity::Error, "data", "after a saga's pivot a step may fail for good"},
    {R"(A step after the pivot is tried once only, or is a pivot itself.)",
     R"(Before the pivot a saga can go back, after it it must be able to go forward (compensatable, pivot and retriable transactions: Richardson, "Microservices Patterns", 2018, chapter 4). A step that may fail for good belongs before it: first reserve, then charge.)",
     R"(stores:
  db: { engine: postgresql, owner: orders }
services:
  orders:
    endpoints:
      charge: { http: POST /charges, steps: [{ write: db }] }
      confirm: { http: POST /confirmations, steps: [{ write: db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    steps:
      - { do: orders.charge, pivot: true }
      - { do: orders.confirm }
)",
     R"(stores:
  db: { engine: postgresql, owner: orders }
services:
  orders:
    endpoints:
      charge: { http: POST /charges, steps: [{ write: db }] }
      confirm: { http: POST /confirmations, idempotent: by key, steps: [{ write: db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    steps:
      - { do: orders.charge, pivot: true }
      - { do: orders.confirm, attempts: 10 }
)",
     R"(When a person finishes it by hand and an alert calls that person.)"},
    run};

}  // namespace scantling
