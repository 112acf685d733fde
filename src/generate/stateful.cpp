#include "generate/stateful.h"

namespace scantling::generate {

Value stateful_pod(const Plan& plan, StatefulPod of) {
  // Not by revision: a pod with a disk stays in the disk's zone.
  Value spread = spread_constraints(plan, of.name, of.strict_zones, "");
  Value spec = map({{"serviceAccountName", of.account},
                    {"automountServiceAccountToken", false},
                    {"enableServiceLinks", false},
                    {"priorityClassName", plan.system() + of.priority},
                    {"terminationGracePeriodSeconds", of.grace_seconds},
                    {"securityContext", pod_security()},
                    {"topologySpreadConstraints", std::move(spread)},
                    {"affinity", host_anti_affinity(plan, of.name)},
                    {"containers", std::move(of.containers)},
                    {"volumes", std::move(of.volumes)}});
  return map({{"metadata",
               map({{"labels", std::move(of.labels)}, {"annotations", std::move(of.annotations)}})},
              {"spec", std::move(spec)}});
}

Value stateful_set(const Plan& plan, Value metadata, Stateful of) {
  Value spec = map({{"replicas", of.copies}, {"serviceName", of.name}});
  if (of.parallel) spec.set("podManagementPolicy", "Parallel");
  spec.set("revisionHistoryLimit", 5);
  spec.set("updateStrategy", map({{"type", "RollingUpdate"}}));
  spec.set("selector", map({{"matchLabels", selector_labels(plan, of.name)}}));
  spec.set("template", std::move(of.pod));
  if (of.gib) {
    const Value storage = map({{"storage", std::to_string(*of.gib) + "Gi"}});
    spec.set("volumeClaimTemplates",
             list({map({{"metadata", map({{"name", "data"}})},
                        {"spec", map({{"accessModes", list({"ReadWriteOnce"})},
                                      {"resources", map({{"requests", storage}})}})}})}));
  }
  Value out = object("apps/v1", "StatefulSet", std::move(metadata));
  out.set("spec", std::move(spec));
  return out;
}

Value headless_service(const Plan& plan, const Origins& origins, std::string_view name,
                       Value ports) {
  Value out = object("v1", "Service", metadata(plan, origins, name));
  out.set("spec", map({{"type", "ClusterIP"},
                       {"clusterIP", "None"},
                       {"publishNotReadyAddresses", true},
                       {"selector", selector_labels(plan, name)},
                       {"ports", std::move(ports)}}));
  return out;
}

Value service_port(std::string_view name, int number, std::string_view app_protocol) {
  return map({{"name", name},
              {"port", number},
              {"targetPort", name},
              {"protocol", "TCP"},
              {"appProtocol", app_protocol}});
}

}  // namespace scantling::generate
