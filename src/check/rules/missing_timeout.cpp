#include <algorithm>

#include "check/rule_support.h"

namespace scantling {
namespace {

// Its caller's deadline reaches it: every way in has a timeout, and the call passes it on.
bool has_deadline(const CheckContext& c, const CallEdge& edge) {
  if (edge.step->policy.deadline.or_else(Deadline::None) != Deadline::Propagate) return false;
  const auto callers = c.calls.calls_to(edge.caller);
  return !callers.empty() && std::ranges::all_of(callers, [](const CallEdge* call) {
    return call->step->policy.timeout.has();
  });
}

std::string numbers(const CheckContext& c, const CallEdge& edge, const std::string& callee) {
  const double rate = peak_rate(c, edge.caller) * edge.place.mean_times;
  if (rate <= 0) return "neither it, nor a policy, nor a caller's deadline ends the wait";
  const Service& service = c.model.services[edge.caller.service];
  const std::int64_t each = service.runtime.value.concurrency.or_else({-1}).value;
  std::string text = "at peak " + rate_text(rate) + " calls go to " + callee;
  if (each <= 0) return text + ", and requests that wait have no limit";
  const double workers = static_cast<double>(each * most_instances(service));
  return text + ": when it stalls, all " + figure(workers) + " workers of " + service.name +
         " wait after " + readable_seconds(workers / rate);
}

void run(const CheckContext& c) {
  for (const CallEdge& edge : c.calls.edges()) {
    if (!edge.place.waits || edge.step->policy.timeout || has_deadline(c, edge)) continue;
    const std::string callee = callee_name(c.model, edge);
    Diagnostic& d =
        report(c, rule_missing_timeout, place_of(*edge.step),
               endpoint_name(c.model, edge.caller) + " waits for " + callee + " without a timeout",
               path_of(c.model, edge.caller));
    d.fingerprint_salt = edge.step->target;
    d.caret = "for ever, if need be";
    d.because = numbers(c, edge, callee);
    std::string proposal = "a timeout on the call";
    if (edge.external.valid() && c.model.externals[edge.external].latency) {
      const double p99 = c.model.externals[edge.external].latency->quantile_seconds(.99);
      proposal = "a timeout above its 99th percentile, " + readable_seconds(p99);
    }
    d.fixes.push_back(manual_fix(proposal));
    touch(c, d, edge.caller);
  }
}

}  // namespace

const Rule rule_missing_timeout = {
    {"missing-timeout", Severity::Warning, "calls", "a call may be waited for without end"},
    {R"(A call that is waited for has no timeout, neither its own nor one of a policy that it uses, and no deadline of its caller reaches it.)",
     R"(A callee that is merely slow then takes its callers down: each request that waits holds a worker, until none is left for the requests that need nothing of the callee. On 2015-09-20 Amazon DynamoDB's storage servers and metadata service held each other up in that way for hours ("Summary of the Amazon DynamoDB Service Disruption", AWS).)",
     R"(externals:
  psp: { latency: 240ms, idempotent: by key }
services:
  payments:
    endpoints:
      charge:
        http: POST /charges
        steps:
          - call: psp
)",
     R"(externals:
  psp: { latency: 240ms, idempotent: by key }
services:
  payments:
    endpoints:
      charge:
        http: POST /charges
        steps:
          - call: psp
            timeout: 1.5s
)",
     R"(Rarely: for a call inside a job that nothing waits for and that is watched by other means.)"},
    run};

}  // namespace scantling
