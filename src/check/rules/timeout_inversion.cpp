#include <cmath>

#include "check/rule_support.h"

namespace scantling {
namespace {

// The call that takes longest when everything times out, for as far down as the time is unbounded
// there: who makes it and how.
const CallEdge* longest_call(const CheckContext& c, EndpointId endpoint) {
  const CallEdge* longest = nullptr;
  double most = -1;
  for (const CallEdge& edge : c.calls.calls_of(endpoint)) {
    if (!edge.place.waits) continue;
    auto seconds = try_seconds(edge.step->policy);
    if (!seconds && edge.callee.valid()) seconds = c.calls.longest_seconds(edge.callee);
    if (!seconds || *seconds * edge.place.times <= most) continue;
    most = *seconds * edge.place.times;
    longest = &edge;
  }
  return longest;
}

struct Descent {
  std::vector<std::string> chain;
  const CallEdge* last = nullptr;  // the first on the way down with a timeout
};

Descent descend(const CheckContext& c, const CallEdge& top) {
  Descent out;
  out.chain.push_back(endpoint_name(c.model, top.caller) + " " + try_text(top.step->policy));
  EndpointId at = top.callee;
  for (std::size_t hop = 0; at.valid() && hop <= c.calls.bottom_up().size(); ++hop) {
    const CallEdge* edge = longest_call(c, at);
    std::string name = endpoint_name(c.model, at);
    if (!edge) {
      out.chain.push_back(std::move(name));
      return out;
    }
    out.chain.push_back(name + " " + try_text(edge->step->policy));
    if (edge->step->policy.timeout) {
      out.last = edge;
      out.chain.push_back(callee_name(c.model, *edge));
      return out;
    }
    at = edge->callee;
  }
  return out;
}

// Two significant digits, upwards: 2.347 s -> 2.4 s.
std::string rounded_up(double seconds) {
  const double unit = std::pow(10, std::floor(std::log10(seconds)) - 1);
  return to_text(Duration::from_seconds(std::ceil(seconds / unit - 1e-9) * unit));
}

void run(const CheckContext& c) {
  for (const CallEdge& edge : c.calls.edges()) {
    const CallPolicy& policy = edge.step->policy;
    if (!edge.callee.valid() || !policy.timeout || !edge.place.waits) continue;
    // The callee knows when its caller gives up, and stops too.
    if (policy.deadline.or_else(Deadline::None) == Deadline::Propagate) continue;
    const auto longest = c.calls.longest_seconds(edge.callee);
    if (!longest || *longest <= policy.timeout->seconds()) continue;
    const Descent down = descend(c, edge);
    if (!down.last) continue;  // it only works for long: timeout-below-latency
    const std::string caller = endpoint_name(c.model, edge.caller);
    const std::string callee = endpoint_name(c.model, edge.callee);
    const std::string waits = readable(*policy.timeout), tries = readable_seconds(*longest);
    Diagnostic& d =
        report(c, rule_timeout_inversion, place_of(policy.timeout.from, place_of(*edge.step)),
               caller + " waits " + waits + " for " + callee + ", which may try for " + tries,
               path_of(c.model, edge.caller));
    d.fingerprint_salt = edge.step->target;
    d.caret = "given up here";
    d.labels.push_back({place_of(down.last->step->policy.timeout.from, place_of(*down.last->step)),
                        "tried " + try_text(down.last->step->policy)});
    d.chain = down.chain;
    d.because = "its calls, tried to the end, and its own work take " + tries + " > " + waits;
    d.effect =
        c.calls.changes_something(edge.callee)
            ? "what " + callee + " does takes effect after " + caller + " has reported failure"
            : callee + " goes on for up to " +
                  readable_seconds(*longest - policy.timeout->seconds()) +
                  " when nobody waits for it any more";
    d.fixes.push_back(
        value_fix("timeout", rounded_up(*longest), policy.timeout.from, FixSafety::Unsafe));
    d.fixes.push_back(manual_fix("deadline: propagate on the call, so that " + callee +
                                 " stops when its caller does"));
    touch(c, d, edge.caller);
  }
}

}  // namespace

const Rule rule_timeout_inversion = {
    {"timeout-inversion", Severity::Error, "calls",
     "a caller gives up before its callee has tried everything"},
    {R"(A call's timeout is shorter than the longest time that its callee may take: the sum over the callee's own calls of attempts x timeout and the waits between them, the slowest branch where it does several things at once, down to the last service.)",
     R"(The callee goes on working for nobody. Its effect takes place after the caller has told the user that it failed, so the user tries again, and the retries of both levels multiply exactly when the system is slow. Google's Site Reliability Engineering (Beyer and others, 2016, chapter 22, "Addressing Cascading Failures") names it as a cause of cascading failure and passes deadlines along the calls for that reason.)",
     R"(externals:
  psp: { latency: 240ms, idempotent: by key }
services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps:
          - call: payments.charge
            timeout: 300ms
  payments:
    endpoints:
      charge:
        http: POST /charges
        idempotent: by key
        steps:
          - call: psp
            timeout: 700ms
            retry: { attempts: 3, backoff: 50ms }
)",
     R"(externals:
  psp: { latency: 240ms, idempotent: by key }
services:
  orders:
    endpoints:
      place:
        http: POST /orders
        steps:
          - call: payments.charge
            timeout: 2.4s
  payments:
    endpoints:
      charge:
        http: POST /charges
        idempotent: by key
        steps:
          - call: psp
            timeout: 700ms
            retry: { attempts: 3, backoff: 50ms }
)",
     R"(When the callee's work is worth finishing without its caller, for example when it fills a cache, and it has no effect that the caller reports as failed.)"},
    run};

}  // namespace scantling
