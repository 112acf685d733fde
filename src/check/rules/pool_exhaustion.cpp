#include <algorithm>
#include <cmath>

#include "check/rule_support.h"

namespace scantling {
namespace {

double usual_seconds(const CheckContext& c, const CallEdge& edge) {
  if (edge.external.valid()) {
    const auto& latency = c.model.externals[edge.external].latency;
    return latency ? latency->mean_seconds() : 0;
  }
  const EndpointEstimate* e = c.estimate.of(edge.callee);
  return e ? e->mean_seconds : 0;
}

void run(const CheckContext& c) {
  for (const CallEdge& edge : c.calls.edges()) {
    const CallPolicy& policy = edge.step->policy;
    if (!edge.place.waits || policy.at_once || policy.breaker) continue;
    const auto held = try_seconds(policy);
    if (!held) continue;  // missing-timeout
    const Service& service = c.model.services[edge.caller.service];
    const std::int64_t each = service.runtime.value.concurrency.or_else({-1}).value;
    if (each <= 0) continue;
    const double workers = static_cast<double>(each * most_instances(service));
    const double rate = peak_rate(c, edge.caller) * edge.place.mean_times;
    const double needed = rate * *held;
    if (needed <= workers) continue;
    const std::string callee = callee_name(c.model, edge);
    Diagnostic& d =
        report(c, rule_pool_exhaustion, place_of(policy.timeout.from, place_of(*edge.step)),
               "a stalled " + callee + " takes all workers of " + service.name,
               path_of(c.model, edge.caller));
    d.fingerprint_salt = edge.step->target;
    d.because = rate_text(rate) + " x " + try_text(policy) + " = " + figure(needed) +
                " requests held, " + std::to_string(most_instances(service)) + " x " +
                std::to_string(each) + " = " + figure(workers) + " workers";
    d.effect = "endpoints of " + service.name + " that need nothing of " + callee + " fail too";
    // What a healthy callee needs, and half as much again.
    const double calls = std::ceil(1.5 * rate * usual_seconds(c, edge) /
                                   static_cast<double>(most_instances(service)));
    if (calls >= 1 && calls < static_cast<double>(each))
      d.fixes.push_back(manual_fix("at-once: { calls: " + figure(calls) +
                                   " } on the call, half as much again as a healthy " + callee +
                                   " needs, so that the other workers stay free"));
    d.fixes.push_back(manual_fix("a breaker, or a timeout below " +
                                 readable_seconds(workers / std::max(rate, 1e-9)) + " in all"));
    touch(c, d, edge.caller);
  }
}

}  // namespace

const Rule rule_pool_exhaustion = {
    {"pool-exhaustion", Severity::Warning, "resilience",
     "waiting for one callee can occupy every worker"},
    {R"(When the callee stalls, requests are held until the timeout of the last attempt: rate x that time is more than the caller's workers (instances x concurrency, at the most instances), and neither a bulkhead (`at-once`) nor a breaker stops it. This is Little's law.)",
     R"(The failure of one dependency becomes the failure of everything that shares the pool. On 2019-07-10 Stripe's API was degraded when one database shard had no leader and requests to it waited for their timeout on the workers that served all ("Significantly elevated error rates on 2019-07-10", Stripe).)",
     R"(operations:
  place:
    actor: customer
    steps: []
    load: { mean: 50/s, peak: 200/s }
externals:
  psp: { latency: 240ms, idempotent: by key }
services:
  orders:
    runtime: { instances: 4, cpu: 1, concurrency: 32 }
    endpoints:
      place:
        http: POST /orders
        implements: place
        steps: [{ call: psp, timeout: 2s }]
)",
     R"(operations:
  place:
    actor: customer
    steps: []
    load: { mean: 50/s, peak: 200/s }
externals:
  psp: { latency: 240ms, idempotent: by key }
services:
  orders:
    runtime: { instances: 4, cpu: 1, concurrency: 32 }
    endpoints:
      place:
        http: POST /orders
        implements: place
        steps: [{ call: psp, timeout: 2s, at-once: { calls: 20 } }]
)",
     R"(When the service does nothing but that call.)"},
    run};

}  // namespace scantling
