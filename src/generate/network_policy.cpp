#include "base/text.h"
#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/peers.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

Value serving_ports(bool http, bool grpc) {
  Value out = Value::empty_list();
  if (http) out.add(policy_port(kHttpPort));
  if (grpc) out.add(policy_port(kGrpcPort));
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
    out.add(ingress_rule(pods_peer(selector_labels(plan, plan.service(id).name)),
                         called_ports(plan, plan.service(id), service.id)));
  if (service.is_public)
    out.add(ingress_rule(namespace_peer(kGatewayNamespace), public_ports(plan, service)));
  out.add(scrape_rule(plan, kMetricsPort));
  return out;
}

Value store_peer(const Plan& plan, StoreId id, const Engine& engine) {
  std::vector<std::string> nodes = plan.store_nodes(id);
  switch (engine.run_by) {
    case RunBy::CloudNativePg: return pods_with("cnpg.io/cluster", nodes);
    case RunBy::StatefulSet:
      if (has_sentinels(engine, plan.model().stores[id]))
        for (const std::string& node : plan.store_nodes(id))
          nodes.push_back(sentinel_name(node));
      return pods_with("app.kubernetes.io/name", nodes);
    case RunBy::Operator: return pods_with(operated_as(engine.name)->pod_label, nodes);
    case RunBy::Elsewhere: break;
  }
  return internet_peer();
}

Value store_ports(const Engine& engine, const Store& store, const StoreUse& use) {
  Value out = list({policy_port(engine.port)});
  const int copies = copy_reads("", engine).port;
  if (!use.any_copy.empty() && copies != engine.port) out.add(policy_port(copies));
  if (has_sentinels(engine, store)) out.add(policy_port(kSentinelPort));
  return out;
}

Value egress(const Plan& plan, const ServicePlan& service) {
  Value out = list({dns_rule(), egress_rule(namespace_peer(kMonitoringNamespace),
                                            list({policy_port(kOtlpPort)}))});
  for (const ServiceId id : service.callees)
    out.add(egress_rule(pods_peer(selector_labels(plan, plan.service(id).name)),
                        called_ports(plan, service, id)));
  for (const StoreUse& use : service.stores) {
    const Store& store = plan.model().stores[use.store];
    const Engine& engine = engine_of(store.engine.value);
    out.add(egress_rule(store_peer(plan, use.store, engine), store_ports(engine, store, use)));
  }
  if (plan.uses_broker(service)) {
    const Broker& broker = broker_of(plan.broker());
    out.add(egress_rule(broker_peer(plan, broker), list({policy_port(broker.port)})));
  }
  if (!service.externals.empty()) out.add(egress_rule(internet_peer(), list({policy_port(443)})));
  add_mesh_egress(plan, out);
  return out;
}

}  // namespace

Value network_policy(const Plan& plan, const ServicePlan& service) {
  return policy(metadata(plan, origins_of(plan, service), service.name),
                selector_labels(plan, service.name), ingress(plan, service), egress(plan, service));
}

}  // namespace scantling::generate
