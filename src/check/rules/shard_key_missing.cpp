#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const StoreId id : c.model.stores.ids()) {
    const Store& store = c.model.stores[id];
    const std::int64_t shards = store.shards.or_else({1}).value;
    if (shards < 2 || (store.shard_key && !store.shard_key->empty())) continue;
    double rate = 0;
    for_each_placed_step(c.model, [&](EndpointId endpoint, const PlacedStep& placed) {
      if (placed.step->store == id) rate += peak_rate(c, endpoint) * placed.place.mean_times;
    });
    Diagnostic& d = report(c, rule_shard_key_missing, place_of(store.shards.from, store.from),
                           store.name + " has " + std::to_string(shards) + " shards and no key",
                           path_of(store));
    d.because = "without a key each access asks all " + std::to_string(shards) + " shards";
    if (rate > 0)
      d.because +=
          ": " + rate_text(rate) + " become " + rate_text(rate * static_cast<double>(shards));
    d.fixes.push_back(manual_fix("shard-key: what nearly every access knows, with many values"));
  }
}

}  // namespace

const Rule rule_shard_key_missing = {
    {"shard-key-missing", Severity::Warning, "data",
     "a store is divided, but nothing says by what"},
    {R"(A store has two or more shards and no `shard-key`.)",
     R"(An access that doesn't name its shard asks all of them: the load of each shard stays what it was, and the slowest answers. Slack's outage of 2022-02-22 was a query over all shards on each cache miss ("Slack's Incident on 2-22-22").)",
     R"(stores:
  events-db: { engine: postgresql, shards: 8 }
)",
     R"(stores:
  events-db: { engine: postgresql, shards: 8, shard-key: customer-id }
)",
     R"(For engines that divide by a hash of the primary key, when every access is by that key: then name it.)"},
    run};

}  // namespace scantling
