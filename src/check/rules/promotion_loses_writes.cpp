#include <optional>

#include "check/rule_support.h"

namespace scantling {
namespace {

std::optional<Duration> allowed_loss(const CheckContext& c, const Store& store) {
  if (store.backup && store.backup->rpo) return *store.backup->rpo;
  if (c.model.operating && c.model.operating->rpo) return *c.model.operating->rpo;
  return std::nullopt;
}

double writes_per_second(const CheckContext& c, StoreId store) {
  double rate = 0;
  for_each_placed_step(c.model, [&](EndpointId id, const PlacedStep& placed) {
    if (placed.step->kind == StepKind::Write && placed.step->store == store)
      rate += peak_rate(c, id) * placed.place.mean_times;
  });
  return rate;
}

void run(const CheckContext& c) {
  for (const StoreId id : c.model.stores.ids()) {
    const Store& store = c.model.stores[id];
    // A lag says that copies follow asynchronously; a failover promotes one of them.
    if (!store.lag || store.lag->nanoseconds <= 0 || !store.failover ||
        store.copies.or_else({1}).value < 2)
      continue;
    if (store.consistency && store.consistency->kind != ConsistencyKind::Strong) continue;
    const auto allowed = allowed_loss(c, store);
    if (allowed && *allowed >= *store.lag) continue;
    Diagnostic& d =
        report(c, rule_promotion_loses_writes, place_of(store.lag.from, store.from),
               store.name + " loses acknowledged writes when it fails over", path_of(store));
    d.labels.push_back({store.failover.from.span, "a copy is promoted"});
    d.because = "copies are " + readable(*store.lag) + " behind";
    if (const double rate = writes_per_second(c, id); rate > 0)
      d.because += ": about " + figure(rate * store.lag->seconds()) + " writes at " +
                   rate_text(rate) + " of peak";
    d.because += allowed ? ", " + readable(*allowed) + " of loss are allowed"
                         : ", and no loss is said to be allowed";
    d.effect =
        "what was confirmed to the user is gone, or both sides have writes that the other "
        "lacks";
    d.fixes.push_back(
        manual_fix("one synchronous copy to promote, with fencing of the old leader"));
    d.fixes.push_back(manual_fix("backup: { rpo: " + to_text(*store.lag) +
                                 " }, if the loss is "
                                 "acceptable"));
  }
}

}  // namespace

const Rule rule_promotion_loses_writes = {
    {"promotion-loses-writes", Severity::Warning, "data",
     "failing over promotes a copy that lacks acknowledged writes"},
    {R"(A store that is said to be strongly consistent has asynchronous copies (`lag`), one of which is promoted at failover, and the lag is more than the loss that is allowed (`rpo`).)",
     R"(On 2018-10-21 a partition of 43 seconds made GitHub promote copies on the other coast that lacked the last writes; the old side had them, the new side had others, and it took 24 hours and 11 minutes to sort them out ("October 21 post-incident analysis", GitHub).)",
     R"(stores:
  orders-db: { engine: mysql, copies: 2, consistency: strong, lag: 2s, failover: 30s }
)",
     R"(stores:
  orders-db: { engine: mysql, copies: 3, consistency: strong, failover: 30s }
)",
     R"(When the loss is bounded by `rpo`, and whoever owns the data has agreed to it.)"},
    run};

}  // namespace scantling
