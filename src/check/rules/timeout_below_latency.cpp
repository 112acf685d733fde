#include "check/rule_support.h"

namespace scantling {
namespace {

// A retried call may cut off the tail on purpose; a single one loses what it cuts off.
constexpr double kLostOnce = .01, kLostWithRetries = .10;

// The share of a law's times that exceed `seconds`, by halving the interval of its quantile.
double share_above(const TimeLaw& law, double seconds) {
  double low = 0, high = 1;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (law.quantile_seconds(middle) <= seconds ? low : high) = middle;
  }
  return 1 - low;
}

void run(const CheckContext& c) {
  for (const CallEdge& edge : c.calls.edges()) {
    const CallPolicy& policy = edge.step->policy;
    if (!policy.timeout) continue;
    const double timeout = policy.timeout->seconds();
    const bool retried = attempts_of(policy) > 1;
    const double allowed = retried ? kLostWithRetries : kLostOnce;
    const std::string callee = callee_name(c.model, edge);
    std::string because;
    if (edge.external.valid()) {
      const auto& latency = c.model.externals[edge.external].latency;
      if (!latency) continue;
      const double lost = share_above(*latency, timeout);
      if (lost <= allowed) continue;
      because = percent_text(lost) + " of its answers take longer, " + percent_text(allowed) +
                " is the most that is useful";
    } else {
      const EndpointEstimate* e = c.estimate.of(edge.callee);
      const double bound = e ? (retried ? e->p95_seconds : e->p99_seconds) : 0;
      if (bound <= timeout) continue;
      because = std::string("at peak the ") + (retried ? "95th" : "99th") + " percentile of " +
                callee + " is " + readable_seconds(bound) + " (estimate), its mean " +
                readable_seconds(e->mean_seconds);
    }
    Diagnostic& d =
        report(c, rule_timeout_below_latency, place_of(policy.timeout.from, place_of(*edge.step)),
               endpoint_name(c.model, edge.caller) + " gives up on " + callee + " at " +
                   readable(*policy.timeout) + ", before it usually ends",
               path_of(c.model, edge.caller));
    d.fingerprint_salt = edge.step->target;
    d.because = because;
    d.fixes.push_back(manual_fix("a longer timeout, or a faster answer of " + callee));
    touch(c, d, edge.caller);
  }
}

}  // namespace

const Rule rule_timeout_below_latency = {
    {"timeout-below-latency", Severity::Warning, "calls",
     "a timeout cuts off answers of a healthy callee"},
    {R"(The callee, in good health and at peak load, takes longer than the call's timeout in more than 1% of calls (10% when the call is tried again). For externals the declared latency is asked, for services the estimate.)",
     R"(Each such call is work done and thrown away. With retries it is also load added: the callee slows down, more calls are cut off, and the system stays in that state after the trigger is gone (Bronson and others, "Metastable Failures in Distributed Systems", HotOS 2021).)",
     R"(externals:
  psp: { latency: { mean: 240ms, p99: 900ms } }
services:
  payments:
    endpoints:
      charge:
        http: POST /charges
        steps:
          - call: psp
            timeout: 250ms
)",
     R"(externals:
  psp: { latency: { mean: 240ms, p99: 900ms } }
services:
  payments:
    endpoints:
      charge:
        http: POST /charges
        steps:
          - call: psp
            timeout: 1s
)",
     R"(When an answer that is late is worth nothing and the fallback is good.)"},
    run};

}  // namespace scantling
