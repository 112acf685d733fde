// The objects that make operators run stores: MongoDB, MySQL, Cassandra, ScyllaDB, CockroachDB,
// ClickHouse, Elasticsearch and VictoriaMetrics. Each is one object of its operator with its
// certificate, its network policy, what scrapes it, its backups, and where the operator knows no
// users a Job that makes the role of the services. YugabyteDB has the same without an operator.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/stores.h"

namespace scantling::generate {

struct OperatedNode {
  const Plan& plan;
  const StoreNode& node;
  const Store& store;
  const Engine& engine;
  const Operated& by;
  StoreSize size;
  std::string file;

  std::int64_t copies() const { return std::max<std::int64_t>(1, store.copies.or_else({1}).value); }
  std::int64_t shards() const { return std::max<std::int64_t>(1, store.shards.or_else({1}).value); }
  Origins origins() const;
  std::string database() const;  // and the user
  std::string disk() const;      // "100Gi"
  std::string tls() const { return node.name + "-tls"; }
  std::string credentials() const { return node_secret(node.name, engine); }
  std::string host() const;
  Value object() const;     // apiVersion, kind, metadata
  Value resources() const;  // requests, and the memory's limit
  // Labels of its pods: ours, and the one that keeps a mesh's proxy away from them.
  Value pod_labels() const;
  Value marks(const Origins& of) const;  // the same with all that our workloads' pods have
  Value pod_annotations() const;
  Value claim() const;  // {accessModes, resources}
  Value zone_spread() const;
};

// The user's name, and what else the Secret says that is no secret: by its keys.
std::vector<std::pair<std::string, std::string>> operated_user(const Plan& plan, StoreId id);
// Whether an administrator's password has to be given besides.
bool operated_needs_admin(const Engine& engine);
std::vector<std::string> backup_keys(const Plan& plan);
// The files that tools want the object store's keys in, as templates of External Secrets.
std::vector<std::pair<std::string, std::string>> backup_files(const Plan& plan);
std::string backup_bucket(const Plan& plan);
std::string nightly(std::string_view name);  // "17 2 * * *": each at its own minute
std::int64_t backups_kept(const Store& store);

// A Job that runs the script until it succeeds; the Secrets are mounted below /secrets by name. It
// reaches the store's port, and by `more` what else it needs.
void add_role_job(const OperatedNode& of, const std::string& image, const std::string& script,
                  const std::vector<std::string>& secrets, Output& out,
                  const std::vector<Value>& more = {});
std::string role_job(std::string_view node);  // its name

// A CronJob: the script writes /dump/FILE, a second container takes it to the object store and
// removes there what is older than is kept.
void add_dump_job(const OperatedNode& of, const std::string& script, const std::string& file,
                  const std::vector<std::string>& secrets, Output& out);
std::string dump_job(std::string_view node);  // its name
// Hours from one dump to the next: as the model says, from 1 to 24. A dump reads everything, at
// some 50 MB/s: what takes more than a quarter of an hour is dumped by night.
std::int64_t dump_hours(const Store& store, std::int64_t gib);
// Volumes of Secrets, and where a container has them: below /secrets by name.
Value secret_volume(const std::string& secret);
Value secret_mount(const std::string& secret);

void add_operated(const Plan& plan, const StoreNode& node, Output& out);

// By engine.
void add_mongodb(const OperatedNode& of, Output& out);
void add_mysql(const OperatedNode& of, Output& out);
void add_cassandra(const OperatedNode& of, Output& out);
void add_scylladb(const OperatedNode& of, Output& out);
void add_cockroachdb(const OperatedNode& of, Output& out);
void add_clickhouse(const OperatedNode& of, Output& out);
void add_elasticsearch(const OperatedNode& of, Output& out);
void add_victoriametrics(const OperatedNode& of, Output& out);

}  // namespace scantling::generate
