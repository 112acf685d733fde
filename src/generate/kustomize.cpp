#include "generate/kustomize.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "generate/k8s.h"

namespace scantling::generate {
namespace {

struct File {
  std::string path;
  std::vector<Value> objects;
};

std::vector<File> by_file(const Output& out) {
  std::vector<File> files;
  for (const Resource& resource : out.resources()) {
    auto known = std::ranges::find(files, resource.file, &File::path);
    if (known == files.end()) {
      files.push_back({resource.file, {}});
      known = files.end() - 1;
    }
    known->objects.push_back(resource.object);
  }
  std::ranges::sort(files, {}, &File::path);
  return files;
}

Value kustomization(std::string_view kind, std::string_view version) {
  return map({{"apiVersion", "kustomize.config.k8s.io/" + std::string(version)}, {"kind", kind}});
}

bool has_kind(const Output& out, std::string_view kind) {
  return std::ranges::any_of(out.resources(), [&](const Resource& resource) {
    return resource.object.text_at({"kind"}) == kind;
  });
}

Value operation(std::string_view op, std::string_view path, Value value) {
  return map({{"op", op}, {"path", path}, {"value", std::move(value)}});
}

Value patch(std::string_view kind, std::string_view name, const Value& operations) {
  Value target = map({{"kind", kind}});
  if (!name.empty()) target.set("name", name);
  return map({{"target", std::move(target)}, {"patch", to_yaml(operations)}});
}

Value delete_kind(std::string_view kind, std::string_view version) {
  return map({{"target", map({{"kind", kind}})},
              {"patch", "$patch: delete\napiVersion: " + std::string(version) +
                            "\nkind: " + std::string(kind) + "\nmetadata:\n  name: any\n"}});
}

// The copies of what other operators run, one each; they want it said that one is too few.
void add_small_operated(std::string_view kind, std::string_view name, Value& patches) {
  if (kind == "PerconaServerMongoDB")
    patches.add(patch(kind, name,
                      list({operation("replace", "/spec/replsets/0/size", 1),
                            operation("replace", "/spec/backup", map({{"enabled", false}})),
                            operation("add", "/spec/unsafeFlags", map({{"replsetSize", true}}))})));
  if (kind == "PerconaXtraDBCluster")
    patches.add(patch(kind, name,
                      list({operation("replace", "/spec/pxc/size", 1),
                            operation("replace", "/spec/haproxy/size", 1),
                            operation("add", "/spec/unsafeFlags",
                                      map({{"pxcSize", true}, {"proxySize", true}}))})));
  if (kind == "ClickHouseInstallation")
    patches.add(patch(
        kind, name,
        list({operation("replace", "/spec/configuration/clusters/0/layout/replicasCount", 1)})));
  if (kind == "Elasticsearch")
    patches.add(patch(kind, name, list({operation("replace", "/spec/nodeSets/0/count", 1)})));
}

// One copy of each store and broker; what only several can keep goes with them.
void add_small_stores(const Output& out, Value& patches) {
  for (const Resource& resource : out.resources()) {
    const std::string_view kind = resource.object.text_at({"kind"});
    const std::string_view name = resource.object.text_at({"metadata", "name"});
    const auto remove = [](std::string_view path) {
      return map({{"op", "remove"}, {"path", path}});
    };
    if (kind == "Cluster") {
      Value operations = list({operation("replace", "/spec/instances", 1)});
      for (const char* key : {"replicationSlots", "backup", "plugins"})
        if (resource.object.path({"spec", key}) != nullptr)
          operations.add(remove(std::string("/spec/") + key));
      if (resource.object.path({"spec", "postgresql", "synchronous"}) != nullptr)
        operations.add(remove("/spec/postgresql/synchronous"));
      patches.add(patch(kind, name, operations));
    } else if (kind == "KafkaNodePool") {
      patches.add(patch(kind, name, list({operation("replace", "/spec/replicas", 1)})));
    } else if (kind == "KafkaTopic") {
      patches.add(patch(kind, name,
                        list({operation("replace", "/spec/replicas", 1),
                              operation("replace", "/spec/config/min.insync.replicas", "1")})));
    } else if (kind == "Kafka") {
      Value operations = Value::empty_list();
      for (const char* key :
           {"default.replication.factor", "min.insync.replicas", "offsets.topic.replication.factor",
            "transaction.state.log.min.isr", "transaction.state.log.replication.factor"})
        operations.add(operation("replace", std::string("/spec/kafka/config/") + key, 1));
      patches.add(patch(kind, name, operations));
    } else if (kind == "RabbitmqCluster") {
      patches.add(patch(kind, name, list({operation("replace", "/spec/replicas", 1)})));
    } else {
      add_small_operated(kind, name, patches);
    }
  }
}

// Small and single: what a cluster for trying out has room for.
Value dev_profile(const Plan& plan, const Output& out) {
  Value patches = Value::empty_list();
  for (const ServicePlan& service : plan.services()) {
    if (service.scheduled) continue;
    Value operations = list(
        {operation("replace", "/spec/template/spec/containers/0/resources/requests/cpu", "50m")});
    if (!service.autoscaled() && !plan.rolled_out(service))
      operations.add(operation("replace", "/spec/replicas", 1));
    patches.add(patch("Deployment", service.name, operations));
  }
  if (has_kind(out, "HorizontalPodAutoscaler"))
    patches.add(patch("HorizontalPodAutoscaler", "",
                      list({operation("replace", "/spec/minReplicas", 1),
                            operation("replace", "/spec/maxReplicas", 2)})));
  if (has_kind(out, "ScaledObject"))
    patches.add(patch("ScaledObject", "",
                      list({operation("replace", "/spec/minReplicaCount", 1),
                            operation("replace", "/spec/maxReplicaCount", 2)})));
  if (has_kind(out, "Rollout"))
    for (const Resource& resource : out.resources())
      if (resource.object.text_at({"kind"}) == "Rollout" &&
          resource.object.path({"spec", "replicas"}) != nullptr)
        patches.add(patch("Rollout", resource.object.text_at({"metadata", "name"}),
                          list({operation("replace", "/spec/replicas", 1)})));
  add_small_stores(out, patches);
  if (has_kind(out, "ScheduledBackup"))
    patches.add(delete_kind("ScheduledBackup", "postgresql.cnpg.io/v1"));
  if (has_kind(out, "PodDisruptionBudget"))
    patches.add(delete_kind("PodDisruptionBudget", "policy/v1"));
  Value profile = kustomization("Component", "v1alpha1");
  profile.set("patches", std::move(patches));
  return profile;
}

// What auditors ask for: every container with a processor limit as well.
Value strict_profile(const Plan& plan) {
  Value patches = Value::empty_list();
  for (const ServicePlan& service : plan.services()) {
    if (service.scheduled) continue;
    const Runtime& runtime = *plan.model().services[service.id].runtime;
    patches.add(
        patch("Deployment", service.name,
              list({operation("add", "/spec/template/spec/containers/0/resources/limits/cpu",
                              cpu_quantity(runtime.cpu.or_else({0.5}).value))})));
  }
  Value profile = kustomization("Component", "v1alpha1");
  profile.set("patches", std::move(patches));
  return profile;
}

Value overlay(const Plan& plan, const std::string& environment) {
  const bool small = environment.starts_with("dev") || environment == "test";
  Value out = kustomization("Kustomization", "v1beta1");
  out.set("resources", list({"../../base"}));
  Value components = Value::empty_list();
  if (small) components.add("../../profiles/dev");
  if (environment == "production") components.add("../../profiles/production");
  if (!components.empty()) out.set("components", std::move(components));
  out.set("labels", list({map({{"pairs", map({{"env", environment}})},
                               {"includeSelectors", false},
                               {"includeTemplates", true}})}));
  Value images = Value::empty_list();
  for (const ServicePlan& service : plan.services())
    images.add(map({{"name", plan.image(service)}, {"newTag", plan.options().tag}}));
  out.set("images", std::move(images));
  return out;
}

}  // namespace

void write_kustomize(const Plan& plan, Output& out) {
  const std::vector<File> files = by_file(out);
  if (files.empty()) return;
  Value base = kustomization("Kustomization", "v1beta1");
  Value resources = Value::empty_list();
  for (const File& file : files) {
    out.add("deploy/base/" + file.path, to_yaml_stream(file.objects, kGeneratedHeader));
    resources.add(file.path);
  }
  base.set("resources", std::move(resources));
  out.add("deploy/base/kustomization.yaml", to_yaml(base, kGeneratedHeader));
  if (!plan.selected("kubernetes")) return;
  out.add("deploy/profiles/dev/kustomization.yaml", to_yaml(dev_profile(plan, out)));
  Value production = kustomization("Component", "v1alpha1");
  production.set("labels", list({map({{"pairs", map({{"scantling/profile", "production"}})}})}));
  out.add(
      "deploy/profiles/production/kustomization.yaml",
      to_yaml(production, "The base is sized for production: nothing is changed but the mark."));
  out.add("deploy/profiles/strict/kustomization.yaml", to_yaml(strict_profile(plan)));
  for (const std::string& environment : plan.environments())
    out.add("deploy/overlays/" + environment + "/kustomization.yaml",
            to_yaml(overlay(plan, environment),
                    "Yours: scantling wrote this once and never touches it again."),
            Ownership::Yours);
}

}  // namespace scantling::generate
