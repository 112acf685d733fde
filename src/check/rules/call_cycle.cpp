#include <algorithm>

#include "check/rule_support.h"

namespace scantling {
namespace {

using Graph = std::vector<std::vector<std::size_t>>;

const CallEdge* call_between(const CheckContext& c, EndpointId from, EndpointId to) {
  for (const CallEdge& edge : c.calls.calls_of(from))
    if (edge.callee.valid() && edge.callee == to && edge.place.waits) return &edge;
  return nullptr;
}

void endless(const CheckContext& c) {
  const std::vector<EndpointId> nodes = all_endpoints(c.model);
  Graph next(nodes.size());
  const auto at = [&](EndpointId id) {
    return static_cast<std::size_t>(std::ranges::lower_bound(nodes, id) - nodes.begin());
  };
  for (const CallEdge& edge : c.calls.edges())
    if (edge.callee.valid() && edge.place.waits) next[at(edge.caller)].push_back(at(edge.callee));
  for (const auto& cycle : cycles(next)) {
    const EndpointId first = nodes[cycle.front()];
    const EndpointId second = nodes[cycle[1 % cycle.size()]];
    const CallEdge* call = call_between(c, first, second);
    Diagnostic& d =
        report(c, rule_call_cycle, call ? place_of(*call->step) : Span{},
               endpoint_name(c.model, first) + " calls itself" +
                   (cycle.size() == 1 ? "" : " through " + endpoint_name(c.model, second)),
               path_of(c.model, first));
    for (const std::size_t node : cycle)
      d.chain.push_back(endpoint_name(c.model, nodes[node]));
    d.chain.push_back(d.chain.front());
    d.because = std::to_string(cycle.size()) +
                " calls lead back to where they began, and each is waited for";
    d.effect = "a request never ends; the pools on the way fill up and wait for one another";
    d.fixes.push_back(
        manual_fix("pass what is needed in the first call, or make one of the calls "
                   "an event that nobody waits for"));
    touch(c, d, first);
  }
}

// Services that wait for each other by different endpoints: no endless loop, but their pools can
// block one another.
void mutual(const CheckContext& c) {
  Graph next(c.model.services.size());
  const auto at = [](EndpointId id) { return static_cast<std::size_t>(id.service.index); };
  for (const CallEdge& edge : c.calls.edges())
    if (edge.callee.valid() && edge.place.waits && edge.callee.service != edge.caller.service &&
        !(c.calls.in_cycle(edge.caller) && c.calls.in_cycle(edge.callee)))
      next[at(edge.caller)].push_back(at(edge.callee));
  for (const auto& cycle : cycles(next)) {
    const Service& first = c.model.services[ServiceId(cycle[0])];
    const Service& second = c.model.services[ServiceId(cycle[1])];
    Diagnostic& d =
        report(c, rule_call_cycle, first.from.span,
               first.name + " and " + second.name + " wait for each other", path_of(first));
    d.severity = Severity::Warning;
    for (const std::size_t node : cycle)
      d.chain.push_back(c.model.services[ServiceId(node)].name);
    d.chain.push_back(first.name);
    d.because =
        std::to_string(cycle.size()) + " services form a cycle of calls that are waited for";
    d.effect =
        "with bounded pools all workers of each can wait for the other; neither can be "
        "deployed or started alone";
    d.fixes.push_back(manual_fix("turn one direction into events, or join the services"));
    d.requirements = objectives_through(c, ServiceId(cycle[0]));
  }
}

void run(const CheckContext& c) {
  endless(c);
  mutual(c);
}

}  // namespace

const Rule rule_call_cycle = {
    {"call-cycle", Severity::Error, "calls", "calls that are waited for form a cycle"},
    {R"(Endpoints call one another in a circle and wait (an error: the request never ends), or services do so by different endpoints (a warning: their pools can block one another).)",
     R"(Each service of a cycle needs the others to answer, so one slow member slows all, a bounded pool can fill with requests that wait for requests behind them, and after a full stop none of them starts first. Buildkite's outage of 2016-08-23 lasted because starting up needed what was down ("Outage Post-Mortem for August 23rd", Buildkite).)",
     R"(services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps:
          - call: customers.credit
            timeout: 1s
  customers:
    endpoints:
      credit:
        http: GET /credit
        steps:
          - call: orders.place
            timeout: 500ms
)",
     R"(services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps:
          - call: customers.credit
            timeout: 1s
  customers:
    endpoints:
      credit:
        http: GET /credit
        steps:
          - work: 2ms
)",
     R"(The warning: when the two directions have pools of their own and neither is needed to start. The error: never.)"},
    run};

}  // namespace scantling
