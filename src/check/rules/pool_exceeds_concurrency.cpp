#include <algorithm>

#include "check/rule_support.h"

namespace scantling {
namespace {

// Accesses to the store that one request of the service has in progress at once, at the most: 1
// unless it does things side by side.
bool side_by_side(const Service& service) {
  return std::ranges::any_of(service.endpoints, [](const Endpoint& endpoint) {
    bool found = false;
    for_each_step(endpoint.steps.value, [&](const Step& step) {
      found |= step.kind == StepKind::Together || step.kind == StepKind::Spawn ||
               step.policy.hedge.has();
    });
    return found;
  });
}

void run(const CheckContext& c) {
  for (const StoreId id : c.model.stores.ids()) {
    const Store& store = c.model.stores[id];
    if (!store.pool || !store.pool->per_instance) continue;
    std::int64_t needed = 0;
    bool known = true;
    const std::vector<ServiceId>& users = c.calls.users_of(id);
    for (const ServiceId user : users) {
      const Service& service = c.model.services[user];
      const std::int64_t each = service.runtime.value.concurrency.or_else({-1}).value;
      const bool consumes = std::ranges::any_of(service.endpoints,
                                                [](const Endpoint& e) { return e.consumes.has(); });
      known = known && each > 0 && !consumes && !side_by_side(service);
      needed = std::max(needed, each);
    }
    if (users.empty() || !known || store.pool->size <= needed) continue;
    Diagnostic& d =
        report(c, rule_pool_exceeds_concurrency, place_of(store.pool.from, store.from),
               "connections to " + store.name + " that no request can ever use", path_of(store));
    d.because = std::to_string(store.pool->size) + " connections an instance, at most " +
                std::to_string(needed) + " requests in progress with one access each";
    d.fixes.push_back(value_fix("pool", std::to_string(needed) + " per instance", store.pool.from,
                                FixSafety::Safe));
  }
}

}  // namespace

const Rule rule_pool_exceeds_concurrency = {
    {"pool-exceeds-concurrency", Severity::Note, "resilience",
     "a connection pool is larger than the requests that could use it"},
    {R"(A pool has more connections an instance than the instance has requests in progress, and each request does one thing after the other.)",
     R"(The rest is never used, yet it counts against the server's limit and its memory: PostgreSQL keeps a process for each. Removing it changes nothing else, so the fix is safe.)",
     R"(stores:
  orders-db: { engine: postgresql, owner: orders, pool: 100 per instance }
services:
  orders:
    runtime: { instances: 4, concurrency: 32 }
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
)",
     R"(stores:
  orders-db: { engine: postgresql, owner: orders, pool: 32 per instance }
services:
  orders:
    runtime: { instances: 4, concurrency: 32 }
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
)",
     R"(When code that the model does not show uses the pool too.)"},
    run};

}  // namespace scantling
