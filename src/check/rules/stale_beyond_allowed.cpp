#include "check/rule_support.h"
#include "model/entries.h"
#include "model/reads.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  const auto entries = endpoints_by_operation(c.model);
  for (const OperationId operation_id : c.model.operations.ids()) {
    const Operation& operation = c.model.operations[operation_id];
    if (!operation.staleness) continue;
    const Duration allowed = *operation.staleness;
    for (const EndpointId entry : entries[static_cast<std::size_t>(operation_id.index)])
      for (const EndpointId id : c.calls.waited_for(entry))
        for_each_step(c.model.endpoint(id).steps.value, [&](const Step& step) {
          if (step.kind != StepKind::Read || !step.store.valid()) return;
          const Store& store = c.model.stores[step.store];
          const Field<Duration>* age = nullptr;
          if (store.expires && *store.expires > allowed) age = &store.expires;
          if (store.lag && *store.lag > allowed && said_any_copy(store, step)) age = &store.lag;
          if (!age) return;
          Diagnostic& d = report(
              c, rule_stale_beyond_allowed, place_of(age->from, store.from),
              operation.name + " may show " + store.name + " data " + readable(age->value) + " old",
              path_of(operation));
          d.fingerprint_salt = store.name;
          d.labels.push_back({operation.staleness.from.span, "this old is allowed"});
          if (age == &store.lag && step.consistency)
            d.labels.push_back({step.consistency.from.span, "any copy may answer"});
          d.chain = {endpoint_name(c.model, entry)};
          if (id != entry) d.chain.push_back(endpoint_name(c.model, id));
          d.chain.push_back(store.name);
          d.because = std::string(age == &store.expires ? "entries live " : "copies lag ") +
                      readable(age->value) + ", " + readable(allowed) + " is allowed";
          d.requirements.push_back(path_of(operation) + ".staleness");
          if (age == &store.expires)
            d.fixes.push_back(
                value_fix("expires", to_text(allowed), store.expires.from, FixSafety::Unsafe));
          else
            d.fixes.push_back(
                manual_fix("read the leader, or allow staleness: " + to_text(age->value)));
        });
  }
}

}  // namespace

const Rule rule_stale_beyond_allowed = {
    {"stale-beyond-allowed", Severity::Error, "data",
     "an operation may answer with data older than it is allowed to"},
    {R"(An operation says how old its data may be (`staleness`), and on its way it reads a cache whose entries live longer, or any copy of a store whose copies lag more.)",
     R"(A stock of 3 that was sold a minute ago is an order that must be cancelled. The number was given by the business; the cache's time was usually somebody's guess.)",
     R"(aggregates:
  Stock: { size: 100 B, data: internal }
operations:
  view: { actor: customer, steps: [read Stock], staleness: 5s }
stores:
  stock-cache: { engine: redis, owner: stock, expires: 60s }
services:
  stock:
    endpoints:
      view: { http: GET /stock, implements: view, steps: [{ read: stock-cache }] }
)",
     R"(aggregates:
  Stock: { size: 100 B, data: internal }
operations:
  view: { actor: customer, steps: [read Stock], staleness: 5s }
stores:
  stock-cache: { engine: redis, owner: stock, expires: 5s }
services:
  stock:
    endpoints:
      view: { http: GET /stock, implements: view, steps: [{ read: stock-cache }] }
)",
     R"(When writers also remove the entry, so that its life is only an upper bound for lost removals.)"},
    run};

}  // namespace scantling
