// Consumer-driven contracts: for each service and each that it calls or whose events it takes, a
// Pact file (specification 4) of what it relies on, from the declared calls. Providers verify them
// in their own builds; tests/validators holds them to the providers' descriptions.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "generate/contracts.h"
#include "generate/names.h"
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

// Every text and number may be another of its type.
void add_rules(const Value& body, const std::string& path, Value& rules) {
  if (body.is_map()) {
    for (std::size_t i = 0; i < body.size(); ++i)
      add_rules(body.at(i), path + "." + body.keys()[i], rules);
  } else if (body.is_list()) {
    for (std::size_t i = 0; i < body.size(); ++i)
      add_rules(body.at(i), path + "[" + std::to_string(i) + "]", rules);
  } else {
    rules.set(path, map({{"combine", "AND"}, {"matchers", list({map({{"match", "type"}})})}}));
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
    const Value match =
        map({{"match", "regex"}, {"regex", "^" + path_with(route.path, "[^/]+") + "$"}});
    rules.set("path", map({{"combine", "AND"}, {"matchers", list({match})}}));
  }
  if (body && contract.keyed) {
    Value key = Value::empty_map();
    key.set("Idempotency-Key",
            map({{"combine", "AND"}, {"matchers", list({map({{"match", "type"}})})}}));
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

Value interaction(const Plan& plan, EndpointId id) {
  const Endpoint& endpoint = plan.model().endpoint(id);
  const EndpointContract contract = contract_of(plan, id);
  Value out = map({{"type", "Synchronous/HTTP"},
                   {"description", endpoint.summary.or_else(title_name(endpoint.name))},
                   {"pending", false}});
  if (const Deprecation deprecation = deprecation_of(plan, id); deprecation.deprecated)
    out.set("comments", map({{"text", list({deprecation.text()})}}));
  if (contract.writes.empty() && !contract.reads.empty())
    out.set("providerStates",
            list({map({{"name", plan.model().aggregates[contract.reads.front()].name +
                                    " sample-1 is there"}})}));
  out.set("request", request(plan, contract, http_route(endpoint)));
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

using Pacts = std::map<std::pair<std::string, std::string>, Value>;

void add_calls(const Plan& plan, const ServicePlan& consumer, Pacts& out) {
  std::vector<EndpointId> done;
  for (const CallPlan& call : consumer.calls) {
    if (!call.callee.valid() || std::ranges::find(done, call.callee) != done.end()) continue;
    done.push_back(call.callee);
    if (plan.model().endpoint(call.callee).protocol.value != Protocol::Http) continue;
    const std::string& provider = plan.service(call.callee.service).name;
    out[{consumer.name, provider}].add(interaction(plan, call.callee));
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
      out[{consumer.name, provider}].add(message(event));
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
  for (auto& [names, interactions] : pacts) {
    const Value document =
        map({{"consumer", map({{"name", names.first}})},
             {"provider", map({{"name", names.second}})},
             {"interactions", std::move(interactions)},
             {"metadata", map({{"pactSpecification", map({{"version", "4.0"}})}})}});
    out.add("contracts/pacts/" + dns_label(names.first + "-" + names.second) + ".json",
            to_json(document));
  }
}

}  // namespace scantling::generate
