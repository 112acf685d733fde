// The OpenTelemetry Collector: a gateway of two stages. Agents spread the spans of a trace to the
// same sampler by its id; samplers wait for the whole trace, keep what failed or was slow, and a
// share of the rest. Personal fields are taken out before anything is stored.
#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "base/units.h"
#include "generate/k8s.h"
#include "generate/peers.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kImage =
    "ghcr.io/open-telemetry/opentelemetry-collector-releases/"
    "opentelemetry-collector-contrib:0.128.0";
constexpr int kCollectorHealthPort = 13133, kCollectorMetricsPort = 8888;
constexpr std::int64_t kMemory = std::int64_t{1} << 30;

std::string sampler() {
  return std::string(kCollectorName) + "-sampler";
}

Value monitoring(const Plan& plan, const std::string& name) {
  Value out = metadata(plan, {name, "collector", plan.system(), "operating"}, name);
  out.set("namespace", kMonitoringNamespace);
  return out;
}

Value receivers() {
  return map(
      {{"otlp", map({{"protocols", map({{"grpc", map({{"endpoint", "0.0.0.0:4317"}})}})}})}});
}

// Go's heap may take four fifths of the limit; a fifth of that is the spike that is refused.
Value limiter() {
  return map({{"check_interval", "1s"}, {"limit_percentage", 80}, {"spike_limit_percentage", 20}});
}

std::string escaped(std::string_view text) {
  return replace_all(text, ".", "\\.");
}

// "payment.* (cardholder)" -> "^payment\..*$"
std::vector<std::string> redacted_keys(const Plan& plan) {
  std::vector<std::string> out;
  for (const std::string& entry : plan.model().operating->redact.value) {
    const std::string_view name = trim(std::string_view(entry).substr(0, entry.find('(')));
    if (name.ends_with(".*"))
      out.push_back("^" + escaped(name.substr(0, name.size() - 2)) + "\\..*$");
    else if (!name.empty())
      out.push_back("^" + escaped(name) + "$");
  }
  for (const char* always :
       {"^http\\.request\\.header\\.(authorization|cookie)$", "^.*password.*$"})
    out.emplace_back(always);
  return out;
}

// Card numbers (13 to 19 digits) and mail addresses, wherever they stand.
Value redaction(const Plan& plan) {
  return map({{"allow_all_keys", true},
              {"blocked_key_patterns", list_of(redacted_keys(plan))},
              {"blocked_values",
               list({"\\b[0-9]{13,19}\\b", "[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}"})},
              {"summary", "silent"}});
}

Value latency_policies(const Plan& plan) {
  Value out = Value::empty_list();
  for (const ObjectivePlan& objective : plan.objectives()) {
    if (objective.p99_seconds <= 0) continue;
    const Endpoint& endpoint = plan.model().endpoint(objective.entry);
    const HttpRoute route = http_route(endpoint);
    const bool http = endpoint.protocol.value == Protocol::Http;
    const std::string key = http ? "http.route" : "rpc.method";
    const std::string value = http ? route.path : grpc_path(plan, objective.entry).substr(1);
    if (objective.consumed) continue;
    out.add(map(
        {{"name", "slow-" + objective.name},
         {"type", "and"},
         {"and",
          map({{"and_sub_policy",
                list({map({{"name", "entry"},
                           {"type", "string_attribute"},
                           {"string_attribute", map({{"key", key}, {"values", list({value})}})}}),
                      map({{"name", "slow"},
                           {"type", "latency"},
                           {"latency",
                            map({{"threshold_ms", static_cast<std::int64_t>(objective.p99_seconds *
                                                                            1000)}})}})})}})}}));
  }
  return out;
}

Value tail_sampling(const Plan& plan) {
  Value policies = list({map({{"name", "failed"},
                              {"type", "status_code"},
                              {"status_code", map({{"status_codes", list({"ERROR"})}})}})});
  const Value slow = latency_policies(plan);
  for (const Value& policy : slow.items())
    policies.add(policy);
  const double share = plan.model().operating->trace_sampling.or_else({0.01}).value;
  policies.add(map({{"name", "share"},
                    {"type", "probabilistic"},
                    {"probabilistic", map({{"sampling_percentage", share * 100}})}}));
  double longest = 10;
  double per_second = 0;
  for (const ObjectivePlan& objective : plan.objectives()) {
    longest = std::max(longest, objective.consumed ? 0 : objective.p99_seconds * 2);
    per_second += objective.per_second;
  }
  const std::int64_t wait = std::min<std::int64_t>(60, whole_seconds(longest));
  return map(
      {{"decision_wait", std::to_string(wait) + "s"},
       {"num_traces", std::clamp<std::int64_t>(static_cast<std::int64_t>(per_second * 2) * wait,
                                               10'000, 200'000)},
       {"policies", std::move(policies)}});
}

Value extensions() {
  return map({{"health_check", map({{"endpoint", "0.0.0.0:13133"}})}});
}

