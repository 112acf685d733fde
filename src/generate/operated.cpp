#include "generate/operated.h"

#include <algorithm>

#include "base/text.h"
#include "generate/certificates.h"
#include "generate/peers.h"
#include "generate/yugabyte.h"

namespace scantling::generate {

Origins OperatedNode::origins() const {
  return origins_of(plan, node.id);
}

std::string OperatedNode::database() const {
  return snake_name(plan.store_name(node.id));
}

std::string OperatedNode::disk() const {
  return std::to_string(size.disk_gib) + "Gi";
}

std::string OperatedNode::host() const {
  return service_host(node_service(node.name, engine), plan.system());
}

Value OperatedNode::object() const {
  Value meta = metadata(plan, origins(), node.name);
  meta["annotations"].set(std::string(kReasonAnnotation),
                          "no CPU limit: throttling shows as latency");
  return generate::object(by.api, by.kind, std::move(meta));
}

Value OperatedNode::resources() const {
  const std::string memory = memory_quantity(size.memory_bytes);
  return map({{"requests", map({{"cpu", cpu_quantity(size.cores)}, {"memory", memory}})},
              {"limits", map({{"memory", memory}})}});
}

Value OperatedNode::pod_labels() const {
  Value out = map({{"app.kubernetes.io/part-of", plan.system()}, {"owner", origins().owner}});
  if (plan.selected("istio")) out.set("sidecar.istio.io/inject", "false");
  return out;
}

Value OperatedNode::marks(const Origins& of) const {
  Value out = labels(plan, of);
  const Value more = pod_labels();
  for (std::size_t i = 0; i < more.size(); ++i)
    out.set(more.keys()[i], more.at(i));
  return out;
}

Value OperatedNode::pod_annotations() const {
  return plan.selected("linkerd") ? map({{"linkerd.io/inject", "disabled"}}) : Value::empty_map();
}

Value OperatedNode::claim() const {
  return map({{"accessModes", list({"ReadWriteOnce"})},
              {"resources", map({{"requests", map({{"storage", disk()}})}})}});
}

Value OperatedNode::zone_spread() const {
  const bool strict = store.spread && *store.spread == Spread::Zones;
  return list(
      {map({{"maxSkew", 1},
            {"topologyKey", "topology.kubernetes.io/zone"},
            {"whenUnsatisfiable", strict ? "DoNotSchedule" : "ScheduleAnyway"},
            {"labelSelector", map({{"matchLabels", map({{by.pod_label.data(), node.name}})}})}})});
}

std::vector<std::pair<std::string, std::string>> operated_user(const Plan& plan, StoreId id) {
  const std::string user = snake_name(plan.store_name(id));
  std::vector<std::pair<std::string, std::string>> out = {{"username", user}};
  if (plan.model().stores[id].engine.value == "elasticsearch") {
    // The file realm's own names for a user's roles and for what they may do.
    out.emplace_back("roles", user);
    out.emplace_back("roles.yml", user +
                                      ":\n  cluster: [monitor]\n  indices:\n    - names: ['*']\n"
                                      "      privileges: [create_index, read, write, "
                                      "view_index_metadata]\n");
  }
  return out;
}

bool operated_needs_admin(const Engine& engine) {
  return engine.name == "scylladb" || engine.name == "yugabytedb";
}

std::vector<std::string> backup_keys(const Plan&) {
  return {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"};
}

std::vector<std::pair<std::string, std::string>> backup_files(const Plan& plan) {
  std::vector<std::pair<std::string, std::string>> out;
  if (plan.uses_engine("cassandra"))
    out.emplace_back("credentials",
                     "[default]\naws_access_key_id = {{ .AWS_ACCESS_KEY_ID }}\n"
                     "aws_secret_access_key = {{ .AWS_SECRET_ACCESS_KEY }}\n");
  if (plan.uses_engine("scylladb"))
    out.emplace_back("scylla-manager-agent.yaml",
                     "s3:\n  endpoint: " + backup_endpoint(plan) +
                         "\n  access_key_id: {{ .AWS_ACCESS_KEY_ID }}\n"
                         "  secret_access_key: {{ .AWS_SECRET_ACCESS_KEY }}\n");
  return out;
}

std::string backup_bucket(const Plan& plan) {
  return plan.system() + "-backups";
}

std::string nightly(std::string_view name) {
  return std::to_string(fnv1a(name) % 60) + " 2 * * *";
}

std::int64_t backups_kept(const Store& store) {
  const double days = store.backup->keep.or_else({35LL * 86'400'000'000'000}).seconds() / 86'400;
  return std::max<std::int64_t>(1, whole_seconds(days));
}

std::string role_job(std::string_view node) {
  return dns_label(std::string(node) + "-roles");
}

Value secret_volume(const std::string& secret) {
  return map({{"name", dns_label("s-" + secret)},
              {"secret", map({{"secretName", secret}, {"defaultMode", 0440}})}});
}

Value secret_mount(const std::string& secret) {
  return map({{"name", dns_label("s-" + secret)},
              {"mountPath", "/secrets/" + secret},
              {"readOnly", true}});
}

namespace {

Value role_pod(const OperatedNode& of, const std::string& image,
               const std::vector<std::string>& secrets) {
  const std::string name = role_job(of.node.name);
  Value volumes = list({map({{"name", "tmp"}, {"emptyDir", map({{"sizeLimit", "64Mi"}})}}),
                        map({{"name", "script"}, {"configMap", map({{"name", name}})}})});
  Value mounts = list({map({{"name", "tmp"}, {"mountPath", "/tmp"}}),
                       map({{"name", "script"}, {"mountPath", "/script"}, {"readOnly", true}})});
  for (const std::string& secret : secrets) {
    volumes.add(secret_volume(secret));
    mounts.add(secret_mount(secret));
  }
  const Value container =
      map({{"name", "roles"},
           {"image", image},
           {"imagePullPolicy", "Always"},
           {"command", list({"/bin/sh", "/script/roles.sh"})},
           {"resources",
            map({{"requests",
                  map({{"cpu", "50m"}, {"memory", "256Mi"}, {"ephemeral-storage", "64Mi"}})},
                 {"limits", map({{"memory", "256Mi"}, {"ephemeral-storage", "128Mi"}})}})},
           {"securityContext", container_security()},
           {"volumeMounts", std::move(mounts)},
           {"terminationMessagePolicy", "FallbackToLogsOnError"}});
  return map({{"serviceAccountName", name},
              {"automountServiceAccountToken", false},
              {"enableServiceLinks", false},
              {"restartPolicy", "OnFailure"},
              {"priorityClassName", of.plan.system() + "-background"},
              {"securityContext", pod_security()},
              {"containers", list({container})},
              {"volumes", std::move(volumes)}});
}

Value role_network(const OperatedNode& of, const Origins& origins, const std::vector<Value>& more) {
  Value egress = list({dns_rule(), egress_rule(pods_with(of.by.pod_label, {of.node.name}),
                                               list({policy_port(of.engine.port)}))});
  for (const Value& rule : more)
    egress.add(rule);
  return policy(metadata(of.plan, origins, origins.name), selector_labels(of.plan, origins.name),
                Value::empty_list(), std::move(egress));
}

}  // namespace

void add_role_job(const OperatedNode& of, const std::string& image, const std::string& script,
                  const std::vector<std::string>& secrets, Output& out,
                  const std::vector<Value>& more) {
  Origins origins = of.origins();
  origins.name = role_job(of.node.name);
  out.add_resource(of.file, service_account(of.plan, origins, origins.name));
  Value config = object("v1", "ConfigMap", metadata(of.plan, origins, origins.name));
  config.set("data", map({{"roles.sh", script}}));
  out.add_resource(of.file, std::move(config));
  // A Job can't be changed: the continuous deployment makes it anew each time, and what it does can
  // be repeated.
  Value meta = metadata(of.plan, origins, origins.name);
  meta["annotations"].set("argocd.argoproj.io/hook", "Sync");
  meta["annotations"].set(std::string(kReasonAnnotation),
                          "no CPU limit: it runs for seconds; no probes: it ends by itself");
  meta["annotations"].set("argocd.argoproj.io/hook-delete-policy", "BeforeHookCreation");
  Value job = object("batch/v1", "Job", std::move(meta));
  job.set("spec", map({{"backoffLimit", 10},
                       {"activeDeadlineSeconds", 3600},
                       {"ttlSecondsAfterFinished", 3600},
                       {"template", map({{"metadata", map({{"labels", of.marks(origins)},
                                                           {"annotations", of.pod_annotations()}})},
                                         {"spec", role_pod(of, image, secrets)}})}}));
  out.add_resource(of.file, std::move(job));
  out.add_resource(of.file, role_network(of, origins, more));
}

namespace {

bool has_role_job(const Engine& engine) {
  return engine.name == "cassandra" || engine.name == "scylladb" || engine.name == "cockroachdb";
}

// Its pods among themselves on every port: gossip, replication, elections.
Value network(const OperatedNode& of) {
  const Value self = pods_with(of.by.pod_label, {of.node.name});
  Value from = store_clients(of.plan, of.node.id);
  if (has_role_job(of.engine))
    from.add(pods_peer(selector_labels(of.plan, role_job(of.node.name))));
  Value ports = list({policy_port(of.engine.port)});
  if (const int copies = copy_reads("", of.engine).port;
      copies != of.engine.port && of.plan.reads_any_copy(of.node.id))
    ports.add(policy_port(copies));
  Value ingress = list({map({{"from", std::move(from)}, {"ports", std::move(ports)}}),
                        map({{"from", list({self, namespace_peer(of.by.space)})}})});
  if (of.by.metrics_port != 0)
    ingress.add(ingress_rule(namespace_peer(kMonitoringNamespace),
                             list({policy_port(of.by.metrics_port)})));
  // Backups leave by the same port as requests to the API server.
  Value egress = list({dns_rule(), api_server_rule(), map({{"to", list({self})}})});
  Value meta = metadata(of.plan, of.origins(), of.node.name);
  return policy(std::move(meta), map({{of.by.pod_label.data(), of.node.name}}), std::move(ingress),
                std::move(egress));
}

Value monitor(const OperatedNode& of) {
  Value out = object("monitoring.coreos.com/v1", "PodMonitor",
                     metadata(of.plan, of.origins(), of.node.name));
  Value endpoint = map({{"portNumber", of.by.metrics_port}, {"interval", "15s"}});
  if (of.engine.name == "victoriametrics" || of.engine.name == "cockroachdb") {
    endpoint.set("scheme", "https");
    endpoint.set("tlsConfig",
                 map({{"ca", map({{"secret", map({{"name", node_ca_secret(of.node.name, of.engine)},
                                                  {"key", "ca.crt"}})}})},
                      {"serverName", of.host()}}));
  }
  if (of.engine.name == "cockroachdb") endpoint.set("path", "/_status/vars");
  if (of.engine.name == "victoriametrics") {
    const auto key = [&](std::string_view name) {
      return map({{"name", of.credentials()}, {"key", name}});
    };
    endpoint.set("basicAuth", map({{"username", key("username")}, {"password", key("password")}}));
  }
  out.set("spec",
          map({{"selector", map({{"matchLabels", map({{of.by.pod_label.data(), of.node.name}})}})},
               {"podMetricsEndpoints", list({std::move(endpoint)})}}));
  return out;
}

}  // namespace

void add_operated(const Plan& plan, const StoreNode& node, Output& out) {
  const Store& store = plan.model().stores[node.id];
  const Engine& engine = engine_of(store.engine.value);
  const Operated& by = *operated_as(engine.name);
  const OperatedNode of{plan, node, store, engine, by, store_size(plan, node.id), store_file(node)};
  if (engine.name == "yugabytedb") return add_yugabyte(of, out);
  constexpr std::pair<std::string_view, void (*)(const OperatedNode&, Output&)> kMakers[] = {
      {"mongodb", add_mongodb},
      {"mysql", add_mysql},
      {"cassandra", add_cassandra},
      {"scylladb", add_scylladb},
      {"cockroachdb", add_cockroachdb},
      {"clickhouse", add_clickhouse},
      {"elasticsearch", add_elasticsearch},
      {"victoriametrics", add_victoriametrics}};
  for (const auto& [name, make] : kMakers)
    if (name == engine.name) make(of, out);
  if (by.internal_issuer && by.ca_after == "-tls") {
    const std::string host = of.host(), service = node_service(node.name, engine);
    Value certificate = server_certificate(
        plan, of.origins(), node.name,
        {service, service + "." + plan.system() + ".svc", host, "*." + host, "localhost"});
    // Java reads key stores.
    if (engine.name == "cassandra") {
      const Value secret = map({{"name", of.credentials()}, {"key", "password"}});
      certificate["spec"].set(
          "keystores", map({{"jks", map({{"create", true}, {"passwordSecretRef", secret}})}}));
    }
    out.add_resource(of.file, std::move(certificate));
  }
  out.add_resource(of.file, network(of));
  if (plan.selected("prometheus") && by.metrics_port != 0) out.add_resource(of.file, monitor(of));
}

}  // namespace scantling::generate
