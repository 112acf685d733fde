// The pod of a service: container, probes, volumes, placement.
#include "base/text.h"
#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

struct Mount {
  std::string volume, path, secret;
  bool ca_only = false;  // the Secret holds the authority's key as well
};

void add_store_mounts(const Plan& plan, StoreId id, std::vector<Mount>& out) {
  const Engine& engine = engine_of(plan.model().stores[id].engine.value);
  for (const std::string& node : plan.store_nodes(id)) {
    const std::string path = "/var/run/secrets/stores/" + node;
    if (const std::string secret = node_secret(node, engine); !secret.empty())
      out.push_back({"store-" + node, path, secret});
    if (const std::string ca = node_ca_secret(node, engine); !ca.empty())
      out.push_back({"store-ca-" + node, path + "-ca", ca, true});
  }
}

std::vector<Mount> secret_mounts(const Plan& plan, const ServicePlan& service) {
  std::vector<Mount> out;
  for (const StoreUse& use : service.stores)
    add_store_mounts(plan, use.store, out);
  for (const ExternalId id : service.externals) {
    const std::string name = plan.external_name(id);
    out.push_back({"external-" + name, "/var/run/secrets/externals/" + name,
                   external_secret_name(service, name)});
  }
  if (plan.uses_broker(service)) {
    const Broker& broker = broker_of(plan.broker());
    if (broker.run_by == BrokerBy::Strimzi) {
      out.push_back({"kafka", "/var/run/secrets/kafka", kafka_user(service.name)});
      out.push_back({"kafka-ca", "/var/run/secrets/kafka-ca", kafka_ca_secret(plan.system())});
    } else {
      out.push_back({"broker", "/var/run/secrets/broker", broker_user_secret(plan, service)});
    }
  }
  for (Mount& mount : out)
    mount.volume = dns_label(mount.volume);
  return out;
}

Value volumes(const Plan& plan, const ServicePlan& service) {
  Value out = list({map({{"name", "tmp"}, {"emptyDir", map({{"sizeLimit", "256Mi"}})}})});
  for (const Mount& mount : secret_mounts(plan, service)) {
    Value secret = map({{"secretName", mount.secret}, {"defaultMode", 0440}});
    if (mount.ca_only) secret.set("items", list({map({{"key", "ca.crt"}, {"path", "ca.crt"}})}));
    out.add(map({{"name", mount.volume}, {"secret", std::move(secret)}}));
  }
  return out;
}

Value mounts(const Plan& plan, const ServicePlan& service) {
  Value out = list({map({{"name", "tmp"}, {"mountPath", "/tmp"}})});
  for (const Mount& mount : secret_mounts(plan, service))
    out.add(map({{"name", mount.volume}, {"mountPath", mount.path}, {"readOnly", true}}));
  return out;
}

// A limit on the processor makes the kernel stop a busy process for the rest of each 100 ms, which
// is seen as slow answers; requests are what the scheduler shares by. The profile `strict` sets
// one.
Value resources(const Runtime& runtime) {
  const std::string cpu = cpu_quantity(runtime.cpu.or_else({0.5}).value);
  const std::string memory =
      memory_quantity(runtime.memory.or_else({std::int64_t{512} << 20}).count);
  return map({{"requests", map({{"cpu", cpu}, {"memory", memory}, {"ephemeral-storage", "256Mi"}})},
              {"limits", map({{"memory", memory}, {"ephemeral-storage", "1Gi"}})}});
}

