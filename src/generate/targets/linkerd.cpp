// Linkerd: the same policies as routes with annotations, and who may call whom as servers,
// authentications and authorizations.
#include <algorithm>

#include "base/text.h"
#include "generate/k8s.h"
#include "generate/routes.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kPolicy = "policy.linkerd.io/";

std::string retry_conditions(const MeshRoute& route) {
  std::vector<std::string> out;
  for (const RetryOn on : route.retry_on) {
    if (route.grpc)
      out.emplace_back(on == RetryOn::Timeout    ? "deadline-exceeded"
                       : on == RetryOn::Rejected ? "resource-exhausted"
                                                 : "unavailable");
    else
      out.emplace_back(on == RetryOn::Timeout    ? "504"
                       : on == RetryOn::Rejected ? "429"
                                                 : "502-503");
  }
  return join(out, ",");
}

// Linkerd has one policy a route, whoever calls: the most patient caller's.
std::vector<MeshRoute> widest(const std::vector<MeshRoute>& routes) {
  std::vector<MeshRoute> out;
  for (const MeshRoute& route : routes) {
    const auto known = std::ranges::find(out, route.callee, &MeshRoute::callee);
    if (known == out.end())
      out.push_back(route);
    else if (route.total_seconds > known->total_seconds)
      *known = route;
  }
  return out;
}

Value route_rules(const MeshRoute& route) {
  if (route.grpc) {
    const auto parts = split(std::string_view(route.path).substr(1), '/');
    return list({map({{"matches", list({map({{"method", map({{"type", "Exact"},
                                                             {"service", parts[0]},
                                                             {"method", parts[1]}})}})})}})});
  }
  const bool plain = route.path.find('{') == std::string::npos;
  const Value path = map({{"type", plain ? "Exact" : "RegularExpression"},
                          {"value", plain ? route.path : path_with(route.path, "[^/]+")}});
  return list({map({{"matches", list({map({{"path", path}, {"method", route.method}})})}})});
}

Value route_object(const Plan& plan, const ServicePlan& service, const MeshRoute& route) {
  Value meta = metadata(plan, origins_of(plan, service),
                        dns_label(service.name + "-" + plan.model().endpoint(route.callee).name));
  Value& notes = meta["annotations"];
  if (route.total_seconds > 0)
    notes.set("timeout.linkerd.io/request", go_duration(route.total_seconds));
  notes.set("retry.linkerd.io/limit", std::to_string(route.retries));
  if (route.retries > 0) {
    notes.set(route.grpc ? "retry.linkerd.io/grpc" : "retry.linkerd.io/http",
              retry_conditions(route));
    notes.set("retry.linkerd.io/timeout", go_duration(route.try_seconds));
  }
  Value out = object("gateway.networking.k8s.io/v1", route.grpc ? "GRPCRoute" : "HTTPRoute",
                     std::move(meta));
  out.set("spec", map({{"parentRefs", list({map({{"group", ""},
                                                 {"kind", "Service"},
                                                 {"name", service.name},
                                                 {"port", route.grpc ? kGrpcPort : kHttpPort}})})},
                       {"rules", route_rules(route)}}));
  return out;
}

Value server(const Plan& plan, const ServicePlan& service, std::string_view port,
             std::string_view protocol) {
  Value out = object(
      std::string(kPolicy) + "v1beta3", "Server",
      metadata(plan, origins_of(plan, service), dns_label(service.name + "-" + std::string(port))));
  out.set("spec", map({{"podSelector", map({{"matchLabels", selector_labels(plan, service.name)}})},
                       {"port", port},
                       {"proxyProtocol", protocol},
                       {"accessPolicy", "deny"}}));
  return out;
}

Value authorization(const Plan& plan, const ServicePlan& service, std::string_view port,
                    std::string_view kind) {
  const std::string name = dns_label(service.name + "-" + std::string(port));
  Value out = object(std::string(kPolicy) + "v1alpha1", "AuthorizationPolicy",
                     metadata(plan, origins_of(plan, service), name));
  out.set(
      "spec",
      map({{"targetRef", map({{"group", "policy.linkerd.io"}, {"kind", "Server"}, {"name", name}})},
           {"requiredAuthenticationRefs",
            list({map({{"group", "policy.linkerd.io"}, {"kind", kind}, {"name", name}})})}}));
  return out;
}

