#include <set>

#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  std::set<Span> seen;  // a policy that several calls use is one finding
  for_each_placed_step(c.model, [&](EndpointId id, const PlacedStep& placed) {
    const CallPolicy& policy = placed.step->policy;
    const std::int64_t attempts = attempts_of(policy);
    if (attempts < 2) return;
    const RetryPolicy& retry = *policy.retry;
    const bool waits = retry.backoff && retry.backoff->nanoseconds > 0;
    // The language's default is `none`.
    const bool in_step = retry.jitter.or_else(Jitter::None) == Jitter::None;
    if (waits && !in_step) return;
    const Span place = place_of(waits && retry.jitter ? retry.jitter.from : policy.retry.from,
                                place_of(*placed.step));
    if (place.valid() && !seen.insert(place).second) return;
    const std::string caller = endpoint_name(c.model, id);
    Diagnostic& d = report(c, rule_retry_without_backoff, place,
                           waits ? caller + " retries " + placed.step->target + " without jitter"
                                 : caller + " retries " + placed.step->target + " at once",
                           path_of(c.model, id));
    d.fingerprint_salt = placed.step->target;
    if (waits) {
      d.because = "callers that failed together come back together after " +
                  readable(*retry.backoff) + ", all of them";
      d.fixes.push_back(retry.jitter
                            ? value_fix("jitter", "full", retry.jitter.from, FixSafety::Unsafe)
                            : member_fix("jitter: full", "retry", policy.retry.from,
                                         retry.backoff.from, FixSafety::Unsafe));
    } else {
      d.because = std::to_string(attempts) + " attempts with no wait between them";
      if (const double rate = peak_rate(c, id); rate > 0)
        d.because += ": " + rate_text(rate) + " become " +
                     rate_text(rate * static_cast<double>(attempts)) + " as soon as " +
                     placed.step->target + " fails";
      d.fixes.push_back(member_fix("backoff: 50ms, cap: 1s, jitter: full", "retry",
                                   policy.retry.from, retry.attempts.from, FixSafety::Unsafe));
    }
    touch(c, d, id);
  });
}

}  // namespace

const Rule rule_retry_without_backoff = {
    {"retry-without-backoff", Severity::Warning, "calls",
     "attempts follow one another without a wait, or all in step"},
    {R"(A call or a store access is tried again with no wait between the attempts, or with waits that have no jitter.)",
     R"(Attempts at once hit a callee that has just failed, while it is still failing. Waits without jitter only move the crowd: those who failed together come back together. On 2017-03-16 Square's authentication failed for hours while an optimistic transaction was retried up to 500 times without a wait ("Incident Summary: 2017-03-16", Square). That jitter matters as much as the backoff is shown by Brooker ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015).)",
     R"(stores:
  stock-db: { engine: postgresql, owner: stock }
services:
  stock:
    endpoints:
      reserve:
        http: POST /reservations
        idempotent: by key
        steps:
          - write: stock-db
            timeout: 100ms
            retry: { attempts: 5 }
)",
     R"(stores:
  stock-db: { engine: postgresql, owner: stock }
services:
  stock:
    endpoints:
      reserve:
        http: POST /reservations
        idempotent: by key
        steps:
          - write: stock-db
            timeout: 100ms
            retry: { attempts: 5, backoff: 20ms, cap: 500ms, jitter: full }
)",
     R"(For one immediate second attempt that goes to another instance, under a budget.)"},
    run};

}  // namespace scantling
