#include "generate/peers.h"

#include "generate/k8s.h"
#include "generate/names.h"

namespace scantling::generate {

Value policy_port(int number, std::string_view protocol) {
  return map({{"protocol", protocol}, {"port", number}});
}

Value namespace_peer(std::string_view name) {
  return map({{"namespaceSelector",
               map({{"matchLabels", map({{"kubernetes.io/metadata.name", name}})}})}});
}

Value pods_peer(Value match_labels) {
  return map({{"podSelector", map({{"matchLabels", std::move(match_labels)}})}});
}

Value pods_peer_in(std::string_view name_space, Value match_labels) {
  Value out = namespace_peer(name_space);
  out.set("podSelector", map({{"matchLabels", std::move(match_labels)}}));
  return out;
}

Value internet_peer() {
  return map({{"ipBlock", map({{"cidr", "0.0.0.0/0"},
                               {"except", list({"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                                "169.254.0.0/16", "100.64.0.0/10"})}})}});
}

Value ingress_rule(Value peer, Value ports) {
  return map({{"from", list({std::move(peer)})}, {"ports", std::move(ports)}});
}

Value egress_rule(Value peer, Value ports) {
  return map({{"to", list({std::move(peer)})}, {"ports", std::move(ports)}});
}

Value broker_peer(const Plan& plan, const Broker& broker) {
  switch (broker.run_by) {
    case BrokerBy::Strimzi:
      return pods_peer(map({{"strimzi.io/cluster", kafka_cluster(plan.system())},
                            {"strimzi.io/name", kafka_cluster(plan.system()) + "-kafka"}}));
    case BrokerBy::RabbitMq:
    case BrokerBy::Nats:
      return pods_peer(map({{"app.kubernetes.io/name", broker_service(plan.system(), broker)}}));
    default: break;
  }
  return internet_peer();
}

Value pods_with(std::string_view label, const std::vector<std::string>& values) {
  return map(
      {{"podSelector",
        map({{"matchExpressions",
              list({map({{"key", label}, {"operator", "In"}, {"values", list_of(values)}})})}})}});
}

Value dns_rule() {
  return egress_rule(pods_peer_in("kube-system", map({{"k8s-app", "kube-dns"}})),
                     list({policy_port(53, "UDP"), policy_port(53)}));
}

Value api_server_rule() {
  return egress_rule(map({{"ipBlock", map({{"cidr", "0.0.0.0/0"}})}}),
                     list({policy_port(443), policy_port(6443)}));
}

void add_mesh_egress(const Plan& plan, Value& egress) {
  if (plan.selected("istio"))
    egress.add(egress_rule(namespace_peer("istio-system"), list({policy_port(15012)})));
  if (plan.selected("linkerd"))
    egress.add(egress_rule(namespace_peer("linkerd"),
                           list({policy_port(8080), policy_port(8086), policy_port(8090)})));
  if (plan.selected("consul"))
    egress.add(egress_rule(namespace_peer("consul"), list({policy_port(8501), policy_port(8502)})));
}

Value scrape_rule(const Plan& plan, int port) {
  Value ports = list({policy_port(port)});
  if (plan.selected("istio")) ports.add(policy_port(15020));
  if (plan.selected("linkerd")) ports.add(policy_port(4191));
  if (plan.selected("consul")) ports.add(policy_port(20200));
  return ingress_rule(namespace_peer(kMonitoringNamespace), std::move(ports));
}

Value policy(Value metadata, Value match_labels, Value ingress, Value egress) {
  Value out = object("networking.k8s.io/v1", "NetworkPolicy", std::move(metadata));
  out.set("spec", map({{"podSelector", map({{"matchLabels", std::move(match_labels)}})},
                       {"policyTypes", list({"Ingress", "Egress"})},
                       {"ingress", std::move(ingress)},
                       {"egress", std::move(egress)}}));
  return out;
}

}  // namespace scantling::generate
