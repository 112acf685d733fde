// RabbitMQ by its cluster and topology operators: the cluster, quorum queues with dead letters, an
// exchange for each topic, and a user with permissions for each service.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "generate/certificates.h"
#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/peers.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kTopology = "rabbitmq.com/v1beta1";

std::string cluster_name(const Plan& plan) {
  return broker_service(plan.system(), broker_of("rabbitmq"));
}

Value reference(const Plan& plan) {
  return map({{"name", cluster_name(plan)}});
}

Value cluster(const Plan& plan) {
  std::int64_t copies = 1;
  for (const Channel& channel : plan.model().channels)
    copies = std::max(copies, channel.copies.or_else({3}).value);
  const Value self = map({{"matchLabels", map({{"app.kubernetes.io/name", cluster_name(plan)}})}});
  const Value spread = list({map({{"maxSkew", 1},
                                  {"topologyKey", "topology.kubernetes.io/zone"},
                                  {"whenUnsatisfiable", "ScheduleAnyway"},
                                  {"labelSelector", self}})});
  Value pod = map({{"spec", map({{"priorityClassName", plan.system() + "-first"},
                                 {"topologySpreadConstraints", spread},
                                 {"containers", Value::empty_list()}})}});
  // It speaks TLS itself.
  if (plan.selected("istio"))
    pod.set("metadata", map({{"labels", map({{"sidecar.istio.io/inject", "false"}})}}));
  if (plan.selected("linkerd"))
    pod.set("metadata", map({{"annotations", map({{"linkerd.io/inject", "disabled"}})}}));
  Value out = object(kTopology, "RabbitmqCluster",
                     metadata(plan, origins_of_system(plan), cluster_name(plan)));
  out.set("spec",
          map({{"replicas", copies},
               {"override",
                map({{"statefulSet", map({{"spec", map({{"template", std::move(pod)}})}})}})},
               {"terminationGracePeriodSeconds", 300},
               {"persistence", map({{"storage", "20Gi"}})},
               {"resources", map({{"requests", map({{"cpu", "1"}, {"memory", "4Gi"}})},
                                  {"limits", map({{"memory", "4Gi"}})}})},
               {"tls", map({{"secretName", cluster_name(plan) + "-tls"},
                            {"caSecretName", cluster_name(plan) + "-tls"},
                            {"disableNonTLSListeners", true}})},
               {"rabbitmq",
                map({{"additionalConfig",
                      "cluster_partition_handling = pause_minority\n"
                      "disk_free_limit.relative = 1.5\nvm_memory_high_watermark.relative = 0.6\n"
                      "default_queue_type = quorum\n"}})}}));
  return out;
}

struct Queue {
  std::string name, dead_letter;
  std::int64_t attempts = 5;
};

// A queue of a channel, or of one consumer of a topic.
Value queue(const Plan& plan, const Origins& origins, const Queue& of) {
  Value out = object(kTopology, "Queue", metadata(plan, origins, dns_label(of.name)));
  out.set("spec", map({{"name", of.name},
                       {"vhost", "/"},
                       {"type", "quorum"},
                       {"durable", true},
                       {"autoDelete", false},
                       {"rabbitmqClusterReference", reference(plan)}}));
  return out;
}

// How a queue treats what can't be handled stands in a policy: arguments of a queue can't be
// changed once it is there.
Value queue_policy(const Plan& plan, const Origins& origins, const Queue& of) {
  Value definition = map({{"delivery-limit", of.attempts}});
  if (!of.dead_letter.empty()) {
    definition.set("dead-letter-exchange", "");
    definition.set("dead-letter-routing-key", of.dead_letter);
    definition.set("dead-letter-strategy", "at-least-once");
    definition.set("overflow", "reject-publish");
  }
  Value out = object(kTopology, "Policy", metadata(plan, origins, dns_label(of.name)));
  out.set("spec", map({{"name", of.name},
                       {"vhost", "/"},
                       {"pattern", "^" + replace_all(of.name, ".", "\\.") + "$"},
                       {"applyTo", "queues"},
                       {"priority", 10},
                       {"definition", std::move(definition)},
                       {"rabbitmqClusterReference", reference(plan)}}));
  return out;
}

