#include "check/rule_support.h"

namespace scantling {
namespace {

struct Pair {
  const Provenance* place;
  const Provenance* other;
  Span otherwise;
};

void found(const CheckContext& c, const Pair& pair, std::string title, std::string because,
           std::string element, std::string fix) {
  Diagnostic& d = report(c, rule_numbers_contradict, place_of(*pair.place, pair.otherwise),
                         std::move(title), std::move(element));
  d.fingerprint_salt = d.title;
  d.labels.push_back({pair.other->span, "against this"});
  d.because = std::move(because);
  d.fixes.push_back(manual_fix(std::move(fix)));
}

void objectives(const CheckContext& c) {
  for (const Operation& operation : c.model.operations) {
    if (!operation.within || !operation.objective) continue;
    const Objective& o = *operation.objective;
    for (const Field<Duration>* bound : {&o.p50, &o.p95, &o.p99, &o.p999})
      if (*bound && **bound > *operation.within) {
        found(c, {&bound->from, &operation.within.from, operation.from.span},
              operation.name + " may take longer than it has",
              readable(**bound) + " is allowed, but it ends within " + readable(*operation.within),
              path_of(operation), "an objective below within");
        break;
      }
  }
}

void hedges(const CheckContext& c) {
  for (const CallEdge& edge : c.calls.edges()) {
    const CallPolicy& policy = edge.step->policy;
    if (!policy.hedge || !policy.hedge->after || !policy.timeout ||
        *policy.hedge->after < *policy.timeout)
      continue;
    found(c, {&policy.hedge->after.from, &policy.timeout.from, place_of(*edge.step)},
          endpoint_name(c.model, edge.caller) + " hedges " + callee_name(c.model, edge) +
              " after giving up",
          "the second call is sent after " + readable(*policy.hedge->after) +
              ", the first is given up at " + readable(*policy.timeout),
          path_of(c.model, edge.caller), "a hedge at about the 95th percentile of the callee");
  }
}

void health_checks(const CheckContext& c) {
  for (const Service& service : c.model.services) {
    const HealthPolicy& health = service.health.value;
    if (!health.every || !health.timeout || *health.timeout <= *health.every) continue;
    found(c, {&health.timeout.from, &health.every.from, service.from.span},
          "health checks of " + service.name + " overtake one another",
          "one is sent every " + readable(*health.every) + " and waited for " +
              readable(*health.timeout),
          path_of(service), "a timeout below the interval");
  }
}

void run(const CheckContext& c) {
  objectives(c);
  hedges(c);
  health_checks(c);
}

}  // namespace

const Rule rule_numbers_contradict = {
    {"numbers-contradict", Severity::Error, "operations", "two numbers can't hold together"},
    {R"(An operation's objective allows more time than its `within`, a hedge is sent after the call has been given up, or a health check is waited for longer than until the next one.)",
     R"(One of the two was mistyped or is out of date, and what is designed follows the wrong one; a hedge that never fires is paid for in code and gives nothing.)",
     R"(externals:
  score: { latency: { mean: 40ms, p99: 300ms }, idempotent: yes }
services:
  web:
    endpoints:
      ask: { http: GET /, steps: [{ call: score, timeout: 500ms, hedge: { after: 600ms, at-most: 5% } }] }
)",
     R"(externals:
  score: { latency: { mean: 40ms, p99: 300ms }, idempotent: yes }
services:
  web:
    endpoints:
      ask: { http: GET /, steps: [{ call: score, timeout: 500ms, hedge: { after: 150ms, at-most: 5% } }] }
)",
     R"(Never: correct the number.)"},
    run};

}  // namespace scantling