Value telemetry() {
  return map(
      {{"metrics",
        map({{"readers",
              list({map(
                  {{"pull",
                    map({{"exporter", map({{"prometheus",
                                            map({{"host", "0.0.0.0"},
                                                 {"port", kCollectorMetricsPort}})}})}})}})})}})}});
}

Value pipeline(std::initializer_list<Value> receivers_of, std::initializer_list<Value> processors,
               std::initializer_list<Value> exporters) {
  return map({{"receivers", list(receivers_of)},
              {"processors", list(processors)},
              {"exporters", list(exporters)}});
}

Value exporter(const std::string& endpoint) {
  return map({{"endpoint", endpoint},
              {"tls", map({{"insecure", true}})},
              {"sending_queue", map({{"queue_size", 5000}})},
              {"retry_on_failure", map({{"enabled", true}, {"max_elapsed_time", "2m"}})}});
}

Value agent_config(const Plan& plan) {
  const std::string hosts = service_host(sampler() + "-headless", kMonitoringNamespace);
  Value spread = map(
      {{"routing_key", "traceID"},
       {"protocol", map({{"otlp", map({{"tls", map({{"insecure", true}})}, {"timeout", "5s"}})}})},
       {"resolver",
        map({{"dns", map({{"hostname", hosts}, {"port", std::to_string(kOtlpPort)}})}})}});
  return map(
      {{"receivers", receivers()},
       {"processors", map({{"memory_limiter", limiter()},
                           {"redaction", redaction(plan)},
                           {"batch", map({{"timeout", "1s"}, {"send_batch_size", 2048}})}})},
       {"exporters",
        map({{"loadbalancing", std::move(spread)},
             {"otlphttp/logs",
              map({{"endpoint",
                    "http://" + service_host("loki", kMonitoringNamespace) + ":3100/otlp"}})}})},
       {"extensions", extensions()},
       {"service", map({{"extensions", list({"health_check"})},
                        {"telemetry", telemetry()},
                        {"pipelines",
                         map({{"traces", pipeline({"otlp"}, {"memory_limiter", "redaction"},
                                                  {"loadbalancing"})},
                              {"logs", pipeline({"otlp"}, {"memory_limiter", "redaction", "batch"},
                                                {"otlphttp/logs"})}})}})}});
}

Value sampler_config(const Plan& plan) {
  return map(
      {{"receivers", receivers()},
       {"processors", map({{"memory_limiter", limiter()},
                           {"tail_sampling", tail_sampling(plan)},
                           {"batch", map({{"timeout", "1s"}, {"send_batch_size", 2048}})}})},
       {"exporters",
        map({{"otlp/tempo", exporter(service_host("tempo", kMonitoringNamespace) + ":4317")}})},
       {"extensions", extensions()},
       {"service",
        map({{"extensions", list({"health_check"})},
             {"telemetry", telemetry()},
             {"pipelines",
              map({{"traces", pipeline({"otlp"}, {"memory_limiter", "tail_sampling", "batch"},
                                       {"otlp/tempo"})}})}})}});
}

Value container() {
  const auto probe = [](std::int64_t period, std::int64_t failures) {
    return http_probe("/", "health", {period, 2, failures});
  };
  const auto port = [](std::string_view name, int number) {
    return map({{"name", name}, {"containerPort", number}, {"protocol", "TCP"}});
  };
  const std::string memory = memory_quantity(kMemory);
  return map(
      {{"name", "collector"},
       {"image", kImage},
       {"imagePullPolicy", "Always"},
       {"args", list({"--config=/etc/otelcol/config.yaml"})},
       {"env", list({map({{"name", "GOMEMLIMIT"},
                          {"value", std::to_string(kMemory * 4 / 5 >> 20) + "MiB"}})})},
       {"ports", list({port("otlp", kOtlpPort), port("health", kCollectorHealthPort),
                       port("http-metrics", kCollectorMetricsPort)})},
       {"resources",
        map({{"requests",
              map({{"cpu", "500m"}, {"memory", memory}, {"ephemeral-storage", "64Mi"}})},
             {"limits", map({{"memory", memory}, {"ephemeral-storage", "256Mi"}})}})},
       {"securityContext", container_security()},
       {"volumeMounts",
        list({map({{"name", "config"}, {"mountPath", "/etc/otelcol"}, {"readOnly", true}})})},
       {"terminationMessagePolicy", "FallbackToLogsOnError"},
       {"startupProbe", probe(2, 15)},
       {"readinessProbe", probe(5, 3)},
       {"livenessProbe", probe(10, 6)},
       {"lifecycle", map({{"preStop", map({{"sleep", map({{"seconds", 5}})}})}})}});
}

