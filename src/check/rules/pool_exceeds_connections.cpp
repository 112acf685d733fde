#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const StoreId id : c.model.stores.ids()) {
    const Store& store = c.model.stores[id];
    if (!store.pool || !store.max_connections) continue;
    std::int64_t total = 0;
    std::string sum;
    for (const ServiceId user : c.calls.users_of(id)) {
      const Service& service = c.model.services[user];
      const std::int64_t instances = store.pool->per_instance ? most_instances(service) : 1;
      total += instances * store.pool->size;
      sum += (sum.empty() ? "" : " + ") +
             (store.pool->per_instance ? std::to_string(instances) + " x " : std::string()) +
             std::to_string(store.pool->size) + " (" + service.name + ")";
    }
    // Each shard's leader is a server; connections are spread over them.
    const std::int64_t shards = std::max<std::int64_t>(1, store.shards.or_else({1}).value);
    const std::int64_t most = store.max_connections->value * shards;
    if (total <= most) continue;
    Diagnostic& d = report(c, rule_pool_exceeds_connections, place_of(store.pool.from, store.from),
                           std::to_string(total) + " connections to " + store.name +
                               ", which takes " + std::to_string(most),
                           path_of(store));
    d.labels.push_back({store.max_connections.from.span, "its limit"});
    d.because = sum + " = " + std::to_string(total) + " > " + std::to_string(most);
    d.effect = "when the services have scaled out, their last instances can't connect";
    d.fixes.push_back(manual_fix("a smaller pool or fewer instances, a connection pooler before " +
                                 store.name + ", or a higher limit"));
  }
}

}  // namespace

const Rule rule_pool_exceeds_connections = {
    {"pool-exceeds-connections", Severity::Error, "resilience",
     "pools of all instances together exceed the server's connection limit"},
    {R"(Most instances x pool per instance, over all services that use the store, is more than its `max-connections` (of each shard's server).)",
     R"(It shows at the worst moment: the autoscaler answers a peak with instances that can't connect, or a rolling release needs old and new at once. PostgreSQL gives each connection a process, so the limit can't simply be raised (its documentation, 19.3, and poolers such as PgBouncer exist for that reason).)",
     R"(stores:
  orders-db: { engine: postgresql, owner: orders, pool: 20 per instance, max-connections: 300 }
services:
  orders:
    runtime: { instances: 6..24 }
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
)",
     R"(stores:
  orders-db: { engine: postgresql, owner: orders, pool: 10 per instance, max-connections: 300 }
services:
  orders:
    runtime: { instances: 6..24 }
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
)",
     R"(When a pooler that is not in the model shares the connections.)"},
    run};

}  // namespace scantling
