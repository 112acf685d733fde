// What an object names must be there: Secrets, settings, accounts, services with their ports,
// targets of autoscalers, issuers, parents of routes.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "generate/audit_world.h"

namespace scantling::generate {
namespace {

std::string there_is_no(std::string_view kind, const AuditObject& from, std::string_view name,
                        const World& world) {
  std::vector<std::string> others;
  for (const AuditObject& object : world.objects())
    if (others.size() < 200 && object.kind == kind && object.space == from.space)
      others.emplace_back(object.name);
  std::string out = "there is no " + std::string(kind) + " '" + std::string(name) +
                    "' in namespace " + std::string(from.space);
  if (const auto near = name.size() > 80 ? std::nullopt : nearest(name, others))
    out += "; did you mean '" + *near + "'?";
  return out;
}

class References {
 public:
  References(const World& world, Findings& out) : world_(world), out_(out) {}

  void look(const AuditPods& pods) {
    if (pods.spec == nullptr) return;
    const AuditObject& object = *pods.owner;
    const std::string_view account = pods.spec->text_at({"serviceAccountName"});
    if (!account.empty() && account != "default")
      need("ServiceAccount", object, account, "spec.serviceAccountName");
    const std::string_view priority = pods.spec->text_at({"priorityClassName"});
    if (!priority.empty() && !priority.starts_with("system-") && world_.has_kind("PriorityClass") &&
        world_.find("PriorityClass", "default", priority) == nullptr)
      missing(object, "spec.priorityClassName",
              there_is_no("PriorityClass", object, priority, world_));
    if (const Value* volumes = pods.spec->find("volumes"))
      for (const Value& volume : volumes->items())
        look_volume(object, volume);
    for (const char* list : {"initContainers", "containers"})
      if (const Value* containers = pods.spec->find(list))
        for (const Value& container : containers->items())
          look_container(object, *pods.spec, container);
  }

  void look(const AuditObject& object) {
    const Value& value = *object.value;
    if (object.kind == "HorizontalPodAutoscaler" || object.kind == "ScaledObject")
      look_scaler(object);
    if (object.kind == "ScaledObject") look_triggers(object);
    if (object.kind == "ExternalSecret" &&
        value.text_at({"spec", "secretStoreRef", "kind"}) != "ClusterSecretStore")
      need("SecretStore", object, value.text_at({"spec", "secretStoreRef", "name"}),
           "spec.secretStoreRef.name");
    if (object.kind == "Certificate") look_issuer(object);
    if (object.kind == "Issuer" && value.path({"spec", "ca"}) != nullptr)
      made("Secret", object, value.text_at({"spec", "ca", "secretName"}), "spec.ca.secretName");
    if (object.kind == "ScheduledBackup")
      need("Cluster", object, value.text_at({"spec", "cluster", "name"}), "spec.cluster.name");
    if (object.kind == "Cluster" && object.api.starts_with("postgresql.")) {
      look_postgres(object);
      look_backup_keys(object, {"spec", "backup", "barmanObjectStore", "s3Credentials"},
                       "spec.backup.barmanObjectStore");
    }
    if (object.kind == "ObjectStore")
      look_backup_keys(object, {"spec", "configuration", "s3Credentials"}, "spec.configuration");
    if (object.kind == "TriggerAuthentication")
      if (const Value* keys = value.path({"spec", "secretTargetRef"}))
        for (const Value& key : keys->items())
          made("Secret", object, key.text_at({"name"}), "spec.secretTargetRef");
    if (object.kind == "KafkaTopic" || object.kind == "KafkaUser" || object.kind == "KafkaNodePool")
      need("Kafka", object, value.text_at({"metadata", "labels", "strimzi.io/cluster"}),
           "metadata.labels.strimzi.io/cluster");
    if (object.kind == "RoleBinding" && value.text_at({"roleRef", "kind"}) == "Role")
      need("Role", object, value.text_at({"roleRef", "name"}), "roleRef.name");
    if (object.kind == "StatefulSet")
      made("Service", object, value.text_at({"spec", "serviceName"}), "spec.serviceName");
    if (object.kind == "SecretStore") look_store(object);
  }

 private:
  void missing(const AuditObject& object, std::string path, std::string text) {
    out_.add("missing-reference", object, std::move(path), std::move(text));
  }
  void need(std::string_view kind, const AuditObject& from, std::string_view name,
            const char* path) {
    if (world_.find(kind, from.space, name) == nullptr)
      missing(from, path, there_is_no(kind, from, name, world_));
  }
  void made(std::string_view kind, const AuditObject& from, std::string_view name,
            std::string path) {
    if (!world_.made(kind, from.space, name))
      missing(from, std::move(path),
              there_is_no(kind, from, name, world_) + ", and nothing here makes it");
  }
  static bool optional(const Value& reference) {
    const Value* flag = reference.find("optional");
    return flag != nullptr && flag->boolean();
  }

