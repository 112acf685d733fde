#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const EndpointId id : all_endpoints(c.model)) {
    const Endpoint& endpoint = c.model.endpoint(id);
    const Step* charge = nullptr;
    const Step* record = nullptr;
    bool recorded_first = false;
    for (const auto& [step, place] : placed_steps(endpoint.steps.value)) {
      if (step->kind == StepKind::Write && !charge) recorded_first = true;
      if (step->kind == StepKind::Write && charge && !record) record = step;
      if (step->kind == StepKind::Call && step->external.valid() && !charge && place.waits &&
          c.model.externals[step->external].idempotent.or_else(Idempotency::No) != Idempotency::Yes)
        charge = step;
    }
    if (!charge || !record || recorded_first) continue;
    const External& external = c.model.externals[charge->external];
    // A repetition finds the first one by its key, at both ends.
    const bool keyed = external.idempotent.or_else(Idempotency::No) == Idempotency::ByKey &&
                       endpoint.idempotent.or_else(Idempotency::No) != Idempotency::No;
    if (keyed) continue;
    Diagnostic& d = report(c, rule_charge_before_record, place_of(*charge),
                           endpoint_name(c.model, id) + " calls " + external.name +
                               " before anything of it is recorded",
                           path_of(c.model, id));
    d.fingerprint_salt = external.name;
    d.labels.push_back({place_of(*record), "recorded only here"});
    d.caret = "takes effect outside";
    d.because = "if " + record->target + " can't be written, or the process stops in between, " +
                external.name + " has done it and nothing here says so";
    if (const double rate = peak_rate(c, id); rate > 0)
      d.because += "; at peak " + rate_text(rate) + " are between the two";
    d.effect = "it is done again by whoever tries again, or paid and not delivered";
    d.fixes.push_back(
        manual_fix("write the intent with a key first, send the key along, then "
                   "record the outcome; idempotent: by key on " +
                   external.name + " and on the endpoint"));
    touch(c, d, id);
  }
}

}  // namespace

const Rule rule_charge_before_record = {
    {"charge-before-record", Severity::Error, "data",
     "an external takes effect before the intent is recorded"},
    {R"(An endpoint calls an external that is not idempotent by nature, and only after that writes its own store, with no write before; unless both the external and the endpoint recognise a repetition by its key.)",
     R"(On 2013-07-18 Twilio charged cards and then updated balances in a store that had become read-only; the job saw an unpaid balance and charged again ("Billing Incident Post-Mortem", Twilio). A durable intent with an idempotency key before the call makes the repetition harmless (Airbnb, "Avoiding Double Payments in a Distributed Payments System", 2019).)",
     R"(externals:
  psp: { latency: 240ms, idempotent: no }
stores:
  payments-db: { engine: postgresql, owner: payments }
services:
  payments:
    endpoints:
      charge:
        http: POST /charges
        steps: [{ call: psp, timeout: 1s }, { write: payments-db }]
)",
     R"(externals:
  psp: { latency: 240ms, idempotent: by key }
stores:
  payments-db: { engine: postgresql, owner: payments }
services:
  payments:
    endpoints:
      charge:
        http: POST /charges
        idempotent: by key
        steps: [{ write: payments-db }, { call: psp, timeout: 1s }, { write: payments-db }]
)",
     R"(When the external's effect can be read from it later and a job reconciles the two.)"},
    run};

}  // namespace scantling
