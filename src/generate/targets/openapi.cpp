// OpenAPI 3.1: one description a service that answers over HTTP. Errors are problem details
// (RFC 9457), pages have cursors, what is repeatable by key takes the Idempotency-Key header.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "base/units.h"
#include "generate/contracts.h"
#include "generate/names.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

Value ref(std::string_view section, std::string_view name) {
  return map({{"$ref", "#/components/" + std::string(section) + "/" + std::string(name)}});
}

Value type_of(const ContractField& field) {
  switch (field.type) {
    case FieldType::Id: return map({{"type", "string"}, {"minLength", 1}, {"maxLength", 64}});
    case FieldType::Key: return map({{"type", "string"}, {"format", "uuid"}});
    case FieldType::Time: return map({{"type", "string"}, {"format", "date-time"}});
    case FieldType::Count: return map({{"type", "integer"}, {"format", "int64"}, {"minimum", 0}});
  }
  return {};
}

Value schema_of(const ContractMessage& message) {
  Value properties = Value::empty_map();
  Value required = Value::empty_list();
  for (const ContractField& field : message.fields) {
    Value type = type_of(field);
    type.set("description", field.about);
    if (field.name == "revision" || field.name.ends_with("_at")) type.set("readOnly", true);
    properties.set(camel_name(field.name), std::move(type));
  }
  required.add(camel_name(message.fields.front().name));
  return map(
      {{"type", "object"},
       {"description", message.about + " Fields of the business may be added; clients ignore "
                                       "those that they don't know."},
       {"properties", std::move(properties)},
       {"required", std::move(required)}});
}

Value problem_schema() {
  const Value text = map({{"type", "string"}});
  return map(
      {{"type", "object"},
       {"description", "RFC 9457."},
       {"properties",
        map({{"type",
              map({{"type", "string"}, {"format", "uri-reference"}, {"default", "about:blank"}})},
             {"title", text},
             {"status", map({{"type", "integer"}, {"minimum", 100}, {"maximum", 599}})},
             {"detail", text},
             {"instance", map({{"type", "string"}, {"format", "uri-reference"}})}})},
       {"required", list({"title", "status"})}});
}

Value problem(std::string_view about, bool retry_after = false) {
  Value out =
      map({{"description", about},
           {"content",
            map({{"application/problem+json", map({{"schema", ref("schemas", "Problem")}})}})}});
  if (retry_after)
    out.set("headers",
            map({{"Retry-After", map({{"description", "Seconds to wait."},
                                      {"schema", map({{"type", "integer"}, {"minimum", 0}})}})}}));
  return out;
}

Value responses_section() {
  return map({{"BadRequest", problem("The request is malformed.")},
              {"Unauthorized", problem("There is no valid token.")},
              {"Forbidden", problem("The token doesn't allow this.")},
              {"NotFound", problem("There is no such thing.")},
              {"Conflict", problem("It changed since it was read, or the idempotency key was used "
                                   "for another request.")},
              {"TooManyRequests", problem("More than is allowed.", true)},
              {"InternalError", problem("A fault of ours.")},
              {"Unavailable", problem("Too much to do, or a part is down: try again.", true)}});
}

Value parameters_section() {
  const auto parameter = [](std::string_view name, std::string_view in, bool required,
                            std::string_view about, Value schema) {
    return map({{"name", name},
                {"in", in},
                {"required", required},
                {"description", about},
                {"schema", std::move(schema)}});
  };
  return map(
      {{"IdempotencyKey",
        parameter("Idempotency-Key", "header", true,
                  "The same key for every attempt: the first answer is given again for 24 h.",
                  map({{"type", "string"}, {"minLength", 16}, {"maxLength", 128}}))},
       {"Limit",
        parameter("limit", "query", false, "How many at most.",
                  map({{"type", "integer"}, {"minimum", 1}, {"maximum", 200}, {"default", 50}}))},
       {"Cursor", parameter("cursor", "query", false, "Where the last page ended.",
                            map({{"type", "string"}, {"maxLength", 512}}))}});
}

struct PathText {
  std::string path;
  std::vector<std::string> parameters;
};

PathText path_text(const std::string& path) {
  PathText out;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    const std::size_t close = open == rest.npos ? rest.npos : rest.find('}', open);
    if (close == rest.npos) break;
    const std::string name = camel_name(rest.substr(open + 1, close - open - 1));
    out.path += std::string(rest.substr(0, open)) + "{" + name + "}";
    out.parameters.push_back(name);
    rest.remove_prefix(close + 1);
  }
  out.path += rest;
  return out;
}

Value json_content(Value schema) {
  return map({{"application/json", map({{"schema", std::move(schema)}})}});
}

// One resource as itself, several as a map by their names.
Value body_of(const Plan& plan, const std::vector<AggregateId>& aggregates) {
  const auto of = [&](AggregateId id) {
    return ref("schemas", pascal_name(plan.model().aggregates[id].name));
  };
  if (aggregates.empty()) return map({{"type", "object"}});
  if (aggregates.size() == 1) return of(aggregates.front());
  Value properties = Value::empty_map();
  for (const AggregateId id : aggregates)
    properties.set(camel_name(plan.model().aggregates[id].name), of(id));
  return map({{"type", "object"}, {"properties", std::move(properties)}});
}

Value page_of(const Plan& plan, const std::vector<AggregateId>& aggregates) {
  return map(
      {{"type", "object"},
       {"properties",
        map({{"items",
              map({{"type", "array"}, {"maxItems", 200}, {"items", body_of(plan, aggregates)}})},
             {"nextCursor",
              map({{"type", "string"}, {"description", "Not there on the last page."}})}})},
       {"required", list({"items"})}});
}