void add_probes(const Service& service, Value& container) {
  const HealthPolicy& health = *service.health;
  const double every = health.every.or_else({5'000'000'000}).seconds();
  const double timeout = health.timeout.or_else({1'000'000'000}).seconds();
  const std::int64_t failures = std::max<std::int64_t>(1, health.failures.or_else({3}).value);
  // Kubernetes counts whole seconds: the mesh ejects in between.
  const ProbeTimes ready{whole_seconds(every), whole_seconds(timeout), failures};
  const double start = service.runtime->start.or_else({10'000'000'000}).seconds();
  const ProbeTimes started{2, 1, whole_seconds(3 * start / 2, 5)};
  container.set("startupProbe", http_probe(kStartedPath, "health", started));
  container.set("readinessProbe", http_probe(kReadyPath, "health", ready));
  container.set("livenessProbe", http_probe(kLivePath, "health", {10, 2, 3}));
}

Value ports(const ServicePlan& service) {
  Value out = Value::empty_list();
  const auto add = [&](std::string_view name, int port) {
    out.add(map({{"name", name}, {"containerPort", port}, {"protocol", "TCP"}}));
  };
  if (service.http) add("http", kHttpPort);
  if (service.grpc) add("grpc", kGrpcPort);
  add("health", kHealthPort);
  add("http-metrics", kMetricsPort);
  return out;
}

Value container(const Plan& plan, const ServicePlan& service) {
  const Service& of = plan.model().services[service.id];
  Value out = map({{"name", "app"},
                   {"image", plan.image(service) + ":" + plan.options().tag},
                   {"imagePullPolicy", "Always"},
                   {"ports", ports(service)},
                   {"envFrom", list({map({{"configMapRef", map({{"name", service.name}})}})})},
                   {"resources", resources(*of.runtime)},
                   {"securityContext", container_security()},
                   {"volumeMounts", mounts(plan, service)},
                   {"terminationMessagePolicy", "FallbackToLogsOnError"}});
  if (service.scheduled) return out;
  add_probes(of, out);
  // Endpoints forget a pod a little after it is told to stop; until then requests still come.
  out.set("lifecycle", map({{"preStop", map({{"sleep", map({{"seconds", kPreStopSeconds}})}})}}));
  return out;
}

Value pod_metadata(const Plan& plan, const ServicePlan& service, std::string_view config_hash) {
  Value annotations = map(
      {{"kubectl.kubernetes.io/default-container", "app"}, {"scantling/config-hash", config_hash}});
  if (plan.selected("linkerd")) annotations.set("linkerd.io/inject", "enabled");
  if (plan.selected("consul")) {
    annotations.set("consul.hashicorp.com/connect-inject", "true");
    if (service.serves())
      annotations.set("consul.hashicorp.com/connect-service-port", service.grpc ? "grpc" : "http");
  }
  return map({{"labels", labels(plan, origins_of(plan, service))},
              {"annotations", std::move(annotations)}});
}

Value pod_spec(const Plan& plan, const ServicePlan& service) {
  Value out = map({{"serviceAccountName", service.name},
                   {"automountServiceAccountToken", false},
                   {"enableServiceLinks", false},
                   {"priorityClassName", priority_class(plan, service)},
                   {"terminationGracePeriodSeconds", grace_seconds(service)},
                   {"securityContext", pod_security()}});
  if (!service.scheduled) {
    const Service& of = plan.model().services[service.id];
    const bool zones = of.spread.value == Spread::Zones && plan.zones() > 1;
    out.set("topologySpreadConstraints", spread_constraints(plan, service.name, zones));
    out.set("affinity", host_anti_affinity(plan, service.name));
  }
  out.set("containers", list({container(plan, service)}));
  out.set("volumes", volumes(plan, service));
  return out;
}

}  // namespace

Value deployment(const Plan& plan, const ServicePlan& service, std::string_view config_hash) {
  Value meta = metadata(plan, origins_of(plan, service), service.name);
  meta["annotations"].set(
      std::string(kReasonAnnotation),
      "no CPU limit: throttling shows as latency; pull policy Always: the tag is no digest");
  Value out = object("apps/v1", "Deployment", std::move(meta));
  Value spec = Value::empty_map();
  if (!service.autoscaled() && !plan.rolled_out(service)) spec.set("replicas", service.low);
  spec.set("revisionHistoryLimit", 5);
  spec.set("progressDeadlineSeconds", 600);
  spec.set("minReadySeconds", 5);
  spec.set("strategy", map({{"type", "RollingUpdate"},
                            {"rollingUpdate", map({{"maxSurge", "25%"}, {"maxUnavailable", 0}})}}));
  spec.set("selector", map({{"matchLabels", selector_labels(plan, service.name)}}));
  spec.set("template", map({{"metadata", pod_metadata(plan, service, config_hash)},
                            {"spec", pod_spec(plan, service)}}));
  out.set("spec", std::move(spec));
  return out;
}

// Every minute, hour or day as cron writes it; a length that it can't say is rounded to one.
static std::string cron_schedule(double seconds) {
  const std::int64_t minutes = std::max<std::int64_t>(1, whole_seconds(seconds / 60));
  if (minutes < 60) return "*/" + std::to_string(minutes) + " * * * *";
  if (minutes < 1440) return "7 */" + std::to_string(minutes / 60) + " * * *";
  return "7 3 */" + std::to_string(std::min<std::int64_t>(28, minutes / 1440)) + " * *";
}

Value cron_job(const Plan& plan, const ServicePlan& service, std::string_view config_hash) {
  const Service& of = plan.model().services[service.id];
  double every = 86'400;
  for (const Endpoint& endpoint : of.endpoints)
    every = std::min(every, endpoint.every.or_else({86'400'000'000'000}).seconds());
  Value pod = pod_spec(plan, service);
  pod.set("restartPolicy", "Never");
  Value meta = metadata(plan, origins_of(plan, service), service.name);
  meta["annotations"].set(std::string(kReasonAnnotation),
                          "no CPU limit: it ends by itself; no probes: nothing asks it; pull "
                          "policy Always: the tag is no digest");
  Value out = object("batch/v1", "CronJob", std::move(meta));
  out.set("spec",
          map({{"schedule", cron_schedule(every)},
               {"timeZone", "Etc/UTC"},
               {"concurrencyPolicy", "Forbid"},
               {"startingDeadlineSeconds", 300},
               {"successfulJobsHistoryLimit", 3},
               {"failedJobsHistoryLimit", 3},
               {"jobTemplate",
                map({{"spec",
                      map({{"backoffLimit", 2},
                           {"activeDeadlineSeconds", whole_seconds(every)},
                           {"template", map({{"metadata", pod_metadata(plan, service, config_hash)},
                                             {"spec", std::move(pod)}})}})}})}}));
  return out;
}

}  // namespace scantling::generate
