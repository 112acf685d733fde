#include "generate/k8s.h"

#include "base/text.h"

namespace scantling::generate {

Origins origins_of(const Plan& plan, const ServicePlan& service) {
  return {service.name, service.scheduled ? "job" : "service", service.owner,
          service_element(plan.model(), service.id)};
}

Origins origins_of(const Plan& plan, StoreId id) {
  const Store& store = plan.model().stores[id];
  const bool owned = store.owner && store.owner->id.valid();
  return {plan.store_name(id), "store", owned ? plan.service(store.owner->id).owner : plan.system(),
          "stores." + store.name};
}

Origins origins_of(const Plan& plan, ChannelId id) {
  const Channel& channel = plan.model().channels[id];
  const bool owned = channel.owner && channel.owner->id.valid();
  return {dns_label(channel.name), "channel",
          owned ? plan.service(channel.owner->id).owner : plan.system(),
          "channels." + channel.name};
}

Origins origins_of_system(const Plan& plan) {
  return {plan.system(), "system", plan.system(), "system"};
}

Value labels(const Plan& plan, const Origins& origins) {
  return map({{"app.kubernetes.io/name", origins.name},
              {"app.kubernetes.io/instance", origins.name},
              {"app.kubernetes.io/component", origins.component},
              {"app.kubernetes.io/part-of", plan.system()},
              {"app.kubernetes.io/managed-by", "scantling"},
              {"owner", origins.owner}});
}

Value selector_labels(const Plan& plan, std::string_view name) {
  return map({{"app.kubernetes.io/name", name}, {"app.kubernetes.io/part-of", plan.system()}});
}

Value cluster_metadata(const Plan& plan, const Origins& origins, std::string_view name) {
  Value annotations = map({{kElementAnnotation.data(), origins.element}});
  if (const std::string by = decisions_for(plan.model(), origins.element); !by.empty())
    annotations.set(std::string(kDecisionAnnotation), by);
  return map(
      {{"name", name}, {"labels", labels(plan, origins)}, {"annotations", std::move(annotations)}});
}

Value metadata(const Plan& plan, const Origins& origins, std::string_view name) {
  const Value shared = cluster_metadata(plan, origins, name);
  return map({{"name", name},
              {"namespace", plan.system()},
              {"labels", *shared.find("labels")},
              {"annotations", *shared.find("annotations")}});
}

Value object(std::string_view api_version, std::string_view kind, Value metadata) {
  return map({{"apiVersion", api_version}, {"kind", kind}, {"metadata", std::move(metadata)}});
}

Value pod_security(std::int64_t user) {
  return map({{"runAsNonRoot", true},
              {"runAsUser", user},
              {"runAsGroup", user},
              {"fsGroup", user},
              {"fsGroupChangePolicy", "OnRootMismatch"},
              {"seccompProfile", map({{"type", "RuntimeDefault"}})}});
}

Value container_security() {
  return map({{"allowPrivilegeEscalation", false},
              {"privileged", false},
              {"readOnlyRootFilesystem", true},
              {"runAsNonRoot", true},
              {"capabilities", map({{"drop", list({"ALL"})}})},
              {"seccompProfile", map({{"type", "RuntimeDefault"}})}});
}

Value probe(Value how, const ProbeTimes& times) {
  how.set("initialDelaySeconds", 0);
  how.set("periodSeconds", times.period);
  how.set("timeoutSeconds", times.timeout);
  how.set("successThreshold", 1);
  how.set("failureThreshold", times.failures);
  return how;
}

Value http_probe(std::string_view path, std::string_view port, const ProbeTimes& times) {
  return probe(map({{"httpGet", map({{"path", path}, {"port", port}, {"scheme", "HTTP"}})}}),
               times);
}

Value tcp_probe(std::string_view port, const ProbeTimes& times) {
  return probe(map({{"tcpSocket", map({{"port", port}})}}), times);
}

Value exec_probe(const std::vector<std::string>& command, const ProbeTimes& times) {
  return probe(map({{"exec", map({{"command", list_of(command)}})}}), times);
}

Value spread_constraints(const Plan& plan, std::string_view name, bool strict_zones,
                         std::string_view revision) {
  const auto one = [&](std::string_view key, bool strict) {
    Value out = map({{"maxSkew", 1},
                     {"topologyKey", key},
                     {"whenUnsatisfiable", strict ? "DoNotSchedule" : "ScheduleAnyway"},
                     {"labelSelector", map({{"matchLabels", selector_labels(plan, name)}})}});
    if (!revision.empty()) out.set("matchLabelKeys", list({revision}));
    return out;
  };
  return list(
      {one("topology.kubernetes.io/zone", strict_zones), one("kubernetes.io/hostname", false)});
}

Value host_anti_affinity(const Plan& plan, std::string_view name) {
  return map(
      {{"podAntiAffinity",
        map({{"preferredDuringSchedulingIgnoredDuringExecution",
              list({map({{"weight", 100},
                         {"podAffinityTerm",
                          map({{"topologyKey", "kubernetes.io/hostname"},
                               {"labelSelector",
                                map({{"matchLabels", selector_labels(plan, name)}})}})}})})}})}});
}

Value disruption_budget(const Plan& plan, const Origins& origins, std::string_view name) {
  Value out = object("policy/v1", "PodDisruptionBudget", metadata(plan, origins, name));
  out.set("spec", map({{"maxUnavailable", 1},
                       {"unhealthyPodEvictionPolicy", "AlwaysAllow"},
                       {"selector", map({{"matchLabels", selector_labels(plan, name)}})}}));
  return out;
}

Value service_account(const Plan& plan, const Origins& origins, std::string_view name) {
  Value out = object("v1", "ServiceAccount", metadata(plan, origins, name));
  out.set("automountServiceAccountToken", false);
  return out;
}

}  // namespace scantling::generate
