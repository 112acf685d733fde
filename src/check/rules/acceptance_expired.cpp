#include "check/rules.h"

namespace scantling {

const Rule rule_acceptance_expired = {
    {"acceptance-expired", Severity::Warning, "acceptances",
     "a finding was accepted until a day that has passed"},
    {R"(An entry of `accept` has an `until` that lies before today, and its finding is still there. The finding counts again.)",
     R"(A risk that is taken for a while is a decision; one that nobody looks at again is an accident waiting. The date is the promise to look again.)",
     R"(externals:
  psp: { latency: 240ms }
services:
  payments:
    endpoints:
      charge: { http: POST /charges, steps: [{ call: psp }] }
accept:
  - rule: missing-timeout
    element: services.payments.endpoints.charge
    reason: the client library has a timeout of its own
    until: 2020-01-31
)",
     R"(externals:
  psp: { latency: 240ms }
services:
  payments:
    endpoints:
      charge: { http: POST /charges, steps: [{ call: psp }] }
accept:
  - rule: missing-timeout
    element: services.payments.endpoints.charge
    reason: the client library has a timeout of its own
    until: 2999-01-31
)",
     R"(It can't be accepted: decide anew and move the date.)"},
    nullptr};

}  // namespace scantling
