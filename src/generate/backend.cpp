#include "generate/backend.h"

#include "base/text.h"
#include "generate/k8s.h"
#include "generate/peers.h"
#include "generate/stateful.h"

namespace scantling::generate {
namespace {

Origins origins(const Plan& plan, const Backend& backend) {
  return {backend.name, "telemetry-store", plan.system(), "operating"};
}

Value in_monitoring(const Plan& plan, const Backend& backend) {
  Value out = metadata(plan, origins(plan, backend), backend.name);
  out.set("namespace", kMonitoringNamespace);
  return out;
}

Value container(const Backend& backend) {
  Value ports = Value::empty_list();
  for (const BackendPort& port : backend.ports)
    ports.add(map({{"name", port.name}, {"containerPort", port.number}, {"protocol", "TCP"}}));
  const auto probe = [&](std::int64_t period, std::int64_t failures) {
    return http_probe(backend.ready_path, backend.ports.front().name, {period, 2, failures});
  };
  const auto mount = [](std::string_view name, std::string_view path, bool read_only) {
    Value out = map({{"name", name}, {"mountPath", path}});
    if (read_only) out.set("readOnly", true);
    return out;
  };
  return map({{"name", backend.name},
              {"image", backend.image},
              {"imagePullPolicy", "Always"},
              {"args", list({backend.config_flag + "=/etc/config/config.yaml"})},
              {"ports", std::move(ports)},
              {"resources",
               map({{"requests",
                     map({{"cpu", "500m"}, {"memory", "2Gi"}, {"ephemeral-storage", "256Mi"}})},
                    {"limits", map({{"memory", "2Gi"}, {"ephemeral-storage", "1Gi"}})}})},
              {"securityContext", container_security()},
              {"volumeMounts", list({mount("config", "/etc/config", true),
                                     mount("data", "/data", false), mount("tmp", "/tmp", false)})},
              {"terminationMessagePolicy", "FallbackToLogsOnError"},
              {"startupProbe", probe(5, 24)},
              {"readinessProbe", probe(10, 3)},
              {"livenessProbe", probe(20, 6)},
              {"lifecycle", map({{"preStop", map({{"sleep", map({{"seconds", 5}})}})}})}});
}

Value server(const Plan& plan, const Backend& backend, const std::string& hash) {
  Value meta = in_monitoring(plan, backend);
  meta["annotations"].set(std::string(kReasonAnnotation),
                          "one instance: its disk is its own; no CPU limit: throttling shows as "
                          "latency; pull policy Always: the tag is no digest");
  Value volumes = list({map({{"name", "config"}, {"configMap", map({{"name", backend.name}})}}),
                        map({{"name", "tmp"}, {"emptyDir", map({{"sizeLimit", "256Mi"}})}})});
  Value of = stateful_pod(
      plan,
      {backend.name, backend.name, "-background", 120, false, labels(plan, origins(plan, backend)),
       map({{"scantling/config-hash", hash}}), list({container(backend)}), std::move(volumes)});
  return stateful_set(plan, std::move(meta),
                      {backend.name, 1, false, std::move(of), backend.disk_gib});
}

Value network(const Plan& plan, const Backend& backend) {
  Value written = list({policy_port(backend.ports.back().number)});
  Value own = pods_with("app.kubernetes.io/name", backend.writers);
  // Grafana asks, Prometheus scrapes: both stand in this namespace, at the first port.
  return policy(in_monitoring(plan, backend), selector_labels(plan, backend.name),
                list({ingress_rule(std::move(own), std::move(written)),
                      ingress_rule(namespace_peer(kMonitoringNamespace),
                                   list({policy_port(backend.ports.front().number)}))}),
                list({dns_rule()}));
}

}  // namespace

void add_backend(const Plan& plan, const Backend& backend, Output& out) {
  const std::string file = "observability/" + backend.name + ".yaml";
  const std::string text = to_yaml(backend.config);
  Value account = object("v1", "ServiceAccount", in_monitoring(plan, backend));
  account.set("automountServiceAccountToken", false);
  Value settings = object("v1", "ConfigMap", in_monitoring(plan, backend));
  settings.set("data", map({{"config.yaml", text}}));
  Value ports = Value::empty_list();
  for (const BackendPort& port : backend.ports)
    ports.add(service_port(port.name, port.number, port.name == "otlp" ? "grpc" : "http"));
  Value service = object("v1", "Service", in_monitoring(plan, backend));
  service.set("spec", map({{"type", "ClusterIP"},
                           {"selector", selector_labels(plan, backend.name)},
                           {"ports", std::move(ports)}}));
  out.add_resource(file, std::move(account));
  out.add_resource(file, std::move(settings));
  out.add_resource(file, server(plan, backend, hex16(fnv1a(text))));
  out.add_resource(file, std::move(service));
  out.add_resource(file, network(plan, backend));
}

}  // namespace scantling::generate
