#include "check/rules.h"

namespace scantling {

const Rule rule_acceptance_unmatched = {
    {"acceptance-unmatched", Severity::Warning, "acceptances",
     "an accepted finding is not there, or its rule has another name"},
    {R"(An entry of `accept` matches no finding: the finding has been mended, the element was renamed, or the rule's name is misspelt.)",
     R"(Left in place it accepts the next finding of that rule at that element without anybody deciding so.)",
     R"(services:
  payments:
    endpoints:
      charge: { http: POST /charges, steps: [{ work: 1ms }] }
accept:
  - { rule: missing-timeout, element: services.payments.endpoints.charge, reason: the library has one }
)",
     R"(externals:
  psp: { latency: 240ms }
services:
  payments:
    endpoints:
      charge: { http: POST /charges, steps: [{ call: psp }] }
accept:
  - { rule: missing-timeout, element: services.payments.endpoints.charge, reason: the library has one }
)",
     R"(It can't be accepted: remove the entry.)"},
    nullptr};

}  // namespace scantling
