// CockroachDB, ClickHouse, Elasticsearch and VictoriaMetrics by their own operators.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "catalog/catalog.h"
#include "generate/operated.h"

namespace scantling::generate {

// As many nodes as were priced: ranges spread over all of them. The operator's own authority signs
// the nodes' certificates and that of root, by which the Job makes the services' user.
void add_cockroachdb(const OperatedNode& of, Output& out) {
  const std::int64_t nodes = std::clamp<std::int64_t>(of.size.machines, 3, 1000);
  Value claim = of.claim();
  claim.set("volumeMode", "Filesystem");
  Value object = of.object();
  object.set("spec",
             map({{"nodes", nodes},
                  {"image", map({{"name", of.engine.image}, {"pullPolicy", "IfNotPresent"}})},
                  {"tlsEnabled", true},
                  {"cache", "25%"},
                  {"maxSQLMemory", "25%"},
                  {"maxUnavailable", 1},
                  {"priorityClassName", of.plan.system() + "-first"},
                  {"additionalLabels", of.pod_labels()},
                  {"additionalAnnotations", of.pod_annotations()},
                  {"resources", of.resources()},
                  {"topologySpreadConstraints", of.zone_spread()},
                  {"dataStore", map({{"pvc", map({{"spec", std::move(claim)}})}})}}));
  out.add_resource(of.file, std::move(object));
  const std::string certificates = "/secrets/" + of.node.name + "-root";
  std::string script = "set -eu\npassword=$(cat /secrets/" + of.credentials() +
                       "/password)\n"
                       "cp " +
                       certificates + "/ca.crt /tmp/ca.crt\ncp " + certificates +
                       "/tls.crt /tmp/client.root.crt\ncp " + certificates +
                       "/tls.key /tmp/client.root.key\nchmod 600 /tmp/client.root.key\n"
                       "cockroach sql --certs-dir=/tmp --host=" +
                       of.host() + " <<END\nCREATE DATABASE IF NOT EXISTS " + of.database() +
                       ";\nCREATE USER IF NOT EXISTS " + of.database() + ";\nALTER USER " +
                       of.database() + " WITH PASSWORD '$password';\nGRANT ALL ON DATABASE " +
                       of.database() + " TO " + of.database() + ";\n";
  std::vector<std::string> secrets = {of.node.name + "-root", of.credentials()};
  if (of.store.backup) {
    const std::string keys = "/secrets/" + backup_secret(of.plan) + "/";
    secrets.push_back(backup_secret(of.plan));
    script += "CREATE SCHEDULE IF NOT EXISTS nightly FOR BACKUP INTO 's3://" +
              backup_bucket(of.plan) + "/" + of.node.name + "?AWS_ACCESS_KEY_ID=$(cat " + keys +
              "AWS_ACCESS_KEY_ID)&AWS_SECRET_ACCESS_KEY=$(cat " + keys +
              "AWS_SECRET_ACCESS_KEY)&AWS_ENDPOINT=" + backup_endpoint(of.plan) +
              "' WITH revision_history RECURRING '@hourly' FULL BACKUP '@daily';\n";
  }
  add_role_job(of, std::string(of.engine.image), script + "END\n", secrets, out);
}

namespace {

constexpr std::int64_t kClickHouseUser = 101;  // of its images

// It writes beside its data as well: a read-only root would need a mount for each place.
Value unprivileged() {
  Value out = container_security();
  out.set("readOnlyRootFilesystem", false);
  return out;
}

Value port(std::string_view name, int number) {
  return map({{"name", name}, {"containerPort", number}, {"protocol", "TCP"}});
}

// As Kubernetes' own workloads are probed here: every key is said.
Value with_probes(Value container, const Value& how) {
  container.set("startupProbe", probe(how, {5, 3, 120}));
  container.set("readinessProbe", probe(how, {5, 3, 3}));
  container.set("livenessProbe", probe(how, {10, 3, 12}));
  container.set("lifecycle", map({{"preStop", map({{"sleep", map({{"seconds", 5}})}})}}));
  return container;
}

Value keeper(const OperatedNode& of) {
  Value out = object("clickhouse-keeper.altinity.com/v1", "ClickHouseKeeperInstallation",
                     *of.object().find("metadata"));
  const Value container =
      map({{"name", "clickhouse-keeper"},
           {"image", "docker.io/clickhouse/clickhouse-keeper:25.6"},
           {"imagePullPolicy", "IfNotPresent"},
           {"ports", list({port("zk", 2181), port("raft", 9444)})},
           {"securityContext", unprivileged()},
           {"resources", map({{"requests", map({{"cpu", "250m"}, {"memory", "512Mi"}})},
                              {"limits", map({{"memory", "512Mi"}})}})}});
  const Value tcp = map({{"tcpSocket", map({{"port", "zk"}})}});
  const Value claim = map({{"accessModes", list({"ReadWriteOnce"})},
                           {"resources", map({{"requests", map({{"storage", "10Gi"}})}})}});
  Value marks = of.pod_labels();
  marks.set(of.by.pod_label.data(), of.node.name);
  out.set(
      "spec",
      map({{"configuration",
            map({{"clusters",
                  list({map({{"name", "keeper"}, {"layout", map({{"replicasCount", 3}})}})})}})},
           {"defaults", map({{"templates", map({{"podTemplate", "pod"},
                                                {"dataVolumeClaimTemplate", "data"}})}})},
           {"templates",
            map({{"podTemplates",
                  list({map(
                      {{"name", "pod"},
                       {"metadata", map({{"labels", std::move(marks)}})},
                       {"spec", map({{"securityContext", pod_security(kClickHouseUser)},
                                     {"containers", list({with_probes(container, tcp)})}})}})})},
                 {"volumeClaimTemplates", list({map({{"name", "data"}, {"spec", claim}})})}})}}));
  return out;
}

Value clickhouse_users(const OperatedNode& of) {
  const std::string name = of.database();
  const Value reference =
      map({{"valueFrom",
            map({{"secretKeyRef", map({{"name", of.credentials()}, {"key", "password"}})}})}});
  Value out = Value::empty_map();
  out.set(name + "/password", reference);
  out.set(name + "/networks/ip", "::/0");
  out.set(name + "/profile", "default");
  out.set(name + "/grants/query", list({"GRANT ALL ON " + name + ".*"}));
  return out;
}

// How many copies have a row before it counts, and whether the server gathers rows meanwhile.
Value clickhouse_profile(const OperatedNode& of) {
  Value out = Value::empty_map();
  const Technology* known = catalog_in_use().find(of.engine.name);
  if (known != nullptr && known->gathers.nanoseconds > 0 && of.store.write &&
      *of.store.write == known->gathered) {
    out.set("default/async_insert", 1);
    out.set("default/wait_for_async_insert", 1);
    out.set("default/async_insert_busy_timeout_max_ms",
            static_cast<std::int64_t>(std::llround(known->gathers.milliseconds())));
  }
  if (of.store.consistency && of.store.consistency->kind == ConsistencyKind::Quorum &&
      of.copies() > 1) {
    out.set("default/insert_quorum", of.store.consistency->quorum.write);
    // A read sees what a quorum has written, which takes inserts one after the other.
    if (of.store.consistency->quorum.read > 1) {
      out.set("default/insert_quorum_parallel", 0);
      out.set("default/select_sequential_consistency", 1);
    }
  }
  return out;
}

Value clickhouse_pod(const OperatedNode& of) {
  const Value container =
      map({{"name", "clickhouse"},
           {"image", of.engine.image},
           {"imagePullPolicy", "IfNotPresent"},
           {"ports", list({port("http", 8123), port("https", of.engine.port), port("tcp", 9000),
                           port("interserver", 9009), port("http-metrics", of.by.metrics_port)})},
           {"securityContext", unprivileged()},
           {"resources", of.resources()},
           {"volumeMounts", list({map({{"name", "data"}, {"mountPath", "/var/lib/clickhouse"}}),
                                  map({{"name", "tls"},
                                       {"mountPath", "/etc/clickhouse-server/tls"},
                                       {"readOnly", true}})})}});
  const Value ping =
      map({{"httpGet", map({{"path", "/ping"}, {"port", "http"}, {"scheme", "HTTP"}})}});
  return map(
      {{"name", "pod"},
       {"metadata", map({{"labels", of.pod_labels()}, {"annotations", of.pod_annotations()}})},
       {"spec", map({{"priorityClassName", of.plan.system() + "-first"},
                     {"topologySpreadConstraints", of.zone_spread()},
                     {"securityContext", pod_security(kClickHouseUser)},
                     {"containers", list({with_probes(container, ping)})},
                     {"volumes", list({map({{"name", "tls"},
                                            {"secret", map({{"secretName", of.tls()}})}})})}})}});
}

}  // namespace

void add_clickhouse(const OperatedNode& of, Output& out) {
  const bool replicated = of.copies() > 1;
  Value cluster =
      map({{"name", "main"},
           {"secure", "yes"},
           {"layout", map({{"shardsCount", of.shards()}, {"replicasCount", of.copies()}})}});
  Value settings = Value::empty_map();
  settings.set("https_port", of.engine.port);
  settings.set("openSSL/server/certificateFile", "/etc/clickhouse-server/tls/tls.crt");
  settings.set("openSSL/server/privateKeyFile", "/etc/clickhouse-server/tls/tls.key");
  settings.set("openSSL/server/caConfig", "/etc/clickhouse-server/tls/ca.crt");
  settings.set("prometheus/endpoint", "/metrics");
  settings.set("prometheus/port", of.by.metrics_port);
  if (of.store.max_connections) settings.set("max_connections", of.store.max_connections->value);
  Value configuration = map({{"users", clickhouse_users(of)},
                             {"settings", std::move(settings)},
                             {"clusters", list({std::move(cluster)})}});
  if (Value profile = clickhouse_profile(of); !profile.empty())
    configuration.set("profiles", std::move(profile));
  if (replicated)
    configuration.set(
        "zookeeper",
        map({{"nodes", list({map({{"host", "keeper-" + of.node.name}, {"port", 2181}})})}}));
  Value object = of.object();
  object.set("spec",
             map({{"defaults", map({{"templates", map({{"podTemplate", "pod"},
                                                       {"dataVolumeClaimTemplate", "data"}})}})},
                  {"configuration", std::move(configuration)},
                  {"templates", map({{"podTemplates", list({clickhouse_pod(of)})},
                                     {"volumeClaimTemplates",
                                      list({map({{"name", "data"}, {"spec", of.claim()}})})}})}}));
  if (replicated) out.add_resource(of.file, keeper(of));
  out.add_resource(of.file, std::move(object));
}

void add_elasticsearch(const OperatedNode& of, Output& out) {
  const Value container = map({{"name", "elasticsearch"}, {"resources", of.resources()}});
  Value claim = map({{"metadata", map({{"name", "elasticsearch-data"}})}, {"spec", of.claim()}});
  const Value set =
      map({{"name", "data"},
           {"count", std::min<std::int64_t>(of.size.machines, 1000)},
           // Without it a node would have to change a setting of its host's kernel.
           {"config", map({{"node.store.allow_mmap", false}})},
           {"podTemplate", map({{"metadata", map({{"labels", of.pod_labels()},
                                                  {"annotations", of.pod_annotations()}})},
                                {"spec", map({{"priorityClassName", of.plan.system() + "-first"},
                                              {"topologySpreadConstraints", of.zone_spread()},
                                              {"containers", list({container})}})}})},
           {"volumeClaimTemplates", list({std::move(claim)})}});
  const Value secret = list({map({{"secretName", of.credentials()}})});
  const std::size_t colon = of.engine.image.rfind(':');
  Value object = of.object();
  object.set("spec", map({{"version", of.engine.image.substr(colon + 1)},
                          {"auth", map({{"fileRealm", secret}, {"roles", secret}})},
                          {"nodeSets", list({set})}}));
  out.add_resource(of.file, std::move(object));
}

// One instance, as the operator's VMSingle: it takes a million samples a second before a cluster is
// needed (VictoriaMetrics documentation, capacity planning).
void add_victoriametrics(const OperatedNode& of, Output& out) {
  const double days = of.store.keep.or_else({30LL * 86'400'000'000'000}).seconds() / 86'400;
  const std::string secrets = "/etc/vm/secrets/";
  Value arguments =
      map({{"httpAuth.username", of.database()},
           {"httpAuth.password", "file://" + secrets + of.credentials() + "/password"},
           {"tls", "true"},
           {"tlsCertFile", secrets + of.tls() + "/tls.crt"},
           {"tlsKeyFile", secrets + of.tls() + "/tls.key"}});
  const std::size_t colon = of.engine.image.rfind(':');
  Value object = of.object();
  object.set("spec", map({{"image", map({{"repository", of.engine.image.substr(0, colon)},
                                         {"tag", of.engine.image.substr(colon + 1)}})},
                          {"port", std::to_string(of.engine.port)},
                          {"retentionPeriod", std::to_string(whole_seconds(days)) + "d"},
                          {"storage", of.claim()},
                          {"resources", of.resources()},
                          {"secrets", list({of.credentials(), of.tls()})},
                          {"useStrictSecurity", true},
                          {"priorityClassName", of.plan.system() + "-first"},
                          {"podMetadata", map({{"labels", of.pod_labels()},
                                               {"annotations", of.pod_annotations()}})},
                          {"extraArgs", std::move(arguments)}}));
  out.add_resource(of.file, std::move(object));
}

}  // namespace scantling::generate