void add_queue(const Plan& plan, const Origins& origins, const Queue& of, Output& out) {
  const std::string file = "rabbitmq/topology.yaml";
  out.add_resource(file, queue(plan, origins, of));
  out.add_resource(file, queue_policy(plan, origins, of));
}

bool is_topic(const Plan& plan, ChannelId id) {
  return plan.model().channels[id].kind.or_else(ChannelKind::Topic) == ChannelKind::Topic;
}

Value exchange(const Plan& plan, ChannelId id) {
  const std::string name = plan.channel_name(id);
  Value out = object(kTopology, "Exchange", metadata(plan, origins_of(plan, id), dns_label(name)));
  out.set("spec", map({{"name", name},
                       {"vhost", "/"},
                       {"type", is_topic(plan, id) ? "topic" : "direct"},
                       {"durable", true},
                       {"autoDelete", false},
                       {"rabbitmqClusterReference", reference(plan)}}));
  return out;
}

Value binding(const Plan& plan, ChannelId id, const std::string& queue_name,
              const std::string& event) {
  Value out = object(kTopology, "Binding",
                     metadata(plan, origins_of(plan, id), dns_label(queue_name + "-" + event)));
  out.set("spec", map({{"vhost", "/"},
                       {"source", plan.channel_name(id)},
                       {"destination", queue_name},
                       {"destinationType", "queue"},
                       {"routingKey", event},
                       {"rabbitmqClusterReference", reference(plan)}}));
  return out;
}

// The operator makes none.
Value budget(const Plan& plan) {
  Value out = object("policy/v1", "PodDisruptionBudget",
                     metadata(plan, origins_of_system(plan), cluster_name(plan)));
  out.set("spec",
          map({{"maxUnavailable", 1},
               {"unhealthyPodEvictionPolicy", "AlwaysAllow"},
               {"selector",
                map({{"matchLabels", map({{"app.kubernetes.io/name", cluster_name(plan)}})}})}}));
  return out;
}

Value monitor(const Plan& plan) {
  Value out = object("monitoring.coreos.com/v1", "PodMonitor",
                     metadata(plan, origins_of_system(plan), cluster_name(plan)));
  const Value ca =
      map({{"secret", map({{"name", cluster_name(plan) + "-tls"}, {"key", "ca.crt"}})}});
  const Value tls =
      map({{"ca", ca}, {"serverName", service_host(cluster_name(plan), plan.system())}});
  // By queue: what autoscalers and alerts ask for.
  const Value endpoint =
      map({{"portNumber", 15691},
           {"scheme", "https"},
           {"path", "/metrics/detailed"},
           {"params", map({{"family", list({"queue_coarse_metrics", "queue_consumer_count"})}})},
           {"tlsConfig", tls},
           {"interval", "15s"}});
  const Value whole =
      map({{"portNumber", 15691}, {"scheme", "https"}, {"tlsConfig", tls}, {"interval", "15s"}});
  out.set("spec",
          map({{"selector",
                map({{"matchLabels", map({{"app.kubernetes.io/name", cluster_name(plan)}})}})},
               {"podMetricsEndpoints", list({whole, endpoint})}}));
  return out;
}

std::string queue_of(const Plan& plan, const ServicePlan& service, ChannelId id) {
  return is_topic(plan, id) ? plan.channel_name(id) + "." + service.name : plan.channel_name(id);
}

// Publishers write to an exchange of the channel's name; what it reaches is bound to it: a queue of
// the same name, or for a topic one of each consumer.
void add_channel(const Plan& plan, ChannelId id, std::set<std::string>& written, Output& out) {
  const std::string file = "rabbitmq/topology.yaml";
  const Channel& channel = plan.model().channels[id];
  const Origins origins = origins_of(plan, id);
  const std::string dead = channel.dead_letter ? topic_name(*channel.dead_letter) : "";
  const std::int64_t attempts = channel.attempts.or_else({5}).value;
  out.add_resource(file, exchange(plan, id));
  if (!dead.empty() && written.insert(dead).second) add_queue(plan, origins, {dead, "", 1000}, out);
  const auto bind = [&](const std::string& name, const std::string& event) {
    if (written.insert(name + "/" + event).second)
      out.add_resource(file, binding(plan, id, name, event));
  };
  if (!is_topic(plan, id)) {
    const std::string name = plan.channel_name(id);
    if (written.insert(name).second) add_queue(plan, origins, {name, dead, attempts}, out);
    for (const std::string& event : channel.events.value)
      bind(name, event);
    return;
  }
  for (const ServicePlan& service : plan.services())
    for (const ChannelUse& use : service.consumes) {
      if (use.channel != id) continue;
      const std::string name = queue_of(plan, service, id);
      if (written.insert(name).second) add_queue(plan, origins, {name, dead, attempts}, out);
      for (const std::string& event : use.events)
        bind(name, event);
    }
}