  void look_volume(const AuditObject& object, const Value& volume) {
    const std::string path = "volume " + std::string(volume.text_at({"name"}));
    const Value* secret = volume.find("secret");
    if (secret != nullptr && !optional(*secret))
      made("Secret", object, secret->text_at({"secretName"}), path);
    const Value* config = volume.find("configMap");
    if (config != nullptr && !optional(*config))
      made("ConfigMap", object, config->text_at({"name"}), path);
  }

  void look_container(const AuditObject& object, const Value& pod, const Value& container) {
    const std::string path = "container " + std::string(container.text_at({"name"}));
    const auto from = [&](const Value& source, const char* key, std::string_view kind) {
      if (const Value* reference = source.find(key); reference != nullptr && !optional(*reference))
        made(kind, object, reference->text_at({"name"}), path);
    };
    if (const Value* sources = container.find("envFrom"))
      for (const Value& source : sources->items()) {
        from(source, "configMapRef", "ConfigMap");
        from(source, "secretRef", "Secret");
      }
    if (const Value* variables = container.find("env"))
      for (const Value& variable : variables->items())
        if (const Value* source = variable.find("valueFrom")) {
          from(*source, "configMapKeyRef", "ConfigMap");
          from(*source, "secretKeyRef", "Secret");
        }
    if (const Value* mounts = container.find("volumeMounts"))
      for (const Value& mount : mounts->items())
        if (!has_volume(object, pod, mount.text_at({"name"})))
          missing(object, path,
                  "mounts the volume '" + std::string(mount.text_at({"name"})) +
                      "', which the pod hasn't got");
  }

  static bool has_volume(const AuditObject& object, const Value& pod, std::string_view name) {
    if (const Value* volumes = pod.find("volumes"))
      for (const Value& volume : volumes->items())
        if (volume.text_at({"name"}) == name) return true;
    if (const Value* claims = object.value->path({"spec", "volumeClaimTemplates"}))
      for (const Value& claim : claims->items())
        if (claim.text_at({"metadata", "name"}) == name) return true;
    return false;
  }

  void look_scaler(const AuditObject& object) {
    const Value* target = object.value->path({"spec", "scaleTargetRef"});
    if (target == nullptr) return;
    std::string_view kind = target->text_at({"kind"});
    if (kind.empty()) kind = "Deployment";
    const AuditObject* found = world_.find(kind, object.space, target->text_at({"name"}));
    if (found == nullptr) {
      missing(object, "spec.scaleTargetRef",
              there_is_no(kind, object, target->text_at({"name"}), world_));
    } else if (found->value->path({"spec", "replicas"}) != nullptr) {
      out_.add("replicas-beside-autoscaler", *found, "spec.replicas",
               "is set beside " + object.title() + ": each deployment resets what it scaled to");
    }
  }

  void look_triggers(const AuditObject& object) {
    if (const Value* triggers = object.value->path({"spec", "triggers"}))
      for (const Value& trigger : triggers->items())
        if (const Value* authentication = trigger.find("authenticationRef"))
          if (authentication->text_at({"kind"}) != "ClusterTriggerAuthentication")
            need("TriggerAuthentication", object, authentication->text_at({"name"}),
                 "spec.triggers");
  }

  void look_issuer(const AuditObject& object) {
    const std::string_view kind = object.value->text_at({"spec", "issuerRef", "kind"});
    const std::string_view name = object.value->text_at({"spec", "issuerRef", "name"});
    if (kind != "ClusterIssuer") need("Issuer", object, name, "spec.issuerRef.name");
    if (kind == "ClusterIssuer" && world_.has_kind(kind) &&
        world_.find(kind, "default", name) == nullptr)
      missing(object, "spec.issuerRef.name", there_is_no(kind, object, name, world_));
  }

  void look_postgres(const AuditObject& object) {
    const Value* plugins = object.value->path({"spec", "plugins"});
    if (plugins == nullptr) return;
    for (const Value& plugin : plugins->items()) {
      const std::string_view name = plugin.text_at({"parameters", "barmanObjectName"});
      if (!name.empty()) need("ObjectStore", object, name, "spec.plugins");
    }
  }

  void look_backup_keys(const AuditObject& object, std::initializer_list<std::string_view> where,
                        const char* path) {
    const Value* keys = object.value->path(where);
    if (keys == nullptr) return;
    for (const char* key : {"accessKeyId", "secretAccessKey"})
      if (const Value* reference = keys->find(key))
        made("Secret", object, reference->text_at({"name"}), path);
  }

  void look_store(const AuditObject& object) {
    const Value* account = object.value->path(
        {"spec", "provider", "vault", "auth", "kubernetes", "serviceAccountRef"});
    if (account != nullptr)
      need("ServiceAccount", object, account->text_at({"name"}), "spec.provider.vault.auth");
  }

  const World& world_;
  Findings& out_;
};

}  // namespace

void audit_references(const World& world, Findings& out) {
  References references(world, out);
  for (const AuditPods& pods : world.pods())
    references.look(pods);
  for (const AuditObject& object : world.objects())
    references.look(object);
}

}  // namespace scantling::generate
