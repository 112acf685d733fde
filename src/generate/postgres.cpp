// PostgreSQL by CloudNativePG: the cluster, its base backups and log archive, scraping, and who may
// connect. The operator makes the Services, the disruption budget and the Secrets.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "generate/k8s.h"
#include "generate/peers.h"
#include "generate/stores.h"

namespace scantling::generate {
namespace {

constexpr int kStatusPort = 8000, kPostgresMetricsPort = 9187;

Value postgres_labels(std::string_view node) {
  return map({{"cnpg.io/cluster", node}});
}

// Shares of memory as the PostgreSQL documentation advises: a quarter for its own pages (chapter
// 20.4), the rest for the system's cache.
Value parameters(const Store& store, const StoreSize& size) {
  const std::int64_t mib = size.memory_bytes >> 20;
  const std::int64_t connections = store.max_connections.or_else({200}).value;
  const double archive =
      std::clamp(store.backup->rpo.or_else({300'000'000'000}).seconds(), 30.0, 3600.0);
  const auto whole = [](double seconds) {
    return std::to_string(static_cast<std::int64_t>(seconds)) + "s";
  };
  const auto megabytes = [](std::int64_t n) {
    return std::to_string(std::max<std::int64_t>(1, n)) + "MB";
  };
  Value out = map({{"archive_timeout", whole(archive)},
                   {"effective_cache_size", megabytes(mib * 3 / 4)},
                   {"idle_in_transaction_session_timeout", "60s"},
                   {"log_min_duration_statement", "1s"},
                   {"maintenance_work_mem", megabytes(mib / 16)},
                   {"max_connections", std::to_string(connections)},
                   {"pg_stat_statements.track", "all"},
                   {"shared_buffers", megabytes(mib / 4)},
                   {"work_mem", megabytes(std::max<std::int64_t>(4, mib / 4 / connections))}});
  return out;
}

Value postgresql(const Store& store, const StoreSize& size) {
  Value out = map({{"parameters", parameters(store, size)},
                   {"pg_hba", list({"hostnossl all all all reject"})}});
  const std::int64_t copies = store.copies.or_else({1}).value;
  const bool strong = !store.consistency || store.consistency->kind != ConsistencyKind::Eventual;
  if (copies > 1 && strong)
    out.set("synchronous", map({{"method", "any"},
                                {"number", 1},
                                {"dataDurability", copies > 2 ? "required" : "preferred"}}));
  return out;
}

constexpr std::string_view kBarman = "barman-cloud.cloudnative-pg.io";

// Where the Barman Cloud plugin keeps base backups and the log, and for how long.
Value object_store(const Plan& plan, const StoreNode& node) {
  const Store& store = plan.model().stores[node.id];
  const double keep = store.backup->keep.or_else({35LL * 86'400'000'000'000}).seconds();
  const std::string secret = backup_secret(plan);
  const auto key = [&](std::string_view name) { return map({{"name", secret}, {"key", name}}); };
  Value out = object("barmancloud.cnpg.io/v1", "ObjectStore",
                     metadata(plan, origins_of(plan, node.id), node.name));
  out.set("spec",
          map({{"retentionPolicy",
                std::to_string(std::max<std::int64_t>(1, whole_seconds(keep / 86'400))) + "d"},
               {"configuration",
                map({{"destinationPath", backup_path(plan, node.name)},
                     {"endpointURL", backup_endpoint(plan)},
                     {"s3Credentials", map({{"accessKeyId", key("AWS_ACCESS_KEY_ID")},
                                            {"secretAccessKey", key("AWS_SECRET_ACCESS_KEY")}})},
                     {"wal", map({{"compression", "gzip"}, {"maxParallel", 4}})},
                     {"data", map({{"compression", "gzip"}, {"jobs", 2}})}})},
               {"instanceSidecarConfiguration",
                map({{"resources", map({{"requests", map({{"cpu", "100m"}, {"memory", "256Mi"}})},
                                        {"limits", map({{"memory", "256Mi"}})}})}})}}));
  return out;
}

Value archiver(const StoreNode& node) {
  return map({{"name", kBarman},
              {"isWALArchiver", true},
              {"parameters", map({{"barmanObjectName", node.name}})}});
}

Value spread(const Store& store, std::string_view node) {
  const bool strict = store.spread && *store.spread == Spread::Zones;
  return list({map({{"maxSkew", 1},
                    {"topologyKey", "topology.kubernetes.io/zone"},
                    {"whenUnsatisfiable", strict ? "DoNotSchedule" : "ScheduleAnyway"},
                    {"labelSelector", map({{"matchLabels", postgres_labels(node)}})}})});
}

Value cluster(const Plan& plan, const StoreNode& node) {
  const Store& store = plan.model().stores[node.id];
  const StoreSize size = store_size(plan, node.id);
  const bool timescale = store.engine.value == "timescaledb";
  const Origins origins = origins_of(plan, node.id);
  const std::string database = snake_name(plan.store_name(node.id));
  const std::string memory = memory_quantity(size.memory_bytes);
  const std::string cpu = cpu_quantity(size.cores);
  // A mesh's proxy would stand between the operator and its pods; PostgreSQL speaks TLS itself.
  Value marks = labels(plan, origins);
  Value inherited = map({{"labels", marks}});
  if (plan.selected("istio")) inherited["labels"].set("sidecar.istio.io/inject", "false");
  if (plan.selected("linkerd"))
    inherited.set("annotations", map({{"linkerd.io/inject", "disabled"}}));
  Value out = object("postgresql.cnpg.io/v1", "Cluster", metadata(plan, origins, node.name));
  Value spec =
      map({{"instances", store.copies.or_else({1}).value},
           {"imageName", engine_of(store.engine.value).image},
           {"imagePullPolicy", "IfNotPresent"},
           {"primaryUpdateStrategy", "unsupervised"},
           {"primaryUpdateMethod", "switchover"},
           {"enableSuperuserAccess", false},
           {"enablePDB", true},
           {"priorityClassName", plan.system() + "-first"},
           {"inheritedMetadata", std::move(inherited)},
           {"bootstrap", map({{"initdb", map({{"database", database},
                                              {"owner", database},
                                              {"encoding", "UTF8"},
                                              {"dataChecksums", true}})}})},
           {"postgresql", postgresql(store, size)},
           {"storage",
            map({{"size", std::to_string(size.disk_gib) + "Gi"}, {"resizeInUseVolumes", true}})},
           {"walStorage",
            map({{"size", std::to_string(std::max<std::int64_t>(10, size.disk_gib / 5)) + "Gi"}})},
           {"resources", map({{"requests", map({{"cpu", cpu}, {"memory", memory}})},
                              {"limits", map({{"memory", memory}})}})},
           {"affinity", map({{"enablePodAntiAffinity", true},
                             {"podAntiAffinityType", "preferred"},
                             {"topologyKey", "kubernetes.io/hostname"}})},
           {"topologySpreadConstraints", spread(store, node.name)}});
  if (store.copies.or_else({1}).value > 1)
    spec.set("replicationSlots", map({{"highAvailability", map({{"enabled", true}})}}));
  if (store.backup) {
    spec.set("backup", map({{"target", "prefer-standby"}}));
    spec.set("plugins", list({archiver(node)}));
  }
  if (timescale) {
    // Its image runs as user 1000 where CloudNativePG's own runs as 26.
    spec.set("postgresUID", 1000);
    spec.set("postgresGID", 1000);
    spec["postgresql"].set("shared_preload_libraries", list({"timescaledb"}));
    spec["bootstrap"]["initdb"].set("postInitApplicationSQL",
                                    list({"CREATE EXTENSION IF NOT EXISTS timescaledb"}));
  }
  out.set("spec", std::move(spec));
  return out;
}

// A base backup a night, each cluster at its own minute: the log is archived all the time.
Value scheduled_backup(const Plan& plan, const StoreNode& node) {
  const std::uint64_t minute = fnv1a(node.name) % 60;
  Value out = object("postgresql.cnpg.io/v1", "ScheduledBackup",
                     metadata(plan, origins_of(plan, node.id), node.name));
  out.set("spec", map({{"cluster", map({{"name", node.name}})},
                       {"schedule", "0 " + std::to_string(minute) + " 2 * * *"},
                       {"backupOwnerReference", "cluster"},
                       {"method", "plugin"},
                       {"pluginConfiguration", map({{"name", kBarman}})},
                       {"immediate", true}}));
  return out;
}

Value network(const Plan& plan, const StoreNode& node) {
  const Value self = pods_peer(postgres_labels(node.name));
  const int port = engine_of("postgresql").port;
  Value from = store_clients(plan, node.id);
  from.add(self);
  Value ingress = list({map({{"from", std::move(from)}, {"ports", list({policy_port(port)})}}),
                        map({{"from", list({self, namespace_peer("cnpg-system")})},
                             {"ports", list({policy_port(kStatusPort)})}}),
                        ingress_rule(namespace_peer(kMonitoringNamespace),
                                     list({policy_port(kPostgresMetricsPort)}))});
  // The instance manager asks the API server which copy is primary; backups go out by the same
  // port.
  Value egress = list({dns_rule(), api_server_rule(),
                       egress_rule(self, list({policy_port(port), policy_port(kStatusPort)}))});
  return policy(metadata(plan, origins_of(plan, node.id), node.name), postgres_labels(node.name),
                std::move(ingress), std::move(egress));
}

Value pod_monitor(const Plan& plan, const StoreNode& node) {
  Value out = object("monitoring.coreos.com/v1", "PodMonitor",
                     metadata(plan, origins_of(plan, node.id), node.name));
  out.set("spec",
          map({{"selector", map({{"matchLabels", postgres_labels(node.name)}})},
               {"podMetricsEndpoints", list({map({{"port", "metrics"}, {"interval", "15s"}})})}}));
  return out;
}

}  // namespace

void add_postgres(const Plan& plan, const StoreNode& node, Output& out) {
  const std::string file = store_file(node);
  out.add_resource(file, cluster(plan, node));
  if (plan.model().stores[node.id].backup) {
    out.add_resource(file, object_store(plan, node));
    out.add_resource(file, scheduled_backup(plan, node));
  }
  out.add_resource(file, network(plan, node));
  if (plan.selected("prometheus")) out.add_resource(file, pod_monitor(plan, node));
}

}  // namespace scantling::generate
