#include <algorithm>

#include "check/rule_support.h"

namespace scantling {
namespace {

bool writes(const Endpoint& endpoint) {
  bool out = false;
  for_each_step(endpoint.steps.value,
                [&](const Step& step) { out |= step.kind == StepKind::Write; });
  return out;
}

// Several kinds of event about the same thing, in one channel: their order has a meaning.
std::size_t kinds_of_event(const Architecture& model, ChannelId channel) {
  if (model.channels[channel].events) return model.channels[channel].events->size();
  std::vector<std::string> seen;
  for_each_placed_step(model, [&](EndpointId, const PlacedStep& placed) {
    const Step& step = *placed.step;
    if (step.kind == StepKind::Publish && step.channel == channel &&
        std::find(seen.begin(), seen.end(), step.event) == seen.end())
      seen.push_back(step.event);
  });
  return seen.size();
}

void run(const CheckContext& c) {
  for (const EndpointId id : all_endpoints(c.model)) {
    const Endpoint& endpoint = c.model.endpoint(id);
    if (!endpoint.consumes || !endpoint.consumes->id.valid() || !writes(endpoint)) continue;
    const ChannelId channel_id = endpoint.consumes->id;
    const Channel& channel = c.model.channels[channel_id];
    if (channel.key && !channel.key->empty()) continue;
    if (endpoint.events && endpoint.events->size() == 1) continue;  // only one kind: no order
    const std::size_t kinds = kinds_of_event(c.model, channel_id);
    if (kinds < 2) continue;
    const bool topic = channel.kind.or_else(ChannelKind::Topic) == ChannelKind::Topic;
    const std::int64_t lanes = topic ? channel.partitions.or_else({1}).value
                                     : most_instances(c.model.services[id.service]) *
                                           endpoint.concurrency.or_else({1}).value;
    if (lanes < 2) continue;
    Diagnostic& d =
        report(c, rule_order_lost, place_of(endpoint.consumes.from, endpoint.from),
               endpoint_name(c.model, id) + " may see events of " + channel.name + " out of order",
               path_of(c.model, id));
    d.fingerprint_salt = channel.name;
    d.labels.push_back({channel.from.span, "no key"});
    d.because = std::to_string(kinds) + " kinds of event are spread over " + std::to_string(lanes) +
                (topic ? " partitions" : " consumers at once") + " without a key";
    d.effect = "a later change is overwritten by an earlier one";
    d.fixes.push_back(manual_fix("key: the id of what the events are about"));
    touch(c, d, id);
  }
}

}  // namespace

const Rule rule_order_lost = {
    {"order-lost", Severity::Warning, "messaging",
     "events about one thing may arrive in another order than they happened"},
    {R"(A consumer writes what several kinds of event tell, and the channel spreads them over partitions (or a queue over consumers at once) without a key that keeps those of one thing together.)",
     R"(Brokers keep order within a partition only. "Shipped" before "placed" creates what should be updated; two updates in the wrong order leave the older value for ever, on some keys, sometimes.)",
     R"(stores:
  track-db: { engine: postgresql, owner: tracking }
channels:
  orders.events: { broker: kafka, partitions: 6, events: [OrderPlaced, OrderShipped], dead-letter: orders.dlq }
services:
  tracking:
    endpoints:
      follow: { consumes: orders.events, idempotent: by key, steps: [{ write: track-db }] }
)",
     R"(stores:
  track-db: { engine: postgresql, owner: tracking }
channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id, events: [OrderPlaced, OrderShipped], dead-letter: orders.dlq }
services:
  tracking:
    endpoints:
      follow: { consumes: orders.events, idempotent: by key, steps: [{ write: track-db }] }
)",
     R"(When the consumer orders by a version in the event, or its writes commute.)"},
    run};

}  // namespace scantling
