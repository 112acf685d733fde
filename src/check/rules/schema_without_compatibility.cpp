#include <algorithm>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const ChannelId id : c.model.channels.ids()) {
    const Channel& channel = c.model.channels[id];
    if (!channel.schema || channel.compatible.or_else(Compatibility::None) != Compatibility::None)
      continue;
    std::vector<std::string> consumers;
    for (const ServiceId service : c.model.services.ids()) {
      if (channel.owner && channel.owner->id == service) continue;
      if (std::ranges::any_of(c.model.services[service].endpoints, [&](const Endpoint& e) {
            return e.consumes && e.consumes->id == id;
          }))
        consumers.push_back(c.model.services[service].name);
    }
    if (consumers.empty()) continue;
    Diagnostic& d = report(
        c, rule_schema_without_compatibility,
        place_of(channel.compatible ? channel.compatible.from : channel.schema.from, channel.from),
        "nothing keeps changes of " + channel.name + " readable", path_of(channel));
    d.because = enumerate(consumers) + (consumers.size() == 1 ? " reads" : " read") +
                " it, and its schema may change in any way";
    if (channel.keep)
      d.because += "; messages of the last " + readable(*channel.keep) + " are in the old form";
    d.fixes.push_back(
        value_fix("compatible", "backward", channel.compatible.from, FixSafety::Unsafe));
  }
}

}  // namespace

const Rule rule_schema_without_compatibility = {
    {"schema-without-compatibility", Severity::Warning, "messaging",
     "a channel's schema may change without its consumers being able to read it"},
    {R"(A channel has a schema format but no compatibility rule (or `none`), and other services consume it.)",
     R"(A producer's deployment then breaks consumers that it doesn't know, at once and for every message; and those that are kept in the channel can't be read again after a change. A registry that refuses incompatible schemas finds it before.)",
     R"(channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id, owner: orders, schema: avro, compatible: none, dead-letter: orders.dlq }
services:
  orders: {}
  shipping:
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ work: 2ms }] }
)",
     R"(channels:
  orders.events: { broker: kafka, partitions: 6, key: order-id, owner: orders, schema: avro, compatible: backward, dead-letter: orders.dlq }
services:
  orders: {}
  shipping:
    endpoints:
      on-order: { consumes: orders.events, idempotent: by key, steps: [{ work: 2ms }] }
)",
     R"(Between two services that are always deployed together.)"},
    run};

}  // namespace scantling
