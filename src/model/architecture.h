// The whole model of one system: problem half, solution half, decisions. Plain data; ids index the
// vectors in file order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/decision.h"
#include "model/experiment.h"
#include "model/placement.h"
#include "model/problem.h"
#include "model/solution.h"
#include "model/stores.h"

namespace scantling {

struct Architecture {
  Field<Count> version;     // key `scantling`
  Field<std::string> name;  // key `system`
  Field<std::string> summary;
  Field<std::vector<Profile>> profiles;  // key `profile`

  IdVector<Team> teams;
  IdVector<Aggregate> aggregates;
  IdVector<External> externals;
  IdVector<Operation> operations;
  Field<Constraints> constraints;
  Field<Existing> existing;

  IdVector<Context> contexts;
  std::vector<ContextRelation> relations;  // key `context-map` (also `relations`)
  IdVector<Service> services;
  IdVector<Store> stores;
  IdVector<Channel> channels;
  IdVector<Saga> sagas;
  IdVector<Policy> policies;
  Field<Placement> placement;
  Field<Operating> operating;
  std::vector<MigrationStep> migration;
  IdVector<Experiment> experiments;

  IdVector<Decision> decisions;
  std::vector<Acceptance> accept;
  std::vector<Assumption> assumptions;  // of the last design; not in the language

  const Endpoint& endpoint(EndpointId id) const {
    return services[id.service].endpoints[static_cast<std::size_t>(id.index)];
  }
  Endpoint& endpoint(EndpointId id) {
    return services[id.service].endpoints[static_cast<std::size_t>(id.index)];
  }
};

// First with the name, or an invalid id. Linear: for building an index, loop yourself.
template <class T>
Id<T> find_by_name(const IdVector<T>& items, std::string_view name) {
  for (std::size_t i = 0; i < items.raw().size(); ++i)
    if (items.raw()[i].name == name) return Id<T>(i);
  return Id<T>();
}
// "orders.place-order"
EndpointId find_endpoint(const Architecture& model, std::string_view dotted);
// "orders.place-order"; empty for an invalid id
std::string endpoint_name(const Architecture& model, EndpointId id);
std::vector<EndpointId> all_endpoints(const Architecture& model);  // in order

// The service that owns the aggregate, by services' `owns`; invalid when none does.
ServiceId owner_of(const Architecture& model, AggregateId aggregate);
// The store that holds the aggregate as its record (not a cache), by stores' `holds`.
StoreId store_of(const Architecture& model, AggregateId aggregate);
// Endpoints that implement the operation. The first is the one its actor calls, or its consumer.
std::vector<EndpointId> endpoints_of(const Architecture& model, OperationId operation);

// An entry of an operation's `emits`: "OrderPlaced", or "AlarmRaised 0.5%" when only that share of
// the operation's runs announces it.
struct Emission {
  std::string event;
  Share share{1};
};
Emission parse_emission(std::string_view text);

bool has_solution(const Architecture& model);  // any service is described

// Calls `visit(const Step&)` for every step of the list, outermost first, in order, including those
// inside branches, misses and fallbacks. Iterative: deep input can't overflow the stack.
template <class Visit>
void for_each_step(const std::vector<Step>& steps, Visit&& visit) {
  std::vector<const Step*> pending;
  auto push = [&](const std::vector<Step>& list) {
    for (auto it = list.rbegin(); it != list.rend(); ++it)
      pending.push_back(&*it);
  };
  push(steps);
  while (!pending.empty()) {
    const Step* step = pending.back();
    pending.pop_back();
    visit(*step);
    push(step->fallback);
    if (step->miss) push(step->miss->then);
    for (auto it = step->branches.rbegin(); it != step->branches.rend(); ++it)
      push(it->steps);
    push(step->steps);
  }
}

}  // namespace scantling
