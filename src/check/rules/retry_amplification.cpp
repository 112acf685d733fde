#include <algorithm>
#include <map>

#include "check/rule_support.h"

namespace scantling {
namespace {

constexpr double kMost = 4;

// Attempts of one call, at the most: a budget holds all retries to a share of the first attempts.
// What waits for a new leader multiplies nothing that works.
double amplification(const Architecture& model, const Step& step) {
  const CallPolicy& policy = step.policy;
  if (waits_for_leader(model, step)) return 1;
  const auto attempts = static_cast<double>(attempts_of(policy));
  if (!policy.retry || !policy.retry->budget) return attempts;
  return std::min(attempts, 1 + policy.retry->budget->value);
}

struct Worst {
  double product = 1;
  const Step* step = nullptr;  // where the greatest product goes on
};

void run(const CheckContext& c) {
  std::map<EndpointId, Worst> worst;
  for (const EndpointId id : c.calls.bottom_up()) {
    Worst& here = worst[id];
    if (c.calls.in_cycle(id)) continue;
    for (const auto& [step, place] : placed_steps(c.model.endpoint(id).steps.value)) {
      double product = amplification(c.model, *step);
      if (step->kind == StepKind::Call && step->endpoint.valid())
        product *= worst[step->endpoint].product;
      if (product > here.product) here = {product, step};
    }
  }
  for (const EndpointId entry : all_endpoints(c.model)) {
    // Reported where it begins: a part of a longer path is found with the whole.
    if (worst[entry].product <= kMost) continue;
    const auto callers = c.calls.calls_to(entry);
    if (std::ranges::any_of(callers, [](const CallEdge* e) { return e->place.waits; })) continue;
    std::vector<std::string> chain, factors;
    std::string last;
    for (EndpointId at = entry; at.valid() && worst[at].step;) {
      const Step& step = *worst[at].step;
      factors.push_back(figure(amplification(c.model, step)));
      chain.push_back(endpoint_name(c.model, at) + " x" + factors.back());
      last = step.target;
      at = step.endpoint;
    }
    chain.push_back(last);
    const Step& first = *worst[entry].step;
    const Span place =
        first.policy.retry ? place_of(first.policy.retry.from, place_of(first)) : place_of(first);
    const std::string product = figure(worst[entry].product);
    Diagnostic& d = report(c, rule_retry_amplification, place,
                           "a request to " + endpoint_name(c.model, entry) + " may reach " + last +
                               " " + product + " times",
                           path_of(c.model, entry));
    d.fingerprint_salt = last;
    d.chain = chain;
    std::string sum;
    for (const std::string& factor : factors)
      sum += (sum.empty() ? "" : " x ") + factor;
    d.because = sum + " attempts = " + product + ", the bound is " + figure(kMost);
    if (const double rate = peak_rate(c, entry); rate > 0)
      d.effect = "when " + last + " fails at peak, " + rate_text(rate) + " of requests become " +
                 rate_text(rate * worst[entry].product) + " of calls to it";
    d.fixes.push_back(manual_fix("retry at one level only, the one nearest to " + last));
    d.fixes.push_back(manual_fix("a retry budget, for example budget: 10%, on each level"));
    touch(c, d, entry);
  }
}

}  // namespace

const Rule rule_retry_amplification = {
    {"retry-amplification", Severity::Warning, "calls", "attempts multiply along a chain of calls"},
    {R"(Along a path of calls the attempts of all levels multiply to more than 4. A budget counts as what it lets through: 10% is a factor of 1.1.)",
     R"(The lowest level receives the product exactly when it is failing. Three levels with four attempts each send 64 requests for one (Site Reliability Engineering, chapter 22); five levels with three attempts each send 243 (Brooker, "Timeouts, retries and backoff with jitter", Amazon Builders' Library). It is the usual way into a metastable failure.)",
     R"(stores:
  stock-db: { engine: postgresql, owner: stock }
services:
  web:
    endpoints:
      buy:
        http: POST /buy
        steps:
          - call: orders.place
            timeout: 20s
            retry: { attempts: 3, backoff: 50ms }
  orders:
    endpoints:
      place:
        http: POST /orders
        idempotent: by key
        steps:
          - call: stock.available
            timeout: 2s
            retry: { attempts: 3, backoff: 50ms }
  stock:
    endpoints:
      available:
        http: GET /stock
        steps: [read: stock-db]
)",
     R"(stores:
  stock-db: { engine: postgresql, owner: stock }
services:
  web:
    endpoints:
      buy:
        http: POST /buy
        steps:
          - call: orders.place
            timeout: 20s
  orders:
    endpoints:
      place:
        http: POST /orders
        idempotent: by key
        steps:
          - call: stock.available
            timeout: 2s
            retry: { attempts: 3, backoff: 50ms }
  stock:
    endpoints:
      available:
        http: GET /stock
        steps: [read: stock-db]
)",
     R"(When a breaker in between is known to open first, and an experiment with a slow callee shows it.)"},
    run};

}  // namespace scantling
