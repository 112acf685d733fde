#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const EndpointId id : all_endpoints(c.model)) {
    const Step* write = nullptr;
    const Step* publish = nullptr;
    for_each_step(c.model.endpoint(id).steps.value, [&](const Step& step) {
      if (!write && step.kind == StepKind::Write) write = &step;
      // The language's default is `direct`.
      const bool direct = step.via.or_else(PublishVia::Direct) == PublishVia::Direct;
      if (!publish && step.kind == StepKind::Publish && direct) publish = &step;
    });
    if (!write || !publish) continue;
    Diagnostic& d = report(c, rule_dual_write, place_of(publish->via.from, place_of(*publish)),
                           endpoint_name(c.model, id) + " writes " + write->target +
                               " and publishes " + publish->event + " apart",
                           path_of(c.model, id));
    d.fingerprint_salt = publish->event;
    d.labels.push_back({place_of(*write), "one transaction"});
    d.caret = "another one";
    d.because = "no transaction spans " + write->target + " and " + publish->target +
                ": a crash between the two leaves one without the other";
    d.effect = "those who hear of " + publish->event +
               " miss a change for ever, or act on one that was rolled back";
    d.fixes.push_back(value_fix("via", "outbox", publish->via.from, FixSafety::Unsafe));
    d.fixes.push_back(
        manual_fix("via: change-capture, where the store has a log that can be read"));
    touch(c, d, id);
  }
}

}  // namespace

const Rule rule_dual_write = {
    {"dual-write", Severity::Error, "messaging", "a write and its event are two transactions"},
    {R"(An endpoint writes a store and publishes an event directly to the broker, not through an outbox in the same transaction or by change capture.)",
     R"(Either order loses: publish first, and the event tells of a change that is rolled back; write first, and a crash swallows the event. Neither shows up in tests. The outbox pattern (Richardson, "Microservices Patterns", 2018, chapter 3) puts the event into the transaction.)",
     R"(stores:
  orders-db: { engine: postgresql, owner: orders }
channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id }
services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps:
          - write: orders-db
          - publish: orders.events OrderPlaced
            via: direct
)",
     R"(stores:
  orders-db: { engine: postgresql, owner: orders }
channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id }
services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps:
          - write: orders-db
          - publish: orders.events OrderPlaced
            via: outbox
)",
     R"(For events whose loss nobody notices, such as usage statistics.)"},
    run};

}  // namespace scantling
