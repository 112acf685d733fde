// The order in which services leave what exists: least crossing first, each with what crosses while
// it stands, how its data moves, and the way back.
#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "base/text.h"
#include "design/locks.h"
#include "design/passes.h"

namespace scantling {
namespace {

struct Crossings {
  double calls = 0;  // a second at mean load, between what is out and what is in
  int writes = 0;    // operations that write on both sides
};

// What crosses the line between the services in `out` and the rest, by the problem's operations.
Crossings crossings(const Architecture& model, const std::set<ServiceId>& out,
                    const std::vector<double>& rates) {
  Crossings result;
  for (const OperationId id : model.operations.ids()) {
    const Operation& operation = model.operations[id];
    bool writes_out = false, writes_in = false;
    int changes = 0;
    int side = -1;
    for (const ProblemStep& step : *operation.steps) {
      if (!step.aggregate.id.valid()) continue;
      const bool is_out = out.contains(owner_of(model, step.aggregate.id));
      if (is_write(step.verb)) (is_out ? writes_out : writes_in) = true;
      if (side >= 0 && side != static_cast<int>(is_out)) ++changes;
      side = static_cast<int>(is_out);
    }
    result.calls += changes * rates[static_cast<std::size_t>(id.index)];
    result.writes += writes_out && writes_in;
  }
  return result;
}

// At each step the service that leaves the fewest split writes, then the fewest crossing calls.
std::vector<ServiceId> fewest_first(const Architecture& model, const std::vector<double>& rates) {
  std::vector<ServiceId> order;
  std::set<ServiceId> out;
  while (out.size() < model.services.size()) {
    ServiceId best;
    Crossings least;
    for (const ServiceId id : model.services.ids()) {
      if (out.contains(id)) continue;
      std::set<ServiceId> next = out;
      next.insert(id);
      const Crossings of = crossings(model, next, rates);
      if (!best.valid() || std::pair(of.writes, of.calls) < std::pair(least.writes, least.calls))
        best = id, least = of;
    }
    out.insert(best);
    order.push_back(best);
  }
  return order;
}

std::string order_text(const Architecture& model, const std::vector<ServiceId>& order) {
  std::vector<std::string> names;
  for (const ServiceId id : order)
    names.push_back(model.services[id].name);
  return enumerate(names, "then");
}

// The services as they are locked ("letters, claims then experts"); `open` when that is no order of
// all of them.
std::vector<ServiceId> locked_order(const Architecture& model, const std::string& locked,
                                    const std::vector<ServiceId>& open) {
  std::vector<ServiceId> order = open;
  const auto place = [&](ServiceId id) {
    const std::string& name = model.services[id].name;
    std::size_t at = locked.find(name);
    while (at != std::string::npos &&
           !((at == 0 || locked[at - 1] == ' ') && says(locked.substr(at), name)))
      at = locked.find(name, at + 1);
    return at;
  };
  std::ranges::stable_sort(order, std::less<>(), place);
  return order_text(model, order) == locked ? order : open;
}

}  // namespace

void pass_migration(Workspace& ws) {
  Architecture& model = ws.model;
  if (!model.existing.has() || !model.migration.empty() || model.services.size() < 2) return;
  const std::vector<double> rates = operation_rates(model, false);
  Draft draft(ws, "migration.order", "migration", "in which order do services leave what exists?");
  const std::vector<ServiceId> fewest = fewest_first(model, rates);
  const std::vector<ServiceId> locked = locked_order(model, draft.locked(), fewest);
  if (locked != fewest) draft.left_open(order_text(model, fewest));
  std::set<ServiceId> out;
  std::vector<std::string> steps;
  for (const ServiceId best : locked) {
    out.insert(best);
    const Crossings least = crossings(model, out, rates);
    const Service& service = model.services[best];
    std::vector<AggregateId> owned;
    for (const auto& ref : *service.owns)
      owned.push_back(ref.id);
    MigrationStep step;
    step.from = draft.provenance();
    draft.note("migration." + std::to_string(model.migration.size() + 1));
    draft.fill(step.extract, service.name);
    draft.fill(
        step.how,
        std::string(
            out.size() == 1
                ? "strangler: the gateway sends its routes to the new service, the rest stays"
                : "strangler: its routes move, and the calls that remain inside go over the "
                  "network"));
    draft.fill(step.interim,
               fmt::format("{} cross between old and new; {} write on both sides",
                           readable(Rate{least.calls}), plural(least.writes, "operation")));
    draft.fill(step.data,
               fmt::format("{} copied by change capture, compared, then the writer moves",
                           owned.empty() ? "nothing" : aggregate_list(model, owned)));
    draft.fill(step.rollback, std::string("the old tables are kept current by change capture the "
                                          "other way for 14 days: routes go back"));
    steps.push_back(fmt::format("{} after {}", readable(Rate{least.calls}), service.name));
    model.migration.push_back(std::move(step));
  }
  draft.choose(order_text(model, locked))
      .reject("all at once", {}, "no step could be taken back on its own")
      .because("fewest split writes, then fewest crossing calls, at each step: " + enumerate(steps))
      .flips("flips if the load moves")
      .traces({"existing", "operations"})
      .reversibility(Reversibility::Costly);
}

}  // namespace scantling
