#include "check/rule_support.h"
#include "model/reads.h"

namespace scantling {
namespace {

struct Contradiction {
  std::string what;                  // "reads any copy of orders-db, which has one"
  const Provenance* said = nullptr;  // by the store
  std::string label;                 // of that place
  std::string instead;               // what the read may say
};

Contradiction contradiction(const Store& store, ConsistencyKind asked) {
  const bool quorum = store.consistency && store.consistency->kind == ConsistencyKind::Quorum;
  const Provenance* reads = &store.consistency.from;
  if (asked == ConsistencyKind::Eventual && store.copies && store.copies->value < 2)
    return {"reads any copy of " + store.name + ", which has one", &store.copies.from,
            "the only one", "strong"};
  if (asked == ConsistencyKind::Quorum && store.consistency && !quorum)
    return {"reads a quorum of " + store.name + ", which isn't written by one", reads,
            "so it is written", "strong, or eventual"};
  if (asked == ConsistencyKind::Strong && quorum)
    return {"reads the leader of " + store.name + ", which has none", reads,
            "every copy takes writes", "quorum, or eventual"};
  return {};
}

void run(const CheckContext& c) {
  for_each_placed_step(c.model, [&](EndpointId id, const PlacedStep& placed) {
    const Step& step = *placed.step;
    if (step.kind != StepKind::Read || !step.consistency || !step.store.valid()) return;
    const Store& store = c.model.stores[step.store];
    const Contradiction found = contradiction(store, *step.consistency);
    if (found.said == nullptr) return;
    Diagnostic& d =
        report(c, rule_read_contradicts_store, place_of(step.consistency.from, place_of(step)),
               endpoint_name(c.model, id) + " " + found.what, path_of(c.model, id));
    d.fingerprint_salt = store.name;
    d.labels.push_back({place_of(*found.said, store.from), found.label});
    d.because = "a read chooses among the copies that its store has and keeps up";
    d.fixes.push_back(manual_fix("consistency: " + found.instead));
    if (*step.consistency == ConsistencyKind::Eventual)
      d.fixes.push_back(value_fix("copies", "3", store.copies.from, FixSafety::Unsafe));
    touch(c, d, id);
  });
}

}  // namespace

const Rule rule_read_contradicts_store = {
    {"read-contradicts-store", Severity::Error, "data",
     "a read asks for copies that its store doesn't have"},
    {R"(A step `read:` says which copies answer it (`consistency`), and the store can't do that: any copy, of a store with one; a quorum, of a store that isn't written by quorum; the leader, of a store that has none.)",
     R"(What such a read gets is what the driver makes of it: an error, or an answer that is older than the model says. Without overlap with the writes a quorum of reads promises nothing (Gifford, "Weighted Voting for Replicated Data", SOSP 1979).)",
     R"(stores:
  orders-db: { engine: postgresql, copies: 1, consistency: strong }
services:
  orders:
    endpoints:
      view: { http: GET /orders, steps: [{ read: orders-db, consistency: eventual }] }
)",
     R"(stores:
  orders-db: { engine: postgresql, copies: 3, consistency: strong }
services:
  orders:
    endpoints:
      view: { http: GET /orders, steps: [{ read: orders-db, consistency: eventual }] }
)",
     R"(Never: without `consistency` the read is answered as the store says.)"},
    run};

}  // namespace scantling
