#include "generate/contracts.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "generate/names.h"

namespace scantling::generate {
namespace {

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

void add_field(ContractMessage& out, ContractField field) {
  if (std::ranges::find(out.fields, field.name, &ContractField::name) == out.fields.end())
    out.fields.push_back(std::move(field));
}

ContractField identity(const Plan& plan, AggregateId id) {
  const std::string& name = plan.model().aggregates[id].name;
  return {snake_name(name) + "_id", FieldType::Id,
          "Which " + title_name(name) + ": chosen by who creates it."};
}

// Words of the aggregate's name within the endpoint's: "read-cart" shows Cart.
bool names(const std::string& endpoint, const std::string& aggregate) {
  const std::string dashed = "-" + dns_label(endpoint) + "-";
  return dashed.find("-" + dns_label(aggregate) + "-") != std::string::npos;
}

bool reading(const Endpoint& endpoint) {
  const std::string label = dns_label(endpoint.name);
  for (const char* verb : {"read-", "get-", "list-", "find-", "search-"})
    if (label.starts_with(verb)) return true;
  return endpoint.http && endpoint.http->method == "GET";
}

void from_operation(const Operation& operation, EndpointContract& out) {
  for (const ProblemStep& step : operation.steps.value) {
    if (!step.aggregate.id.valid()) continue;
    if (is_write(step.verb)) {
      add_once(out.writes, step.aggregate.id);
      out.creates = out.creates || step.verb == Verb::Create;
    } else {
      add_once(out.reads, step.aggregate.id);
      out.many = out.many || step.times.value > 1 || step.verb == Verb::Search;
    }
  }
}

void from_name(const Plan& plan, const Endpoint& endpoint, ServiceId service,
               EndpointContract& out) {
  for (const auto& owned : plan.model().services[service].owns.value) {
    if (!owned.id.valid() || !names(endpoint.name, plan.model().aggregates[owned.id].name))
      continue;
    add_once(reading(endpoint) ? out.reads : out.writes, owned.id);
    out.creates = out.creates || dns_label(endpoint.name).starts_with("create-");
  }
}

}  // namespace

ContractMessage resource_of(const Plan& plan, AggregateId id) {
  const Aggregate& aggregate = plan.model().aggregates[id];
  ContractMessage out{pascal_name(aggregate.name), title_name(aggregate.name) + ".", {}};
  add_field(out, identity(plan, id));
  if (aggregate.part_of && aggregate.part_of->id.valid())
    add_field(out, identity(plan, aggregate.part_of->id));
  for (const auto& other : aggregate.refers_to.value)
    if (other.id.valid()) add_field(out, identity(plan, other.id));
  add_field(out, {"revision", FieldType::Count,
                  "Grows with each change: send it back to change what was read."});
  add_field(out, {"created_at", FieldType::Time, "When it came to be."});
  add_field(out, {"updated_at", FieldType::Time, "When it last changed."});
  return out;
}

std::vector<EventContract> events_of(const Plan& plan) {
  std::vector<EventContract> out;
  const Architecture& model = plan.model();
  for (const ChannelId channel : model.channels.ids())
    for (const std::string& event : model.channels[channel].events.value) {
      ContractMessage message{pascal_name(event), title_name(event) + ".", {}};
      add_field(message,
                {"event_id", FieldType::Key, "Of this announcement: repetitions have the same."});
      add_field(message, {"occurred_at", FieldType::Time, "When it happened."});
      for (const Operation& operation : model.operations)
        for (const std::string& emitted : operation.emits.value) {
          if (parse_emission(emitted).event != event) continue;
          for (const ProblemStep& step : operation.steps.value)
            if (is_write(step.verb) && step.aggregate.id.valid())
              add_field(message, identity(plan, step.aggregate.id));
        }
      if (model.channels[channel].key)
        add_field(message, {snake_name(*model.channels[channel].key), FieldType::Id,
                            "The partition's key: those with the same stay in order."});
      out.push_back({std::move(message), channel});
    }
  return out;
}

EndpointContract contract_of(const Plan& plan, EndpointId id) {
  const Endpoint& endpoint = plan.model().endpoint(id);
  EndpointContract out;
  out.id = id;
  out.keyed = endpoint.idempotent && *endpoint.idempotent == Idempotency::ByKey;
  if (endpoint.implements && endpoint.implements->id.valid())
    from_operation(plan.model().operations[endpoint.implements->id], out);
  else
    from_name(plan, endpoint, id.service, out);
  // A service shows what it owns: what it reads elsewhere is its own affair.
  const auto& owned = plan.model().services[id.service].owns.value;
  const auto elsewhere = [&](AggregateId aggregate) {
    return std::ranges::none_of(owned, [&](const auto& own) { return own.id == aggregate; });
  };
  if (!out.writes.empty()) std::erase_if(out.reads, elsewhere);
  return out;
}

std::vector<EndpointContract> contracts_of(const Plan& plan, ServiceId service, bool grpc) {
  std::vector<EndpointContract> out;
  const auto& endpoints = plan.model().services[service].endpoints;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const Protocol protocol = endpoints[i].protocol.value;
    if (protocol == (grpc ? Protocol::Grpc : Protocol::Http))
      out.push_back(contract_of(plan, {service, static_cast<std::int32_t>(i)}));
  }
  return out;
}

