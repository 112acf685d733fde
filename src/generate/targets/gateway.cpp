// Gateway API: the public endpoints behind one TLS listener.
#include "base/text.h"
#include "generate/certificates.h"
#include "generate/edge.h"
#include "generate/k8s.h"
#include "generate/routes.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

Value in_gateway_namespace(const Plan& plan, std::string_view name) {
  Value out = metadata(plan, origins_of_system(plan), name);
  out.set("namespace", kGatewayNamespace);
  return out;
}

Value gateway(const Plan& plan, const std::string& host) {
  Value out =
      object("gateway.networking.k8s.io/v1", "Gateway", in_gateway_namespace(plan, plan.system()));
  const Value routes = map(
      {{"namespaces",
        map({{"from", "Selector"},
             {"selector",
              map({{"matchLabels", map({{"kubernetes.io/metadata.name", plan.system()}})}})}})}});
  // Port 80 answers the certificate's challenges, and sends everything else to port 443.
  out.set(
      "spec",
      map({{"gatewayClassName", gateway_class(plan).empty() ? "eg" : gateway_class(plan)},
           {"listeners",
            list({map({{"name", "http"},
                       {"hostname", host},
                       {"port", 80},
                       {"protocol", "HTTP"},
                       {"allowedRoutes", map({{"namespaces", map({{"from", "Same"}})}})}}),
                  map({{"name", "https"},
                       {"hostname", host},
                       {"port", 443},
                       {"protocol", "HTTPS"},
                       {"tls",
                        map({{"mode", "Terminate"},
                             {"certificateRefs",
                              list({map({{"kind", "Secret"}, {"name", edge_secret(plan)}})})}})},
                       {"allowedRoutes", routes}})})}}));
  return out;
}

Value redirect(const Plan& plan, const std::string& host) {
  Value out = object("gateway.networking.k8s.io/v1", "HTTPRoute",
                     in_gateway_namespace(plan, plan.system() + "-to-https"));
  const Value to_https =
      map({{"type", "RequestRedirect"},
           {"requestRedirect", map({{"scheme", "https"}, {"port", 443}, {"statusCode", 301}})}});
  out.set("spec",
          map({{"parentRefs", list({map({{"name", plan.system()}, {"sectionName", "http"}})})},
               {"hostnames", list({host})},
               {"rules", list({map({{"filters", list({to_https})}})})}}));
  return out;
}

Value parent(const Plan& plan) {
  return list(
      {map({{"name", plan.system()}, {"namespace", kGatewayNamespace}, {"sectionName", "https"}})});
}

// How long the edge waits: as long as the slowest way through the endpoint's own timeouts.
double wait_seconds(const Plan& plan, EndpointId id) {
  return static_cast<double>(whole_seconds(plan.calls().longest_seconds(id).value_or(30)));
}

Value http_rule(const Plan& plan, const ServicePlan& service, EndpointId id) {
  const HttpRoute route = http_route(plan.model().endpoint(id));
  const bool plain = route.path.find('{') == std::string::npos;
  return map(
      {{"matches",
        list({map({{"path", map({{"type", plain ? "Exact" : "RegularExpression"},
                                 {"value", plain ? route.path : path_with(route.path, "[^/]+")}})},
                   {"method", route.method}})})},
       {"timeouts", map({{"request", go_duration(wait_seconds(plan, id))}})},
       {"backendRefs", list({map({{"name", service.name}, {"port", kHttpPort}})})}});
}

Value grpc_rule(const Plan& plan, const ServicePlan& service, EndpointId id) {
  const GrpcMethod method =
      grpc_method(plan.model().services[id.service], plan.model().endpoint(id));
  return map({{"matches", list({map({{"method", map({{"type", "Exact"},
                                                     {"service", grpc_package(plan, id.service) +
                                                                     "." + method.service},
                                                     {"method", method.method}})}})})},
              {"backendRefs", list({map({{"name", service.name}, {"port", kGrpcPort}})})}});
}

void add_routes(const Plan& plan, const ServicePlan& service, const std::string& host,
                Output& out) {
  Value http = Value::empty_list(), grpc = Value::empty_list();
  for (const EndpointId id : public_endpoints(plan, service.id)) {
    if (plan.model().endpoint(id).protocol.value == Protocol::Grpc)
      grpc.add(grpc_rule(plan, service, id));
    else
      http.add(http_rule(plan, service, id));
  }
  const auto add = [&](std::string_view kind, std::string_view suffix, const Value& all) {
    // A route may have 16 rules (Gateway API, HTTPRouteSpec).
    for (std::size_t from = 0, n = 1; from < all.size(); from += 16, ++n) {
      Value rules = Value::empty_list();
      for (std::size_t i = from; i < std::min(all.size(), from + 16); ++i)
        rules.add(all.at(i));
      const std::string name =
          service.name + std::string(suffix) + (n > 1 ? "-" + std::to_string(n) : std::string());
      Value meta = metadata(plan, origins_of(plan, service), dns_label(name));
      if (plan.selected("kong"))
        meta["annotations"].set("konghq.com/plugins", join(kong_plugins(plan, service), ","));
      Value route = object("gateway.networking.k8s.io/v1", kind, std::move(meta));
      route.set("spec", map({{"parentRefs", parent(plan)},
                             {"hostnames", list({host})},
                             {"rules", std::move(rules)}}));
      out.add_resource("gateway/" + service.name + ".yaml", std::move(route));
    }
  };
  add("HTTPRoute", "-public", http);
  add("GRPCRoute", "-public-grpc", grpc);
}

}  // namespace

std::string_view gateway_class(const Plan& plan) {
  const std::string gateway = plan.gateway();
  constexpr std::pair<std::string_view, std::string_view> kClasses[] = {
      {"kong", "kong"},     {"traefik", "traefik"},     {"nginx", "nginx"},
      {"apisix", "apisix"}, {"istio-gateway", "istio"}, {"envoy-gateway", "eg"}};
  for (const auto& [name, of] : kClasses)
    if (gateway == name) return of;
  if (gateway == "aws-api-gateway") return "";
  if (plan.mesh() == "istio") return "istio";
  if (plan.mesh() == "cilium") return "cilium";
  if (plan.mesh() == "consul-connect") return "consul";
  return "eg";  // Envoy Gateway's own name for its class
}

void target_gateway(const Plan& plan, Output& out) {
  const std::string host = plan.system() + "." + plan.options().domain;
  Value gateways =
      object("v1", "Namespace", cluster_metadata(plan, origins_of_system(plan), kGatewayNamespace));
  out.add_resource("gateway/gateway.yaml", std::move(gateways));
  out.add_resource("gateway/gateway.yaml", gateway(plan, host));
  out.add_resource("gateway/gateway.yaml", redirect(plan, host));
  for (const ServicePlan& service : plan.services())
    if (service.is_public) add_routes(plan, service, host, out);
}

}  // namespace scantling::generate
