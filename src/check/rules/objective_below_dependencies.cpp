#include <algorithm>

#include "check/rule_support.h"
#include "model/entries.h"

namespace scantling {
namespace {

// Externals that answering the operation can't do without, each once, in order.
struct Needed {
  std::vector<ExternalId> externals;
  std::vector<std::string> chain;  // to the last one found
};

void add(std::vector<ExternalId>& list, ExternalId id) {
  if (std::ranges::find(list, id) == list.end()) list.push_back(id);
}

Needed by_endpoints(const CheckContext& c, EndpointId entry) {
  Needed out;
  // What a message or a schedule starts is delivered again, or runs again, after a failure.
  const Endpoint& first = c.model.endpoint(entry);
  if (first.consumes || first.every) return out;
  std::vector<EndpointId> pending{entry}, seen{entry};
  out.chain.push_back(endpoint_name(c.model, entry));
  for (std::size_t i = 0; i < pending.size(); ++i)
    for (const CallEdge& edge : c.calls.calls_of(pending[i])) {
      if (!edge.place.hard) continue;
      if (edge.external.valid()) {
        add(out.externals, edge.external);
      } else if (std::ranges::find(seen, edge.callee) == seen.end()) {
        seen.push_back(edge.callee);
        pending.push_back(edge.callee);
        out.chain.push_back(endpoint_name(c.model, edge.callee));
      }
    }
  return out;
}

// Of an operation that nothing implements yet: unless it has time to try again (`within`), the
// externals that its steps call are in its way.
Needed by_steps(const Operation& operation) {
  Needed out;
  if (operation.within || !operation.actor) return out;
  for (const ProblemStep& step : operation.steps.value)
    if (step.calls && step.calls->id.valid()) add(out.externals, step.calls->id);
  out.chain.push_back(operation.name);
  return out;
}

void run(const CheckContext& c) {
  const auto entries_of = endpoints_by_operation(c.model);
  for (const OperationId id : c.model.operations.ids()) {
    const Operation& operation = c.model.operations[id];
    if (!operation.objective || !operation.objective->availability) continue;
    const auto& entries = entries_of[static_cast<std::size_t>(id.index)];
    const Needed needed = entries.empty() ? by_steps(operation) : by_endpoints(c, entries.front());
    double product = 1;
    std::string factors;
    Needed found{{}, needed.chain};
    for (const ExternalId external : needed.externals) {
      const External& e = c.model.externals[external];
      if (!e.availability) continue;
      product *= e.availability->value;
      factors += (factors.empty() ? "" : " x ") + e.name + " " + readable(*e.availability);
      found.externals.push_back(external);
    }
    const auto& promised = operation.objective->availability;
    if (found.externals.empty() || product >= promised->value) continue;
    Diagnostic& d =
        report(c, rule_objective_below_dependencies, place_of(promised.from, operation.from),
               operation.name + " promises " + readable(*promised) + ", what it needs " + "gives " +
                   percent_text(product),
               path_of(operation));
    for (const ExternalId external : found.externals)
      d.labels.push_back({c.model.externals[external].availability.from.span, "needed"});
    d.chain = found.chain;
    d.chain.push_back(c.model.externals[found.externals.back()].name);
    d.because =
        factors + (found.externals.size() > 1 ? " = " + percent_text(product) : "") +
        ", before anything of our own fails: " + readable_seconds((1 - product) * 30 * 86400) +
        " in 30 days against " + readable_seconds((1 - promised->value) * 30 * 86400);
    d.requirements.push_back(path_of(operation) + ".objective.availability");
    d.fixes.push_back(
        manual_fix("take it off the way: answer first and do it by an event or a saga "
                   "that tries again"));
    d.fixes.push_back(manual_fix("a fallback, a second provider, or an availability of " +
                                 percent_text(product)));
  }
}

}  // namespace

const Rule rule_objective_below_dependencies = {
    {"objective-below-dependencies", Severity::Warning, "availability",
     "an operation promises more than the externals that it waits for"},
    {R"(The availability that an operation promises is more than the product of the availabilities of the externals that it can't do without (no fallback, waited for). Where no endpoint implements it yet, the externals of its steps are taken, unless it has time to try again (`within`). What an event or a schedule starts is tried again, so it is left out.)",
     R"(Nothing that is built can mend it: a service can be no more available than the intersection of its critical dependencies (Treynor and others, "The Calculus of Service Availability", ACM Queue 2017).)",
     R"(externals:
  psp: { latency: 240ms, availability: 99.9%, idempotent: by key }
aggregates:
  Payment: { size: 1 KiB, data: internal }
operations:
  pay:
    actor: customer
    steps: [{ do: create Payment, calls: psp }]
    objective: { availability: 99.95% }
)",
     R"(externals:
  psp: { latency: 240ms, availability: 99.9%, idempotent: by key }
aggregates:
  Payment: { size: 1 KiB, data: internal }
operations:
  pay:
    actor: customer
    steps: [{ do: create Payment, calls: psp }]
    within: 5min
    objective: { availability: 99.95% }
)",
     R"(When the external's real availability is measured and better than what it promises: then write that number.)"},
    run};

}  // namespace scantling
