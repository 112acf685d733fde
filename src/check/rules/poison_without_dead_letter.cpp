#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const EndpointId id : all_endpoints(c.model)) {
    const Endpoint& endpoint = c.model.endpoint(id);
    if (!endpoint.consumes || !endpoint.consumes->id.valid()) continue;
    const Channel& channel = c.model.channels[endpoint.consumes->id];
    if (channel.dead_letter && !channel.dead_letter->empty()) continue;
    if (channel.delivery.or_else(Delivery::AtLeastOnce) == Delivery::AtMostOnce) continue;
    Diagnostic& d =
        report(c, rule_poison_without_dead_letter, place_of(endpoint.consumes.from, endpoint.from),
               "one bad message of " + channel.name + " stops " + endpoint_name(c.model, id),
               path_of(c.model, id));
    d.fingerprint_salt = channel.name;
    d.labels.push_back({channel.from.span, "no dead letters"});
    const bool topic = channel.kind.or_else(ChannelKind::Topic) == ChannelKind::Topic;
    const std::int64_t partitions = channel.partitions.or_else({1}).value;
    d.because = "a message that can't be handled is delivered again " +
                (channel.attempts ? std::to_string(channel.attempts->value) +
                                        " times and then lost: there is nowhere to put it"
                                  : std::string("for ever: there is nowhere to put it"));
    if (topic && !channel.attempts) {
      d.because += ", and what is behind it in its partition waits";
      if (const double rate = peak_rate(c, id); rate > 0)
        d.because += " (" + rate_text(rate / static_cast<double>(partitions)) + " at peak)";
    }
    d.fixes.push_back(manual_fix("dead-letter: " + channel.name +
                                 ".dlq, attempts: 5, and an alert "
                                 "on its length"));
    touch(c, d, id);
  }
}

}  // namespace

const Rule rule_poison_without_dead_letter = {
    {"poison-without-dead-letter", Severity::Warning, "messaging",
     "a message that can't be handled blocks those behind it or is lost"},
    {R"(A channel that is consumed with redelivery has no dead-letter channel.)",
     R"(Sooner or later a message arrives that the consumer can't handle. On 2022-11-18 such a message crashed incident.io's whole process, was delivered again when it was back, and did so again: 13 of 32 minutes down ("Intermittent downtime from repeated crashes", incident.io).)",
     R"(channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id }
services:
  shipping:
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ work: 2ms }] }
)",
     R"(channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id, dead-letter: orders.dlq, attempts: 5 }
services:
  shipping:
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ work: 2ms }] }
)",
     R"(When the order of all messages matters more than progress, and a person is called.)"},
    run};

}  // namespace scantling
