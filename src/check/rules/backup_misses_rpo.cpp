#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const Store& store : c.model.stores) {
    if (!store.backup || !store.backup->every) continue;
    const Field<Duration>* rpo = nullptr;
    if (store.backup->rpo)
      rpo = &store.backup->rpo;
    else if (c.model.operating && c.model.operating->rpo)
      rpo = &c.model.operating->rpo;
    if (!rpo || *store.backup->every <= rpo->value) continue;
    Diagnostic& d = report(
        c, rule_backup_misses_rpo, place_of(store.backup->every.from, store.from),
        "backups of " + store.name + " are further apart than its loss may be", path_of(store));
    d.labels.push_back({rpo->from.span, "so much may be lost"});
    d.because = "one every " + readable(*store.backup->every) + ", " + readable(rpo->value) +
                " may be lost";
    d.fixes.push_back(
        value_fix("every", to_text(rpo->value), store.backup->every.from, FixSafety::Unsafe));
    d.fixes.push_back(manual_fix("an archive of the write-ahead log between the backups"));
  }
}

}  // namespace

const Rule rule_backup_misses_rpo = {
    {"backup-misses-rpo", Severity::Error, "data",
     "backups are too rare for the loss that is allowed"},
    {R"(The interval of a store's backups is longer than its recovery point objective, or the system's.)",
     R"(What is lost is all since the last good backup, on average half the interval and at worst the whole. Copies don't help against a deletion: it is copied too.)",
     R"(stores:
  orders-db: { engine: postgresql, backup: { rpo: 5min, every: 1d } }
)",
     R"(stores:
  orders-db: { engine: postgresql, backup: { rpo: 5min, every: 5min } }
)",
     R"(When another mechanism that the model does not show keeps the objective.)"},
    run};

}  // namespace scantling
