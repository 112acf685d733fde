#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const CallEdge& edge : c.calls.edges()) {
    const CallPolicy& policy = edge.step->policy;
    const std::int64_t attempts = attempts_of(policy);
    if (attempts < 2 || !retries_after_effect(*policy.retry)) continue;
    const std::string effect = repeated_effect(c, edge);
    if (effect.empty()) continue;
    const std::string callee = callee_name(c.model, edge);
    const auto& tries = policy.retry->attempts;
    Diagnostic& d = report(
        c, rule_retry_not_idempotent, place_of(tries.from, place_of(*edge.step)),
        endpoint_name(c.model, edge.caller) + " retries " + callee + ", which is not idempotent",
        path_of(c.model, edge.caller));
    d.fingerprint_salt = edge.step->target;
    d.caret = "up to " + std::to_string(attempts) + " times";
    d.because = effect + "; a call that times out may have taken effect, so it may happen " +
                std::to_string(attempts) + " times";
    d.fixes.push_back(manual_fix("idempotent: by key on " + callee +
                                 ", with the key sent along and kept with the effect"));
    d.fixes.push_back(value_fix("attempts", "1", tries.from, FixSafety::Unsafe));
    touch(c, d, edge.caller);
  }
}

}  // namespace

const Rule rule_retry_not_idempotent = {
    {"retry-not-idempotent", Severity::Error, "calls",
     "a call with an effect is tried again though the callee does not recognise repetitions"},
    {R"(A call is tried again after a timeout or an error, and what it calls writes, publishes or calls an external without being idempotent.)",
     R"(Whoever waits can't tell a request that was lost from an answer that was. On 2013-07-18 Twilio's billing charged customers' cards again and again, because the balance that would have shown the charge could not be written: 1.4% of customers were affected ("Billing Incident Post-Mortem", Twilio, 2013).)",
     R"(stores:
  payments-db: { engine: postgresql, owner: payments }
services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps:
          - call: payments.charge
            timeout: 1s
            retry: { attempts: 3, backoff: 50ms }
  payments:
    endpoints:
      charge:
        http: POST /charges
        steps:
          - write: payments-db
)",
     R"(stores:
  payments-db: { engine: postgresql, owner: payments }
services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps:
          - call: payments.charge
            timeout: 1s
            retry: { attempts: 3, backoff: 50ms }
  payments:
    endpoints:
      charge:
        http: POST /charges
        idempotent: by key
        steps:
          - write: payments-db
)",
     R"(When doing it twice costs nothing that anybody notices: then say `idempotent: yes` instead.)"},
    run};

}  // namespace scantling
