// Cilium: the declared calls with their methods and paths, enforced by the kernel and its proxy
// instead of by a mesh's side-cars.
#include "generate/k8s.h"
#include "generate/routes.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

Value endpoints(const Plan& plan, std::string_view name) {
  return map({{"matchLabels", selector_labels(plan, name)}});
}

Value in_namespace(std::string_view space) {
  return map({{"matchLabels", map({{"k8s:io.kubernetes.pod.namespace", space}})}});
}

Value port(int number) {
  return map({{"port", std::to_string(number)}, {"protocol", "TCP"}});
}

// gRPC is HTTP/2: a method is a path.
Value port_rules(const Plan& plan, const std::vector<EndpointId>& called) {
  Value out = Value::empty_list();
  for (const bool grpc : {false, true}) {
    Value http = Value::empty_list();
    for (const EndpointId id : called) {
      const Endpoint& endpoint = plan.model().endpoint(id);
      if ((endpoint.protocol.value == Protocol::Grpc) != grpc) continue;
      const HttpRoute route = http_route(endpoint);
      http.add(map({{"method", grpc ? "POST" : route.method},
                    {"path", grpc ? grpc_path(plan, id) : path_with(route.path, "[^/]+")}}));
    }
    if (http.empty()) continue;
    out.add(map({{"ports", list({port(grpc ? kGrpcPort : kHttpPort)})},
                 {"rules", map({{"http", std::move(http)}})}}));
  }
  return out;
}

}  // namespace

void target_cilium(const Plan& plan, Output& out) {
  for (const ServicePlan& service : plan.services()) {
    if (service.scheduled) continue;
    Value ingress = Value::empty_list();
    for (const ServiceId id : service.callers) {
      const ServicePlan& caller = plan.service(id);
      ingress.add(map({{"fromEndpoints", list({endpoints(plan, caller.name)})},
                       {"toPorts", port_rules(plan, called_endpoints(caller, service.id))}}));
    }
    if (service.is_public)
      ingress.add(map({{"fromEndpoints", list({in_namespace(kGatewayNamespace)})},
                       {"toPorts", port_rules(plan, public_endpoints(plan, service.id))}}));
    ingress.add(map({{"fromEndpoints", list({in_namespace(kMonitoringNamespace)})},
                     {"toPorts", list({map({{"ports", list({port(kMetricsPort)})}})})}}));
    Value policy = object("cilium.io/v2", "CiliumNetworkPolicy",
                          metadata(plan, origins_of(plan, service), service.name));
    policy.set("spec", map({{"endpointSelector", endpoints(plan, service.name)},
                            {"ingress", std::move(ingress)}}));
    out.add_resource("services/" + service.name + ".yaml", std::move(policy));
  }
}

}  // namespace scantling::generate
