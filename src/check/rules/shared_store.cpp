#include <algorithm>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

const Step* first_access(const Architecture& model, ServiceId service, StoreId store, bool write) {
  const Step* found = nullptr;
  for (const Endpoint& endpoint : model.services[service].endpoints)
    for_each_step(endpoint.steps.value, [&](const Step& step) {
      if (!found && step.store == store && (!write || step.kind == StepKind::Write)) found = &step;
    });
  return found;
}

void run(const CheckContext& c) {
  for (const StoreId id : c.model.stores.ids()) {
    const Store& store = c.model.stores[id];
    const std::vector<ServiceId>& users = c.calls.users_of(id);
    const std::vector<ServiceId>& writers = c.calls.writers_of(id);
    if (users.size() < 2) continue;
    const ServiceId owner = store.owner && store.owner->id.valid() ? store.owner->id
                            : writers.empty()                      ? users.front()
                                                                   : writers.front();
    const std::string owner_name = c.model.services[owner].name;
    for (const ServiceId user : users) {
      if (user == owner) continue;
      const bool writes = std::ranges::find(writers, user) != writers.end();
      const Service& service = c.model.services[user];
      const Step* step = first_access(c.model, user, id, writes);
      Diagnostic& d = report(c, rule_shared_store, place_of(*step),
                             service.name + (writes ? " writes " : " reads ") + store.name +
                                 ", which belongs to " + owner_name,
                             path_of(store));
      if (!writes) d.severity = Severity::Warning;
      d.fingerprint_salt = service.name;
      d.labels.push_back({store.owner.from.span, "its owner"});
      std::vector<std::string> names;
      for (const ServiceId other : users)
        names.push_back(c.model.services[other].name);
      d.because = store.name + " is used by " + enumerate(names) + ", written by " +
                  std::to_string(writers.size());
      d.effect = writes ? "no service alone can keep its invariants, change its schema or be "
                          "deployed apart"
                        : "a change of its schema breaks " + service.name + " without a warning";
      d.fixes.push_back(manual_fix("an endpoint of " + owner_name +
                                   (writes ? ""
                                           : ", or a copy kept "
                                             "by its events") +
                                   " instead of the access"));
    }
  }
}

}  // namespace

const Rule rule_shared_store = {
    {"shared-store", Severity::Error, "boundaries", "a service uses a store that another one owns"},
    {R"(A store is written (an error) or read (a warning) by a service that is not its owner.)",
     R"(The schema becomes an interface that nobody versions: no service can change it alone, none can keep an invariant alone, and one's heavy query is the other's outage. "Database per service" (Richardson, "Microservices Patterns", 2018, chapter 2) is the rule that makes services deployable apart.)",
     R"(stores:
  orders-db: { engine: postgresql, owner: orders }
services:
  orders:
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
  shipping:
    endpoints:
      ship: { http: POST /shipments, steps: [{ write: orders-db }] }
)",
     R"(stores:
  orders-db: { engine: postgresql, owner: orders }
services:
  orders:
    endpoints:
      place: { http: POST /orders, steps: [{ write: orders-db }] }
      mark-shipped: { http: PUT /orders/shipped, idempotent: yes, steps: [{ write: orders-db }] }
  shipping:
    endpoints:
      ship: { http: POST /shipments, steps: [{ call: orders.mark-shipped, timeout: 1s }] }
)",
     R"(While a monolith is being split, with a date.)"},
    run};

}  // namespace scantling
