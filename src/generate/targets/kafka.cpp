// Kafka by Strimzi: the cluster with its node pools, a topic for each channel and dead letter, a
// user for each service with what its steps do, and nothing more.
#include <algorithm>
#include <cmath>
#include <set>

#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/peers.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kApi = "kafka.strimzi.io/v1";
constexpr int kStrimziMetricsPort = 9404;

Value in_cluster(const Plan& plan, Value meta) {
  meta["labels"].set("strimzi.io/cluster", kafka_cluster(plan.system()));
  return meta;
}

std::int64_t copies(const Plan& plan) {
  std::int64_t out = 1;
  for (const Channel& channel : plan.model().channels)
    out = std::max(out, channel.copies.or_else({3}).value);
  return out;
}

// Each broker's disk: what is kept of all channels, shared evenly, half of it free.
std::int64_t disk_gib(const Plan& plan, std::int64_t brokers) {
  double all = 0;
  for (const Channel& channel : plan.model().channels)
    all += plan.size_of("channels." + channel.name).disk_gib;
  return std::max<std::int64_t>(
      20, static_cast<std::int64_t>(std::ceil(2 * all / static_cast<double>(brokers))));
}

// Strimzi sets the "app.kubernetes.io" labels that it selects by itself.
Value pod_template(const Plan& plan) {
  Value meta = map(
      {{"labels", map({{"app.kubernetes.io/part-of", plan.system()}, {"owner", plan.system()}})}});
  if (plan.selected("istio")) meta["labels"].set("sidecar.istio.io/inject", "false");
  if (plan.selected("linkerd")) meta.set("annotations", map({{"linkerd.io/inject", "disabled"}}));
  return map({{"metadata", std::move(meta)},
              {"priorityClassName", plan.system() + "-first"},
              {"securityContext", pod_security()}});
}

Value node_template(const Plan& plan) {
  Value pod = pod_template(plan);
  pod.set("terminationGracePeriodSeconds", 120);
  pod.set(
      "topologySpreadConstraints",
      list({map({{"maxSkew", 1},
                 {"topologyKey", "topology.kubernetes.io/zone"},
                 {"whenUnsatisfiable", plan.zones() > 1 ? "DoNotSchedule" : "ScheduleAnyway"},
                 {"labelSelector", map({{"matchLabels", map({{"strimzi.io/cluster",
                                                              kafka_cluster(plan.system())}})}})},
                 {"matchLabelKeys", list({"strimzi.io/pool-name"})}})}));
  return map({{"pod", std::move(pod)},
              {"kafkaContainer", map({{"securityContext", container_security()}})}});
}

Value node_pool(const Plan& plan, const std::string& role, std::int64_t replicas, std::int64_t disk,
                std::string_view cpu, std::string_view memory) {
  Value out = object(kApi, "KafkaNodePool",
                     in_cluster(plan, metadata(plan, origins_of_system(plan),
                                               kafka_cluster(plan.system()) + "-" + role)));
  Value volume = map({{"id", 0},
                      {"type", "persistent-claim"},
                      {"size", std::to_string(disk) + "Gi"},
                      {"deleteClaim", false},
                      {"kraftMetadata", "shared"}});
  out.set("spec", map({{"replicas", replicas},
                       {"roles", list({role})},
                       {"storage", map({{"type", "jbod"}, {"volumes", list({std::move(volume)})}})},
                       {"resources", map({{"requests", map({{"cpu", cpu}, {"memory", memory}})},
                                          {"limits", map({{"memory", memory}})}})},
                       {"template", node_template(plan)}}));
  return out;
}

Value listener(const Plan& plan) {
  std::vector<std::string> users;
  for (const ServiceId id : plan.broker_users())
    users.push_back(plan.service(id).name);
  Value peers = list({pods_with("app.kubernetes.io/name", users)});
  if (plan.selected("keda")) peers.add(namespace_peer(kKedaNamespace));
  return map({{"name", "tls"},
              {"port", broker_of("kafka").port},
              {"type", "internal"},
              {"tls", true},
              {"authentication", map({{"type", "tls"}})},
              {"networkPolicyPeers", std::move(peers)}});
}