// The callers of one port by identity; the gateway by its namespace's.
Value authentication(const Plan& plan, const ServicePlan& service, std::string_view port,
                     bool grpc) {
  Value identities = Value::empty_list();
  const auto uses = [&](const std::vector<EndpointId>& endpoints) {
    return std::ranges::any_of(endpoints, [&](EndpointId id) {
      return (plan.model().endpoint(id).protocol.value == Protocol::Grpc) == grpc;
    });
  };
  for (const ServiceId id : service.callers)
    if (uses(called_endpoints(plan.service(id), service.id)))
      identities.add(plan.service(id).name + "." + plan.system() +
                     ".serviceaccount.identity.linkerd.cluster.local");
  if (uses(public_endpoints(plan, service.id)))
    identities.add("*." + std::string(kGatewayNamespace) +
                   ".serviceaccount.identity.linkerd.cluster.local");
  if (identities.empty()) identities.add("nobody." + plan.system() + ".invalid");
  Value out = object(
      std::string(kPolicy) + "v1alpha1", "MeshTLSAuthentication",
      metadata(plan, origins_of(plan, service), dns_label(service.name + "-" + std::string(port))));
  out.set("spec", map({{"identities", std::move(identities)}}));
  return out;
}

void add_port(const Plan& plan, const ServicePlan& service, bool grpc, Output& out) {
  const std::string file = "mesh/" + service.name + ".yaml";
  const char* port = grpc ? "grpc" : "http";
  out.add_resource(file, server(plan, service, port, grpc ? "gRPC" : "HTTP/1"));
  out.add_resource(file, authentication(plan, service, port, grpc));
  out.add_resource(file, authorization(plan, service, port, "MeshTLSAuthentication"));
}

void add_scraping(const Plan& plan, const ServicePlan& service, Output& out) {
  const std::string file = "mesh/" + service.name + ".yaml";
  out.add_resource(file, server(plan, service, "http-metrics", "HTTP/1"));
  // Prometheus may be outside the mesh; the NetworkPolicy says from where it comes.
  Value networks =
      object(std::string(kPolicy) + "v1alpha1", "NetworkAuthentication",
             metadata(plan, origins_of(plan, service), dns_label(service.name + "-http-metrics")));
  networks.set("spec", map({{"networks", list({map({{"cidr", "0.0.0.0/0"}})})}}));
  out.add_resource(file, std::move(networks));
  out.add_resource(file, authorization(plan, service, "http-metrics", "NetworkAuthentication"));
}

void add_rate_limit(const Plan& plan, const ServicePlan& service, Output& out) {
  const Service& of = plan.model().services[service.id];
  if (!of.rate_limit || !of.rate_limit->limit || !service.http || !service.is_public) return;
  const double per_second = of.rate_limit->limit->per_second;
  Value limit = object(std::string(kPolicy) + "v1alpha1", "HTTPLocalRateLimitPolicy",
                       metadata(plan, origins_of(plan, service), service.name));
  limit.set("spec", map({{"targetRef", map({{"group", "policy.linkerd.io"},
                                            {"kind", "Server"},
                                            {"name", dns_label(service.name + "-http")}})},
                         {"identity", map({{"requestsPerSecond", whole_seconds(per_second)}})}}));
  out.add_resource("mesh/" + service.name + ".yaml", std::move(limit));
}

}  // namespace

void target_linkerd(const Plan& plan, Output& out) {
  for (const ServicePlan& service : plan.services()) {
    if (service.scheduled) continue;
    for (const MeshRoute& route : widest(mesh_routes(plan, service)))
      out.add_resource("mesh/" + service.name + ".yaml", route_object(plan, service, route));
    if (service.http) add_port(plan, service, false, out);
    if (service.grpc) add_port(plan, service, true, out);
    add_scraping(plan, service, out);
    add_rate_limit(plan, service, out);
  }
}

}  // namespace scantling::generate
