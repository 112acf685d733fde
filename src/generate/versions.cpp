#include "generate/versions.h"

#include <algorithm>

#include "base/text.h"

namespace scantling::generate {
namespace {

struct Gone {
  std::string_view api, kinds;  // kinds with blanks between them
  int minor;                    // of Kubernetes 1, from which it isn't served
  std::string_view instead;
};

// Kubernetes documentation, "Deprecated API Migration Guide". By kind, because some of these
// versions serve newer kinds.
constexpr Gone kGone[] = {
    {"extensions/v1beta1", "Deployment DaemonSet ReplicaSet", 16, "apps/v1"},
    {"extensions/v1beta1", "NetworkPolicy", 16, "networking.k8s.io/v1"},
    {"extensions/v1beta1", "Ingress", 22, "networking.k8s.io/v1"},
    {"extensions/v1beta1", "PodSecurityPolicy", 16, "pod-security labels on the namespace"},
    {"apps/v1beta1", "Deployment StatefulSet ReplicaSet ControllerRevision", 16, "apps/v1"},
    {"apps/v1beta2", "Deployment StatefulSet DaemonSet ReplicaSet ControllerRevision", 16,
     "apps/v1"},
    {"admissionregistration.k8s.io/v1beta1",
     "MutatingWebhookConfiguration ValidatingWebhookConfiguration", 22,
     "admissionregistration.k8s.io/v1"},
    {"apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", 22, "apiextensions.k8s.io/v1"},
    {"apiregistration.k8s.io/v1beta1", "APIService", 22, "apiregistration.k8s.io/v1"},
    {"certificates.k8s.io/v1beta1", "CertificateSigningRequest", 22, "certificates.k8s.io/v1"},
    {"coordination.k8s.io/v1beta1", "Lease", 22, "coordination.k8s.io/v1"},
    {"networking.k8s.io/v1beta1", "Ingress IngressClass", 22, "networking.k8s.io/v1"},
    {"rbac.authorization.k8s.io/v1beta1", "ClusterRole ClusterRoleBinding Role RoleBinding", 22,
     "rbac.authorization.k8s.io/v1"},
    {"scheduling.k8s.io/v1beta1", "PriorityClass", 22, "scheduling.k8s.io/v1"},
    {"storage.k8s.io/v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment", 22,
     "storage.k8s.io/v1"},
    {"batch/v1beta1", "CronJob", 25, "batch/v1"},
    {"discovery.k8s.io/v1beta1", "EndpointSlice", 25, "discovery.k8s.io/v1"},
    {"events.k8s.io/v1beta1", "Event", 25, "events.k8s.io/v1"},
    {"autoscaling/v2beta1", "HorizontalPodAutoscaler", 25, "autoscaling/v2"},
    {"policy/v1beta1", "PodDisruptionBudget", 25, "policy/v1"},
    {"policy/v1beta1", "PodSecurityPolicy", 25, "pod-security labels on the namespace"},
    {"node.k8s.io/v1beta1", "RuntimeClass", 25, "node.k8s.io/v1"},
    {"autoscaling/v2beta2", "HorizontalPodAutoscaler", 26, "autoscaling/v2"},
    {"storage.k8s.io/v1beta1", "CSIStorageCapacity", 27, "storage.k8s.io/v1"},
};

}  // namespace

std::string gone_version(std::string_view api_version, std::string_view kind) {
  for (const Gone& each : kGone) {
    if (each.api != api_version) continue;
    const auto kinds = split(each.kinds, ' ');
    if (std::ranges::find(kinds, kind) == kinds.end()) continue;
    return "isn't served since Kubernetes 1." + std::to_string(each.minor) + ": write " +
           std::string(each.instead);
  }
  return "";
}

std::string schema_version(std::string_view api_version, std::string_view kind) {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string_view::npos) return std::string(api_version);
  const std::string_view group = api_version.substr(0, slash);
  const bool istio = group == "networking.istio.io" || group == "security.istio.io" ||
                     group == "telemetry.istio.io";
  const bool gateway =
      group == "gateway.networking.k8s.io" && (kind == "Gateway" || kind == "HTTPRoute");
  const std::string_view version = api_version.substr(slash + 1);
  const bool older = version == "v1beta1" || (istio && version.starts_with("v1alpha"));
  return (istio || gateway) && older ? std::string(group) + "/v1" : std::string(api_version);
}

}  // namespace scantling::generate
