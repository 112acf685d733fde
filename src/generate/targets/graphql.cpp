// GraphQL, federated (Apollo Federation 2): a subgraph a service. An aggregate is an entity of the
// service that owns it, and a reference by its key everywhere else. From the GraphQL endpoints of
// the model; where it has none and GraphQL is asked for, from those of HTTP and gRPC.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "generate/contracts.h"
#include "generate/names.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

struct SubgraphField {
  bool mutation = false;
  std::string name;
  EndpointContract contract;
};

struct Subgraph {
  ServiceId service;
  std::vector<SubgraphField> fields;
};

std::string described(std::string_view text, std::string_view indent) {
  return std::string(indent) + "\"" + replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\"") +
         "\"\n";
}

// "Query.products" of the model; else by what the endpoint does.
SubgraphField field_of(const Plan& plan, const EndpointContract& contract) {
  const Endpoint& endpoint = plan.model().endpoint(contract.id);
  SubgraphField out{!contract.writes.empty(), camel_name(endpoint.name), contract};
  const std::vector<std::string_view> said = split(endpoint.graphql.value, '.');
  if (said.size() == 2 && (said[0] == "Query" || said[0] == "Mutation")) {
    out.mutation = said[0] == "Mutation";
    out.name = camel_name(said[1]);
  }
  return out;
}

std::vector<Subgraph> subgraphs(const Plan& plan) {
  std::vector<Subgraph> own, any;
  std::set<std::string> used;
  for (const ServicePlan& service : plan.services()) {
    const auto& endpoints = plan.model().services[service.id].endpoints;
    Subgraph graphql{service.id, {}}, served{service.id, {}};
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      const Protocol protocol = endpoints[i].protocol.value;
      const EndpointContract contract =
          contract_of(plan, {service.id, static_cast<std::int32_t>(i)});
      if (protocol == Protocol::Graphql) graphql.fields.push_back(field_of(plan, contract));
      if (protocol == Protocol::Http || protocol == Protocol::Grpc)
        served.fields.push_back(field_of(plan, contract));
    }
    if (!graphql.fields.empty()) own.push_back(std::move(graphql));
    if (!served.fields.empty()) any.push_back(std::move(served));
  }
  std::vector<Subgraph> out = own.empty() ? std::move(any) : std::move(own);
  // Fields of the whole graph share one name space.
  for (Subgraph& each : out)
    for (SubgraphField& field : each.fields) {
      if (!used.insert(field.name).second)
        field.name = camel_name(plan.service(each.service).name + "-" + field.name);
      for (int n = 2; !used.insert(field.name + "/taken").second; ++n)
        field.name += std::to_string(n);
    }
  return out;
}

bool owns(const Plan& plan, ServiceId service, AggregateId id) {
  const auto& owned = plan.model().services[service].owns.value;
  return std::ranges::any_of(owned, [&](const auto& own) { return own.id == id; });
}

std::string type_name(const Plan& plan, AggregateId id) {
  return pascal_name(plan.model().aggregates[id].name);
}

std::string_view scalar(FieldType type) {
  switch (type) {
    case FieldType::Time: return "DateTime";
    case FieldType::Count: return "Int";
    default: return "ID";
  }
}

// Aggregates that an identity of a message belongs to, by its field's name: "customer_id".
std::optional<AggregateId> refers_to(const Plan& plan, const std::string& field) {
  for (const AggregateId id : plan.model().aggregates.ids())
    if (snake_name(plan.model().aggregates[id].name) + "_id" == field) return id;
  return std::nullopt;
}

struct Types {
  std::set<AggregateId> entities, references;
};

std::string entity(const Plan& plan, AggregateId id, Types& types) {
  const ContractMessage message = resource_of(plan, id);
  const std::string key = camel_name(message.fields.front().name);
  std::string out = "\n" + described(message.about, "") + "type " + message.name +
                    " @key(fields: \"" + key + "\") {\n";
  for (const ContractField& field : message.fields) {
    const bool first = &field == &message.fields.front();
    out += described(field.about, "  ");
    const auto other = first ? std::nullopt : refers_to(plan, field.name);
    if (other && *other != id) {
      types.references.insert(*other);
      out += "  " + camel_name(plan.model().aggregates[*other].name) + ": " +
             type_name(plan, *other) + "\n";
    } else {
      out += "  " + camel_name(field.name) + ": " + std::string(scalar(field.type)) +
             (first ? "!" : "") + "\n";
    }
  }
  return out + "}\n";
}

std::string reference(const Plan& plan, AggregateId id) {
  const ContractMessage message = resource_of(plan, id);
  const std::string key = camel_name(message.fields.front().name);
  return "\ntype " + message.name + " @key(fields: \"" + key + "\", resolvable: false) {\n  " +
         key + ": ID!\n}\n";
}

