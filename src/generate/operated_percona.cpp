// MongoDB and MySQL by Percona's operators, which share most of their fields.
#include "generate/certificates.h"
#include "generate/operated.h"

namespace scantling::generate {
namespace {

Value issuer(const Plan& plan) {
  return map({{"name", internal_issuer(plan)}, {"kind", "Issuer"}, {"group", "cert-manager.io"}});
}

Value password(const OperatedNode& of) {
  return map({{"name", of.credentials()}, {"key", "password"}});
}

// What every part has: where it stands, what it takes, how many may go at once.
Value part(const OperatedNode& of, std::int64_t size, bool disk) {
  Value out = map(
      {{"size", size},
       {"affinity", map({{"antiAffinityTopologyKey", "kubernetes.io/hostname"}})},
       {"priorityClassName", of.plan.system() + "-first"},
       {"labels", of.pod_labels()},
       {"annotations", of.pod_annotations()},
       {"podDisruptionBudget", map({{"maxUnavailable", 1}})},
       {"topologySpreadConstraints", of.zone_spread()},
       {"containerSecurityContext", map({{"allowPrivilegeEscalation", false},
                                         {"capabilities", map({{"drop", list({"ALL"})}})},
                                         {"runAsNonRoot", true},
                                         {"seccompProfile", map({{"type", "RuntimeDefault"}})}})}});
  if (disk) {
    out.set("resources", of.resources());
    out.set("volumeSpec", map({{"persistentVolumeClaim", of.claim()}}));
  } else {
    out.set("resources", map({{"requests", map({{"cpu", "250m"}, {"memory", "256Mi"}})},
                              {"limits", map({{"memory", "256Mi"}})}}));
  }
  return out;
}

Value s3(const OperatedNode& of, bool folder_apart) {
  Value out =
      map({{"bucket", backup_bucket(of.plan) + (folder_apart ? std::string() : "/" + of.node.name)},
           {"region", of.plan.model().placement->regions.value.empty()
                          ? "us-east-1"
                          : of.plan.model().placement->regions.value.front()},
           {"endpointUrl", backup_endpoint(of.plan)},
           {"credentialsSecret", backup_secret(of.plan)}});
  if (folder_apart) out.set("prefix", of.node.name);
  return map({{"s3", map({{"type", "s3"}, {"s3", std::move(out)}})}});
}

Value retention(const OperatedNode& of) {
  return map({{"type", "count"}, {"count", backups_kept(of.store)}, {"deleteFromStorage", true}});
}

Value mongodb_backup(const OperatedNode& of) {
  if (!of.store.backup) return map({{"enabled", false}});
  const double span = of.store.backup->rpo.or_else({600'000'000'000}).seconds();
  const Value task = map({{"name", "nightly"},
                          {"enabled", true},
                          {"schedule", nightly(of.node.name)},
                          {"retention", retention(of)},
                          {"storageName", "s3"},
                          {"compressionType", "gzip"},
                          {"type", "logical"}});
  return map({{"enabled", true},
              {"image", "docker.io/percona/percona-backup-mongodb:2.10.0"},
              {"storages", s3(of, true)},
              {"pitr", map({{"enabled", true},
                            {"oplogSpanMin", static_cast<double>(whole_seconds(span / 60))},
                            {"compressionType", "gzip"}})},
              {"tasks", list({task})}});
}

}  // namespace

void add_mongodb(const OperatedNode& of, Output& out) {
  Value replsets = Value::empty_list();
  for (std::int64_t i = 0; i < std::min<std::int64_t>(of.shards(), 64); ++i) {
    Value one = map({{"name", "rs" + std::to_string(i)}});
    const Value rest = part(of, of.copies(), true);
    for (std::size_t k = 0; k < rest.size(); ++k)
      one.set(rest.keys()[k], rest.at(k));
    replsets.add(std::move(one));
  }
  Value sharding = map({{"enabled", of.shards() > 1}});
  if (of.shards() > 1) {
    sharding.set("configsvrReplSet", part(of, 3, true));
    sharding.set("mongos", part(of, 2, false));
  }
  const Value user = map({{"name", of.database()},
                          {"db", "admin"},
                          {"passwordSecretRef", password(of)},
                          {"roles", list({map({{"name", "readWrite"}, {"db", of.database()}})})}});
  Value spec = map({{"crVersion", "1.20.1"},
                    {"image", of.engine.image},
                    {"imagePullPolicy", "IfNotPresent"},
                    {"updateStrategy", "SmartUpdate"},
                    {"upgradeOptions", map({{"apply", "disabled"}})},
                    {"tls", map({{"mode", "requireTLS"}, {"issuerConf", issuer(of.plan)}})},
                    {"secrets", map({{"users", of.node.name + "-system-users"},
                                     {"ssl", of.node.name + "-ssl"},
                                     {"sslInternal", of.node.name + "-ssl-internal"}})},
                    {"users", list({user})},
                    {"replsets", std::move(replsets)},
                    {"sharding", std::move(sharding)},
                    {"backup", mongodb_backup(of)}});
  // Fewer than three members have no majority when one is lost: the operator wants that said.
  if (of.copies() < 3) spec.set("unsafeFlags", map({{"replsetSize", true}}));
  Value object = of.object();
  object["metadata"].set("finalizers", list({"percona.com/delete-psmdb-pods-in-order"}));
  object.set("spec", std::move(spec));
  out.add_resource(of.file, std::move(object));
}

void add_mysql(const OperatedNode& of, Output& out) {
  Value pxc = part(of, of.copies(), true);
  pxc.set("image", of.engine.image);
  pxc.set("autoRecovery", true);
  const std::int64_t mib = of.size.memory_bytes >> 20;
  pxc.set("configuration", "[mysqld]\ninnodb_buffer_pool_size=" + std::to_string(mib * 6 / 10) +
                               "M\nmax_connections=" +
                               std::to_string(of.store.max_connections.or_else({500}).value) +
                               "\nrequire_secure_transport=ON\nsync_binlog=1\n");
  Value haproxy = part(of, 2, false);
  haproxy.set("enabled", true);
  haproxy.set("image", "docker.io/percona/haproxy:2.8.14");
  const Value user = map({{"name", of.database()},
                          {"dbs", list({of.database()})},
                          {"hosts", list({"%"})},
                          {"passwordSecretRef", password(of)},
                          {"grants", list({"ALL"})}});
  Value spec = map({{"crVersion", "1.18.0"},
                    {"secretsName", of.node.name + "-system-users"},
                    {"sslSecretName", of.node.name + "-ssl"},
                    {"sslInternalSecretName", of.node.name + "-ssl-internal"},
                    {"tls", map({{"enabled", true}, {"issuerConf", issuer(of.plan)}})},
                    {"updateStrategy", "SmartUpdate"},
                    {"upgradeOptions", map({{"apply", "disabled"}})},
                    {"pxc", std::move(pxc)},
                    {"haproxy", std::move(haproxy)},
                    {"users", list({user})}});
  if (of.copies() < 3) spec.set("unsafeFlags", map({{"pxcSize", true}}));
  if (of.store.backup) {
    const Value schedule = map({{"name", "nightly"},
                                {"schedule", nightly(of.node.name)},
                                {"retention", retention(of)},
                                {"storageName", "s3"}});
    const std::int64_t upload =
        whole_seconds(of.store.backup->rpo.or_else({60'000'000'000}).seconds());
    spec.set("backup", map({{"image", "docker.io/percona/percona-xtrabackup:8.0.35-33.1"},
                            {"storages", s3(of, false)},
                            {"pitr", map({{"enabled", true},
                                          {"storageName", "s3"},
                                          {"timeBetweenUploads", static_cast<double>(upload)}})},
                            {"schedule", list({schedule})}}));
  }
  Value object = of.object();
  object["metadata"].set("finalizers", list({"percona.com/delete-pxc-pods-in-order"}));
  object.set("spec", std::move(spec));
  out.add_resource(of.file, std::move(object));
}

}  // namespace scantling::generate
