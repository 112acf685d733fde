#include "check/rule_support.h"

namespace scantling {
namespace {

// What the store alone is asked for when one copy of it answers.
const StationEstimate* with_one_copy(const CheckContext& c, StoreId id, Estimate& out) {
  Architecture model = c.model;
  model.stores[id].copies = Field<Count>(Count{1}, Provenance{Origin::Assumed, {}, {}});
  out = estimate(model, {});
  return out.station("store", c.model.stores[id].name);
}

void run(const CheckContext& c) {
  for (const StoreId id : c.model.stores.ids()) {
    const Store& store = c.model.stores[id];
    const std::int64_t copies = store.copies.or_else({1}).value;
    if (store.rebuild.or_else(Rebuild::None) != Rebuild::All || !store.failover || copies < 3)
      continue;
    Diagnostic& d = report(
        c, rule_promotion_rebuilds_all, place_of(store.rebuild.from, store.from),
        store.name + " has one copy that answers after a failover, of " + std::to_string(copies),
        path_of(store));
    Estimate alone;
    const StationEstimate* now = c.estimate.station("store", store.name);
    const StationEstimate* then = with_one_copy(c, id, alone);
    d.because = "all copies are built anew from the new leader before they answer";
    if (now && then && then->arrival_rate > 0)
      d.because = "utilisation " + percent_text(now->utilisation) + " with " +
                  std::to_string(copies) + " copies, " + percent_text(then->utilisation) +
                  " with one, until the others are built anew";
    d.effect = then && then->utilisation >= 1
                   ? "reads pile up on the new leader; they do so for as long as building takes"
                   : "the loss of one more machine is the loss of the store";
    d.fixes.push_back(value_fix("rebuild", "diverged", store.rebuild.from, FixSafety::Unsafe));
  }
}

}  // namespace

const Rule rule_promotion_rebuilds_all = {
    {"promotion-rebuilds-all", Severity::Warning, "data",
     "a failover has sound copies built anew too"},
    {R"(A store with three or more copies and a failover says `rebuild: all`: after a promotion every copy is built anew from the new leader, and answers only then.)",
     R"(On 2020-11-02 Cloudflare promoted a database, and a defect of the cluster manager had all of its copies built anew: for hours one machine had the reads of all ("A Byzantine failure in the real world", Cloudflare, 2020-11-27). `scantling verify` shows the run.)",
     R"(stores:
  users-db: { engine: postgresql, copies: 3, consistency: eventual, failover: 30s, rebuild: all }
)",
     R"(stores:
  users-db: { engine: postgresql, copies: 3, consistency: eventual, failover: 30s, rebuild: diverged }
)",
     R"(When one machine bears all reads for as long as building takes.)"},
    run};

}  // namespace scantling
