#include <set>

#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  std::set<Span> seen;  // a policy that several calls use is one finding
  for_each_placed_step(c.model, [&](EndpointId id, const PlacedStep& placed) {
    const CallPolicy& policy = placed.step->policy;
    const std::int64_t attempts = attempts_of(policy);
    if (attempts < 2 || policy.retry->budget || policy.breaker ||
        waits_for_leader(c.model, *placed.step))
      return;
    const Span place = place_of(policy.retry.from, place_of(*placed.step));
    if (place.valid() && !seen.insert(place).second) return;
    const std::string& callee = placed.step->target;
    Diagnostic& d =
        report(c, rule_retry_without_budget, place,
               "nothing bounds the retries of " + callee + " by " + endpoint_name(c.model, id),
               path_of(c.model, id));
    d.fingerprint_salt = callee;
    const double rate = peak_rate(c, id) * placed.place.mean_times;
    d.because = "no budget and no breaker: a failing " + callee + " receives " +
                (rate > 0 ? rate_text(rate * static_cast<double>(attempts)) + " instead of " +
                                rate_text(rate)
                          : std::to_string(attempts) + " times its load");
    d.fixes.push_back(member_fix("budget: 10%", "retry", policy.retry.from,
                                 policy.retry->attempts.from, FixSafety::Unsafe));
    touch(c, d, id);
  });
}

}  // namespace

const Rule rule_retry_without_budget = {
    {"retry-without-budget", Severity::Warning, "calls",
     "neither a budget nor a breaker bounds the retries of a call"},
    {R"(A call or a store access is tried again, and neither a retry budget (a share of the first attempts) nor a breaker stops that when most of them fail. A store access whose retries are spread over the store's `failover`, and which does not try again what was refused, waits for a new leader: it is not reported.)",
     R"(Retries help against a rare, independent error. When everything fails they multiply the load on what is failing. In the retry storm of the HotOS 2021 paper on metastable failures (section 2.1) one single retry is enough: a database that does 300/s, offered 280/s, stays at no useful work after a pause of 10 s; a budget of 2% prevents it.)",
     R"(externals:
  psp: { latency: 240ms, idempotent: by key }
services:
  payments:
    endpoints:
      charge:
        http: POST /charges
        steps:
          - call: psp
            timeout: 1s
            retry: { attempts: 3, backoff: 50ms }
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
            timeout: 1s
            retry: { attempts: 3, backoff: 50ms, budget: 10% }
)",
     R"(When the callee has several times the capacity that is needed, and an experiment shows it.)"},
    run};

}  // namespace scantling
