#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const Saga& saga : c.model.sagas) {
    const auto& steps = saga.steps.value;
    std::size_t pivot = steps.size();
    for (std::size_t i = 0; i < steps.size() && pivot == steps.size(); ++i)
      if (steps[i].pivot.or_else(false)) pivot = i;
    // After the pivot the saga goes forward; the last step has nothing behind it that could fail.
    const std::size_t end = pivot < steps.size() ? pivot : (steps.empty() ? 0 : steps.size() - 1);
    for (std::size_t i = 0; i < end; ++i) {
      const SagaStep& step = steps[i];
      if (!step.undo_target.empty()) continue;
      if (step.do_endpoint.valid() && !c.calls.changes_something(step.do_endpoint) &&
          c.model.endpoint(step.do_endpoint).idempotent.or_else(Idempotency::No) == Idempotency::No)
        continue;  // it only asks
      Diagnostic& d = report(c, rule_saga_without_undo, step.span,
                             "saga " + saga.name + " can't undo " + step.do_target, path_of(saga));
      d.fingerprint_salt = step.do_target;
      d.labels.push_back({steps[i + 1].span, "this may fail"});
      d.because = "it is step " + std::to_string(i + 1) + " of " + std::to_string(steps.size()) +
                  " and " + std::to_string(steps.size() - i - 1) + " that may fail come after it";
      d.effect = "when one of them fails, " + step.do_target + " stays done and the rest is undone";
      d.fixes.push_back(manual_fix("undo: the endpoint that takes it back"));
      d.fixes.push_back(
          manual_fix("pivot: true on it, when everything after it can be tried until "
                     "it succeeds"));
      if (saga.implements)
        d.requirements.push_back("operations." + saga.implements->name + ".atomic");
    }
  }
}

}  // namespace

const Rule rule_saga_without_undo = {
    {"saga-without-undo", Severity::Error, "data",
     "a step of a saga can't be undone when a later one fails"},
    {R"(A saga's step before the pivot (or before the last step, without a pivot) changes something and has no `undo`.)",
     R"(The saga then rests neither done nor undone: stock that stays reserved, money that stays taken. It is the most frequent finding in reviews of sagas because the happy path never shows it.)",
     R"(stores:
  stock-db: { engine: postgresql, owner: stock }
  orders-db: { engine: postgresql, owner: orders }
services:
  stock:
    endpoints:
      reserve: { http: POST /reservations, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, steps: [{ write: stock-db }] }
  orders:
    endpoints:
      confirm: { http: POST /confirmations, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    steps:
      - { do: stock.reserve }
      - { do: orders.confirm }
)",
     R"(stores:
  stock-db: { engine: postgresql, owner: stock }
  orders-db: { engine: postgresql, owner: orders }
services:
  stock:
    endpoints:
      reserve: { http: POST /reservations, steps: [{ write: stock-db }] }
      release: { http: DELETE /reservations, steps: [{ write: stock-db }] }
  orders:
    endpoints:
      confirm: { http: POST /confirmations, steps: [{ write: orders-db }] }
sagas:
  place:
    style: orchestrated
    coordinator: orders
    steps:
      - { do: stock.reserve, undo: stock.release }
      - { do: orders.confirm }
)",
     R"(When what stays done expires by itself, such as a reservation with a time limit: say so in the reason.)"},
    run};

}  // namespace scantling
