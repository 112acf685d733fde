#include "base/text.h"
#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

Value port(int number, std::string_view protocol = "TCP") {
  return map({{"protocol", protocol}, {"port", number}});
}

Value name_space(std::string_view name) {
  return map({{"namespaceSelector",
               map({{"matchLabels", map({{"kubernetes.io/metadata.name", name}})}})}});
}

Value pods(Value match_labels) {
  return map({{"podSelector", map({{"matchLabels", std::move(match_labels)}})}});
}

Value serving_ports(bool http, bool grpc) {
  Value out = Value::empty_list();
  if (http) out.add(port(kHttpPort));
  if (grpc) out.add(port(kGrpcPort));
  return out;
}

bool by_grpc(const Plan& plan, EndpointId id) {
  return plan.model().endpoint(id).protocol.value == Protocol::Grpc;
}

// The ports of the callee that the caller's calls go to.
Value called_ports(const Plan& plan, const ServicePlan& caller, ServiceId callee) {
  bool http = false, grpc = false;
  for (const CallPlan& call : caller.calls)
    if (call.callee.service == callee) (by_grpc(plan, call.callee) ? grpc : http) = true;
  return serving_ports(http, grpc);
}

Value public_ports(const Plan& plan, const ServicePlan& service) {
  bool http = false, grpc = false;
  for (const PublicEndpoint& open : plan.public_endpoints())
    if (open.endpoint.service == service.id) (by_grpc(plan, open.endpoint) ? grpc : http) = true;
  return serving_ports(http, grpc);
}

Value ingress(const Plan& plan, const ServicePlan& service) {
  Value out = Value::empty_list();
  for (const ServiceId id : service.callers)
    out.add(map({{"from", list({pods(selector_labels(plan, plan.service(id).name))})},
                 {"ports", called_ports(plan, plan.service(id), service.id)}}));
  if (service.is_public)
    out.add(map(
        {{"from", list({name_space(kGatewayNamespace)})}, {"ports", public_ports(plan, service)}}));
  Value scraped = list({port(kMetricsPort)});
  if (plan.selected("istio")) scraped.add(port(15020));
  if (plan.selected("linkerd")) scraped.add(port(4191));
  out.add(map({{"from", list({name_space(kMonitoringNamespace)})}, {"ports", std::move(scraped)}}));
  return out;
}

// Addresses that are nobody's private network: what an external may be reached at.
Value internet() {
  return map({{"ipBlock", map({{"cidr", "0.0.0.0/0"},
                               {"except", list({"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                                "169.254.0.0/16", "100.64.0.0/10"})}})}});
}

Value store_peer(const Plan& plan, StoreId id, const Engine& engine) {
  const std::string name = plan.store_name(id);
  switch (engine.run_by) {
    case RunBy::CloudNativePg: return pods(map({{"cnpg.io/cluster", name}}));
    case RunBy::StatefulSet: return pods(selector_labels(plan, name));
    case RunBy::Elsewhere: break;
  }
  return internet();
}

Value egress(const Plan& plan, const ServicePlan& service) {
  Value dns = name_space("kube-system");
  dns.set("podSelector", map({{"matchLabels", map({{"k8s-app", "kube-dns"}})}}));
  Value out = list(
      {map({{"to", list({std::move(dns)})}, {"ports", list({port(53, "UDP"), port(53, "TCP")})}}),
       map({{"to", list({name_space(kMonitoringNamespace)})},
            {"ports", list({port(kOtlpPort)})}})});
  for (const ServiceId id : service.callees)
    out.add(map({{"to", list({pods(selector_labels(plan, plan.service(id).name))})},
                 {"ports", called_ports(plan, service, id)}}));
  for (const StoreUse& use : service.stores) {
    const Engine& engine = engine_of(plan.model().stores[use.store].engine.value);
    out.add(map({{"to", list({store_peer(plan, use.store, engine)})},
                 {"ports", list({port(engine.port)})}}));
  }
  if (!service.publishes.empty() || !service.consumes.empty()) {
    const Broker& broker = broker_of(plan.broker());
    const Value peer = broker.strimzi
                           ? pods(map({{"strimzi.io/cluster", kafka_cluster(plan.system())},
                                       {"strimzi.io/kind", "Kafka"}}))
                           : internet();
    out.add(map({{"to", list({peer})}, {"ports", list({port(broker.port)})}}));
  }
  if (!service.externals.empty())
    out.add(map({{"to", list({internet()})}, {"ports", list({port(443)})}}));
  if (plan.selected("istio"))
    out.add(map({{"to", list({name_space("istio-system")})}, {"ports", list({port(15012)})}}));
  if (plan.selected("linkerd"))
    out.add(map({{"to", list({name_space("linkerd")})},
                 {"ports", list({port(8080), port(8086), port(8090)})}}));
  return out;
}

}  // namespace

Value network_policy(const Plan& plan, const ServicePlan& service) {
  Value out = object("networking.k8s.io/v1", "NetworkPolicy",
                     metadata(plan, origins_of(plan, service), service.name));
  out.set("spec", map({{"podSelector", map({{"matchLabels", selector_labels(plan, service.name)}})},
                       {"policyTypes", list({"Ingress", "Egress"})},
                       {"ingress", ingress(plan, service)},
                       {"egress", egress(plan, service)}}));
  return out;
}

}  // namespace scantling::generate
