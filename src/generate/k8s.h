// Pieces that objects of Kubernetes share: metadata, selectors, references.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generate/names.h"
#include "generate/plan.h"
#include "generate/value.h"

namespace scantling::generate {

// What an object is for: its labels and annotations follow from it.
struct Origins {
  std::string name;       // app.kubernetes.io/name and instance
  std::string component;  // "service", "database", "cache", "topic", ...
  std::string owner;      // team
  std::string element;    // "services.orders"
};
Origins origins_of(const Plan& plan, const ServicePlan& service);
Origins origins_of(const Plan& plan, StoreId store);
Origins origins_of(const Plan& plan, ChannelId channel);
Origins origins_of_system(const Plan& plan);

Value labels(const Plan& plan, const Origins& origins);
// What selectors match: never changes once it is deployed.
Value selector_labels(const Plan& plan, std::string_view name);
// Name, namespace, labels, and the annotations that say which element and decisions it is from.
Value metadata(const Plan& plan, const Origins& origins, std::string_view name);
Value object(std::string_view api_version, std::string_view kind, Value metadata);
// The same without a namespace.
Value cluster_metadata(const Plan& plan, const Origins& origins, std::string_view name);

// Restricted pod security (Pod Security Standards, "Restricted"): as a user above 10000 that is
// not a mesh's proxy (1337).
Value pod_security(std::int64_t user = 10001);
Value container_security();

// A probe with every key written out.
struct ProbeTimes {
  std::int64_t period = 10, timeout = 1, failures = 3;
};
Value probe(Value how, const ProbeTimes& times);  // {tcpSocket: {port: ...}}
Value http_probe(std::string_view path, std::string_view port, const ProbeTimes& times);
Value tcp_probe(std::string_view port, const ProbeTimes& times);
Value exec_probe(const std::vector<std::string>& command, const ProbeTimes& times);

// Zones first, then hosts; the anti-affinity that older linters look for besides.
// `revision`: the label that says which version of its owner a pod is of, where each version is to
// be spread by itself. Not for pods with disks of their own: these stay in their zones, and two of
// a new version that stand in one would wait for ever.
Value spread_constraints(const Plan& plan, std::string_view name, bool strict_zones,
                         std::string_view revision = "pod-template-hash");
Value host_anti_affinity(const Plan& plan, std::string_view name);

Value disruption_budget(const Plan& plan, const Origins& origins, std::string_view name);
Value service_account(const Plan& plan, const Origins& origins, std::string_view name);

}  // namespace scantling::generate
