// Istio: the calls' timeouts and retries as routes, limits and ejection as destination rules, who
// may call whom as authorization, mutual TLS everywhere.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/routes.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kNetworking = "networking.istio.io/v1";
constexpr std::string_view kSecurity = "security.istio.io/v1";

Value selector(const Plan& plan, const ServicePlan& service) {
  return map({{"matchLabels", selector_labels(plan, service.name)}});
}

// Envoy's names ("x-envoy-retry-on"): `reset` covers an attempt that ran out of time.
std::string retry_on(const MeshRoute& route) {
  std::vector<std::string> out;
  for (const RetryOn on : route.retry_on)
    switch (on) {
      case RetryOn::Timeout:
        out.insert(out.end(), {"reset", route.grpc ? "deadline-exceeded" : "504"});
        break;
      case RetryOn::Error:
        out.insert(out.end(), {"connect-failure", "refused-stream",
                               route.grpc ? "unavailable" : "gateway-error"});
        break;
      case RetryOn::Rejected: out.push_back(route.grpc ? "resource-exhausted" : "429"); break;
    }
  return join(out, ",");
}

Value uri_match(const MeshRoute& route) {
  if (route.path.find('{') == std::string::npos) return map({{"exact", route.path}});
  return map({{"regex", path_with(route.path, "[^/]+")}});
}

Value route_rule(const Plan& plan, const ServicePlan& service, const MeshRoute& route) {
  Value matches = Value::empty_list();
  const auto add_match = [&](const ServicePlan* caller) {
    Value match = map({{"uri", uri_match(route)},
                       {"method", map({{"exact", route.method}})},
                       {"port", route.grpc ? kGrpcPort : kHttpPort}});
    if (caller != nullptr)
      match.set("sourceLabels", map({{"app.kubernetes.io/name", caller->name}}));
    matches.add(std::move(match));
  };
  if (route.all_callers) add_match(nullptr);
  if (!route.all_callers)
    for (const ServiceId caller : route.callers)
      add_match(&plan.service(caller));
  std::string name = plan.model().endpoint(route.callee).name;
  if (!route.all_callers) name += "-from-" + plan.service(route.callers.front()).name;
  Value out = map(
      {{"name", dns_label(name)},
       {"match", std::move(matches)},
       {"route",
        list({map({{"destination",
                    map({{"host", service_host(service.name, plan.system())},
                         {"port", map({{"number", route.grpc ? kGrpcPort : kHttpPort}})}})}})})}});
  if (route.total_seconds > 0) out.set("timeout", go_duration(route.total_seconds));
  Value retries = map({{"attempts", route.retries}});
  if (route.retries > 0) {
    retries.set("perTryTimeout", go_duration(route.try_seconds));
    retries.set("retryOn", retry_on(route));
  }
  out.set("retries", std::move(retries));
  return out;
}

// What no route of the model names is given up after a while, and never repeated by itself: Istio
// would retry twice.
Value other_rule(const Plan& plan, const ServicePlan& service, bool grpc) {
  const int port = grpc ? kGrpcPort : kHttpPort;
  return map({{"name", grpc ? "other-grpc" : "other-http"},
              {"match", list({map({{"port", port}})})},
              {"route",
               list({map({{"destination", map({{"host", service_host(service.name, plan.system())},
                                               {"port", map({{"number", port}})}})}})})},
              {"timeout",
               go_duration(static_cast<double>(whole_seconds(service.longest_request_seconds)))},
              {"retries", map({{"attempts", 0}})}});
}

// The retried routes: the model says that their callees recognise repetitions.
std::string repeatable(const Value& rules) {
  std::vector<std::string> out;
  for (const Value& rule : rules.items())
    if (rule.path({"retries", "attempts"})->integer() > 0) out.emplace_back(rule.text_at({"name"}));
  return join(out, ", ");
}

Value virtual_service(const Plan& plan, const ServicePlan& service) {
  Value rules = Value::empty_list();
  for (const MeshRoute& route : mesh_routes(plan, service))
    rules.add(route_rule(plan, service, route));
  if (service.http) rules.add(other_rule(plan, service, false));
  if (service.grpc) rules.add(other_rule(plan, service, true));
  Value meta = metadata(plan, origins_of(plan, service), service.name);
  if (const std::string names = repeatable(rules); !names.empty())
    meta["annotations"].set(std::string(kRepeatableAnnotation), names);
  Value out = object(kNetworking, "VirtualService", std::move(meta));
  out.set("spec", map({{"hosts", list({service_host(service.name, plan.system())})},
                       {"gateways", list({"mesh"})},
                       {"http", std::move(rules)}}));
  return out;
}

