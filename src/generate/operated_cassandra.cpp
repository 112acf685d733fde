// Cassandra by K8ssandra and ScyllaDB by its operator: a ring with a rack a zone, TLS for clients,
// nightly backups to the object store, and a Job that makes the services' role and keyspace.
#include <algorithm>

#include "base/text.h"
#include "generate/certificates.h"
#include "generate/operated.h"

namespace scantling::generate {
namespace {

// A ring has as many nodes as were priced.
std::int64_t ring(const OperatedNode& of) {
  return std::min<std::int64_t>(of.size.machines, 1000);
}

std::int64_t racks(const OperatedNode& of) {
  return std::clamp<std::int64_t>(of.plan.zones(), 1, std::min<std::int64_t>(3, of.copies()));
}

std::string rack_zone(std::int64_t i) {
  return std::string(1, static_cast<char>('a' + i));
}

// CQL for a role that may do everything in its keyspace and nothing elsewhere.
std::string role_cql(const OperatedNode& of, std::string_view datacenter) {
  const std::string& name = of.database();
  return "CREATE ROLE IF NOT EXISTS " + name + " WITH LOGIN = true AND PASSWORD = '$password';\n" +
         "ALTER ROLE " + name + " WITH PASSWORD = '$password';\n" +
         "CREATE KEYSPACE IF NOT EXISTS " + name +
         " WITH replication = {'class': 'NetworkTopologyStrategy', '" + std::string(datacenter) +
         "': " + std::to_string(std::min<std::int64_t>(3, of.copies())) + "};\n" +
         "GRANT ALL ON KEYSPACE " + name + " TO " + name + ";\n";
}

std::string cqlsh(const OperatedNode& of, const std::string& user, const std::string& password) {
  return "SSL_CERTFILE=/secrets/" + of.tls() + "/ca.crt SSL_VALIDATE=true cqlsh --ssl -u \"" +
         user + "\" -p \"" + password + "\" " + of.host() + " " + std::to_string(of.engine.port);
}

Value cassandra_datacenter(const OperatedNode& of) {
  Value in_zones = Value::empty_list();
  for (std::int64_t i = 0; i < racks(of); ++i)
    in_zones.add(map({{"name", "rack-" + rack_zone(i)}}));
  const std::int64_t heap =
      std::min<std::int64_t>(of.size.memory_bytes / 2, std::int64_t{16} << 30);
  const Value config =
      map({{"cassandraYaml",
            map({{"authenticator", "PasswordAuthenticator"},
                 {"authorizer", "CassandraAuthorizer"},
                 {"client_encryption_options", map({{"enabled", true}, {"optional", false}})}})},
           {"jvmOptions", map({{"heapSize", memory_quantity(heap)}})}});
  return map({{"metadata", map({{"name", "dc1"}})},
              {"size", ring(of)},
              {"racks", std::move(in_zones)},
              {"resources", of.resources()},
              {"config", config},
              {"storageConfig", map({{"cassandraDataVolumeClaimSpec", of.claim()}})}});
}

Value cassandra_stores(const OperatedNode& of) {
  const auto key = [&](std::string_view secret, std::string_view name) {
    return map({{"name", secret}, {"key", name}});
  };
  return map({{"keystoreSecretRef", key(of.tls(), "keystore.jks")},
              {"keystorePasswordSecretRef", key(of.credentials(), "password")},
              {"truststoreSecretRef", key(of.tls(), "truststore.jks")},
              {"truststorePasswordSecretRef", key(of.credentials(), "password")}});
}

Value cassandra_backup(const OperatedNode& of) {
  return map({{"storageProperties",
               map({{"storageProvider", "s3_compatible"},
                    {"bucketName", backup_bucket(of.plan)},
                    {"prefix", of.node.name},
                    {"host", "objects." + of.plan.options().domain},
                    {"port", 443},
                    {"secure", true},
                    {"maxBackupAge", backups_kept(of.store)},
                    {"storageSecretRef", map({{"name", backup_secret(of.plan)}})}})}});
}

}  // namespace

void add_cassandra(const OperatedNode& of, Output& out) {
  Value cassandra = map(
      {{"serverVersion", "5.0.4"},
       {"serverType", "cassandra"},
       {"softPodAntiAffinity", false},
       {"metadata",
        map({{"pods", map({{"labels", of.pod_labels()}, {"annotations", of.pod_annotations()}})}})},
       {"clientEncryptionStores", cassandra_stores(of)},
       {"datacenters", list({cassandra_datacenter(of)})}});
  Value spec = map({{"auth", true}, {"cassandra", std::move(cassandra)}});
  if (of.store.backup) spec.set("medusa", cassandra_backup(of));
  Value object = of.object();
  object.set("spec", std::move(spec));
  out.add_resource(of.file, std::move(object));
  if (of.store.backup) {
    Value schedule = generate::object("medusa.k8ssandra.io/v1alpha1", "MedusaBackupSchedule",
                                      metadata(of.plan, of.origins(), of.node.name));
    schedule.set("spec", map({{"cronSchedule", nightly(of.node.name)},
                              {"backupSpec", map({{"cassandraDatacenter", "dc1"},
                                                  {"backupType", "differential"}})}}));
    out.add_resource(of.file, std::move(schedule));
  }
  const std::string admin = "/secrets/" + of.node.name + "-superuser/";
  add_role_job(of, std::string(of.engine.image),
               "set -eu\npassword=$(cat /secrets/" + of.credentials() + "/password)\n" +
                   cqlsh(of, "$(cat " + admin + "username)", "$(cat " + admin + "password)") +
                   " <<END\n" + role_cql(of, "dc1") + "END\n",
               {of.node.name + "-superuser", of.credentials(), of.tls()}, out);
}

namespace {

Value scylla_rack(const OperatedNode& of, std::int64_t i, std::int64_t members) {
  // Scylla takes whole processors and the memory that it is given: both are requests and limits.
  const std::string memory = memory_quantity(of.size.memory_bytes);
  const std::string cpu = std::to_string(std::max<std::int64_t>(1, whole_seconds(of.size.cores)));
  const Value both = map({{"cpu", cpu}, {"memory", memory}});
  const Value small = map({{"cpu", "100m"}, {"memory", "256Mi"}});
  Value out =
      map({{"name", "rack-" + rack_zone(i)},
           {"members", members},
           {"scyllaConfig", of.node.name + "-config"},
           {"storage", map({{"capacity", of.disk()}})},
           {"resources", map({{"requests", both}, {"limits", both}})},
           {"agentResources", map({{"requests", small}, {"limits", small}})},
           {"volumes", list({map({{"name", "tls"}, {"secret", map({{"secretName", of.tls()}})}})})},
           {"volumeMounts",
            list({map({{"name", "tls"}, {"mountPath", "/etc/scylla/tls"}, {"readOnly", true}})})}});
  if (of.store.backup) out.set("scyllaAgentConfig", backup_secret(of.plan));
  return out;
}

std::string scylla_yaml(const OperatedNode& of) {
  return "authenticator: PasswordAuthenticator\nauthorizer: CassandraAuthorizer\n"
         "native_transport_port_ssl: " +
         std::to_string(of.engine.port) +
         "\nclient_encryption_options:\n  enabled: true\n"
         "  certificate: /etc/scylla/tls/tls.crt\n  keyfile: /etc/scylla/tls/tls.key\n"
         "  truststore: /etc/scylla/tls/ca.crt\n  require_client_auth: false\n";
}

// The first run still finds the administrator that every new ring has; later ones find ours.
std::string scylla_script(const OperatedNode& of) {
  const std::string folder = "/secrets/" + of.credentials() + "/";
  return "set -eu\nadmin=$(cat " + folder + "admin-password)\npassword=$(cat " + folder +
         "password)\nif ! " + cqlsh(of, "cassandra", "$admin") +
         " -e 'LIST ROLES' >/dev/null; then\n  " + cqlsh(of, "cassandra", "cassandra") +
         " -e \"ALTER ROLE cassandra WITH PASSWORD = '$admin'\"\nfi\n" +
         cqlsh(of, "cassandra", "$admin") + " <<END\n" + role_cql(of, "dc1") + "END\n";
}

}  // namespace

void add_scylladb(const OperatedNode& of, Output& out) {
  Value all = Value::empty_list();
  const std::int64_t members = ring(of), n = racks(of);
  for (std::int64_t i = 0; i < n; ++i)
    all.add(scylla_rack(of, i, members / n + (i < members % n ? 1 : 0)));
  const std::size_t colon = of.engine.image.rfind(':');
  Value spec = map(
      {{"repository", of.engine.image.substr(0, colon)},
       {"version", of.engine.image.substr(colon + 1)},
       {"agentRepository", "docker.io/scylladb/scylla-manager-agent"},
       {"agentVersion", "3.5.0"},
       {"developerMode", false},
       {"podMetadata", map({{"labels", of.pod_labels()}, {"annotations", of.pod_annotations()}})},
       {"datacenter", map({{"name", "dc1"}, {"racks", std::move(all)}})}});
  if (of.store.backup)
    spec.set("backups", list({map({{"name", "nightly"},
                                   {"cron", nightly(of.node.name)},
                                   {"location", list({"s3:" + backup_bucket(of.plan)})},
                                   {"retention", backups_kept(of.store)}})}));
  Value config = generate::object("v1", "ConfigMap",
                                  metadata(of.plan, of.origins(), of.node.name + "-config"));
  config.set("data", map({{"scylla.yaml", scylla_yaml(of)}}));
  Value object = of.object();
  object.set("spec", std::move(spec));
  out.add_resource(of.file, std::move(config));
  out.add_resource(of.file, std::move(object));
  add_role_job(of, std::string(of.engine.image), scylla_script(of), {of.credentials(), of.tls()},
               out);
}

}  // namespace scantling::generate
