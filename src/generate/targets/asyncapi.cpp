// AsyncAPI 3: the channels with their messages, who sends and who receives.
#include "base/text.h"
#include "generate/contracts.h"
#include "generate/engines.h"
#include "generate/names.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

Value payload(const ContractMessage& message) {
  Value properties = Value::empty_map(), required = Value::empty_list();
  for (const ContractField& field : message.fields) {
    Value type = map({{"type", field.type == FieldType::Count ? "integer" : "string"},
                      {"description", field.about}});
    if (field.type == FieldType::Time) type.set("format", "date-time");
    if (field.type == FieldType::Key) type.set("format", "uuid");
    properties.set(camel_name(field.name), std::move(type));
    required.add(camel_name(field.name));
  }
  return map({{"type", "object"},
              {"properties", std::move(properties)},
              {"required", std::move(required)}});
}

std::string protocol(const Plan& plan) {
  const std::string broker = plan.broker();
  if (broker == "rabbitmq") return "amqps";
  if (broker == "nats") return "nats";
  if (broker == "pulsar") return "pulsar";
  return broker == "kafka" || broker == "redpanda" ? "kafka-secure" : "https";
}

Value message_ref(const std::string& channel, const std::string& message) {
  return map({{"$ref", "#/channels/" + channel + "/messages/" + message}});
}

void add_operations(const Plan& plan, Value& operations) {
  const auto add = [&](const ServicePlan& service, const ChannelUse& use, bool sends) {
    const Channel& channel = plan.model().channels[use.channel];
    const std::string key = camel_name(channel.name);
    Value messages = Value::empty_list();
    for (const std::string& event : use.events.empty() ? channel.events.value : use.events)
      messages.add(message_ref(key, pascal_name(event)));
    Value operation = map({{"action", sends ? "send" : "receive"},
                           {"channel", map({{"$ref", "#/channels/" + key}})},
                           {"tags", list({map({{"name", service.name}})})}});
    std::string name = service.name + (sends ? "-sends-" : "-receives-") + channel.name;
    if (!sends && use.endpoint >= 0) {
      const Endpoint& endpoint =
          plan.model().services[service.id].endpoints[static_cast<std::size_t>(use.endpoint)];
      operation.set("summary", endpoint.summary.or_else(title_name(endpoint.name)));
      name = service.name + "-" + endpoint.name;
    }
    if (!messages.empty()) operation.set("messages", std::move(messages));
    operations.set(camel_name(name), std::move(operation));
  };
  for (const ServicePlan& service : plan.services()) {
    for (const ChannelUse& use : service.publishes)
      add(service, use, true);
    for (const ChannelUse& use : service.consumes)
      add(service, use, false);
  }
}

Value channels(const Plan& plan) {
  Value out = Value::empty_map();
  for (const ChannelId id : plan.model().channels.ids()) {
    const Channel& channel = plan.model().channels[id];
    Value messages = Value::empty_map();
    for (const EventContract& event : events_of(plan))
      if (event.channel == id)
        messages.set(event.message.name,
                     map({{"$ref", "#/components/messages/" + event.message.name}}));
    out.set(camel_name(channel.name),
            map({{"address", plan.channel_name(id)},
                 {"description",
                  channel.summary.or_else(
                      "Delivered " +
                      std::string(to_text_enum(channel.delivery.or_else(Delivery::AtLeastOnce))) +
                      ": receivers recognise repetitions by eventId.")},
                 {"servers", list({map({{"$ref", "#/servers/broker"}})})},
                 {"messages", std::move(messages)}}));
  }
  return out;
}

}  // namespace

void target_asyncapi(const Plan& plan, Output& out) {
  const Broker& broker = broker_of(plan.broker());
  Value messages = Value::empty_map();
  for (const EventContract& event : events_of(plan))
    messages.set(event.message.name, map({{"name", event.message.name},
                                          {"title", title_name(event.message.name)},
                                          {"summary", event.message.about},
                                          {"contentType", "application/json"},
                                          {"payload", payload(event.message)}}));
  Value operations = Value::empty_map();
  add_operations(plan, operations);
  const Value document =
      map({{"asyncapi", "3.0.0"},
           {"info", map({{"title", title_name(plan.system()) + ": events"},
                         {"version", "1.0.0"},
                         {"description", "What the services of " + plan.system() + " announce."},
                         {"contact", map({{"name", plan.system()}})},
                         {"license", map({{"name", "Proprietary"}})},
                         {"tags", list({map({{"name", plan.system()}})})}})},
           {"defaultContentType", "application/json"},
           {"servers",
            map({{"broker",
                  map({{"host", service_host(broker_service(plan.system(), broker), plan.system()) +
                                    ":" + std::to_string(broker.port)},
                       {"protocol", protocol(plan)},
                       {"description", "Inside the cluster."}})}})},
           {"channels", channels(plan)},
           {"operations", std::move(operations)},
           {"components", map({{"messages", std::move(messages)}})}});
  out.add("contracts/asyncapi/" + plan.system() + ".yaml", to_yaml(document));
}

}  // namespace scantling::generate
