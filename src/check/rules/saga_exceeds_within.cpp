#include <algorithm>
#include <cmath>

#include "check/rule_support.h"

namespace scantling {
namespace {

double longest(const SagaStep& step) {
  return step.timeout->seconds() *
         static_cast<double>(std::max<std::int64_t>(step.attempts.or_else({1}).value, 1));
}

void run(const CheckContext& c) {
  for (const Saga& saga : c.model.sagas) {
    Field<Duration> within = saga.within;
    if (!within && saga.implements && saga.implements->id.valid())
      within = c.model.operations[saga.implements->id].within;
    if (!within || saga.steps.value.empty()) continue;
    double forward = 0, back = 0;
    std::string sum;
    for (const SagaStep& step : *saga.steps) {
      if (!step.timeout) continue;
      forward += longest(step);
      const std::int64_t attempts = step.attempts.or_else({1}).value;
      sum += (sum.empty() ? "" : " + ") +
             (attempts > 1 ? std::to_string(attempts) + " x " : std::string()) +
             readable(*step.timeout) + " (" + step.do_target + ")";
      // The last step's failure is what is undone, so it has no undo of its own.
      if (!step.undo_target.empty() && &step != &saga.steps->back()) back += longest(step);
    }
    const double total = forward + back;
    if (total <= within->seconds()) continue;
    Diagnostic& d = report(c, rule_saga_exceeds_within, place_of(within.from, saga.from),
                           "saga " + saga.name + " may take " + readable_seconds(total) + ", " +
                               readable(*within) + " is its bound",
                           path_of(saga));
    d.because = sum + " = " + readable_seconds(forward) + " forward";
    if (back > 0) d.because += ", and " + readable_seconds(back) + " to undo";
    if (saga.implements)
      d.requirements.push_back("operations." + saga.implements->name + ".within");
    d.fixes.push_back(
        manual_fix("shorter timeouts or fewer attempts, steps side by side, or "
                   "within: " +
                   to_text(Duration::from_seconds(std::ceil(total)))));
  }
}

}  // namespace

const Rule rule_saga_exceeds_within = {
    {"saga-exceeds-within", Severity::Error, "data",
     "a saga's timeouts add up to more than its bound"},
    {R"(The sum over a saga's steps of timeout x attempts, and the same for what is to be undone when the last step fails, is more than its `within` (or its operation's).)",
     R"(The bound is what the customer was told, and often what a reservation or an authorisation lasts: a saga that goes on after it works with what has expired.)",
     R"(services:
  a: { endpoints: { take: { http: POST /a, steps: [{ work: 1ms }] }, give: { http: POST /b, steps: [{ work: 1ms }] } } }
sagas:
  place:
    style: orchestrated
    coordinator: a
    within: 30s
    steps:
      - { do: a.take, undo: a.give, timeout: 10s, attempts: 3 }
      - { do: a.take, timeout: 5s }
)",
     R"(services:
  a: { endpoints: { take: { http: POST /a, steps: [{ work: 1ms }] }, give: { http: POST /b, steps: [{ work: 1ms }] } } }
sagas:
  place:
    style: orchestrated
    coordinator: a
    within: 30s
    steps:
      - { do: a.take, undo: a.give, timeout: 4s, attempts: 3 }
      - { do: a.take, timeout: 5s }
)",
     R"(When the bound is a target and not a promise.)"},
    run};

}  // namespace scantling