std::vector<AggregateId> shown_by(const Plan& plan,
                                  const std::vector<EndpointContract>& endpoints) {
  std::vector<AggregateId> out;
  for (const AggregateId id : plan.model().aggregates.ids())
    for (const EndpointContract& endpoint : endpoints)
      if (std::ranges::find(endpoint.reads, id) != endpoint.reads.end() ||
          std::ranges::find(endpoint.writes, id) != endpoint.writes.end())
        add_once(out, id);
  return out;
}

namespace {

// "v12" -> 12; 1 for whatever else it says.
int version_number(const Endpoint& endpoint) {
  const std::string& version = endpoint.version.value;
  const bool numbered = version.size() > 1 && version.size() < 5 && version[0] == 'v';
  return numbered ? std::max(1, std::atoi(version.c_str() + 1)) : 1;
}

}  // namespace

std::string Deprecation::text() const {
  return "Deprecated: use " + instead + "." +
         (sunset.empty() ? "" : " May be gone after " + sunset + ".");
}

Deprecation deprecation_of(const Plan& plan, EndpointId id) {
  const Service& service = plan.model().services[id.service];
  const Endpoint& endpoint = plan.model().endpoint(id);
  Deprecation out;
  if (!endpoint.implements || !endpoint.implements->id.valid()) return out;
  int highest = version_number(endpoint);
  for (const Endpoint& other : service.endpoints) {
    const bool same = other.implements && other.implements->id == endpoint.implements->id &&
                      other.protocol.value == endpoint.protocol.value;
    if (!same || version_number(other) <= highest) continue;
    highest = version_number(other);
    out = {true, dns_label(other.name), plan.options().sunset};
  }
  return out;
}

int major_version(const Plan& plan, const std::vector<EndpointContract>& contracts) {
  int out = 1;
  for (const EndpointContract& contract : contracts) {
    out = std::max(out, version_number(plan.model().endpoint(contract.id)));
  }
  return out;
}

