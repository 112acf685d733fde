#include "generate/engines.h"

#include <array>

namespace scantling::generate {
namespace {

constexpr auto kEngines = std::to_array<Engine>({
    {"postgresql", 5432, RunBy::CloudNativePg, "ghcr.io/cloudnative-pg/postgresql:17.5"},
    {"redis", 6379, RunBy::StatefulSet, "docker.io/library/redis:7.4.5"},
    {"valkey", 6379, RunBy::StatefulSet, "docker.io/valkey/valkey:8.1.3"},
    {"memcached", 11211, RunBy::StatefulSet, "docker.io/library/memcached:1.6.38"},
    {"timescaledb", 5432, RunBy::CloudNativePg,
     "docker.io/timescale/timescaledb-ha:pg17.5-ts2.21.0"},
    {"mysql", 3306, RunBy::Operator, "docker.io/percona/percona-xtradb-cluster:8.0.42-33.1"},
    {"sqlserver", 1433, RunBy::Elsewhere, "mcr.microsoft.com/mssql/server:2022-CU20-ubuntu-22.04"},
    {"oracle", 1521, RunBy::Elsewhere, "docker.io/gvenzl/oracle-free:23.8"},
    {"mongodb", 27017, RunBy::Operator, "docker.io/percona/percona-server-mongodb:8.0.12-4", true},
    {"cassandra", 9042, RunBy::Operator, "docker.io/library/cassandra:5.0.4", true},
    {"scylladb", 9142, RunBy::Operator, "docker.io/scylladb/scylla:6.2.3", true},
    {"cockroachdb", 26257, RunBy::Operator, "docker.io/cockroachdb/cockroach:v25.2.2", true},
    {"yugabytedb", 5433, RunBy::Operator, "docker.io/yugabytedb/yugabyte:2024.2.8.0-b85", true},
    {"dynamodb", 443, RunBy::Elsewhere, "docker.io/amazon/dynamodb-local:2.6.1"},
    {"elasticsearch", 9200, RunBy::Operator, "docker.io/library/elasticsearch:9.0.3", true},
    {"opensearch", 9200, RunBy::Elsewhere, "docker.io/opensearchproject/opensearch:3.1.0"},
    {"clickhouse", 8443, RunBy::Operator, "docker.io/clickhouse/clickhouse-server:25.6", true},
    {"druid", 8888, RunBy::Elsewhere, "docker.io/apache/druid:33.0.0"},
    {"minio", 9000, RunBy::Elsewhere, "quay.io/minio/minio:RELEASE.2025-06-13T11-33-47Z"},
    {"eventstoredb", 2113, RunBy::Elsewhere, "docker.io/eventstore/eventstore:24.10"},
    {"influxdb", 8086, RunBy::Elsewhere, "docker.io/library/influxdb:2.7.12"},
    {"victoriametrics", 8428, RunBy::Operator,
     "docker.io/victoriametrics/victoria-metrics:v1.120.0", true},
});
constexpr Engine kOtherEngine{"", 443, RunBy::Elsewhere, ""};

// Names, labels and ports as the operators' documentation has them: Percona for MongoDB and for
// XtraDB Cluster, K8ssandra, Scylla, CockroachDB, Altinity, Elastic Cloud on Kubernetes,
// VictoriaMetrics.
constexpr auto kOperated = std::to_array<Operated>({
    {"mongodb", "psmdb.percona.com/v1", "PerconaServerMongoDB", "", "-rs0", "-ssl",
     "app.kubernetes.io/instance", "psmdb-operator", 0, true},
    {"mysql", "pxc.percona.com/v1", "PerconaXtraDBCluster", "", "-haproxy", "-ssl",
     "app.kubernetes.io/instance", "pxc-operator", 0, true},
    {"cassandra", "k8ssandra.io/v1alpha1", "K8ssandraCluster", "", "-dc1-service", "-tls",
     "cassandra.datastax.com/cluster", "k8ssandra-operator", 9000, true},
    {"scylladb", "scylla.scylladb.com/v1", "ScyllaCluster", "", "-client", "-tls", "scylla/cluster",
     "scylla-operator", 9180, true, "privileged"},
    {"cockroachdb", "crdb.cockroachlabs.com/v1alpha1", "CrdbCluster", "", "-public", "-node",
     "app.kubernetes.io/instance", "cockroach-operator-system", 8080, false},
    {"clickhouse", "clickhouse.altinity.com/v1", "ClickHouseInstallation", "clickhouse-", "",
     "-tls", "clickhouse.altinity.com/chi", "clickhouse-operator", 9363, true, "restricted"},
    {"elasticsearch", "elasticsearch.k8s.elastic.co/v1", "Elasticsearch", "", "-es-http",
     "-es-http-certs-public", "elasticsearch.k8s.elastic.co/cluster-name", "elastic-system", 0,
     false},
    {"victoriametrics", "operator.victoriametrics.com/v1beta1", "VMSingle", "vmsingle-", "", "-tls",
     "app.kubernetes.io/instance", "victoria-metrics-operator", 8428, true, "restricted"},
    {"yugabytedb", "", "", "", "-sql", "-tls", "app.kubernetes.io/name", "", 9000, true,
     "restricted"},
});

constexpr auto kBrokers = std::to_array<Broker>({
    {"kafka", 9093, BrokerBy::Strimzi},
    {"redpanda", 9093, BrokerBy::Elsewhere},
    {"rabbitmq", 5671, BrokerBy::RabbitMq},
    {"nats", 4222, BrokerBy::Nats},
    {"pulsar", 6651, BrokerBy::Elsewhere},
});
constexpr Broker kOtherBroker{"", 443, BrokerBy::Elsewhere};
constexpr Broker kStoreBroker{"store", 0, BrokerBy::InStore};

}  // namespace

const Engine& engine_of(std::string_view name) {
  for (const Engine& engine : kEngines)
    if (engine.name == name) return engine;
  return kOtherEngine;
}

const Operated* operated_as(std::string_view engine) {
  for (const Operated& each : kOperated)
    if (each.engine == engine) return &each;
  return nullptr;
}

const Operated* operated_kind(std::string_view api, std::string_view kind) {
  for (const Operated& each : kOperated)
    if (!each.kind.empty() && each.api == api && each.kind == kind) return &each;
  return nullptr;
}

const Broker& broker_of(std::string_view name) {
  for (const Broker& broker : kBrokers)
    if (broker.name == name) return broker;
  return &engine_of(name) == &kOtherEngine ? kOtherBroker : kStoreBroker;
}

bool is_cache(const Store& store) {
  return store.expires.has() || store.capacity.has();
}

bool has_sentinels(const Engine& engine, const Store& store) {
  return (engine.name == "redis" || engine.name == "valkey") && store.copies.or_else({1}).value > 1;
}

std::string node_service(std::string_view node, const Engine& engine) {
  if (const Operated* by = operated_as(engine.name))
    return std::string(by->before) + std::string(node) + std::string(by->after);
  return std::string(node) + (engine.run_by == RunBy::CloudNativePg ? "-rw" : "");
}

CopyReads copy_reads(std::string_view node, const Engine& engine) {
  // CloudNativePG's Service of all instances; the one of HAProxy that Percona's operator makes,
  // whose pods take it at a port of its own.
  if (engine.run_by == RunBy::CloudNativePg) return {std::string(node) + "-r", {}, {}, engine.port};
  if (engine.name == "mysql") return {std::string(node) + "-haproxy-replicas", {}, {}, 3307};
  // By each request, of the same servers.
  if (engine.name == "mongodb") return {"", "READ_PREFERENCE", "nearest", engine.port};
  if (engine.name == "cassandra" || engine.name == "scylladb")
    return {"", "READ_CONSISTENCY", "LOCAL_ONE", engine.port};
  return {"", {}, {}, engine.port};
}

std::string node_secret(std::string_view node, const Engine& engine) {
  if (engine.name == "memcached") return "";
  return std::string(node) + (engine.run_by == RunBy::CloudNativePg ? "-app" : "-credentials");
}

std::string node_ca_secret(std::string_view node, const Engine& engine) {
  switch (engine.run_by) {
    case RunBy::CloudNativePg: return std::string(node) + "-ca";
    case RunBy::StatefulSet: return std::string(node) + "-tls";
    case RunBy::Operator:
      return std::string(node) + std::string(operated_as(engine.name)->ca_after);
    case RunBy::Elsewhere: break;
  }
  return "";
}

std::string sentinel_name(std::string_view node) {
  return std::string(node) + "-sentinel";
}

std::string broker_service(std::string_view system, const Broker& broker) {
  switch (broker.run_by) {
    case BrokerBy::Strimzi: return kafka_bootstrap(system);
    case BrokerBy::RabbitMq: return std::string(system) + "-rabbitmq";
    case BrokerBy::Nats: return std::string(system) + "-nats";
    default: break;
  }
  return std::string(system) + "-broker";
}

std::string broker_secret(std::string_view system) {
  return std::string(system) + "-broker-credentials";
}

std::string nats_client(std::string_view service) {
  return std::string(service) + "-nats";
}

std::string kafka_cluster(std::string_view system) {
  return std::string(system) + "-kafka";
}

std::string kafka_bootstrap(std::string_view system) {
  return kafka_cluster(system) + "-kafka-bootstrap";
}

std::string kafka_ca_secret(std::string_view system) {
  return kafka_cluster(system) + "-cluster-ca-cert";
}

std::string kafka_user(std::string_view service) {
  return std::string(service) + "-kafka";
}

}  // namespace scantling::generate