std::string input(const Plan& plan, const std::string& name,
                  const std::vector<AggregateId>& aggregates) {
  std::set<std::string> done;
  std::string out = "\ninput " + name + " {\n";
  for (const AggregateId id : aggregates)
    for (const ContractField& field : resource_of(plan, id).fields)
      if (!field.name.ends_with("_at") && done.insert(field.name).second)
        out += "  " + camel_name(field.name) + ": " + std::string(scalar(field.type)) + "\n";
  return out + "}\n";
}

// What a field gives: an entity, a page of them, or several together. Adds the types that it needs.
std::string result_type(const Plan& plan, const SubgraphField& field, Types& types,
                        std::string& more) {
  const EndpointContract& contract = field.contract;
  const auto& shown = contract.writes.empty() ? contract.reads : contract.writes;
  types.references.insert(shown.begin(), shown.end());
  if (shown.empty()) return "Boolean!";
  const std::string name = pascal_name(field.name);
  std::string one = type_name(plan, shown.front());
  if (shown.size() > 1) {
    one = name + "Result";
    more += "\ntype " + one + " {\n";
    for (const AggregateId id : shown)
      more +=
          "  " + camel_name(plan.model().aggregates[id].name) + ": " + type_name(plan, id) + "\n";
    more += "}\n";
  }
  if (!contract.many || !contract.writes.empty()) return one;
  more += "\ntype " + name + "Page {\n  items: [" + one +
          "!]!\n  \"Not there on the last page.\"\n  nextCursor: String\n}\n";
  return name + "Page!";
}

std::string arguments(const Plan& plan, const SubgraphField& field, std::string& more) {
  const EndpointContract& contract = field.contract;
  std::vector<std::string> out;
  if (!contract.writes.empty()) {
    const std::string name = pascal_name(field.name) + "Input";
    more += input(plan, name, contract.writes);
    out.push_back("input: " + name + "!");
  } else if (contract.many) {
    out.insert(out.end(), {"limit: Int = 50", "cursor: String"});
  } else {
    for (const AggregateId id : contract.reads)
      out.push_back(camel_name(resource_of(plan, id).fields.front().name) + ": ID!");
  }
  if (contract.keyed) out.push_back("idempotencyKey: ID!");
  return out.empty() ? "" : "(" + join(out, ", ") + ")";
}

std::string fields_text(const Plan& plan, const Subgraph& graph, bool mutations, Types& types,
                        std::string& more) {
  std::string out;
  for (const SubgraphField& field : graph.fields) {
    if (field.mutation != mutations) continue;
    const Endpoint& endpoint = plan.model().endpoint(field.contract.id);
    const Deprecation deprecation = deprecation_of(plan, field.contract.id);
    out += described(endpoint.summary.or_else(title_name(endpoint.name)) + ".", "  ");
    out += "  " + field.name + arguments(plan, field, more) + ": " +
           result_type(plan, field, types, more);
    if (deprecation.deprecated) out += " @deprecated(reason: \"" + deprecation.text() + "\")";
    out += "\n";
  }
  if (out.empty()) return "";
  return std::string("\ntype ") + (mutations ? "Mutation" : "Query") + " {\n" + out + "}\n";
}

std::string document(const Plan& plan, const Subgraph& graph, bool needs_query) {
  Types types;
  std::string more;
  std::string queries = fields_text(plan, graph, false, types, more);
  const std::string mutations = fields_text(plan, graph, true, types, more);
  // A graph has at least one query: without any in the model it says who answers.
  if (needs_query && queries.empty()) queries = "\ntype Query {\n  system: String!\n}\n";
  for (const AggregateId id : plan.model().aggregates.ids())
    if (owns(plan, graph.service, id)) types.entities.insert(id);
  std::string entities;
  for (const AggregateId id : std::set<AggregateId>(types.entities))
    entities += entity(plan, id, types);
  for (const AggregateId id : types.references)
    if (!types.entities.contains(id)) entities += reference(plan, id);
  return "# Generated by scantling from the model. Of team " + plan.service(graph.service).owner +
         ".\nextend schema\n  @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: "
         "[\"@key\"])\n\n\"RFC 3339.\"\nscalar DateTime\n" +
         queries + mutations + entities + more;
}

}  // namespace

void target_graphql(const Plan& plan, Output& out) {
  const std::vector<Subgraph> all = subgraphs(plan);
  bool any_query = false;
  for (const Subgraph& graph : all)
    for (const SubgraphField& field : graph.fields)
      any_query = any_query || !field.mutation;
  for (const Subgraph& graph : all)
    out.add("contracts/graphql/" + plan.service(graph.service).name + ".graphql",
            document(plan, graph, !any_query && &graph == &all.front()));
}

}  // namespace scantling::generate
