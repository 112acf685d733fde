// Pieces of network policies: ports, and who stands at the other end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generate/engines.h"
#include "generate/plan.h"
#include "generate/value.h"

namespace scantling::generate {

Value policy_port(int number, std::string_view protocol = "TCP");
Value namespace_peer(std::string_view name);
Value pods_peer(Value match_labels);
// Pods of a namespace of the platform's.
Value pods_peer_in(std::string_view name_space, Value match_labels);
// Addresses that are nobody's private network: what an external may be reached at.
Value internet_peer();
// {from: [peer], ports: [...]}, and the same with `to`.
Value ingress_rule(Value peer, Value ports);
Value egress_rule(Value peer, Value ports);
// The pods of a broker that we run; the internet for one elsewhere.
Value broker_peer(const Plan& plan, const Broker& broker);
// Pods whose label is one of these values.
Value pods_with(std::string_view label, const std::vector<std::string>& values);
Value dns_rule();
// The API server has no pods and no address that a manifest could know: by its ports alone.
Value api_server_rule();
// What the mesh's proxy of a pod has to reach; nothing is added without a mesh.
void add_mesh_egress(const Plan& plan, Value& egress);
Value scrape_rule(const Plan& plan, int port);
// The policy of the pods with these labels.
Value policy(Value metadata, Value match_labels, Value ingress, Value egress);

}  // namespace scantling::generate