Value small(std::string_view cpu, std::string_view memory) {
  return map({{"requests", map({{"cpu", cpu}, {"memory", memory}})},
              {"limits", map({{"memory", memory}})}});
}

Value cluster(const Plan& plan) {
  const std::int64_t n = copies(plan);
  std::int64_t in_sync = std::max<std::int64_t>(1, n - 1);
  Value config = map({{"auto.create.topics.enable", false},
                      {"default.replication.factor", n},
                      {"min.insync.replicas", in_sync},
                      {"offsets.topic.replication.factor", n},
                      {"transaction.state.log.min.isr", in_sync},
                      {"transaction.state.log.replication.factor", n},
                      {"unclean.leader.election.enable", false}});
  Value kafka =
      map({{"listeners", list({listener(plan)})},
           {"authorization", map({{"type", "simple"}})},
           {"config", std::move(config)},
           {"metricsConfig",
            map({{"type", "strimziMetricsReporter"},
                 {"values", map({{"allowList", list({"kafka_controller_.*", "kafka_log_log_.*",
                                                     "kafka_network_requestmetrics_.*",
                                                     "kafka_server_.*"})}})}})}});
  if (plan.zones() > 1) kafka.set("rack", map({{"topologyKey", "topology.kubernetes.io/zone"}}));
  const Value pod = pod_template(plan);
  const Value security = map({{"securityContext", container_security()}});
  Value out =
      object(kApi, "Kafka", metadata(plan, origins_of_system(plan), kafka_cluster(plan.system())));
  out.set(
      "spec",
      map({{"kafka", std::move(kafka)},
           {"entityOperator", map({{"topicOperator", map({{"resources", small("100m", "256Mi")}})},
                                   {"userOperator", map({{"resources", small("100m", "256Mi")}})},
                                   {"template", map({{"pod", pod},
                                                     {"topicOperatorContainer", security},
                                                     {"userOperatorContainer", security}})}})},
           {"kafkaExporter", map({{"topicRegex", ".*"},
                                  {"groupRegex", ".*"},
                                  {"resources", small("50m", "128Mi")},
                                  {"template", map({{"pod", pod}, {"container", security}})}})}}));
  return out;
}

std::string milliseconds(const Field<Duration>& keep) {
  return std::to_string(
      static_cast<std::int64_t>(keep.or_else({7 * 86'400'000'000'000}).seconds() * 1000));
}

Value topic(const Plan& plan, ChannelId id, const std::string& name, std::int64_t partitions,
            const std::string& retention) {
  const Channel& channel = plan.model().channels[id];
  const std::int64_t n = channel.copies.or_else({3}).value;
  Value out = object(kApi, "KafkaTopic",
                     in_cluster(plan, metadata(plan, origins_of(plan, id), dns_label(name))));
  out.set("spec",
          map({{"topicName", name},
               {"partitions", partitions},
               {"replicas", n},
               {"config", map({{"cleanup.policy", "delete"},
                               {"min.insync.replicas",
                                std::to_string(channel.in_sync.or_else({n > 1 ? n - 1 : 1}).value)},
                               {"retention.ms", retention}})}}));
  return out;
}

void add_topics(const Plan& plan, Output& out) {
  std::set<std::string> written;
  for (const ChannelId id : plan.model().channels.ids()) {
    const Channel& channel = plan.model().channels[id];
    const std::string name = plan.channel_name(id);
    written.insert(name);
    out.add_resource(
        "kafka/topics.yaml",
        topic(plan, id, name, channel.partitions.or_else({1}).value, milliseconds(channel.keep)));
  }
  for (const ChannelId id : plan.model().channels.ids()) {
    const Channel& channel = plan.model().channels[id];
    if (!channel.dead_letter) continue;
    const std::string name = topic_name(*channel.dead_letter);
    // People need longer than consumers: what is dead is kept at least two weeks.
    if (written.insert(name).second)
      out.add_resource("kafka/topics.yaml", topic(plan, id, name, 1, "1209600000"));
  }
}

