// OPA Gatekeeper: what the ValidatingAdmissionPolicy demands, in Rego, with the tests of the rules
// (`opa test security/rego`). Kubernetes' own policies come first: this is for clusters that have
// Gatekeeper already.
#include "base/text.h"
#include "generate/k8s.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kKind = "ScantlingWorkload";

// One rule a demand; `input.parameters` hold what differs between systems.
constexpr std::string_view kRego = R"(package scantlingworkload

import future.keywords.contains
import future.keywords.if
import future.keywords.in

workload := input.review.object

containers contains container if {
  some container in workload.spec.template.spec.containers
}

violation contains {"msg": "says no owner: set the label owner to a team"} if {
  not workload.metadata.labels.owner
}

violation contains {"msg": msg} if {
  some container in containers
  not allowed_registry(container.image)
  msg := sprintf("container %v has an image of a registry that is not allowed", [container.name])
}

violation contains {"msg": msg} if {
  some container in containers
  not fixed_version(container.image)
  msg := sprintf("container %v has an image without a fixed version", [container.name])
}

violation contains {"msg": msg} if {
  some container in containers
  some resource in ["cpu", "memory"]
  not container.resources.requests[resource]
  msg := sprintf("container %v requests no %v", [container.name, resource])
}

violation contains {"msg": msg} if {
  some container in containers
  not container.resources.limits.memory
  msg := sprintf("container %v limits no memory", [container.name])
}

violation contains {"msg": msg} if {
  some container in containers
  not container.readinessProbe
  msg := sprintf("container %v has no readiness probe", [container.name])
}

violation contains {"msg": msg} if {
  some container in containers
  some variable in container.env
  variable.valueFrom.secretKeyRef
  msg := sprintf("container %v reads a secret from its environment: mount it as a file", [container.name])
}

allowed_registry(image) if {
  some registry in input.parameters.registries
  startswith(image, registry)
}

fixed_version(image) if contains(image, "@sha256:")

# A registry may have a port: only what follows the last slash counts.
fixed_version(image) if {
  parts := split(image, "/")
  name := parts[count(parts) - 1]
  contains(name, ":")
  not endswith(name, ":latest")
}
)";

constexpr std::string_view kTests = R"(package scantlingworkload_test

import future.keywords.if
import future.keywords.in

import data.scantlingworkload

good := {
  "metadata": {"labels": {"owner": "team"}},
  "spec": {"template": {"spec": {"containers": [{
    "name": "app",
    "image": "registry.test/app:1.0.0",
    "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
    "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8081}}
  }]}}}
}

found(object) := scantlingworkload.violation with input as {
  "review": {"object": object},
  "parameters": {"registries": ["registry.test/"]}
}

changed(path, value) := json.patch(good, [{"op": "replace", "path": path, "value": value}])

without(path) := json.patch(good, [{"op": "remove", "path": path}])

container := "/spec/template/spec/containers/0"

test_good_passes if count(found(good)) == 0

test_owner if count(found(without("/metadata/labels/owner"))) == 1

test_registry if count(found(changed(concat("", [container, "/image"]), "elsewhere.test/app:1"))) == 1

test_latest if count(found(changed(concat("", [container, "/image"]), "registry.test/app:latest"))) == 1

test_no_version if count(found(changed(concat("", [container, "/image"]), "registry.test/app"))) == 1

test_port_is_no_version if count(found(changed(concat("", [container, "/image"]), "registry.test:5000/app"))) == 2

test_digest_passes if count(found(changed(concat("", [container, "/image"]), "registry.test/app@sha256:ab"))) == 0

test_requests if count(found(without(concat("", [container, "/resources/requests/cpu"])))) == 1

test_limits if count(found(without(concat("", [container, "/resources/limits"])))) == 1

test_readiness if count(found(without(concat("", [container, "/readinessProbe"])))) == 1

test_environment if {
  object := json.patch(good, [{
    "op": "add",
    "path": concat("", [container, "/env"]),
    "value": [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]
  }])
  count(found(object)) == 1
}
)";

Value constraint_template(const Plan& plan) {
  Value out = object("templates.gatekeeper.sh/v1", "ConstraintTemplate",
                     cluster_metadata(plan, origins_of_system(plan), lower(kKind)));
  const Value parameters = map(
      {{"type", "object"},
       {"properties",
        map({{"registries", map({{"type", "array"}, {"items", map({{"type", "string"}})}})}})}});
  out.set(
      "spec",
      map({{"crd", map({{"spec", map({{"names", map({{"kind", kKind}})},
                                      {"validation", map({{"openAPIV3Schema", parameters}})}})}})},
           {"targets",
            list({map({{"target", "admission.k8s.gatekeeper.sh"}, {"rego", kRego}})})}}));
  return out;
}

}  // namespace

void target_gatekeeper(const Plan& plan, Output& out) {
  out.add_resource("gatekeeper/template.yaml", constraint_template(plan));
  Value constraint = object("constraints.gatekeeper.sh/v1beta1", kKind,
                            cluster_metadata(plan, origins_of_system(plan), plan.system()));
  const Value kinds = list({map({{"apiGroups", list({"apps"})},
                                 {"kinds", list({"Deployment", "StatefulSet", "DaemonSet"})}})});
  constraint.set("spec",
                 map({{"enforcementAction", "warn"},
                      {"match", map({{"kinds", kinds}, {"namespaces", list({plan.system()})}})},
                      {"parameters", map({{"registries", list({plan.options().registry + "/",
                                                               "docker.io/", "ghcr.io/"})}})}}));
  out.add_resource("gatekeeper/constraint.yaml", std::move(constraint));
  out.add("security/rego/workload.rego", std::string(kRego));
  out.add("security/rego/workload_test.rego", std::string(kTests));
}

}  // namespace scantling::generate
