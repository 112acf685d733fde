// KEDA: what scales by lag, queue, concurrency or rate, which the metrics server doesn't know.
#include <algorithm>

#include "base/text.h"
#include "base/units.h"
#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/target.h"
#include "generate/workload.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "keda.sh/v1alpha1";

std::string prometheus_address() {
  return "http://" + service_host("prometheus-operated", kMonitoringNamespace) + ":9090";
}

Value prometheus_trigger(const std::string& query, double threshold) {
  return map({{"type", "prometheus"},
              {"metricType", "AverageValue"},
              {"metadata", map({{"serverAddress", prometheus_address()},
                                {"query", query},
                                {"threshold", number_text(threshold)}})}});
}

std::string where(const Plan& plan, const ServicePlan& service) {
  return "{namespace=\"" + plan.system() + "\", job=\"" + service.name + "\"}";
}

bool by_kafka(const Plan& plan) {
  return broker_of(plan.broker()).run_by == BrokerBy::Strimzi && plan.selected("kafka");
}

// How many messages wait for the service, as its broker's exporter says.
std::string waiting(const Plan& plan, const ServicePlan& service, const std::string& topic) {
  const std::string space = "{namespace=\"" + plan.system() + "\", ";
  switch (broker_of(plan.broker()).run_by) {
    case BrokerBy::RabbitMq:
      return "sum(rabbitmq_detailed_queue_messages" + space + "queue=~\"" +
             replace_all(topic, ".", "\\\\.") + "(\\\\." + service.name + ")?\"})";
    case BrokerBy::Nats:
      return "sum(jetstream_consumer_num_pending" + space + "stream_name=\"" + upper_name(topic) +
             "\", consumer_name=\"" + snake_name(service.name) +
             "\", is_consumer_leader=\"true\"})";
    default: break;
  }
  return "sum(messaging_queue_depth" + space + "messaging_destination_name=\"" + topic + "\"})";
}

// Messages behind that one instance may have: what it works off in the time that scaling takes.
Value lag_triggers(const Plan& plan, const ServicePlan& service, double threshold) {
  Value out = Value::empty_list();
  std::vector<ChannelId> done;
  for (const ChannelUse& use : service.consumes) {
    if (std::ranges::find(done, use.channel) != done.end()) continue;
    done.push_back(use.channel);
    const std::string topic = plan.channel_name(use.channel);
    if (!by_kafka(plan)) {
      out.add(prometheus_trigger(waiting(plan, service, topic), threshold));
      continue;
    }
    const std::string servers = service_host(kafka_bootstrap(plan.system()), plan.system()) + ":" +
                                std::to_string(broker_of("kafka").port);
    out.add(map({{"type", "kafka"},
                 {"metadata", map({{"bootstrapServers", servers},
                                   {"consumerGroup", service.name},
                                   {"topic", topic},
                                   {"lagThreshold", number_text(threshold)},
                                   {"tls", "enable"},
                                   {"allowIdleConsumers", "false"}})},
                 {"authenticationRef", map({{"name", kafka_user(service.name)}})}}));
  }
  return out;
}

Value triggers(const Plan& plan, const ServicePlan& service) {
  const ScalePolicy& scale = *plan.model().services[service.id].scale;
  const ScaleMetric on = scale.on.or_else(ScaleMetric::Lag);
  const std::string of = where(plan, service);
  const std::string_view requests = service.grpc && !service.http ? "rpc_server" : "http_server";
  switch (on) {
    case ScaleMetric::Concurrency:
      return list(
          {prometheus_trigger("sum(" + std::string(requests) + "_active_requests" + of + ")",
                              scale.target.or_else(10))});
    case ScaleMetric::Queue:
      return list(
          {prometheus_trigger("sum(server_queued_requests" + of + ")", scale.target.or_else(5))});
    case ScaleMetric::RatePerInstance:
      return list({prometheus_trigger("sum(rate(" + std::string(requests) +
                                          (service.grpc && !service.http ? "_call" : "_request") +
                                          "_duration_seconds_count" + of + "[1m]))",
                                      scale.target.or_else(100))});
    case ScaleMetric::Lag: return lag_triggers(plan, service, scale.target.or_else(100));
    case ScaleMetric::Utilisation: break;
  }
  // A consumer that scales by use is scaled by its processors as well as by what waits.
  Value out = lag_triggers(plan, service, 100);
  out.add(map({{"type", "cpu"},
               {"metricType", "Utilization"},
               {"metadata", map({{"value", number_text(scale.target.or_else(0.6) * 100)},
                                 {"containerName", "app"}})}}));
  return out;
}

Value scaled_object(const Plan& plan, const ServicePlan& service) {
  const ScalePolicy& scale = *plan.model().services[service.id].scale;
  Value out = object(kApi, "ScaledObject", metadata(plan, origins_of(plan, service), service.name));
  const std::int64_t interval =
      whole_seconds(scale.interval.or_else({15'000'000'000}).seconds(), 5);
  const Value down =
      map({{"stabilizationWindowSeconds", 300},
           {"selectPolicy", "Min"},
           {"policies", list({map({{"type", "Percent"}, {"value", 10}, {"periodSeconds", 60}})})}});
  const Value up = map({{"stabilizationWindowSeconds", 0},
                        {"policies", list({map({{"type", "Pods"},
                                                {"value", scale.step.or_else({4}).value},
                                                {"periodSeconds", interval}})})}});
  out.set(
      "spec",
      map({{"scaleTargetRef", scale_target(plan, service)},
           {"pollingInterval", interval},
           {"minReplicaCount", service.low},
           {"maxReplicaCount", service.high},
           // When nothing can be measured it stays as large as it is.
           {"fallback", map({{"failureThreshold", 3},
                             {"replicas", service.low},
                             {"behavior", "currentReplicasIfHigher"}})},
           {"advanced", map({{"horizontalPodAutoscalerConfig",
                              map({{"name", service.name},
                                   {"behavior", map({{"scaleUp", up}, {"scaleDown", down}})}})}})},
           {"triggers", triggers(plan, service)}}));
  return out;
}

Value authentication(const Plan& plan, const ServicePlan& service) {
  const auto key = [](std::string_view parameter, const std::string& secret,
                      std::string_view name) {
    return map({{"parameter", parameter}, {"name", secret}, {"key", name}});
  };
  Value out = object(kApi, "TriggerAuthentication",
                     metadata(plan, origins_of(plan, service), kafka_user(service.name)));
  out.set("spec",
          map({{"secretTargetRef", list({key("ca", kafka_ca_secret(plan.system()), "ca.crt"),
                                         key("cert", kafka_user(service.name), "user.crt"),
                                         key("key", kafka_user(service.name), "user.key")})}}));
  return out;
}

}  // namespace

void target_keda(const Plan& plan, Output& out) {
  for (const ServicePlan& service : plan.services()) {
    if (!scaled_by_keda(plan, service)) continue;
    const std::string file = "services/" + service.name + ".yaml";
    out.add_resource(file, scaled_object(plan, service));
    const ScaleMetric on =
        plan.model().services[service.id].scale->on.or_else(ScaleMetric::Utilisation);
    const bool lag = on == ScaleMetric::Lag || on == ScaleMetric::Utilisation;
    if (lag && by_kafka(plan) && !service.consumes.empty())
      out.add_resource(file, authentication(plan, service));
  }
}

}  // namespace scantling::generate
