// SPIRE: an identity for each service account, of pods that run as it in this namespace.
#include "generate/k8s.h"
#include "generate/target.h"

namespace scantling::generate {

void target_spire(const Plan& plan, Output& out) {
  for (const ServicePlan& service : plan.services()) {
    Value identity = object("spire.spiffe.io/v1alpha1", "ClusterSPIFFEID",
                            cluster_metadata(plan, origins_of(plan, service),
                                             dns_label(plan.system() + "-" + service.name)));
    identity.set(
        "spec",
        map({{"spiffeIDTemplate",
              "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/"
              "{{ .PodSpec.ServiceAccountName }}"},
             {"namespaceSelector",
              map({{"matchLabels", map({{"kubernetes.io/metadata.name", plan.system()}})}})},
             {"podSelector", map({{"matchLabels", selector_labels(plan, service.name)}})},
             {"ttl", "1h"}}));
    out.add_resource("identities.yaml", std::move(identity));
  }
}

}  // namespace scantling::generate