std::string any_of(const std::set<std::string>& names) {
  if (names.empty()) return "^$";
  std::vector<std::string> escaped;
  for (const std::string& name : names)
    escaped.push_back(replace_all(name, ".", "\\."));
  return "^(" + join(escaped, "|") + ")$";
}

void add_user(const Plan& plan, const ServicePlan& service, Output& out) {
  std::set<std::string> writes, reads;
  for (const ChannelUse& use : service.publishes)
    writes.insert(plan.channel_name(use.channel));
  for (const ChannelUse& use : service.consumes)
    reads.insert(queue_of(plan, service, use.channel));
  const Origins origins = origins_of(plan, service);
  Value user = object(kTopology, "User", metadata(plan, origins, service.name));
  user.set("spec", map({{"rabbitmqClusterReference", reference(plan)}}));
  out.add_resource("rabbitmq/users.yaml", std::move(user));
  Value permission = object(kTopology, "Permission", metadata(plan, origins, service.name));
  permission.set(
      "spec", map({{"vhost", "/"},
                   {"userReference", map({{"name", service.name}})},
                   {"permissions",
                    map({{"configure", "^$"}, {"write", any_of(writes)}, {"read", any_of(reads)}})},
                   {"rabbitmqClusterReference", reference(plan)}}));
  out.add_resource("rabbitmq/users.yaml", std::move(permission));
}

Value network(const Plan& plan) {
  const Value self = map({{"app.kubernetes.io/name", cluster_name(plan)}});
  std::vector<std::string> users;
  for (const ServiceId id : plan.broker_users())
    users.push_back(plan.service(id).name);
  // Erlang's own ports: 4369 finds peers, 25672 joins them; 15671 is the operators' API.
  const Value peers = list({policy_port(4369), policy_port(25672)});
  return policy(
      metadata(plan, origins_of_system(plan), cluster_name(plan)), self,
      list({ingress_rule(pods_with("app.kubernetes.io/name", users),
                         list({policy_port(broker_of("rabbitmq").port)})),
            ingress_rule(pods_peer(self), peers),
            ingress_rule(namespace_peer("rabbitmq-system"), list({policy_port(15671)})),
            ingress_rule(namespace_peer(kMonitoringNamespace), list({policy_port(15691)}))}),
      list({dns_rule(), api_server_rule(), egress_rule(pods_peer(self), peers)}));
}

}  // namespace

void target_rabbitmq(const Plan& plan, Output& out) {
  const std::string name = cluster_name(plan);
  const std::string host = service_host(name, plan.system());
  const Origins system = origins_of_system(plan);
  out.add_resource("rabbitmq/cluster.yaml", cluster(plan));
  out.add_resource("rabbitmq/cluster.yaml",
                   server_certificate(plan, system, name,
                                      {name, name + "." + plan.system() + ".svc", host,
                                       "*." + service_host(name + "-nodes", plan.system())}));
  out.add_resource("rabbitmq/cluster.yaml", network(plan));
  out.add_resource("rabbitmq/cluster.yaml", budget(plan));
  if (plan.selected("prometheus")) out.add_resource("rabbitmq/cluster.yaml", monitor(plan));
  std::set<std::string> written;
  for (const ChannelId id : plan.model().channels.ids())
    add_channel(plan, id, written, out);
  for (const ServiceId id : plan.broker_users())
    add_user(plan, plan.service(id), out);
}

}  // namespace scantling::generate
