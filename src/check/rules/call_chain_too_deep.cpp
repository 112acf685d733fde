#include <algorithm>
#include <map>

#include "check/rule_support.h"

namespace scantling {
namespace {

constexpr int kMostServices = 4;

struct Deepest {
  int services = 1;
  const CallEdge* call = nullptr;
};

void run(const CheckContext& c) {
  std::map<EndpointId, Deepest> depth;
  for (const EndpointId id : c.calls.bottom_up()) {
    Deepest& here = depth[id];
    if (c.calls.in_cycle(id)) continue;
    for (const CallEdge& edge : c.calls.calls_of(id)) {
      if (!edge.callee.valid() || !edge.place.waits) continue;
      const int hop = edge.callee.service == id.service ? 0 : 1;
      const int services = depth[edge.callee].services + hop;
      if (services > here.services || !here.call) here = {std::max(services, here.services), &edge};
    }
  }
  for (const EndpointId entry : all_endpoints(c.model)) {
    if (depth[entry].services <= kMostServices) continue;
    const auto callers = c.calls.calls_to(entry);
    if (std::ranges::any_of(callers, [](const CallEdge* e) { return e->place.waits; })) continue;
    Diagnostic& d = report(c, rule_call_chain_too_deep, place_of(*depth[entry].call->step),
                           endpoint_name(c.model, entry) + " waits for a chain of " +
                               std::to_string(depth[entry].services) + " services",
                           path_of(c.model, entry));
    double availability = 1;
    for (EndpointId at = entry; at.valid();) {
      d.chain.push_back(endpoint_name(c.model, at));
      const CallEdge* call = depth[at].call;
      at = call ? call->callee : EndpointId{};
    }
    for (int i = 0; i < depth[entry].services; ++i)
      availability *= .999;
    d.because = std::to_string(depth[entry].services) + " services one after the other, at most " +
                std::to_string(kMostServices) + "; at 99.9% each they give " +
                percent_text(availability);
    d.fixes.push_back(
        manual_fix("let the entry ask the services side by side, keep a copy of what "
                   "is needed by events, or join services that always go together"));
    touch(c, d, entry);
  }
}

}  // namespace

const Rule rule_call_chain_too_deep = {
    {"call-chain-too-deep", Severity::Warning, "boundaries",
     "a request waits for more than four services in a row"},
    {R"(From an entry, a chain of calls that are waited for passes through more than 4 services.)",
     R"(Each link multiplies its failures in, adds its latency and needs a timeout that fits into its caller's. Uber grouped about 2200 services into 70 domains for the same reason ("Introducing Domain-Oriented Microservice Architecture", Uber, 2020).)",
     R"(services:
  a: { endpoints: { go: { http: GET /a, steps: [{ call: b.go, timeout: 5s }] } } }
  b: { endpoints: { go: { http: GET /b, steps: [{ call: c.go, timeout: 4s }] } } }
  c: { endpoints: { go: { http: GET /c, steps: [{ call: d.go, timeout: 3s }] } } }
  d: { endpoints: { go: { http: GET /d, steps: [{ call: e.go, timeout: 2s }] } } }
  e: { endpoints: { go: { http: GET /e, steps: [{ work: 1ms }] } } }
)",
     R"(services:
  a: { endpoints: { go: { http: GET /a, steps: [{ call: b.go, timeout: 5s }, { call: d.go, timeout: 2s }] } } }
  b: { endpoints: { go: { http: GET /b, steps: [{ call: c.go, timeout: 4s }] } } }
  c: { endpoints: { go: { http: GET /c, steps: [{ work: 1ms }] } } }
  d: { endpoints: { go: { http: GET /d, steps: [{ call: e.go, timeout: 1s }] } } }
  e: { endpoints: { go: { http: GET /e, steps: [{ work: 1ms }] } } }
)",
     R"(For rare requests whose objective is met with the margin that the report shows.)"},
    run};

}  // namespace scantling
