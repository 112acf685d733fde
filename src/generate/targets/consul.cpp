// Consul's mesh: protocols and limits of each service, its routes with their timeouts and retries,
// and who may call which of its endpoints. Nothing is allowed that the model doesn't say.
#include "generate/k8s.h"
#include "generate/routes.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "consul.hashicorp.com/v1alpha1";

Value resource(const Plan& plan, const ServicePlan& service, std::string_view kind, Value spec) {
  Value out = object(kApi, kind, metadata(plan, origins_of(plan, service), service.name));
  out.set("spec", std::move(spec));
  return out;
}

Value defaults(const Plan& plan, const ServicePlan& service) {
  Value spec =
      map({{"protocol", service.grpc ? "grpc" : "http"},
           {"mutualTLSMode", "strict"},
           {"localRequestTimeoutMs", whole_seconds(service.longest_request_seconds) * 1000},
           {"balanceInboundConnections", "exact_balance"}});
  const Service& of = plan.model().services[service.id];
  if (of.rate_limit && of.rate_limit->limit) {
    const std::int64_t rate = whole_seconds(of.rate_limit->limit->per_second);
    spec.set("rateLimits", map({{"instanceLevel", map({{"requestsPerSecond", rate},
                                                       {"requestsMaxBurst", 2 * rate}})}}));
  }
  return spec;
}

// A caller's limits for its callees stand with the caller.
Value upstreams(const Plan& plan, const ServicePlan& caller) {
  Value out = Value::empty_list();
  for (const ServiceId id : caller.callees) {
    const ServicePlan& callee = plan.service(id);
    const MeshLimits limits = mesh_limits(plan, callee);
    Value one = map(
        {{"name", callee.name},
         {"passiveHealthCheck", map({{"interval", "10s"},
                                     {"maxFailures", limits.consecutive_failures},
                                     {"baseEjectionTime", go_duration(limits.open_seconds)}})}});
    if (limits.at_once > 0)
      one.set("limits", map({{"maxConcurrentRequests", limits.at_once},
                             {"maxPendingRequests", std::max<std::int64_t>(1, limits.waiting)}}));
    out.add(std::move(one));
  }
  return out;
}

Value path_of(const std::string& path) {
  if (path.find('{') == std::string::npos) return map({{"pathExact", path}});
  return map({{"pathRegex", path_with(path, "[^/]+")}});
}

Value retried_on(const MeshRoute& route) {
  Value out = Value::empty_list();
  for (const RetryOn on : route.retry_on)
    switch (on) {
      case RetryOn::Timeout: out.add(route.grpc ? "deadline-exceeded" : "reset"); break;
      case RetryOn::Error:
        out.add("connect-failure");
        out.add(route.grpc ? "unavailable" : "gateway-error");
        break;
      case RetryOn::Rejected: out.add(route.grpc ? "resource-exhausted" : "retriable-4xx"); break;
    }
  return out;
}

Value router(const Plan& plan, const ServicePlan& service) {
  Value routes = Value::empty_list();
  for (const MeshRoute& route : mesh_routes(plan, service)) {
    Value http = path_of(route.path);
    if (!route.grpc) http.set("methods", list({route.method}));
    Value destination = map({{"service", service.name}, {"numRetries", route.retries}});
    if (route.total_seconds > 0)
      destination.set("requestTimeout", go_duration(route.total_seconds));
    if (route.retries > 0) destination.set("retryOn", retried_on(route));
    routes.add(map(
        {{"match", map({{"http", std::move(http)}})}, {"destination", std::move(destination)}}));
  }
  return map({{"routes", std::move(routes)}});
}

Value permissions(const Plan& plan, const std::vector<EndpointId>& endpoints) {
  Value out = Value::empty_list();
  for (const EndpointId id : endpoints) {
    const Endpoint& endpoint = plan.model().endpoint(id);
    const bool grpc = endpoint.protocol.value == Protocol::Grpc;
    const HttpRoute route = http_route(endpoint);
    Value http = path_of(grpc ? grpc_path(plan, id) : route.path);
    http.set("methods", list({grpc ? std::string("POST") : route.method}));
    out.add(map({{"action", "allow"}, {"http", std::move(http)}}));
  }
  return out;
}

Value intentions(const Plan& plan, const ServicePlan& service) {
  Value sources = Value::empty_list();
  for (const ServiceId id : service.callers)
    sources.add(
        map({{"name", plan.service(id).name},
             {"permissions", permissions(plan, called_endpoints(plan.service(id), service.id))}}));
  if (service.is_public)
    sources.add(map({{"name", plan.system()},
                     {"permissions", permissions(plan, public_endpoints(plan, service.id))}}));
  sources.add(map({{"name", "*"}, {"action", "deny"}}));
  return map({{"destination", map({{"name", service.name}})}, {"sources", std::move(sources)}});
}

}  // namespace

void target_consul(const Plan& plan, Output& out) {
  Value proxies = object(kApi, "ProxyDefaults", metadata(plan, origins_of_system(plan), "global"));
  proxies.set("spec", map({{"mutualTLSMode", "strict"},
                           {"accessLogs", map({{"enabled", true}, {"type", "stdout"}})},
                           {"config", map({{"protocol", "http"},
                                           {"envoy_prometheus_bind_addr", "0.0.0.0:20200"}})}}));
  out.add_resource("mesh/mesh.yaml", std::move(proxies));
  for (const ServicePlan& service : plan.services()) {
    const std::string file = "mesh/" + service.name + ".yaml";
    if (!service.serves() && service.callees.empty()) continue;
    Value spec = service.serves() ? defaults(plan, service) : map({{"protocol", "http"}});
    if (const Value overrides = upstreams(plan, service); !overrides.empty())
      spec.set("upstreamConfig", map({{"overrides", overrides}}));
    out.add_resource(file, resource(plan, service, "ServiceDefaults", std::move(spec)));
    if (!service.serves()) continue;
    out.add_resource(file, resource(plan, service, "ServiceResolver",
                                    map({{"connectTimeout", "1s"},
                                         {"loadBalancer", map({{"policy", "least_request"}})}})));
    if (const Value routes = router(plan, service); !routes.find("routes")->empty())
      out.add_resource(file, resource(plan, service, "ServiceRouter", routes));
    out.add_resource(file, resource(plan, service, "ServiceIntentions", intentions(plan, service)));
  }
}

}  // namespace scantling::generate