Value deployment(const Plan& plan, const std::string& name, const std::string& hash) {
  Value meta = monitoring(plan, name);
  meta["annotations"].set(
      std::string(kReasonAnnotation),
      "no CPU limit: throttling shows as latency; pull policy Always: the tag is no digest");
  Value marks = labels(plan, {name, "collector", plan.system(), "operating"});
  Value out = object("apps/v1", "Deployment", std::move(meta));
  out.set(
      "spec",
      map({{"replicas", 2},
           {"revisionHistoryLimit", 5},
           {"strategy", map({{"type", "RollingUpdate"},
                             {"rollingUpdate", map({{"maxSurge", 1}, {"maxUnavailable", 0}})}})},
           {"selector", map({{"matchLabels", selector_labels(plan, name)}})},
           {"template",
            map({{"metadata", map({{"labels", std::move(marks)},
                                   {"annotations", map({{"scantling/config-hash", hash}})}})},
                 {"spec",
                  map({{"serviceAccountName", name},
                       {"automountServiceAccountToken", false},
                       {"enableServiceLinks", false},
                       {"priorityClassName", plan.system() + "-standard"},
                       {"terminationGracePeriodSeconds", 90},
                       {"securityContext", pod_security()},
                       {"topologySpreadConstraints", spread_constraints(plan, name, false)},
                       {"affinity", host_anti_affinity(plan, name)},
                       {"containers", list({container()})},
                       {"volumes", list({map({{"name", "config"},
                                              {"configMap", map({{"name", name}})}})})}})}})}}));
  return out;
}

Value service(const Plan& plan, const std::string& name, const std::string& of, bool headless) {
  Value ports = list({map({{"name", "otlp"},
                           {"port", kOtlpPort},
                           {"targetPort", "otlp"},
                           {"protocol", "TCP"},
                           {"appProtocol", "grpc"}})});
  if (!headless)
    ports.add(map({{"name", "http-metrics"},
                   {"port", kCollectorMetricsPort},
                   {"targetPort", "http-metrics"},
                   {"protocol", "TCP"},
                   {"appProtocol", "http"}}));
  Value spec = map({{"type", "ClusterIP"}});
  if (headless) spec.set("clusterIP", "None");
  spec.set("selector", selector_labels(plan, of));
  spec.set("ports", std::move(ports));
  Value out = object("v1", "Service", monitoring(plan, name));
  out.set("spec", std::move(spec));
  return out;
}

Value network(const Plan& plan, const std::string& name, bool is_sampler) {
  Value from = is_sampler ? pods_peer(selector_labels(plan, std::string(kCollectorName)))
                          : namespace_peer(plan.system());
  Value ingress = list({ingress_rule(std::move(from), list({policy_port(kOtlpPort)})),
                        ingress_rule(namespace_peer(kMonitoringNamespace),
                                     list({policy_port(kCollectorMetricsPort)}))});
  Value egress = list({dns_rule()});
  if (is_sampler) {
    egress.add(egress_rule(pods_peer(map({{"app.kubernetes.io/name", "tempo"}})),
                           list({policy_port(kOtlpPort)})));
  } else {
    egress.add(
        egress_rule(pods_peer(selector_labels(plan, sampler())), list({policy_port(kOtlpPort)})));
    egress.add(egress_rule(pods_peer(map({{"app.kubernetes.io/name", "loki"}})),
                           list({policy_port(3100)})));
  }
  return policy(monitoring(plan, name), selector_labels(plan, name), std::move(ingress),
                std::move(egress));
}

Value budget(const Plan& plan, const std::string& name) {
  Value out = disruption_budget(plan, {name, "collector", plan.system(), "operating"}, name);
  out["metadata"].set("namespace", kMonitoringNamespace);
  return out;
}

void add_stage(const Plan& plan, const std::string& name, const Value& config, bool is_sampler,
               Output& out) {
  const std::string file = "observability/" + name + ".yaml";
  const std::string text = to_yaml(config);
  const std::string hash = hex16(fnv1a(text));
  Value account = object("v1", "ServiceAccount", monitoring(plan, name));
  account.set("automountServiceAccountToken", false);
  Value settings = object("v1", "ConfigMap", monitoring(plan, name));
  settings.set("data", map({{"config.yaml", text}}));
  out.add_resource(file, std::move(account));
  out.add_resource(file, std::move(settings));
  out.add_resource(file, deployment(plan, name, hash));
  out.add_resource(file, service(plan, name, name, false));
  if (is_sampler) out.add_resource(file, service(plan, name + "-headless", name, true));
  out.add_resource(file, budget(plan, name));
  out.add_resource(file, network(plan, name, is_sampler));
  out.add("observability/collector/" + name + ".yaml", text);
}

}  // namespace

void target_collector(const Plan& plan, Output& out) {
  Value space = object("v1", "Namespace",
                       cluster_metadata(plan, origins_of_system(plan), kMonitoringNamespace));
  out.add_resource("observability/namespace.yaml", std::move(space));
  add_stage(plan, std::string(kCollectorName), agent_config(plan), false, out);
  add_stage(plan, sampler(), sampler_config(plan), true, out);
}

}  // namespace scantling::generate
