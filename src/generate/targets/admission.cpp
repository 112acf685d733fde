// ValidatingAdmissionPolicy: what these manifests hold to, demanded of whatever else is applied to
// the namespace. It warns and writes to the audit log until `validationActions` says Deny.
#include "generate/k8s.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "admissionregistration.k8s.io/v1";

struct Demand {
  std::string expression, message;
};

// Of a workload with a pod template; `object.spec.template` is there by its schema.
std::vector<Demand> demands(const Plan& plan) {
  const std::string containers = "object.spec.template.spec.containers";
  return {{"has(object.metadata.labels) && 'owner' in object.metadata.labels",
           "says no owner: set the label owner to a team"},
          {containers + ".all(c, c.image.startsWith('" + plan.options().registry +
               "/') || "
               "c.image.startsWith('docker.io/') || c.image.startsWith('ghcr.io/'))",
           "has an image of a registry that is not allowed"},
          {containers + ".all(c, c.image.contains('@sha256:') || (c.image.matches(':[^/:]+$') && "
                        "!c.image.endsWith(':latest')))",
           "has an image without a fixed version"},
          {containers + ".all(c, has(c.resources) && has(c.resources.requests) && "
                        "'cpu' in c.resources.requests && 'memory' in c.resources.requests)",
           "requests no processor or no memory"},
          {containers + ".all(c, has(c.resources) && has(c.resources.limits) && "
                        "'memory' in c.resources.limits)",
           "limits no memory"},
          {containers + ".all(c, has(c.readinessProbe))", "has no readiness probe"},
          {containers + ".all(c, !has(c.env) || c.env.all(e, !has(e.valueFrom) || "
                        "!has(e.valueFrom.secretKeyRef)))",
           "reads a secret from its environment: mount it as a file"}};
}

}  // namespace

void target_admission(const Plan& plan, Output& out) {
  const std::string name = plan.system() + "-workloads";
  const Origins system = origins_of_system(plan);
  Value validations = Value::empty_list();
  for (const Demand& demand : demands(plan))
    validations.add(map(
        {{"expression", demand.expression}, {"message", demand.message}, {"reason", "Invalid"}}));
  Value policy = object(kApi, "ValidatingAdmissionPolicy", cluster_metadata(plan, system, name));
  const Value rule = map({{"apiGroups", list({"apps"})},
                          {"apiVersions", list({"v1"})},
                          {"operations", list({"CREATE", "UPDATE"})},
                          {"resources", list({"deployments", "statefulsets", "daemonsets"})}});
  policy.set("spec", map({{"failurePolicy", "Fail"},
                          {"matchConstraints", map({{"resourceRules", list({rule})}})},
                          {"validations", std::move(validations)}}));
  Value binding =
      object(kApi, "ValidatingAdmissionPolicyBinding", cluster_metadata(plan, system, name));
  binding.set(
      "spec",
      map({{"policyName", name},
           {"validationActions", list({"Warn", "Audit"})},
           {"matchResources",
            map({{"namespaceSelector", map({{"matchLabels", map({{"kubernetes.io/metadata.name",
                                                                  plan.system()}})}})}})}}));
  out.add_resource("admission.yaml", std::move(policy));
  out.add_resource("admission.yaml", std::move(binding));
}

}  // namespace scantling::generate
