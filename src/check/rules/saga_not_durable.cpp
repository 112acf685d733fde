#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const Saga& saga : c.model.sagas) {
    if (saga.style.or_else(SagaStyle::Orchestrated) != SagaStyle::Orchestrated) continue;
    if (saga.durable.or_else(true)) continue;
    const std::string who =
        saga.coordinator ? saga.coordinator->name : std::string("its coordinator");
    Diagnostic& d =
        report(c, rule_saga_not_durable, place_of(saga.durable.from, saga.from),
               "saga " + saga.name + " is forgotten when " + who + " restarts", path_of(saga));
    d.because = "its progress is in memory only, and it has " +
                std::to_string(saga.steps.value.size()) + " steps to be between";
    d.effect = "steps that were done stay done, and nobody finishes or undoes them";
    d.fixes.push_back(value_fix("durable", "true", saga.durable.from, FixSafety::Unsafe));
  }
}

}  // namespace

const Rule rule_saga_not_durable = {
    {"saga-not-durable", Severity::Error, "data",
     "a saga's coordinator keeps its progress in memory"},
    {R"(An orchestrated saga says `durable: false`.)",
     R"(Every deployment restarts the coordinator. Without a log it doesn't know which sagas were on their way: that is a crash between any two steps, several times a week.)",
     R"(services:
  a: { endpoints: { take: { http: POST /a, steps: [{ work: 1ms }] }, give: { http: POST /b, steps: [{ work: 1ms }] } } }
sagas:
  place: { style: orchestrated, coordinator: a, durable: false, steps: [{ do: a.take, undo: a.give }, { do: a.take }] }
)",
     R"(services:
  a: { endpoints: { take: { http: POST /a, steps: [{ work: 1ms }] }, give: { http: POST /b, steps: [{ work: 1ms }] } } }
sagas:
  place: { style: orchestrated, coordinator: a, durable: true, steps: [{ do: a.take, undo: a.give }, { do: a.take }] }
)",
     R"(When every step expires by itself.)"},
    run};

}  // namespace scantling
