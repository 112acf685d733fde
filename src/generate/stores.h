// The objects that run a store: a CloudNativePG cluster or a StatefulSet of a cache, each with its
// certificates, its network policy and its backups.
#pragma once

#include "generate/output.h"
#include "generate/plan.h"

namespace scantling::generate {

// One node of Plan::store_nodes.
struct StoreNode {
  StoreId id;
  std::string name;
};

void add_postgres(const Plan& plan, const StoreNode& node, Output& out);
void add_cache(const Plan& plan, const StoreNode& node, Output& out);

std::string store_file(const StoreNode& node);  // "stores/orders-db.yaml"
// Sizes of one copy as the bill has them.
struct StoreSize {
  double cores = 2;  // of one machine, as are memory and disk
  std::int64_t memory_bytes = 0;
  std::int64_t disk_gib = 10;
  std::int64_t machines = 1;  // that the design has priced: at least one a copy
};
// What its disks hold of data, each row counted once.
std::int64_t unreplicated_gib(const Store& store, const StoreSize& size);
StoreSize store_size(const Plan& plan, StoreId id);
// Who may connect: the services whose steps use the store.
Value store_clients(const Plan& plan, StoreId id);
// The Secret with the object store's keys, and the folder that backups go to.
std::string backup_secret(const Plan& plan);
std::string backup_path(const Plan& plan, std::string_view node);
std::string backup_endpoint(const Plan& plan);

}  // namespace scantling::generate