Value responses(const Plan& plan, const EndpointContract& contract, const PathText& path) {
  const bool writes = !contract.writes.empty();
  Value out = Value::empty_map();
  const std::string status = contract.creates ? "201" : "200";
  const Value body = contract.many && !writes
                         ? page_of(plan, contract.reads)
                         : body_of(plan, writes ? contract.writes : contract.reads);
  Value done = map({{"description", contract.creates ? "Created." : "Done."}});
  if (deprecation_of(plan, contract.id).deprecated) {
    const Value text = map({{"type", "string"}});
    done.set(
        "headers",
        map({{"Deprecation", map({{"description", "Since when (RFC 9745)."}, {"schema", text}})},
             {"Sunset", map({{"description", "Until when (RFC 8594)."}, {"schema", text}})}}));
  }
  done.set("content", json_content(body));
  out.set(status, std::move(done));
  const auto add = [&](const char* code, const char* name) {
    out.set(code, ref("responses", name));
  };
  add("400", "BadRequest");
  add("401", "Unauthorized");
  add("403", "Forbidden");
  if (!path.parameters.empty()) add("404", "NotFound");
  if (writes) add("409", "Conflict");
  add("429", "TooManyRequests");
  add("500", "InternalError");
  add("503", "Unavailable");
  return out;
}

Value operation(const Plan& plan, const EndpointContract& contract, const PathText& path,
                const std::string& method) {
  const Endpoint& endpoint = plan.model().endpoint(contract.id);
  Value out = map({{"operationId", camel_name(endpoint.name)},
                   {"summary", endpoint.summary.or_else(title_name(endpoint.name))},
                   {"tags", list({plan.service(contract.id.service).name})}});
  const auto wait = plan.calls().longest_seconds(contract.id);
  std::string about =
      "Answered within " + readable_seconds(wait.value_or(30)) + ", or with an error.";
  if (endpoint.implements && endpoint.implements->id.valid())
    about += " Implements " + endpoint.implements->name + ".";
  const Deprecation deprecation = deprecation_of(plan, contract.id);
  if (deprecation.deprecated) {
    about += " " + deprecation.text();
    out.set("deprecated", true);
    if (!deprecation.sunset.empty()) out.set("x-sunset", deprecation.sunset);
  }
  out.set("description", about);
  Value parameters = Value::empty_list();
  for (const std::string& name : path.parameters)
    parameters.add(
        map({{"name", name},
             {"in", "path"},
             {"required", true},
             {"schema", map({{"type", "string"}, {"minLength", 1}, {"maxLength", 64}})}}));
  const bool body = method == "POST" || method == "PUT" || method == "PATCH";
  if (contract.keyed && body) parameters.add(ref("parameters", "IdempotencyKey"));
  if (contract.many && contract.writes.empty()) {
    parameters.add(ref("parameters", "Limit"));
    parameters.add(ref("parameters", "Cursor"));
  }
  if (!parameters.empty()) out.set("parameters", std::move(parameters));
  if (body)
    out.set(
        "requestBody",
        map({{"required", true},
             {"content", json_content(body_of(
                             plan, contract.writes.empty() ? contract.reads : contract.writes))}}));
  out.set("responses", responses(plan, contract, path));
  return out;
}

Value document(const Plan& plan, const ServicePlan& service,
               const std::vector<EndpointContract>& contracts) {
  Value paths = Value::empty_map();
  for (const EndpointContract& contract : contracts) {
    const HttpRoute route = http_route(plan.model().endpoint(contract.id));
    const PathText path = path_text(route.path);
    paths[path.path].set(lower(route.method), operation(plan, contract, path, route.method));
  }
  Value schemas = map({{"Problem", problem_schema()}});
  for (const AggregateId id : shown_by(plan, contracts)) {
    const ContractMessage message = resource_of(plan, id);
    schemas.set(message.name, schema_of(message));
  }
  const Service& of = plan.model().services[service.id];
  return map(
      {{"openapi", "3.1.0"},
       {"info",
        map({{"title", title_name(plan.system()) + ": " + title_name(service.name)},
             {"version", std::to_string(major_version(plan, contracts)) + ".0.0"},
             {"description", of.summary.or_else("Owned by team " + service.owner + ".") +
                                 "\n\nA version lives on while anybody uses it: what is to go is "
                                 "marked deprecated and answers with the headers Deprecation "
                                 "(RFC 9745) and Sunset (RFC 8594)."},
             {"contact", map({{"name", service.owner}})},
             {"license",
              map({{"name", "Proprietary"}, {"url", "https://" + plan.options().domain}})}})},
       {"servers", list({map({{"url", service.is_public
                                          ? "https://" + plan.system() + "." + plan.options().domain
                                          : "http://" + service_host(service.name, plan.system()) +
                                                ":" + std::to_string(kHttpPort)}})})},
       {"security", list({map({{"oidc", Value::empty_list()}})})},
       {"tags", list({map({{"name", service.name},
                           {"description", of.summary.or_else(title_name(service.name))}})})},
       {"paths", std::move(paths)},
       {"components",
        map({{"securitySchemes", map({{"oidc", map({{"type", "openIdConnect"},
                                                    {"openIdConnectUrl",
                                                     "https://id." + plan.options().domain +
                                                         "/.well-known/openid-configuration"}})}})},
             {"parameters", parameters_section()},
             {"responses", responses_section()},
             {"schemas", std::move(schemas)}})}});
}

}  // namespace

void target_openapi(const Plan& plan, Output& out) {
  for (const ServicePlan& service : plan.services()) {
    const auto contracts = contracts_of(plan, service.id, false);
    if (!contracts.empty())
      out.add("contracts/openapi/" + service.name + ".yaml",
              to_yaml(document(plan, service, contracts)));
  }
}

}  // namespace scantling::generate