Value load_balancer(const Service& service) {
  switch (service.balance.value) {
    case Balance::RoundRobin: return map({{"simple", "ROUND_ROBIN"}});
    case Balance::Random: return map({{"simple", "RANDOM"}});
    case Balance::ConsistentHash:
      return map({{"consistentHash", map({{"httpHeaderName", "x-partition-key"},
                                          {"maglev", map({{"tableSize", 65537}})}})}});
    case Balance::BoundedHash:
      return map({{"consistentHash", map({{"httpHeaderName", "x-partition-key"},
                                          {"ringHash", map({{"minimumRingSize", 1024}})}})}});
    case Balance::ZoneLocal:
      return map({{"simple", "LEAST_REQUEST"}, {"localityLbSetting", map({{"enabled", true}})}});
    default: break;
  }
  return map({{"simple", "LEAST_REQUEST"}});
}

Value destination_rule(const Plan& plan, const ServicePlan& service) {
  const Service& of = plan.model().services[service.id];
  const MeshLimits limits = mesh_limits(plan, service);
  Value http = Value::empty_map();
  if (limits.at_once > 0) {
    http.set("http2MaxRequests", limits.at_once);
    http.set("http1MaxPendingRequests", std::max<std::int64_t>(1, limits.waiting));
  }
  http.set("maxRetries", std::max<std::int64_t>(limits.retries_at_once, 1));
  http.set("idleTimeout", "1m");
  const double every = of.health->every.or_else({10'000'000'000}).seconds();
  Value out = object(kNetworking, "DestinationRule",
                     metadata(plan, origins_of(plan, service), service.name));
  out.set("spec",
          map({{"host", service_host(service.name, plan.system())},
               {"trafficPolicy",
                map({{"tls", map({{"mode", "ISTIO_MUTUAL"}})},
                     {"loadBalancer", load_balancer(of)},
                     {"connectionPool",
                      map({{"tcp", map({{"connectTimeout", "1s"}})}, {"http", std::move(http)}})},
                     {"outlierDetection",
                      map({{"consecutive5xxErrors", limits.consecutive_failures},
                           {"consecutiveGatewayErrors", limits.consecutive_failures},
                           {"interval", go_duration(std::max(1.0, every))},
                           {"baseEjectionTime", go_duration(std::max(1.0, limits.open_seconds))},
                           {"maxEjectionPercent",
                            static_cast<std::int64_t>(
                                of.health->eject_at_most.or_else({0.5}).value * 100 + 0.5)},
                           {"minHealthPercent", 0}})}})}}));
  return out;
}

Value operations(const Plan& plan, const std::vector<EndpointId>& endpoints) {
  Value out = Value::empty_list();
  for (const EndpointId id : endpoints) {
    const Endpoint& endpoint = plan.model().endpoint(id);
    const bool grpc = endpoint.protocol.value == Protocol::Grpc;
    const HttpRoute route = http_route(endpoint);
    out.add(map({{"operation",
                  map({{"methods", list({grpc ? "POST" : route.method})},
                       {"paths", list({grpc ? grpc_path(plan, id) : path_with(route.path, "{*}")})},
                       {"ports", list({std::to_string(grpc ? kGrpcPort : kHttpPort)})}})}}));
  }
  return out;
}

Value authorization(const Plan& plan, const ServicePlan& service) {
  Value rules = Value::empty_list();
  for (const ServiceId id : service.callers) {
    const ServicePlan& caller = plan.service(id);
    rules.add(
        map({{"from",
              list({map({{"source", map({{"principals", list({"cluster.local/ns/" + plan.system() +
                                                              "/sa/" + caller.name})}})}})})},
             {"to", operations(plan, called_endpoints(caller, service.id))}}));
  }
  if (service.is_public)
    rules.add(
        map({{"from", list({map({{"source", map({{"namespaces", list({kGatewayNamespace})}})}})})},
             {"to", operations(plan, public_endpoints(plan, service.id))}}));
  // Prometheus has no identity of the mesh; the NetworkPolicy says from where it comes.
  rules.add(
      map({{"to", list({map({{"operation", map({{"ports", list({std::to_string(kMetricsPort)})},
                                                {"paths", list({"/metrics"})}})}})})}}));
  Value out = object(kSecurity, "AuthorizationPolicy",
                     metadata(plan, origins_of(plan, service), service.name));
  out.set("spec", map({{"selector", selector(plan, service)},
                       {"action", "ALLOW"},
                       {"rules", std::move(rules)}}));
  return out;
}

Value scraping(const Plan& plan, const ServicePlan& service) {
  Value out = object(kSecurity, "PeerAuthentication",
                     metadata(plan, origins_of(plan, service), service.name));
  out.set("spec",
          map({{"selector", selector(plan, service)},
               {"mtls", map({{"mode", "STRICT"}})},
               {"portLevelMtls",
                map({{std::to_string(kMetricsPort).c_str(), map({{"mode", "PERMISSIVE"}})}})}}));
  return out;
}

Value service_entry(const Plan& plan, const Origins& origins, const std::string& name, int port) {
  Value out = object(kNetworking, "ServiceEntry", metadata(plan, origins, name));
  out.set("spec", map({{"hosts", list({name + "." + plan.options().domain})},
                       {"location", "MESH_EXTERNAL"},
                       {"resolution", "DNS"},
                       {"exportTo", list({"."})},
                       {"ports", list({map({{"number", port},
                                            {"name", port == 443 ? "tls" : "tls-store"},
                                            {"protocol", "TLS"}})})}}));
  return out;
}

void add_externals(const Plan& plan, Output& out) {
  for (const ExternalId id : plan.model().externals.ids()) {
    const bool used = std::ranges::any_of(plan.services(), [&](const ServicePlan& service) {
      return std::ranges::find(service.externals, id) != service.externals.end();
    });
    if (!used) continue;
    const std::string name = plan.external_name(id);
    const Origins origins{name, "external", plan.system(),
                          "externals." + plan.model().externals[id].name};
    out.add_resource("mesh/externals.yaml", service_entry(plan, origins, name, 443));
  }
  for (const StoreId id : plan.model().stores.ids()) {
    const Engine& engine = engine_of(plan.model().stores[id].engine.value);
    if (engine.run_by != RunBy::Elsewhere) continue;
    out.add_resource("mesh/externals.yaml",
                     service_entry(plan, origins_of(plan, id), plan.store_name(id), engine.port));
  }
}

void add_system(const Plan& plan, Output& out) {
  const Origins system = origins_of_system(plan);
  Value strict = object(kSecurity, "PeerAuthentication", metadata(plan, system, "default"));
  strict.set("spec", map({{"mtls", map({{"mode", "STRICT"}})}}));
  out.add_resource("mesh/namespace.yaml", std::move(strict));
  Value nothing = object(kSecurity, "AuthorizationPolicy", metadata(plan, system, "allow-nothing"));
  nothing.set("spec", Value::empty_map());
  out.add_resource("mesh/namespace.yaml", std::move(nothing));
  Value sidecar = object(kNetworking, "Sidecar", metadata(plan, system, "default"));
  sidecar.set("spec",
              map({{"outboundTrafficPolicy", map({{"mode", "REGISTRY_ONLY"}})},
                   {"egress",
                    list({map({{"hosts", list({"./*", "istio-system/*",
                                               std::string(kMonitoringNamespace) + "/*"})}})})}}));
  out.add_resource("mesh/namespace.yaml", std::move(sidecar));
  Value telemetry = object("telemetry.istio.io/v1", "Telemetry", metadata(plan, system, "default"));
  // The collector decides what is kept (tail sampling): the proxies send every trace.
  telemetry.set("spec",
                map({{"tracing", list({map({{"providers", list({map({{"name", "otel-tracing"}})})},
                                            {"randomSamplingPercentage", 100.0}})})}}));
  out.add_resource("mesh/namespace.yaml", std::move(telemetry));
}

}  // namespace

void target_istio(const Plan& plan, Output& out) {
  add_system(plan, out);
  add_externals(plan, out);
  for (const ServicePlan& service : plan.services()) {
    const std::string file = "mesh/" + service.name + ".yaml";
    if (service.serves()) {
      out.add_resource(file, virtual_service(plan, service));
      out.add_resource(file, destination_rule(plan, service));
    }
    if (service.scheduled) continue;
    out.add_resource(file, authorization(plan, service));
    out.add_resource(file, scraping(plan, service));
  }
}

}  // namespace scantling::generate
