#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const EndpointId id : all_endpoints(c.model)) {
    const Endpoint& endpoint = c.model.endpoint(id);
    if (!endpoint.consumes || !endpoint.consumes->id.valid()) continue;
    const Channel& channel = c.model.channels[endpoint.consumes->id];
    if (channel.kind.or_else(ChannelKind::Topic) != ChannelKind::Topic || !channel.partitions)
      continue;
    const Service& service = c.model.services[id.service];
    const std::int64_t instances = most_instances(service);
    const std::int64_t partitions = channel.partitions->value;
    if (instances <= partitions) continue;
    Diagnostic& d = report(c, rule_consumers_exceed_partitions,
                           place_of(service.runtime.value.instances.from, endpoint.from),
                           std::to_string(instances) + " instances of " + service.name +
                               " consume " + std::to_string(partitions) + " partitions",
                           path_of(c.model, id));
    d.fingerprint_salt = channel.name;
    d.labels.push_back({place_of(channel.partitions.from, channel.from), "the partitions"});
    d.because =
        "a partition has one consumer of a group: " + std::to_string(instances - partitions) +
        " of " + std::to_string(instances) + " instances get nothing of " + channel.name;
    d.effect = "scaling beyond " + std::to_string(partitions) +
               " instances costs and does not make the lag shorter";
    d.fixes.push_back(manual_fix("at least " + std::to_string(instances) +
                                 " partitions (more partitions move keys), or at most " +
                                 std::to_string(partitions) + " instances"));
    touch(c, d, id);
  }
}

}  // namespace

const Rule rule_consumers_exceed_partitions = {
    {"consumers-exceed-partitions", Severity::Warning, "messaging",
     "a consumer may have more instances than its topic has partitions"},
    {R"(The most instances of a service that consumes a topic are more than the topic's partitions.)",
     R"(Parallelism of a consumer group ends at the partitions (Apache Kafka documentation, "Consumers"). The autoscaler sees lag, adds instances, and nothing gets faster; adding partitions then sends keys elsewhere, so it wants thinking ahead.)",
     R"(channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id, dead-letter: orders.dlq }
services:
  shipping:
    runtime: { instances: 2..12 }
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ work: 2ms }] }
)",
     R"(channels:
  orders.events: { broker: kafka, partitions: 12, key: order-id, dead-letter: orders.dlq }
services:
  shipping:
    runtime: { instances: 2..12 }
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ work: 2ms }] }
)",
     R"(When the service has other endpoints that need the instances.)"},
    run};

}  // namespace scantling
