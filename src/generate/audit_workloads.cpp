// Workloads against what surrounds them: selectors and labels, probes and ports, disruption
// budgets, drains; topics against their cluster; settings of collectors.
#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "generate/audit_model.h"
#include "generate/manifests.h"

namespace scantling::generate {

std::int64_t least_pods(const World& world, const AuditPods& pods) {
  for (const AuditObject& object : world.objects()) {
    if (!world.more_work()) break;
    if (object.space != pods.owner->space) continue;
    const bool hpa = object.kind == "HorizontalPodAutoscaler";
    if (!hpa && object.kind != "ScaledObject") continue;
    if (object.value->text_at({"spec", "scaleTargetRef", "name"}) != pods.owner->name) continue;
    const Value* least = object.value->path({"spec", hpa ? "minReplicas" : "minReplicaCount"});
    return least == nullptr ? 1 : least->integer();
  }
  const Value* replicas = pods.owner->value->path({"spec", "replicas"});
  // A Deployment that a Rollout refers to has as many as the Rollout says.
  if (const AuditObject* rollout = world.find("Rollout", pods.owner->space, pods.owner->name))
    if (replicas == nullptr) replicas = rollout->value->path({"spec", "replicas"});
  return replicas == nullptr ? 1 : replicas->integer();
}

std::int64_t pods_of_all(const Value& value, std::int64_t all) {
  if (!value.is_string()) return value.integer();
  const std::int64_t percent = std::atoi(value.text().substr(0, 6).c_str());
  return (percent * all + 99) / 100;
}

namespace {

void look_template(const AuditPods& pods, Findings& out) {
  const Value* selector = pods.owner->value->path({"spec", "selector"});
  if (selector == nullptr || pods.spec == nullptr) return;
  if (!selects(*selector, pods))
    out.add("selector-not-template", *pods.owner, "spec.selector",
            "doesn't match the labels of its own pods");
}

const Value* container_port(const Value& container, const Value& port) {
  if (const Value* ports = container.find("ports"))
    for (const Value& each : ports->items()) {
      const Value* number = each.find("containerPort");
      const bool same = port.is_string() ? each.text_at({"name"}) == port.text()
                                         : number != nullptr && number->integer() == port.integer();
      if (same) return &each;
    }
  return nullptr;
}

void look_probes(const AuditPods& pods, Findings& out) {
  const Value* containers = pods.spec->find("containers");
  if (containers == nullptr) return;
  for (const Value& container : containers->items())
    for (const char* probe : {"startupProbe", "readinessProbe", "livenessProbe"})
      for (const char* how : {"httpGet", "tcpSocket"}) {
        const Value* port = container.path({probe, how, "port"});
        if (port == nullptr || container_port(container, *port) != nullptr) continue;
        const Value* ports = container.find("ports");
        if (!port->is_string() && (ports == nullptr || ports->empty())) continue;
        out.add("port-not-found", *pods.owner,
                "container " + std::string(container.text_at({"name"})) + " " + probe,
                "asks a port that the container hasn't got");
      }
}

void look_drain(const AuditPods& pods, Findings& out) {
  const Value* grace = pods.spec->find("terminationGracePeriodSeconds");
  const std::int64_t seconds = grace == nullptr ? 30 : grace->integer();
  const Value* containers = pods.spec->find("containers");
  if (containers == nullptr) return;
  for (const Value& container : containers->items()) {
    const Value* sleep = container.path({"lifecycle", "preStop", "sleep", "seconds"});
    if (sleep != nullptr && sleep->integer() >= seconds)
      out.add("no-time-to-drain", *pods.owner,
              "container " + std::string(container.text_at({"name"})),
              "preStop takes " + std::to_string(sleep->integer()) + " s of " +
                  std::to_string(seconds) + " s: nothing is left for requests in progress");
  }
}

void look_budget(const World& world, const AuditObject& object, Findings& out) {
  const Value* selector = object.value->path({"spec", "selector"});
  const Value* most = object.value->path({"spec", "maxUnavailable"});
  const Value* least = object.value->path({"spec", "minAvailable"});
  if (selector == nullptr) return;
  for (const AuditPods& pods : world.pods()) {
    if (!world.more_work()) return;
    if (pods.owner->space != object.space || pods.spec == nullptr || !selects(*selector, pods))
      continue;
    const std::int64_t all = least_pods(world, pods);
    const bool blocks = (most != nullptr && pods_of_all(*most, all) == 0) ||
                        (least != nullptr && pods_of_all(*least, all) >= all);
    if (blocks)
      out.add("budget-blocks", object, "spec",
              "lets none of the " + std::to_string(all) + " pods of " + pods.owner->title() +
                  " go: no node can be drained");
  }
}

void look_scaler(const AuditObject& object, Findings& out) {
  const bool hpa = object.kind == "HorizontalPodAutoscaler";
  const Value* least = object.value->path({"spec", hpa ? "minReplicas" : "minReplicaCount"});
  const Value* most = object.value->path({"spec", hpa ? "maxReplicas" : "maxReplicaCount"});
  if (least != nullptr && most != nullptr && least->integer() > most->integer())
    out.add("scale-range", object, "spec",
            "at least " + std::to_string(least->integer()) + " and at most " +
                std::to_string(most->integer()) + " pods");
}

void look_topic(const World& world, const AuditObject& object, Findings& out) {
  const Value* replicas = object.value->path({"spec", "replicas"});
  const std::string_view in_sync = object.value->text_at({"spec", "config", "min.insync.replicas"});
  const std::int64_t n = std::atoi(std::string(in_sync.substr(0, 6)).c_str());
  if (replicas != nullptr && replicas->integer() > 1 && n > replicas->integer() - 1)
    out.add("in-sync-too-high", object, "spec.config",
            "min.insync.replicas " + std::to_string(n) + " of " +
                std::to_string(replicas->integer()) +
                " copies: no broker can be restarted without refusing messages");
  const Value* partitions = object.value->path({"spec", "partitions"});
  const std::string_view topic = object.value->text_at({"spec", "topicName"});
  if (partitions == nullptr) return;
  for (const AuditObject& scaler : world.objects()) {
    if (!world.more_work()) return;
    const Value* triggers =
        scaler.kind == "ScaledObject" ? scaler.value->path({"spec", "triggers"}) : nullptr;
    const Value* most = scaler.value->path({"spec", "maxReplicaCount"});
    if (triggers == nullptr || most == nullptr) continue;
    for (const Value& trigger : triggers->items())
      if (trigger.text_at({"type"}) == "kafka" && trigger.text_at({"metadata", "topic"}) == topic &&
          most->integer() > partitions->integer())
        out.add("consumers-past-partitions", scaler, "spec.maxReplicaCount",
                std::to_string(most->integer()) + " consumers of " + std::string(topic) +
                    ", which has " + std::to_string(partitions->integer()) +
                    " partitions: the rest is idle");
  }
}

}  // namespace

void audit_workloads(const World& world, Findings& out) {
  for (const AuditPods& pods : world.pods()) {
    if (pods.spec == nullptr) continue;
    if (pods.owner->kind != "Pod" && pods.owner->kind != "CronJob" && pods.owner->kind != "Job")
      look_template(pods, out);
    look_probes(pods, out);
    look_drain(pods, out);
  }
  std::map<std::string, std::string_view> seen;
  for (const AuditObject& object : world.objects()) {
    if (object.kind == "PodDisruptionBudget") look_budget(world, object, out);
    if (object.kind == "HorizontalPodAutoscaler" || object.kind == "ScaledObject")
      look_scaler(object, out);
    if (object.kind == "KafkaTopic") look_topic(world, object, out);
    const std::size_t slash = object.api.find('/');
    const std::string group(slash == std::string_view::npos ? "" : object.api.substr(0, slash));
    if (object.name.empty()) continue;
    const auto [first, fresh] = seen.try_emplace(group + "/" + object.title(), object.file);
    if (!fresh)
      out.add("duplicate-object", object, "",
              first->second == object.file ? "stands in this file twice"
                                           : "stands in " + std::string(first->second) + " too");
  }
}

namespace {

bool has_component(const Value& config, const char* section, const std::string& name) {
  const Value* all = config.find(section);
  if (all != nullptr && all->find(name) != nullptr) return true;
  // A connector is the exporter of one pipeline and the receiver of another.
  const Value* connectors = config.find("connectors");
  return section != std::string_view("processors") && connectors != nullptr &&
         connectors->find(name) != nullptr;
}

void look_collector(const AuditObject& object, const Value& config, Findings& out) {
  const Value* pipelines = config.path({"service", "pipelines"});
  if (pipelines == nullptr || !pipelines->is_map()) return;
  for (std::size_t i = 0; i < pipelines->size(); ++i) {
    const std::string path = "service.pipelines." + pipelines->keys()[i];
    for (const char* section : {"receivers", "processors", "exporters"}) {
      const Value* names = pipelines->at(i).find(section);
      if (names == nullptr || !names->is_list()) continue;
      for (const Value& name : names->items())
        if (!has_component(config, section, name.text()))
          out.add("undefined-component", object, path,
                  std::string("names ") + name.text() + ", which stands in no " + section);
    }
    const Value* processors = pipelines->at(i).find("processors");
    if (processors == nullptr || processors->empty()) continue;
    const bool limited = std::ranges::any_of(processors->items(), [](const Value& name) {
      return name.text().starts_with("memory_limiter");
    });
    if (limited && !processors->at(0).text().starts_with("memory_limiter"))
      out.add("pipeline-order", object, path,
              "memory_limiter is not the first processor: what comes before it is not limited");
  }
}

}  // namespace

void audit_collectors(const World& world, Findings& out) {
  for (const AuditObject& object : world.objects()) {
    if (object.kind == "OpenTelemetryCollector")
      if (const Value* config = object.value->path({"spec", "config"}))
        look_collector(object, *config, out);
    if (object.kind != "ConfigMap") continue;
    const Value* data = object.value->find("data");
    if (data == nullptr) continue;
    for (const Value& text : data->items()) {
      if (!text.is_string() || text.text().find("pipelines:") == std::string::npos) continue;
      for (const Value& document : parse_manifests(text.text()).documents)
        look_collector(object, document, out);
    }
  }
}

}  // namespace scantling::generate