namespace {

struct Surface {
  std::string how;  // "POST /orders", "gRPC shop.orders.v1.Orders/Place", "consumes orders.events"
  std::vector<std::string> whom;
  std::vector<std::string> fields;  // "Order.order_id"
  bool keyed = false;
  Deprecation deprecation;
};

std::vector<std::string> callers_of(const Plan& plan, EndpointId id) {
  std::vector<std::string> out;
  for (const ServicePlan& service : plan.services())
    for (const CallPlan& call : service.calls)
      if (call.callee == id) add_once(out, service.name);
  for (const PublicEndpoint& open : plan.public_endpoints())
    if (open.endpoint == id) add_once(out, *plan.model().operations[open.operation].actor);
  return out;
}

std::vector<std::string> field_names(const ContractMessage& message) {
  std::vector<std::string> out;
  for (const ContractField& field : message.fields)
    out.push_back(message.name + "." + field.name);
  return out;
}

std::map<std::string, Surface> surfaces(const Plan& plan) {
  std::map<std::string, Surface> out;
  for (const ServicePlan& service : plan.services()) {
    const auto& endpoints = plan.model().services[service.id].endpoints;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      const EndpointId id{service.id, static_cast<std::int32_t>(i)};
      const Protocol protocol = endpoints[i].protocol.value;
      if (protocol == Protocol::Consumes || protocol == Protocol::Every) continue;
      const HttpRoute route = http_route(endpoints[i]);
      const EndpointContract contract = contract_of(plan, id);
      Surface surface;
      surface.how = protocol == Protocol::Grpc ? "gRPC " + grpc_path(plan, id).substr(1)
                                               : route.method + " " + route.path;
      surface.whom = callers_of(plan, id);
      surface.keyed = contract.keyed;
      surface.deprecation = deprecation_of(plan, id);
      for (const auto* list : {&contract.reads, &contract.writes})
        for (const AggregateId aggregate : *list)
          for (const std::string& field : field_names(resource_of(plan, aggregate)))
            add_once(surface.fields, field);
      out["services." + service.name + ".endpoints." + endpoints[i].name] = std::move(surface);
    }
  }
  for (const EventContract& event : events_of(plan)) {
    Surface surface;
    surface.how = "event " + event.message.name + " on " + plan.channel_name(event.channel);
    surface.fields = field_names(event.message);
    for (const ServicePlan& service : plan.services())
      for (const ChannelUse& use : service.consumes)
        if (use.channel == event.channel) add_once(surface.whom, service.name);
    out["channels." + plan.model().channels[event.channel].name + "." + event.message.name] =
        std::move(surface);
  }
  return out;
}

std::vector<std::string> missing_from(const std::vector<std::string>& all,
                                      const std::vector<std::string>& from) {
  std::vector<std::string> out;
  for (const std::string& each : all)
    if (std::ranges::find(from, each) == from.end()) out.push_back(each);
  return out;
}

}  // namespace

std::vector<ContractChange> contract_changes(const Plan& before, const Plan& after) {
  const auto old = surfaces(before), now = surfaces(after);
  std::vector<ContractChange> out;
  for (const auto& [element, surface] : old) {
    const auto found = now.find(element);
    if (found == now.end()) {
      const std::string was = surface.deprecation.deprecated
                                  ? " (" + lower(surface.deprecation.text().substr(0, 1)) +
                                        surface.deprecation.text().substr(1) + ")"
                                  : "";
      out.push_back({true, element, surface.how + " is gone" + was, surface.whom});
      continue;
    }
    const Surface& next = found->second;
    if (next.how != surface.how)
      out.push_back({true, element, surface.how + " became " + next.how, surface.whom});
    if (const auto gone = missing_from(surface.fields, next.fields); !gone.empty())
      out.push_back(
          {true, element, surface.how + " no longer has " + enumerate(gone), surface.whom});
    if (next.keyed && !surface.keyed)
      out.push_back({true, element, next.how + " now needs an idempotency key", surface.whom});
    if (next.deprecation.deprecated && !surface.deprecation.deprecated)
      out.push_back(
          {false,
           element,
           surface.how + " is now deprecated" +
               (next.deprecation.sunset.empty()
                    ? std::string()
                    : ", may be gone after " + next.deprecation.sunset) +
               (next.whom.empty() ? std::string() : "; still used by " + enumerate(next.whom)),
           {}});
    if (const auto more = missing_from(next.fields, surface.fields); !more.empty())
      out.push_back({false, element, surface.how + " also has " + enumerate(more), {}});
  }
  for (const auto& [element, surface] : now)
    if (!old.contains(element)) out.push_back({false, element, surface.how + " is new", {}});
  return out;
}

}  // namespace scantling::generate
