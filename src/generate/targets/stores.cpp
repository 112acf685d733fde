// The stores that run in the namespace: PostgreSQL by CloudNativePG, caches as StatefulSets, others
// by their operators.
#include "generate/stores.h"

#include <algorithm>
#include <cmath>

#include "generate/engines.h"
#include "generate/k8s.h"
#include "generate/operated.h"
#include "generate/peers.h"
#include "generate/target.h"

namespace scantling::generate {

std::string store_file(const StoreNode& node) {
  return "stores/" + node.name + ".yaml";
}

StoreSize store_size(const Plan& plan, StoreId id) {
  const Store& store = plan.model().stores[id];
  const CostLine line = plan.size_of("stores." + store.name);
  StoreSize out;
  const double gib = line.memory_gib > 0 ? line.memory_gib : 8;
  out.cores = line.cores > 0 ? line.cores : 2;
  out.memory_bytes = static_cast<std::int64_t>(std::ceil(gib * 1024)) << 20;
  out.disk_gib = std::max<std::int64_t>(10, static_cast<std::int64_t>(std::ceil(line.disk_gib)));
  const std::int64_t copies = std::max<std::int64_t>(1, store.copies.or_else({1}).value);
  const std::int64_t shards = std::max<std::int64_t>(1, store.shards.or_else({1}).value);
  out.machines =
      std::max(copies, line.machines > 0 ? static_cast<std::int64_t>(std::llround(line.machines))
                                         : copies * shards);
  return out;
}

std::int64_t unreplicated_gib(const Store& store, const StoreSize& size) {
  const std::int64_t copies = std::max<std::int64_t>(1, store.copies.or_else({1}).value);
  return (size.machines * size.disk_gib + copies - 1) / copies;
}

Value store_clients(const Plan& plan, StoreId id) {
  Value out = Value::empty_list();
  for (const ServiceId user : plan.users_of(id))
    out.add(pods_peer(selector_labels(plan, plan.service(user).name)));
  return out;
}

std::string backup_secret(const Plan& plan) {
  return plan.system() + "-backup-credentials";
}

std::string backup_path(const Plan& plan, std::string_view node) {
  return "s3://" + plan.system() + "-backups/" + std::string(node);
}

std::string backup_endpoint(const Plan& plan) {
  return "https://objects." + plan.options().domain;
}

void target_stores(const Plan& plan, Output& out) {
  for (const StoreId id : plan.model().stores.ids()) {
    const Engine& engine = engine_of(plan.model().stores[id].engine.value);
    for (const std::string& name : plan.store_nodes(id)) {
      if (engine.run_by == RunBy::CloudNativePg) add_postgres(plan, {id, name}, out);
      if (engine.run_by == RunBy::StatefulSet) add_cache(plan, {id, name}, out);
      if (engine.run_by == RunBy::Operator) add_operated(plan, {id, name}, out);
    }
  }
}

}  // namespace scantling::generate