class Rules {
 public:
  void allow(std::string_view type, const std::string& name, std::vector<std::string> operations) {
    const std::string key = std::string(type) + "/" + name;
    if (!seen_.insert(key + "/" + operations.front()).second) return;
    list_.add(map({{"resource", map({{"type", type}, {"name", name}, {"patternType", "literal"}})},
                   {"operations", list_of(operations)},
                   {"host", "*"}}));
  }
  Value take() { return std::move(list_); }

 private:
  Value list_ = Value::empty_list();
  std::set<std::string> seen_;
};

Value user(const Plan& plan, const ServicePlan& service) {
  Rules rules;
  bool exactly_once = false;
  for (const ChannelUse& use : service.publishes) {
    rules.allow("topic", plan.channel_name(use.channel), {"Write", "Describe"});
    exactly_once = exactly_once || plan.model().channels[use.channel].delivery.or_else(
                                       Delivery::AtLeastOnce) == Delivery::ExactlyOnce;
  }
  for (const ChannelUse& use : service.consumes) {
    const Channel& channel = plan.model().channels[use.channel];
    rules.allow("topic", plan.channel_name(use.channel), {"Read", "Describe"});
    rules.allow("group", service.name, {"Read"});
    if (channel.dead_letter)
      rules.allow("topic", topic_name(*channel.dead_letter), {"Write", "Describe"});
  }
  if (plan.selected("keda") && !service.consumes.empty())
    rules.allow("group", service.name, {"Describe"});
  if (exactly_once) rules.allow("transactionalId", service.name, {"Write", "Describe"});
  Value out =
      object(kApi, "KafkaUser",
             in_cluster(plan, metadata(plan, origins_of(plan, service), kafka_user(service.name))));
  out.set("spec", map({{"authentication", map({{"type", "tls"}})},
                       {"authorization", map({{"type", "simple"}, {"acls", rules.take()}})}}));
  return out;
}

Value network(const Plan& plan) {
  const Value self = map({{"strimzi.io/cluster", kafka_cluster(plan.system())}});
  // Strimzi's own policies say who may come in; these pods go to each other and the API server.
  return policy(metadata(plan, origins_of_system(plan), kafka_cluster(plan.system())), self,
                list({scrape_rule(plan, kStrimziMetricsPort)}),
                list({dns_rule(), api_server_rule(),
                      egress_rule(pods_peer(self), list({policy_port(9090), policy_port(9091),
                                                         policy_port(9093)}))}));
}

Value monitor(const Plan& plan) {
  Value out = object("monitoring.coreos.com/v1", "PodMonitor",
                     metadata(plan, origins_of_system(plan), kafka_cluster(plan.system())));
  out.set(
      "spec",
      map({{"selector",
            map({{"matchLabels", map({{"strimzi.io/cluster", kafka_cluster(plan.system())}})}})},
           {"podMetricsEndpoints",
            list(
                {map({{"port", "tcp-prometheus"}, {"path", "/metrics"}, {"interval", "15s"}})})}}));
  return out;
}

}  // namespace

void target_kafka(const Plan& plan, Output& out) {
  const std::int64_t n = copies(plan);
  const std::int64_t brokers = std::max<std::int64_t>(n, n > 1 ? 3 : 1);
  const std::string file = "kafka/cluster.yaml";
  out.add_resource(file, cluster(plan));
  out.add_resource(file, node_pool(plan, "controller", n > 1 ? 3 : 1, 10, "500m", "2Gi"));
  out.add_resource(file, node_pool(plan, "broker", brokers, disk_gib(plan, brokers), "2", "8Gi"));
  out.add_resource(file, network(plan));
  if (plan.selected("prometheus")) out.add_resource(file, monitor(plan));
  add_topics(plan, out);
  for (const ServiceId id : plan.broker_users())
    out.add_resource("kafka/users.yaml", user(plan, plan.service(id)));
}

}  // namespace scantling::generate
