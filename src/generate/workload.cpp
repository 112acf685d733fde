#include "generate/workload.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/routes.h"

namespace scantling::generate {
namespace {

using Settings = std::map<std::string, std::string>;

void add_callees(const Plan& plan, const ServicePlan& service, Settings& out) {
  for (const ServiceId id : service.callees) {
    const ServicePlan& callee = plan.service(id);
    const std::string host = service_host(callee.name, plan.system());
    const std::string key = upper_name(callee.name);
    if (callee.grpc) out[key + "_GRPC_ADDRESS"] = host + ":" + std::to_string(kGrpcPort);
    if (callee.http) out[key + "_HTTP_URL"] = "http://" + host + ":" + std::to_string(kHttpPort);
  }
  for (const ExternalId id : service.externals)
    out[upper_name(plan.external_name(id)) + "_URL"] =
        "https://" + plan.external_name(id) + "." + plan.options().domain;
}

// The caller's own bounds on a call. A mesh retries and times out calls between services; the
// program then only keeps the time limit, and tries once.
void add_policies(const Plan& plan, const ServicePlan& service, Settings& out) {
  const bool meshed = plan.selected("istio") || plan.selected("linkerd") || plan.selected("consul");
  for (const CallPlan& call : service.calls) {
    if (call.policy == nullptr || !call.policy->timeout) continue;
    const std::string callee = call.external.valid()
                                   ? upper_name(plan.external_name(call.external))
                                   : upper_name(plan.service(call.callee.service).name + "-" +
                                                plan.model().endpoint(call.callee).name);
    const bool by_mesh = meshed && call.callee.valid();
    const double seconds = by_mesh && call.repeatable ? try_seconds(*call.policy).value_or(0)
                                                      : call.policy->timeout->seconds();
    out[callee + "_TIMEOUT"] = go_duration(seconds);
    out[callee + "_ATTEMPTS"] =
        std::to_string(by_mesh || !call.repeatable ? 1 : attempts_of(*call.policy));
    if (call.policy->at_once && call.policy->at_once->calls)
      out[callee + "_AT_ONCE"] = to_text(*call.policy->at_once->calls);
  }
}

// Shards that are servers of their own are listed with commas, in the order of the shards.
void add_store(const Plan& plan, const ServicePlan& service, const StoreUse& use, Settings& out) {
  const Store& store = plan.model().stores[use.store];
  const Engine& engine = engine_of(store.engine.value);
  const std::string key = upper_name(plan.store_name(use.store));
  std::vector<std::string> hosts, credentials, sentinels, authorities;
  for (const std::string& node : plan.store_nodes(use.store)) {
    hosts.push_back(engine.run_by == RunBy::Elsewhere
                        ? node + "." + plan.options().domain
                        : service_host(node_service(node, engine), plan.system()));
    if (!node_secret(node, engine).empty())
      credentials.push_back("/var/run/secrets/stores/" + node);
    authorities.push_back("/var/run/secrets/stores/" + node + "-ca/ca.crt");
    sentinels.push_back(service_host(sentinel_name(node), plan.system()) + ":" +
                        std::to_string(kSentinelPort));
  }
  out[key + "_HOST"] = join(hosts, ",");
  out[key + "_PORT"] = std::to_string(engine.port);
  if (!credentials.empty()) out[key + "_CREDENTIALS"] = join(credentials, ",");
  if (engine.run_by != RunBy::Elsewhere) out[key + "_CA"] = join(authorities, ",");
  if (has_sentinels(engine, store)) {
    out[key + "_SENTINELS"] = join(sentinels, ",");
    out[key + "_SENTINEL_PRIMARY"] = join(plan.store_nodes(use.store), ",");
  }
  if (engine.run_by == RunBy::CloudNativePg || engine.run_by == RunBy::Operator)
    out[key + "_DATABASE"] = snake_name(plan.store_name(use.store));
  if (store.pool && store.pool->size > 0)
    out[key + "_POOL_SIZE"] = std::to_string(
        store.pool->per_instance ? store.pool->size
                                 : std::max<std::int64_t>(1, store.pool->size / service.high));
  if (use.policy != nullptr && use.policy->timeout)
    out[key + "_TIMEOUT"] = go_duration(use.policy->timeout->seconds());
}

// Reads that any copy answers: where to, or how else than the others, and of which endpoints.
void add_copy_reads(const Plan& plan, const StoreUse& use, Settings& out) {
  if (use.any_copy.empty()) return;
  const Engine& engine = engine_of(plan.model().stores[use.store].engine.value);
  const std::string key = upper_name(plan.store_name(use.store));
  std::vector<std::string> hosts;
  for (const std::string& node : plan.store_nodes(use.store)) {
    const CopyReads reads = copy_reads(node, engine);
    if (!reads.service.empty())
      hosts.push_back(service_host(reads.service, plan.system()));
    else if (engine.run_by == RunBy::Elsewhere)
      hosts.push_back(node + "-read." + plan.options().domain);
    if (!reads.setting.empty())
      out[key + "_ANY_COPY_" + std::string(reads.setting)] = std::string(reads.value);
  }
  if (!hosts.empty()) out[key + "_ANY_COPY_HOST"] = join(hosts, ",");
  out[key + "_ANY_COPY_FOR"] = join(use.any_copy, ",");
}

void add_broker(const Plan& plan, const ServicePlan& service, Settings& out) {
  const Broker& broker = broker_of(plan.broker());
  const std::string port = ":" + std::to_string(broker.port);
  const std::string name = broker_service(plan.system(), broker);
  switch (broker.run_by) {
    case BrokerBy::Strimzi:
      out["KAFKA_BOOTSTRAP_SERVERS"] = service_host(name, plan.system()) + port;
      out["KAFKA_CREDENTIALS"] = "/var/run/secrets/kafka";
      out["KAFKA_CA"] = "/var/run/secrets/kafka-ca/ca.crt";
      out["KAFKA_GROUP_ID"] = service.name;
      return;
    case BrokerBy::InStore: out["EVENTS_VIA"] = plan.broker(); return;
    case BrokerBy::RabbitMq:
    case BrokerBy::Nats: out["BROKER_ADDRESS"] = service_host(name, plan.system()) + port; break;
    case BrokerBy::Elsewhere:
      out["BROKER_ADDRESS"] = name + "." + plan.options().domain + port;
      break;
  }
  out["BROKER_CREDENTIALS"] = "/var/run/secrets/broker";
}

void add_channels(const Plan& plan, const ServicePlan& service, Settings& out) {
  if (service.publishes.empty() && service.consumes.empty()) return;
  add_broker(plan, service, out);
  const auto topic = [&](ChannelId id) {
    const Channel& channel = plan.model().channels[id];
    out["TOPIC_" + upper_name(channel.name)] = plan.channel_name(id);
    if (channel.dead_letter)
      out["TOPIC_" + upper_name(channel.name) + "_DEAD_LETTER"] = topic_name(*channel.dead_letter);
  };
  for (const ChannelUse& use : service.publishes)
    topic(use.channel);
  for (const ChannelUse& use : service.consumes)
    topic(use.channel);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> settings_of(const Plan& plan,
                                                             const ServicePlan& service) {
  const Runtime& runtime = *plan.model().services[service.id].runtime;
  Settings out{{"OTEL_SERVICE_NAME", service.name},
               {"OTEL_RESOURCE_ATTRIBUTES", "service.namespace=" + plan.system()},
               {"OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://" + service_host(kCollectorName, kMonitoringNamespace) + ":" +
                    std::to_string(kOtlpPort)},
               {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
               {"OTEL_PROPAGATORS", "tracecontext,baggage"},
               {"HEALTH_PORT", std::to_string(kHealthPort)},
               {"METRICS_PORT", std::to_string(kMetricsPort)}};
  if (service.http) out["HTTP_PORT"] = std::to_string(kHttpPort);
  if (service.grpc) out["GRPC_PORT"] = std::to_string(kGrpcPort);
  if (runtime.concurrency && runtime.concurrency->value > 0)
    out["MAX_CONCURRENT_REQUESTS"] = to_text(*runtime.concurrency);
  if (runtime.queue && runtime.queue->value >= 0)
    out["MAX_QUEUED_REQUESTS"] = to_text(*runtime.queue);
  add_callees(plan, service, out);
  add_policies(plan, service, out);
  for (const StoreUse& use : service.stores)
    add_store(plan, service, use, out), add_copy_reads(plan, use, out);
  add_channels(plan, service, out);
  // Suffixes of thousands are the language's, not a program's.
  for (auto& [key, value] : out)
    if (const auto count = parse_count(value); count && value.find_first_of("kMGT") != value.npos)
      value = std::to_string(count->value);
  return {out.begin(), out.end()};
}

std::int64_t grace_seconds(const ServicePlan& service) {
  return kPreStopSeconds + whole_seconds(service.longest_request_seconds) + 5;
}

std::string external_secret_name(const ServicePlan& service, std::string_view external) {
  return dns_label(service.name + "-" + std::string(external) + "-credentials");
}

// RabbitMQ's operator makes one for each User; elsewhere there is one for all.
std::string broker_user_secret(const Plan& plan, const ServicePlan& service) {
  if (broker_of(plan.broker()).run_by == BrokerBy::RabbitMq)
    return service.name + "-user-credentials";
  if (broker_of(plan.broker()).run_by == BrokerBy::Nats) return nats_client(service.name) + "-tls";
  return broker_secret(plan.system());
}

std::string priority_class(const Plan& plan, const ServicePlan& service) {
  const bool first = service.is_public || service.priority > 1;
  return plan.system() + (first ? "-first" : service.serves() ? "-standard" : "-background");
}

Value scale_target(const Plan& plan, const ServicePlan& service) {
  const bool rollout = plan.rolled_out(service);
  return map({{"apiVersion", rollout ? "argoproj.io/v1alpha1" : "apps/v1"},
              {"kind", rollout ? "Rollout" : "Deployment"},
              {"name", service.name}});
}

bool wants_keda(const Plan& plan, const ServicePlan& service) {
  const Service& of = plan.model().services[service.id];
  if (of.scale->on && *of.scale->on != ScaleMetric::Utilisation) return true;
  return !service.serves() && !service.consumes.empty();
}

bool scaled_by_keda(const Plan& plan, const ServicePlan& service) {
  return service.autoscaled() && plan.selected("keda") && wants_keda(plan, service);
}

Value autoscaler(const Plan& plan, const ServicePlan& service) {
  const ScalePolicy& scale = *plan.model().services[service.id].scale;
  const bool by_use = !scale.on || *scale.on == ScaleMetric::Utilisation;
  const double target = by_use ? scale.target.or_else(0.6) : 0.6;
  const std::int64_t step = scale.step.or_else({4}).value;
  Value out = object("autoscaling/v2", "HorizontalPodAutoscaler",
                     metadata(plan, origins_of(plan, service), service.name));
  const auto pods = [](std::int64_t n, std::int64_t seconds) {
    return map({{"type", "Pods"}, {"value", n}, {"periodSeconds", seconds}});
  };
  const auto share = [](std::int64_t n, std::int64_t seconds) {
    return map({{"type", "Percent"}, {"value", n}, {"periodSeconds", seconds}});
  };
  out.set(
      "spec",
      map({{"scaleTargetRef", scale_target(plan, service)},
           {"minReplicas", service.low},
           {"maxReplicas", service.high},
           {"metrics",
            list({map(
                {{"type", "ContainerResource"},
                 {"containerResource",
                  map({{"container", "app"},
                       {"name", "cpu"},
                       {"target", map({{"type", "Utilization"},
                                       {"averageUtilization",
                                        static_cast<std::int64_t>(target * 100 + 0.5)}})}})}})})},
           {"behavior",
            map({{"scaleUp",
                  map({{"stabilizationWindowSeconds", 0},
                       {"selectPolicy", "Max"},
                       {"policies",
                        list({pods(step, whole_seconds(
                                             scale.interval.or_else({15'000'000'000}).seconds())),
                              share(100, 60)})}})},
                 {"scaleDown", map({{"stabilizationWindowSeconds", 300},
                                    {"selectPolicy", "Min"},
                                    {"policies", list({share(10, 60), pods(1, 60)})}})}})}}));
  return out;
}

Value workload_service(const Plan& plan, const ServicePlan& service) {
  Value ports = Value::empty_list();
  const auto add = [&](std::string_view name, int port, std::string_view protocol) {
    ports.add(map({{"name", name},
                   {"port", port},
                   {"targetPort", name},
                   {"protocol", "TCP"},
                   {"appProtocol", protocol}}));
  };
  if (service.http) add("http", kHttpPort, "http");
  if (service.grpc) add("grpc", kGrpcPort, plan.selected("istio") ? "grpc" : "kubernetes.io/h2c");
  add("http-metrics", kMetricsPort, "http");
  Value out = object("v1", "Service", metadata(plan, origins_of(plan, service), service.name));
  out.set("spec", map({{"type", "ClusterIP"},
                       {"selector", selector_labels(plan, service.name)},
                       {"ports", std::move(ports)}}));
  return out;
}

}  // namespace scantling::generate
