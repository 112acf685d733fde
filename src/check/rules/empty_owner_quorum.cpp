#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const Store& store : c.model.stores) {
    if (!store.bootstrap || *store.bootstrap || !store.consistency ||
        store.consistency->kind != ConsistencyKind::Quorum)
      continue;
    const std::int64_t read = store.consistency->quorum.read;
    Diagnostic& d =
        report(c, rule_empty_owner_quorum, place_of(store.bootstrap.from, store.from),
               store.name + " answers from copies that have no data yet", path_of(store));
    d.because =
        "a new copy counts for a quorum of " + std::to_string(read) + " before it has its data";
    d.effect = "what was acknowledged is answered as missing once enough copies are new";
    d.fixes.push_back(value_fix("bootstrap", "true", store.bootstrap.from, FixSafety::Unsafe));
  }
}

}  // namespace

const Rule rule_empty_owner_quorum = {
    {"empty-owner-quorum", Severity::Error, "data",
     "new copies answer for a quorum before they have their data"},
    {R"(A store that is read by quorum says `bootstrap: false`: a copy that joins answers at once, with nothing.)",
     R"(On 2019-07-29 Monzo added six members to a cluster under such a setting; quorums of them answered that accounts didn't exist, and payments were declined. `scantling verify` shows the run.)",
     R"(stores:
  accounts-db: { engine: cassandra, copies: 3, consistency: quorum read 2 write 2, bootstrap: false }
)",
     R"(stores:
  accounts-db: { engine: cassandra, copies: 3, consistency: quorum read 2 write 2, bootstrap: true }
)",
     R"(When a whole new cluster is filled before anybody reads it.)"},
    run};

}  // namespace scantling
