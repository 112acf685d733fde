#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const CallEdge& edge : c.calls.edges()) {
    const auto& hedge = edge.step->policy.hedge;
    if (!hedge) continue;
    const std::string effect = repeated_effect(c, edge);
    if (effect.empty()) continue;
    const std::string callee = callee_name(c.model, edge);
    Diagnostic& d = report(
        c, rule_hedge_not_idempotent, place_of(hedge.from, place_of(*edge.step)),
        endpoint_name(c.model, edge.caller) + " hedges " + callee + ", which is not idempotent",
        path_of(c.model, edge.caller));
    d.fingerprint_salt = edge.step->target;
    d.because = effect + "; both of the calls run to their end in " +
                (hedge->at_most ? "up to " + readable(*hedge->at_most) + " of cases"
                                : "every case slower than " + readable(hedge->after.value));
    d.fixes.push_back(manual_fix("no hedge, or idempotent: by key on " + callee));
    touch(c, d, edge.caller);
  }
}

}  // namespace

const Rule rule_hedge_not_idempotent = {
    {"hedge-not-idempotent", Severity::Error, "calls",
     "a second call is sent beside one that has an effect"},
    {R"(A hedged call (a second one is sent when the first is slow, and the faster answer wins) goes to something that writes, publishes or calls an external without being idempotent.)",
     R"(The slower call is not undone: both take effect. Dean and Barroso, who described hedged requests ("The Tail at Scale", CACM 2013), use them for reads.)",
     R"(externals:
  carrier: { latency: 400ms, idempotent: no }
services:
  shipping:
    endpoints:
      ship:
        http: POST /shipments
        steps:
          - call: carrier
            timeout: 2s
            hedge: { after: 800ms, at-most: 5% }
)",
     R"(externals:
  carrier: { latency: 400ms, idempotent: by key }
services:
  shipping:
    endpoints:
      ship:
        http: POST /shipments
        steps:
          - call: carrier
            timeout: 2s
            hedge: { after: 800ms, at-most: 5% }
)",
     R"(When doing it twice costs nothing that anybody notices: then say `idempotent: yes` instead.)"},
    run};

}  // namespace scantling
