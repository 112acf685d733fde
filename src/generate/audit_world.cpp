#include "generate/audit_world.h"

#include <algorithm>

#include "generate/engines.h"

namespace scantling::generate {
namespace {

std::map<std::string, std::string, std::less<>> texts(const Value* map_of) {
  std::map<std::string, std::string, std::less<>> out;
  if (map_of == nullptr || !map_of->is_map()) return out;
  for (std::size_t i = 0; i < map_of->size(); ++i)
    out[map_of->keys()[i]] = map_of->at(i).text();
  return out;
}

const Value* pod_template(const AuditObject& object) {
  if (object.kind == "CronJob")
    return object.value->path({"spec", "jobTemplate", "spec", "template"});
  for (const std::string_view kind :
       {"Deployment", "StatefulSet", "DaemonSet", "Job", "Rollout", "ReplicaSet"})
    if (object.kind == kind) return object.value->path({"spec", "template"});
  return nullptr;
}

bool matches_expression(const Value& expression, const AuditPods& pods) {
  const auto found = pods.labels.find(expression.text_at({"key"}));
  const bool there = found != pods.labels.end();
  const std::string_view op = expression.text_at({"operator"});
  if (op == "Exists") return there;
  if (op == "DoesNotExist") return !there;
  const Value* values = expression.find("values");
  bool one_of = false;
  if (values != nullptr && there)
    for (const Value& value : values->items())
      one_of = one_of || value.text() == found->second;
  return op == "NotIn" ? !one_of : one_of;
}

}  // namespace

bool selects(const Value& selector, const AuditPods& pods) {
  if (const Value* marks = selector.find("matchLabels"); marks != nullptr && marks->is_map())
    for (std::size_t i = 0; i < marks->size(); ++i) {
      const auto found = pods.labels.find(marks->keys()[i]);
      if (found == pods.labels.end() || found->second != marks->at(i).text()) return false;
    }
  if (const Value* expressions = selector.find("matchExpressions"))
    for (const Value& expression : expressions->items())
      if (!matches_expression(expression, pods)) return false;
  return true;
}

std::int64_t port_number(const Value& port, const AuditPods& pods) {
  if (port.kind() == Value::Kind::Integer) return port.integer();
  if (pods.spec == nullptr) return 0;
  const Value* containers = pods.spec->find("containers");
  if (containers == nullptr) return 0;
  for (const Value& container : containers->items())
    if (const Value* ports = container.find("ports"))
      for (const Value& each : ports->items())
        if (each.text_at({"name"}) == port.text())
          if (const Value* number = each.find("containerPort")) return number->integer();
  return 0;
}

World::World(const std::vector<Resource>& objects) {
  objects_.reserve(objects.size());
  for (const Resource& resource : objects) {
    const Value& value = resource.object;
    AuditObject object{&value,
                       resource.file,
                       value.text_at({"apiVersion"}),
                       value.text_at({"kind"}),
                       value.text_at({"metadata", "namespace"}),
                       value.text_at({"metadata", "name"})};
    if (object.space.empty()) object.space = "default";
    objects_.push_back(object);
  }
  for (const AuditObject& object : objects_) {
    kinds_.insert(object.kind);
    spaces_.insert(object.space);
    by_name_.try_emplace({object.kind, object.space, object.name}, &object);
    add_pods(object);
    add_made(object);
    if (object.kind == "NetworkPolicy") policies_.push_back(&object);
  }
}

void World::add_pods(const AuditObject& object) {
  const Value* of = pod_template(object);
  const std::string name(object.name);
  if (object.kind == "Pod") {
    pods_.push_back(
        {&object, texts(object.value->path({"metadata", "labels"})), object.value->find("spec")});
  } else if (of != nullptr) {
    pods_.push_back({&object, texts(of->path({"metadata", "labels"})), of->find("spec")});
  } else if (object.kind == "Cluster" && object.api.starts_with("postgresql.cnpg.io/")) {
    auto marks = texts(object.value->path({"spec", "inheritedMetadata", "labels"}));
    marks["cnpg.io/cluster"] = name;
    pods_.push_back({&object, std::move(marks), nullptr});
  } else if (object.kind == "Kafka") {
    pods_.push_back({&object,
                     {{"strimzi.io/cluster", name},
                      {"strimzi.io/kind", "Kafka"},
                      {"strimzi.io/name", name + "-kafka"}},
                     nullptr});
  } else if (object.kind == "RabbitmqCluster") {
    pods_.push_back({&object, {{"app.kubernetes.io/name", name}}, nullptr});
  } else if (const Operated* by = operated_kind(object.api, object.kind)) {
    pods_.push_back({&object, {{std::string(by->pod_label), name}}, nullptr});
  }
}

void World::add_made(const AuditObject& object) {
  const std::string space(object.space), name(object.name);
  const auto made = [&](const char* kind, const std::string& what) {
    made_[{kind, space, what}] = true;
  };
  for (const char* kind : {"Secret", "ConfigMap", "Service"})
    if (object.kind == kind) made(kind, name);
  const std::string_view secret = object.value->text_at({"spec", "secretName"});
  if (object.kind == "Certificate" && !secret.empty()) made("Secret", std::string(secret));
  if (object.kind == "ExternalSecret") {
    const std::string_view target = object.value->text_at({"spec", "target", "name"});
    made("Secret", target.empty() ? name : std::string(target));
  }
  if (object.kind == "Cluster" && object.api.starts_with("postgresql.cnpg.io/")) {
    for (const char* suffix : {"-app", "-ca", "-server", "-replication", "-superuser"})
      made("Secret", name + suffix);
    for (const char* suffix : {"-rw", "-ro", "-r"})
      made("Service", name + suffix);
  }
  if (object.kind == "KafkaUser") made("Secret", name);
  if (object.kind == "Kafka") {
    for (const char* suffix : {"-cluster-ca-cert", "-clients-ca-cert"})
      made("Secret", name + suffix);
    made("Service", name + "-kafka-bootstrap");
  }
  if (object.kind == "User") made("Secret", name + "-user-credentials");
  if (object.kind == "RabbitmqCluster") made("Service", name);
  if (const Operated* by = operated_kind(object.api, object.kind)) {
    made("Secret", name + std::string(by->ca_after));
    for (const char* suffix : {"-superuser", "-root", "-node"})
      made("Secret", name + suffix);
    made("Service", std::string(by->before) + name + std::string(by->after));
    const std::string copies = copy_reads(name, engine_of(by->engine)).service;
    if (!copies.empty()) made("Service", copies);
  }
}

const AuditObject* World::find(std::string_view kind, std::string_view space,
                               std::string_view name) const {
  const auto found = by_name_.find({kind, space, name});
  return found == by_name_.end() ? nullptr : found->second;
}

bool World::has_kind(std::string_view kind) const {
  return kinds_.contains(kind);
}

bool World::has_space(std::string_view space) const {
  return spaces_.contains(space);
}

bool World::made(std::string_view kind, std::string_view space, std::string_view name) const {
  return made_.contains({std::string(kind), std::string(space), std::string(name)});
}

const AuditPods* World::pods_of(std::string_view space, std::string_view owner_name) const {
  for (const AuditPods& pods : pods_)
    if (pods.owner->space == space && pods.owner->name == owner_name) return &pods;
  return nullptr;
}

namespace {

// A peer without a namespace selector is in the policy's own namespace; of namespaces only the
// name label that every cluster sets is known.
bool is_peer(const Value& peer, std::string_view space, const AuditPods& pods) {
  if (peer.find("ipBlock") != nullptr) return false;
  if (const Value* spaces = peer.find("namespaceSelector")) {
    AuditPods as_space;
    as_space.labels["kubernetes.io/metadata.name"] = std::string(pods.owner->space);
    if (!selects(*spaces, as_space)) return false;
  } else if (pods.owner->space != space) {
    return false;
  }
  const Value* selector = peer.find("podSelector");
  return selector == nullptr || selects(*selector, pods);
}

bool has_port(const Value& rule, std::int64_t port, const AuditPods& server) {
  const Value* ports = rule.find("ports");
  if (ports == nullptr || ports->empty()) return true;
  return std::ranges::any_of(ports->items(), [&](const Value& each) {
    const Value* number = each.find("port");
    if (number == nullptr) return true;
    const std::int64_t from = port_number(*number, server);
    const Value* end = each.find("endPort");
    return port >= from && port <= (end == nullptr ? from : end->integer());
  });
}

}  // namespace

bool World::allowed(const AuditPods& subject, const AuditPods& other, std::int64_t port,
                    bool inward) const {
  const char* type = inward ? "Ingress" : "Egress";
  bool isolated = false;
  for (const AuditObject* policy : policies_) {
    if (!more_work()) return true;
    if (policy->space != subject.owner->space) continue;
    const Value* selector = policy->value->path({"spec", "podSelector"});
    if (selector == nullptr || !selects(*selector, subject)) continue;
    const Value* types = policy->value->path({"spec", "policyTypes"});
    const Value* rules = policy->value->path({"spec", inward ? "ingress" : "egress"});
    const bool named = types != nullptr && std::ranges::any_of(types->items(), [&](const Value& t) {
                         return t.text() == type;
                       });
    if (types == nullptr ? !inward && rules == nullptr : !named) continue;
    isolated = true;
    if (rules == nullptr) continue;
    for (const Value& rule : rules->items()) {
      if (!has_port(rule, port, inward ? subject : other)) continue;
      const Value* peers = rule.find(inward ? "from" : "to");
      if (peers == nullptr || peers->empty()) return true;
      for (const Value& peer : peers->items())
        if (is_peer(peer, policy->space, other)) return true;
    }
  }
  return !isolated;
}

bool World::lets_out(const AuditPods& from, const AuditPods& to, std::int64_t port) const {
  return allowed(from, to, port, false);
}

bool World::lets_in(const AuditPods& from, const AuditPods& to, std::int64_t port) const {
  return allowed(to, from, port, true);
}

}  // namespace scantling::generate
