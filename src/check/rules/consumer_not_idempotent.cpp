#include "check/rule_support.h"

namespace scantling {
namespace {

std::string effect_of(const CheckContext& c, EndpointId id) {
  CallEdge as_callee;
  as_callee.callee = id;
  return repeated_effect(c, as_callee);
}

void run(const CheckContext& c) {
  for (const EndpointId id : all_endpoints(c.model)) {
    const Endpoint& endpoint = c.model.endpoint(id);
    if (!endpoint.consumes || !endpoint.consumes->id.valid()) continue;
    const Channel& channel = c.model.channels[endpoint.consumes->id];
    if (channel.delivery.or_else(Delivery::AtLeastOnce) != Delivery::AtLeastOnce) continue;
    const std::string effect = effect_of(c, id);
    if (effect.empty()) continue;
    Diagnostic& d = report(
        c, rule_consumer_not_idempotent, place_of(endpoint.consumes.from, endpoint.from),
        endpoint_name(c.model, id) + " does twice what is delivered twice", path_of(c.model, id));
    d.fingerprint_salt = channel.name;
    d.because = effect + ", and " + channel.name +
                " delivers at least once: again after each "
                "crash or rebalance before the commit";
    if (const double rate = peak_rate(c, id); rate > 0)
      d.because += ", of " + rate_text(rate) + " at peak";
    d.fixes.push_back(
        manual_fix("idempotent: by key, the message's id kept in the transaction of "
                   "its effect"));
    touch(c, d, id);
  }
}

}  // namespace

const Rule rule_consumer_not_idempotent = {
    {"consumer-not-idempotent", Severity::Error, "messaging",
     "a consumer repeats its effect when a message is delivered again"},
    {R"(A channel delivers at least once, and a consumer of it writes, publishes or calls what is not idempotent, without recognising a message that it has handled.)",
     R"(At-least-once means that every message will be delivered twice some day: a consumer that crashes after its effect and before its commit gets it again, and each rebalance does that to many at once. Two parcels are sent, two mails are read.)",
     R"(stores:
  ship-db: { engine: postgresql, owner: shipping }
channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id, delivery: at-least-once, dead-letter: orders.dlq }
services:
  shipping:
    endpoints:
      on-order: { consumes: orders.events, steps: [{ write: ship-db }] }
)",
     R"(stores:
  ship-db: { engine: postgresql, owner: shipping }
channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id, delivery: at-least-once, dead-letter: orders.dlq }
services:
  shipping:
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ write: ship-db }] }
)",
     R"(When a second effect is harmless: then say `idempotent: yes` instead.)"},
    run};

}  // namespace scantling
