// Consumer-driven contracts: for each service and each that it calls or whose events it takes, a
// Pact file (specification 4) of what it relies on, from the declared calls. Providers verify them
// in their own builds; tests/validators holds them to the providers' descriptions.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "generate/contracts.h"
#include "generate/names.h"
#include "generate/proto.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

Value sample(const ContractField& field) {
  switch (field.type) {
    case FieldType::Key: return "3f2b8c1e-8d1a-4c55-9f0e-2a6b7c8d9e0f";
    case FieldType::Time: return "2026-01-01T00:00:00Z";
    case FieldType::Count: return 1;
    case FieldType::Id: break;
  }
  std::string name = field.name;
  if (name.ends_with("_id")) name.resize(name.size() - 3);
  return dns_label(name) + "-1";
}

// A consumer relies on the identity: other fields may come and go.
Value resource(const Plan& plan, AggregateId id) {
  const ContractField field = resource_of(plan, id).fields.front();
  Value out = Value::empty_map();
  out.set(camel_name(field.name), sample(field));
  return out;
}

Value body_of(const Plan& plan, const std::vector<AggregateId>& aggregates) {
  if (aggregates.size() == 1) return resource(plan, aggregates.front());
  Value out = Value::empty_map();
  for (const AggregateId id : aggregates)
    out.set(camel_name(plan.model().aggregates[id].name), resource(plan, id));
  return out;
}

Value matcher(Value rule) {
  return map({{"combine", "AND"}, {"matchers", list({std::move(rule)})}});
}

// Every text and number may be another of its type, a list may be longer.
void add_rules(const Value& body, const std::string& path, Value& rules) {
  if (body.is_map()) {
    for (std::size_t i = 0; i < body.size(); ++i)
      add_rules(body.at(i), path + "." + body.keys()[i], rules);
  } else if (body.is_list() && !body.empty()) {
    rules.set(path, matcher(map({{"match", "type"}, {"min", 1}})));
    add_rules(body.at(0), path + "[*]", rules);
  } else {
    rules.set(path, matcher(map({{"match", "type"}})));
  }
}

Value rules_of(const Value& body) {
  Value rules = Value::empty_map();
  add_rules(body, "$", rules);
  return map({{"body", std::move(rules)}});
}

Value content(Value body) {
  return map(
      {{"content", std::move(body)}, {"contentType", "application/json"}, {"encoded", false}});
}

Value json_header() {
  return map({{"Content-Type", list({"application/json"})}});
}

std::string sample_path(const std::string& path) {
  return path_with(path, "sample-1");
}

Value request(const Plan& plan, const EndpointContract& contract, const HttpRoute& route) {
  const bool body = route.method == "POST" || route.method == "PUT" || route.method == "PATCH";
  Value out = map({{"method", route.method}, {"path", sample_path(route.path)}});
  Value headers = body ? json_header() : Value::empty_map();
  if (body && contract.keyed)
    headers.set("Idempotency-Key", list({"3f2b8c1e-8d1a-4c55-9f0e-2a6b7c8d9e0f"}));
  if (!headers.empty()) out.set("headers", std::move(headers));
  if (body) {
    const auto& taken = contract.writes.empty() ? contract.reads : contract.writes;
    out.set("body", content(body_of(plan, taken)));
  }
  Value rules = Value::empty_map();
  if (route.path.find('{') != std::string::npos) {
    rules.set(
        "path",
        matcher(map({{"match", "regex"}, {"regex", "^" + path_with(route.path, "[^/]+") + "$"}})));
  }
  if (body && contract.keyed) {
    Value key = Value::empty_map();
    key.set("Idempotency-Key", matcher(map({{"match", "type"}})));
    rules.set("header", std::move(key));
  }
  if (!rules.empty()) out.set("matchingRules", std::move(rules));
  return out;
}

Value response(const Plan& plan, const EndpointContract& contract) {
  const bool writes = !contract.writes.empty();
  Value body = body_of(plan, writes ? contract.writes : contract.reads);
  if (contract.many && !writes) body = map({{"items", list({body})}});
  const Value rules = rules_of(body);
  return map({{"status", contract.creates ? 201 : 200},
              {"headers", json_header()},
              {"body", content(std::move(body))},
              {"matchingRules", rules}});
}

// What an interaction says before its request.
Value head(const Plan& plan, EndpointId id, std::string_view type) {
  const Endpoint& endpoint = plan.model().endpoint(id);
  const EndpointContract contract = contract_of(plan, id);
  Value out = map({{"type", type},
                   {"description", endpoint.summary.or_else(title_name(endpoint.name))},
                   {"pending", false}});
  if (const Deprecation deprecation = deprecation_of(plan, id); deprecation.deprecated)
    out.set("comments", map({{"text", list({deprecation.text()})}}));
  if (contract.writes.empty() && !contract.reads.empty())
    out.set("providerStates",
            list({map({{"name", plan.model().aggregates[contract.reads.front()].name +
                                    " sample-1 is there"}})}));
  return out;
}

Value interaction(const Plan& plan, EndpointId id) {
  const EndpointContract contract = contract_of(plan, id);
  Value out = head(plan, id, "Synchronous/HTTP");
  out.set("request", request(plan, contract, http_route(plan.model().endpoint(id))));
  out.set("response", response(plan, contract));
  return out;
}

Value message(const EventContract& event) {
  Value body = Value::empty_map();
  for (const ContractField& field : event.message.fields)
    body.set(camel_name(field.name), sample(field));
  const Value rules = rules_of(body);
  return map({{"type", "Asynchronous/Messages"},
              {"description", event.message.name},
              {"pending", false},
              {"contents", content(std::move(body))},
              {"matchingRules", rules},
              {"metadata", map({{"contentType", "application/json"}})}});
}

