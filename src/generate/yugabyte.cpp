// YugabyteDB without an operator: the free one knows no TLS between nodes, and the maintained one
// is part of YugabyteDB Anywhere, which wants a licence. So masters and tablet servers are
// StatefulSets of ours, with the flags of the project's Helm chart (yugabyte/charts).
#include <algorithm>

#include "base/text.h"
#include "generate/certificates.h"
#include "generate/operated.h"
#include "generate/peers.h"
#include "generate/stateful.h"
#include "generate/yugabyte.h"

namespace scantling::generate {
namespace {

constexpr int kMasterRpc = 7100, kMasterHttp = 7000, kServerRpc = 9100, kServerHttp = 9000;
constexpr int kSqlMetrics = 13000;
constexpr std::string_view kHome = "/home/yugabyte";
constexpr std::string_view kMetricsOf = "/prometheus-metrics";

// Every write counts once a majority has it: an even number of copies survives no more than the odd
// one below it.
std::int64_t replication(const OperatedNode& of) {
  const std::int64_t copies = std::min<std::int64_t>(of.copies(), 7);
  return copies % 2 == 1 ? copies : copies - 1;
}

// Tablets spread over as many servers as were priced.
std::int64_t servers(const OperatedNode& of) {
  return std::max(replication(of), std::min<std::int64_t>(of.size.machines, 100));
}

// In how many zones the copies have to stand. Over regions is over zones too.
std::int64_t needed_zones(const OperatedNode& of) {
  const Spread spread = of.store.spread.or_else(Spread::Zones);
  const bool zones = spread == Spread::Zones || spread == Spread::Regions;
  return zones ? std::min<std::int64_t>(of.plan.zones(), replication(of)) : 1;
}

struct Part {
  bool master = false;
  std::string name;  // of the StatefulSet, its Service and its pods' label
  int rpc = 0, http = 0;
  std::int64_t copies = 1, gib = 10, memory = 0;
  std::string cpu;
};

Part master_part(const OperatedNode& of) {
  return {true, yugabyte_masters(of.node.name), kMasterRpc, kMasterHttp, replication(of),
          10,   std::int64_t{2} << 30,          "500m"};
}

// Named apart from the Service that clients use, which only has those that are ready.
Part server_part(const OperatedNode& of) {
  return {false,       of.node.name,     kServerRpc,           kServerHttp,
          servers(of), of.size.disk_gib, of.size.memory_bytes, cpu_quantity(of.size.cores)};
}

std::string pod_host(const OperatedNode& of, const Part& part, std::int64_t i) {
  return part.name + "-" + std::to_string(i) + "." + service_host(part.name, of.plan.system());
}

std::string master_addresses(const OperatedNode& of) {
  const Part masters = master_part(of);
  std::vector<std::string> out;
  for (std::int64_t i = 0; i < masters.copies; ++i)
    out.push_back(pod_host(of, masters, i) + ":" + std::to_string(kMasterRpc));
  return join(out, ",");
}

Origins origins(const OperatedNode& of, const std::string& name) {
  Origins out = of.origins();
  out.name = name;
  return out;
}

// The rest is for the PostgreSQL processes beside a tablet server (their documentation, "memory
// division flags": 60% of more than 16 GB is the server's), and for what the heap doesn't count.
std::int64_t heap_bytes(const Part& part) {
  return part.memory / 100 * (part.master ? 85 : 60);
}

std::string flags(const OperatedNode& of, const Part& part) {
  std::string out =
      "--fs_data_dirs=/data\n--logtostderr=true\n--webserver_interface=0.0.0.0\n"
      "--enable_ysql=true\n--certs_dir=/tls\n--cert_node_filename=server\n"
      "--use_node_to_node_encryption=true\n--allow_insecure_connections=false\n"
      "--use_node_hostname_for_local_tserver=true\n--memory_limit_hard_bytes=" +
      std::to_string(heap_bytes(part)) + "\n";
  const std::string masters = master_addresses(of) + "\n";
  if (part.master)
    return out + "--replication_factor=" + std::to_string(part.copies) +
           "\n--master_addresses=" + masters;
  out += "--tserver_master_addrs=" + masters;
  out += "--pgsql_proxy_bind_address=0.0.0.0:" + std::to_string(of.engine.port) +
         "\n--start_cql_proxy=false\n--start_redis_proxy=false\n--ysql_enable_auth=true\n"
         "--ysql_hba_conf_csv=local all yugabyte trust\n"
         "--use_client_to_server_encryption=true\n--certs_for_client_dir=/tls\n";
  if (of.store.max_connections)
    out += "--ysql_max_connections=" + std::to_string(of.store.max_connections->value) + "\n";
  return out;
}

// Where a node stands is known only to its pod: Kubernetes copies the node's zone to the pod's
// labels (KEP-4742, on by default from 1.35).
std::string start_script(const OperatedNode& of, const Part& part) {
  const std::string port = std::to_string(part.rpc);
  return "#!/bin/bash\nset -eu\nme=$HOSTNAME." + service_host(part.name, of.plan.system()) +
         "\n# The pod's own name comes up a little after the pod.\n"
         "until getent hosts \"$me\" >/dev/null; do sleep 1; done\n"
         "exec " +
         std::string(kHome) + "/bin/" + (part.master ? "yb-master" : "yb-tserver") +
         " --flagfile=/config/server.conf \\\n  --rpc_bind_addresses=\"$me:" + port +
         "\" --server_broadcast_addresses=\"$me:" + port +
         "\" \\\n  --metric_node_name=\"$HOSTNAME\" --placement_cloud=kubernetes \\\n"
         "  --placement_region=\"${REGION:-region}\" --placement_zone=\"${ZONE:-zone}\"\n";
}

// By the socket, which only this pod has: no password, and no other pod answers.
constexpr std::string_view kReady =
    "#!/bin/bash\nset -eu\nsocket=$(find /tmp -maxdepth 1 -name '.yb.*' | head -n 1)\n"
    "[ -n \"$socket\" ]\nexec timeout 4 /home/yugabyte/bin/ysqlsh -w -U yugabyte -h \"$socket\" "
    "-d yugabyte -Atc 'SELECT 1'\n";

Value config_data(const OperatedNode& of, const Part& part) {
  Value out = map({{"server.conf", flags(of, part)}, {"start.sh", start_script(of, part)}});
  if (!part.master) out.set("ready.sh", kReady);
  return out;
}

Value container_ports(const OperatedNode& of, const Part& part) {
  const auto port = [](std::string_view name, int number) {
    return map({{"name", name}, {"containerPort", number}, {"protocol", "TCP"}});
  };
  Value out = list({port("http-metrics", part.http), port("tls-rpc", part.rpc)});
  if (part.master) return out;
  out.add(port("tls-ysql", of.engine.port));
  out.add(port("http-ysql", kSqlMetrics));
  return out;
}

Value container(const OperatedNode& of, const Part& part) {
  const auto from_label = [](std::string_view variable, std::string_view label) {
    const std::string path = "metadata.labels['" + std::string(label) + "']";
    return map(
        {{"name", variable}, {"valueFrom", map({{"fieldRef", map({{"fieldPath", path}})}})}});
  };
  const auto mount = [](std::string_view name, std::string_view path, bool read_only) {
    Value out = map({{"name", name}, {"mountPath", path}});
    if (read_only) out.set("readOnly", true);
    return out;
  };
  const std::string memory = memory_quantity(part.memory);
  const ProbeTimes often{5, 3, 120}, seldom{10, 5, 6}, answers{10, 5, 3};
  return map(
      {{"name", part.master ? "master" : "server"},
       {"image", of.engine.image},
       {"imagePullPolicy", "Always"},
       {"command", list({"/sbin/tini", "--", "/bin/bash", "/config/start.sh"})},
       {"env", list({from_label("REGION", "topology.kubernetes.io/region"),
                     from_label("ZONE", "topology.kubernetes.io/zone")})},
       {"ports", container_ports(of, part)},
       {"resources",
        map({{"requests",
              map({{"cpu", part.cpu}, {"memory", memory}, {"ephemeral-storage", "256Mi"}})},
             {"limits", map({{"memory", memory}, {"ephemeral-storage", "1Gi"}})}})},
       {"securityContext", container_security()},
       {"volumeMounts", list({mount("config", "/config", true), mount("data", "/data", false),
                              mount("tls", "/tls", true), mount("tmp", "/tmp", false)})},
       {"terminationMessagePolicy", "FallbackToLogsOnError"},
       {"startupProbe", tcp_probe("tls-rpc", often)},
       {"readinessProbe", part.master ? http_probe("/", "http-metrics", answers)
                                      : exec_probe({"/bin/bash", "/config/ready.sh"}, answers)},
       {"livenessProbe", tcp_probe("tls-rpc", seldom)},
       {"lifecycle", map({{"preStop", map({{"sleep", map({{"seconds", 5}})}})}})}});
}

// The names under which the servers look for their certificate: `cert_node_filename` is "server".
Value certificate_volume(const OperatedNode& of) {
  Value items = Value::empty_list();
  for (const auto& [key, path] : {std::pair<const char*, const char*>{"ca.crt", "ca.crt"},
                                  {"tls.crt", "node.server.crt"},
                                  {"tls.key", "node.server.key"}})
    items.add(map({{"key", key}, {"path", path}}));
  return map(
      {{"name", "tls"},
       {"secret", map({{"secretName", of.tls()}, {"defaultMode", 0440}, {"items", items}})}});
}

Value pod(const OperatedNode& of, const Part& part, const std::string& hash) {
  const Plan& plan = of.plan;
  Value annotations = of.pod_annotations();
  annotations.set("scantling/config-hash", hash);
  Value volumes = list({map({{"name", "config"}, {"configMap", map({{"name", part.name}})}}),
                        certificate_volume(of),
                        map({{"name", "tmp"}, {"emptyDir", map({{"sizeLimit", "256Mi"}})}})});
  return stateful_pod(plan, {part.name, of.node.name, "-first", 300, needed_zones(of) > 1,
                             of.marks(origins(of, part.name)), std::move(annotations),
                             list({container(of, part)}), std::move(volumes)});
}

// Clients and Jobs by SQL, the administration Job by the masters' port, the servers each other.
Value network(const OperatedNode& of, const Part& part, Value clients) {
  const Value peers =
      pods_with("app.kubernetes.io/name", {of.node.name, yugabyte_masters(of.node.name)});
  Value from = list({peers});
  if (part.master) from.add(pods_peer(selector_labels(of.plan, role_job(of.node.name))));
  Value scraped = list({policy_port(part.http)});
  if (!part.master) scraped.add(policy_port(kSqlMetrics));
  Value ingress = list({map({{"from", std::move(from)}, {"ports", list({policy_port(part.rpc)})}}),
                        ingress_rule(namespace_peer(kMonitoringNamespace), std::move(scraped))});
  if (!part.master)
    ingress.add(
        map({{"from", std::move(clients)}, {"ports", list({policy_port(of.engine.port)})}}));
  return policy(
      metadata(of.plan, origins(of, part.name), part.name), selector_labels(of.plan, part.name),
      std::move(ingress),
      list({dns_rule(),
            egress_rule(peers, list({policy_port(kMasterRpc), policy_port(kServerRpc)}))}));
}

Value monitor(const OperatedNode& of, const Part& part) {
  const auto scraped = [](std::string_view port) {
    return map({{"port", port}, {"path", kMetricsOf}, {"interval", "15s"}});
  };
  Value endpoints = list({scraped("http-metrics")});
  if (!part.master) endpoints.add(scraped("http-ysql"));
  Value out = object("monitoring.coreos.com/v1", "PodMonitor",
                     metadata(of.plan, origins(of, part.name), part.name));
  out.set("spec", map({{"selector", map({{"matchLabels", selector_labels(of.plan, part.name)}})},
                       {"podMetricsEndpoints", std::move(endpoints)}}));
  return out;
}

void add_part(const OperatedNode& of, const Part& part, Value clients, Output& out) {
  const Plan& plan = of.plan;
  const Origins from = origins(of, part.name);
  Value config = object("v1", "ConfigMap", metadata(plan, from, part.name));
  config.set("data", config_data(of, part));
  const std::string hash = hex16(fnv1a(to_yaml(config)));
  out.add_resource(of.file, std::move(config));
  Value meta = metadata(plan, from, part.name);
  meta["annotations"].set(
      std::string(kReasonAnnotation),
      std::string(part.master ? "masters hold the catalogue of tables: their size is the "
                                "documentation's; "
                              : "") +
          "no CPU limit: throttling shows as latency; pull policy Always: the tag is no digest");
  out.add_resource(of.file,
                   stateful_set(plan, std::move(meta),
                                {part.name, part.copies, true, pod(of, part, hash), part.gib}));
  Value ports = list({service_port("tls-rpc", part.rpc, "tls")});
  if (!part.master) ports.add(service_port("tls-ysql", of.engine.port, "tls"));
  out.add_resource(of.file, headless_service(plan, from, part.name, std::move(ports)));
  if (part.copies > 1) out.add_resource(of.file, disruption_budget(plan, from, part.name));
  out.add_resource(of.file, network(of, part, std::move(clients)));
  if (plan.selected("prometheus")) out.add_resource(of.file, monitor(of, part));
}

// Those that are ready; the headless Service has all.
Value client_service(const OperatedNode& of) {
  const std::string name = node_service(of.node.name, of.engine);
  Value out = object("v1", "Service", metadata(of.plan, origins(of, name), name));
  out.set("spec", map({{"type", "ClusterIP"},
                       {"selector", selector_labels(of.plan, of.node.name)},
                       {"ports", list({service_port("tls-ysql", of.engine.port, "tls")})}}));
  return out;
}

Value certificate(const OperatedNode& of) {
  const std::string service = node_service(of.node.name, of.engine);
  std::vector<std::string> names = {service, service + "." + of.plan.system() + ".svc", of.host(),
                                    "localhost"};
  for (const Part& part : {master_part(of), server_part(of)}) {
    names.push_back("*." + service_host(part.name, of.plan.system()));
    for (std::int64_t i = 0; i < part.copies; ++i)
      names.push_back(pod_host(of, part, i));
  }
  return server_certificate(of.plan, of.origins(), of.node.name, names);
}

std::string connection(const OperatedNode& of) {
  return "export PGSSLMODE=verify-full PGSSLROOTCERT=/secrets/" + of.tls() +
         "/ca.crt PGHOST=" + of.host() + " PGPORT=" + std::to_string(of.engine.port) + "\n";
}

// The role and its database; names are snake_case, the password goes in as a value.
std::string role_sql(const OperatedNode& of) {
  const std::string name = of.database();
  return "SELECT 'CREATE ROLE \"" + name +
         "\" LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '" + name +
         "') \\gexec\nALTER ROLE \"" + name +
         "\" WITH PASSWORD :'password';\nSELECT 'CREATE DATABASE \"" + name + "\" OWNER \"" + name +
         "\"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '" + name +
         "') \\gexec\nREVOKE CONNECT ON DATABASE \"" + name + "\" FROM PUBLIC;\n";
}

// Without a policy copies may stand in one zone; the zones' names are known to the servers.
std::string placement_script(const OperatedNode& of) {
  const std::string copies = std::to_string(replication(of));
  const std::int64_t needed = needed_zones(of);
  return "until [ \"$(sql -Atc 'SELECT count(*) FROM yb_servers()')\" -ge " +
         std::to_string(servers(of)) +
         " ]; do sleep 5; done\n"
         "zones=$(sql -Atc \"SELECT DISTINCT cloud || '.' || region || '.' || zone FROM "
         "yb_servers() "
         "ORDER BY 1\")\ncount=$(printf '%s\\n' \"$zones\" | wc -l)\n"
         "if [ \"$count\" -lt " +
         std::to_string(needed) + " ]; then\n  echo \"servers stand in $count zones, not " +
         std::to_string(needed) + ": $zones\" >&2\n  exit 1\nfi\nif [ \"$count\" -le " + copies +
         " ]; then\n  admin modify_placement_info \"$(printf '%s\\n' \"$zones\" | paste -sd, "
         "-)\" " +
         copies + "\nfi\n";
}

// Any moment of three days in the cluster itself, by their documentation's own example.
std::string schedule_script(const OperatedNode& of) {
  const std::string database = "ysql." + of.database();
  return "if ! admin list_snapshot_schedules | grep -q '\"" + database +
         "\"'; then\n  admin create_snapshot_schedule 1440 4320 " + database + "\nfi\n";
}

void add_roles(const OperatedNode& of, Output& out) {
  const std::string folder = "/secrets/" + of.credentials() + "/";
  const std::string home(kHome);
  std::string script = "set -eu\n" + connection(of) +
                       "export PGUSER=yugabyte PGDATABASE=yugabyte\n" + "admin_password=$(cat " +
                       folder + "admin-password)\npassword=$(cat " + folder +
                       "password)\nexport PGPASSWORD=\"$admin_password\"\n";
  script += "sql() { " + home + "/bin/ysqlsh -v ON_ERROR_STOP=1 \"$@\"; }\n";
  script += "admin() { " + home + "/bin/yb-admin --certs_dir_name=/secrets/" + of.tls() +
            " --master_addresses=" + master_addresses(of) + " \"$@\"; }\n";
  script += "until " + home + "/postgres/bin/pg_isready -q; do sleep 5; done\n";
  script +=
      "# The first run still finds the administrator that every new cluster has.\n"
      "if ! sql -c 'SELECT 1' >/dev/null; then\n  export PGPASSWORD=yugabyte\n"
      "  sql -v password=\"$admin_password\" <<'END'\n"
      "ALTER ROLE yugabyte WITH PASSWORD :'password';\nEND\n"
      "  export PGPASSWORD=\"$admin_password\"\nfi\n";
  script +=
      "sql -v password=\"$password\" <<'END'\n" + role_sql(of) + "END\n" + placement_script(of);
  if (of.store.backup) script += schedule_script(of);
  const Value masters = pods_with("app.kubernetes.io/name", {yugabyte_masters(of.node.name)});
  add_role_job(of, std::string(of.engine.image), script, {of.credentials(), of.tls()}, out,
               {egress_rule(masters, list({policy_port(kMasterRpc)}))});
}

}  // namespace

std::string yugabyte_masters(std::string_view node) {
  return dns_label(std::string(node) + "-master");
}

void add_yugabyte(const OperatedNode& of, Output& out) {
  Value clients = store_clients(of.plan, of.node.id);
  clients.add(pods_peer(selector_labels(of.plan, role_job(of.node.name))));
  if (of.store.backup) clients.add(pods_peer(selector_labels(of.plan, dump_job(of.node.name))));
  out.add_resource(of.file, service_account(of.plan, of.origins(), of.node.name));
  out.add_resource(of.file, certificate(of));
  add_part(of, master_part(of), Value::empty_list(), out);
  add_part(of, server_part(of), std::move(clients), out);
  out.add_resource(of.file, client_service(of));
  add_roles(of, out);
  if (!of.store.backup) return;
  const std::string folder = "/secrets/" + of.credentials() + "/";
  add_dump_job(of,
               "set -euo pipefail\n" + connection(of) + "export PGUSER=$(cat " + folder +
                   "username) PGPASSWORD=$(cat " + folder + "password)\n" + std::string(kHome) +
                   "/postgres/bin/ysql_dump -d " + of.database() + " | gzip > /dump/" +
                   of.database() + ".sql.gz\n",
               of.database() + ".sql.gz", {of.credentials(), of.tls()}, out);
}

}  // namespace scantling::generate
