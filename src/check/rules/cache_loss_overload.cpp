#include <map>

#include "check/rule_support.h"

namespace scantling {
namespace {

// Store -> the cache whose misses go to it, the first in the order of the endpoints. In one walk
// over all steps: a walk for each store takes minutes in a system of thousands.
std::map<StoreId, const Store*> caches_before(const Architecture& model) {
  std::map<StoreId, const Store*> out;
  for_each_placed_step(model, [&](EndpointId, const PlacedStep& placed) {
    if (!placed.step->miss || !placed.step->store.valid()) return;
    for_each_step(placed.step->miss->then, [&](const Step& step) {
      if (step.store.valid()) out.try_emplace(step.store, &model.stores[placed.step->store]);
    });
  });
  return out;
}

void run(const CheckContext& c) {
  EstimateOptions cold;
  cold.cache_hit_factor = 0;
  const Estimate without = estimate(c.model, cold);
  for (const auto& [id, cache] : caches_before(c.model)) {
    const Store& store = c.model.stores[id];
    const StationEstimate* warm = c.estimate.station("store", store.name);
    const StationEstimate* lost = without.station("store", store.name);
    if (!warm || !lost || warm->utilisation >= 1 || lost->utilisation < 1) continue;
    // One miss a key at a time reaches the store.
    if (cache->single_flight.or_else(false) && cache->serve_stale.or_else(false)) continue;
    Diagnostic& d =
        report(c, rule_cache_loss_overload, store.from.span,
               store.name + " can't carry the load without " + cache->name, path_of(store));
    d.labels.push_back({cache->from.span, "what stands before it"});
    d.because = "with the cache " + rate_text(warm->arrival_rate) + " reach it, without it " +
                rate_text(lost->arrival_rate) + ", and " + rate_text(lost->capacity) +
                " is what it can do";
    d.effect = "after a restart of " + cache->name +
               " the store is overloaded, answers too late "
               "to fill the cache, and stays so";
    d.fixes.push_back(manual_fix("single-flight and serve-stale on " + cache->name +
                                 ", shedding before " + store.name +
                                 ", or capacity for the load without the cache"));
  }
}

}  // namespace

const Rule rule_cache_loss_overload = {
    {"cache-loss-overload", Severity::Warning, "resilience",
     "a store depends on its cache for capacity"},
    {R"(With every cache empty, the store behind one would be overloaded at peak.)",
     R"(Then the cache is no longer an optimisation but a part of capacity that a restart takes away. In the look-aside cache of the HotOS 2021 paper (section 2.2) 3000/s are served at 90% hits by a database that does 300/s; when the cache is lost, answers come too late to fill it, and the system never recovers by itself. Slack's outage of 2022-02-22 went that way ("Slack's Incident on 2-22-22").)",
     R"(operations:
  browse:
    actor: customer
    steps: []
    load: { mean: 1000/s, peak: 2000/s }
stores:
  cache: { engine: redis, owner: web, copies: 2, read: 0.2ms }
  db: { engine: postgresql, owner: web, copies: 1, concurrency: 1, read: fixed 3ms }
services:
  web:
    runtime: { instances: 8, cpu: 1 }
    endpoints:
      browse:
        http: GET /
        implements: browse
        steps:
          - read: cache
            miss: { rate: 10%, then: [{ read: db }] }
)",
     R"(operations:
  browse:
    actor: customer
    steps: []
    load: { mean: 1000/s, peak: 2000/s }
stores:
  cache: { engine: redis, owner: web, copies: 2, read: 0.2ms }
  db: { engine: postgresql, owner: web, copies: 1, concurrency: 16, read: fixed 3ms }
services:
  web:
    runtime: { instances: 8, cpu: 1 }
    endpoints:
      browse:
        http: GET /
        implements: browse
        steps:
          - read: cache
            miss: { rate: 10%, then: [{ read: db }] }
)",
     R"(When an experiment with `flush: cache` shows recovery within the time that you accept.)"},
    run};

}  // namespace scantling