struct Pact {
  Value interactions;
  Value descriptors;  // of the provider's gRPC interface, by their digest; null without any
};
using Pacts = std::map<std::pair<std::string, std::string>, Pact>;

// What the plugin for protobuf reads (pactflow/pact-protobuf-plugin): contents in the wire format,
// the descriptors that explain them once in the file's metadata, named by their MD5.
constexpr std::string_view kPlugin = "protobuf";
constexpr std::string_view kPluginVersion = "0.6.4";

Value grpc_part(const ProtoFile& file, const ProtoMessage& message) {
  const ProtoSample sample = proto_sample(file, message);
  const std::string type = "application/protobuf;message=." + file.package + "." + message.name;
  Value rules = Value::empty_map();
  for (const std::string& path : sample.lists)
    rules.set(path, matcher(map({{"match", "type"}, {"min", 1}})));
  for (const std::string& path : sample.texts)
    rules.set(path, matcher(map({{"match", "type"}})));
  Value out = map({{"contents", map({{"content", base64(sample.bytes)},
                                     {"contentType", type},
                                     {"contentTypeHint", "BINARY"},
                                     {"encoded", "base64"}})}});
  if (!rules.empty()) out.set("matchingRules", map({{"body", std::move(rules)}}));
  out.set("metadata", map({{"contentType", type}}));
  return out;
}

void add_grpc(const Plan& plan, EndpointId id, Pact& out) {
  const ProtoFile file = proto_file(plan, id.service, contracts_of(plan, id.service, true));
  const std::string descriptors = proto_descriptors(file), key = md5_hex(descriptors);
  const Endpoint& endpoint = plan.model().endpoint(id);
  const GrpcMethod method = grpc_method(plan.model().services[id.service], endpoint);
  const std::string service = "." + file.package + "." + method.service + "/" + method.method;
  const ProtoMessage* asked = file.message(method.method + "Request");
  const ProtoMessage* given = file.message(method.method + "Response");
  if (asked == nullptr || given == nullptr) return;
  Value interaction = head(plan, id, "Synchronous/Messages");
  interaction.set("key", hex16(fnv1a(service)));
  interaction.set("transport", "grpc");
  interaction.set("pluginConfiguration",
                  map({{kPlugin.data(), map({{"descriptorKey", key}, {"service", service}})}}));
  interaction.set("request", grpc_part(file, *asked));
  interaction.set("response", list({grpc_part(file, *given)}));
  out.interactions.add(std::move(interaction));
  if (out.descriptors.find(key) == nullptr)
    out.descriptors.set(
        key, map({{"protoDescriptors", base64(descriptors)}, {"protoFile", proto_text(file)}}));
}

void add_calls(const Plan& plan, const ServicePlan& consumer, Pacts& out) {
  std::vector<EndpointId> done;
  for (const CallPlan& call : consumer.calls) {
    if (!call.callee.valid() || std::ranges::find(done, call.callee) != done.end()) continue;
    done.push_back(call.callee);
    const Protocol protocol = plan.model().endpoint(call.callee).protocol.value;
    if (protocol != Protocol::Http && protocol != Protocol::Grpc) continue;
    const std::string& provider = plan.service(call.callee.service).name;
    Pact& pact = out[{consumer.name, provider}];
    if (protocol == Protocol::Http) pact.interactions.add(interaction(plan, call.callee));
    if (protocol == Protocol::Grpc) add_grpc(plan, call.callee, pact);
  }
}

void add_events(const Plan& plan, const ServicePlan& consumer,
                const std::vector<EventContract>& events, Pacts& out) {
  std::vector<std::string> done;
  for (const ChannelUse& use : consumer.consumes) {
    const Channel& channel = plan.model().channels[use.channel];
    if (!channel.owner || !channel.owner->id.valid()) continue;
    const std::string& provider = plan.service(channel.owner->id).name;
    if (provider == consumer.name) continue;
    for (const EventContract& event : events) {
      const bool wanted = std::ranges::any_of(use.events, [&](const std::string& name) {
        return pascal_name(name) == event.message.name;
      });
      const std::string key = provider + "/" + event.message.name;
      if (event.channel != use.channel || !wanted || std::ranges::find(done, key) != done.end())
        continue;
      done.push_back(key);
      out[{consumer.name, provider}].interactions.add(message(event));
    }
  }
}

}  // namespace

void target_pacts(const Plan& plan, Output& out) {
  const std::vector<EventContract> events = events_of(plan);
  Pacts pacts;
  for (const ServicePlan& consumer : plan.services()) {
    add_calls(plan, consumer, pacts);
    add_events(plan, consumer, events, pacts);
  }
  for (auto& [names, pact] : pacts) {
    if (pact.interactions.empty()) continue;  // all by GraphQL or sockets
    Value about = map({{"pactSpecification", map({{"version", "4.0"}})}});
    if (!pact.descriptors.empty())
      about.set("plugins", list({map({{"name", kPlugin},
                                      {"version", kPluginVersion},
                                      {"configuration", std::move(pact.descriptors)}})}));
    const Value document = map({{"consumer", map({{"name", names.first}})},
                                {"provider", map({{"name", names.second}})},
                                {"interactions", std::move(pact.interactions)},
                                {"metadata", std::move(about)}});
    out.add("contracts/pacts/" + dns_label(names.first + "-" + names.second) + ".json",
            to_json(document));
  }
}

}  // namespace scantling::generate
