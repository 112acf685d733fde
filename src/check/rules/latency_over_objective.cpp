#include <cmath>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

struct Bound {
  const Field<Duration>* objective;
  double estimate;
  const char* name;
};

std::vector<std::string> chain_of(const CheckContext& c, EndpointId entry) {
  std::vector<std::string> out;
  for (const EndpointId id : c.calls.waited_for(entry))
    if (const auto* e = c.estimate.of(id))
      out.push_back(endpoint_name(c.model, id) + " " + readable_seconds(e->mean_seconds));
  return out;
}

void run(const CheckContext& c) {
  for (const OperationId id : c.model.operations.ids()) {
    const Operation& operation = c.model.operations[id];
    const OperationEstimate* e = c.estimate.of(id);
    if (!operation.objective || !e || !e->entry.valid()) continue;
    const Objective& o = *operation.objective;
    const Bound bounds[] = {{&o.p50, e->p50_seconds, "p50"},
                            {&o.p95, e->p95_seconds, "p95"},
                            {&o.p99, e->p99_seconds, "p99"},
                            {&o.p999, e->p999_seconds, "p99.9"}};
    for (const Bound& bound : bounds) {
      if (!*bound.objective || bound.estimate <= bound.objective->value.seconds()) continue;
      const std::string name = bound.name;
      const bool endless = !std::isfinite(bound.estimate);
      const std::string wanted = readable(bound.objective->value);
      Diagnostic& d =
          report(c, rule_latency_over_objective, place_of(bound.objective->from, operation.from),
                 endless ? operation.name + " falls ever further behind, a " + name + " of " +
                               wanted + " is wanted"
                         : operation.name + " has a " + name + " of " +
                               readable_seconds(bound.estimate) + ", " + wanted + " is wanted",
                 path_of(operation));
      d.fingerprint_salt = name;
      // A mean above the 99th percentile wanted is not a matter of estimates.
      if (e->mean_seconds > bound.objective->value.seconds()) d.severity = Severity::Error;
      d.chain = chain_of(c, e->entry);
      d.because = endless
                      ? "at peak something on its way is asked for more than it can do, so the "
                        "wait grows without end"
                      : "at peak the estimate is a mean of " + readable_seconds(e->mean_seconds) +
                            " and a " + name + " of " + readable_seconds(bound.estimate) +
                            " over " + plural(e->synchronous_depth, "service");
      d.requirements.push_back(path_of(operation) + ".objective." + name);
      d.fixes.push_back(
          manual_fix("take the slowest of the chain off the way, do what is "
                     "independent side by side, or cache"));
      break;  // the others follow from the same cause
    }
  }
}

}  // namespace

const Rule rule_latency_over_objective = {
    {"latency-over-objective", Severity::Warning, "availability",
     "by the estimate an operation is slower than its objective"},
    {R"(The estimate of an operation's p50, p95, p99 or p99.9 at peak, over the chain of calls that it waits for, is more than its objective. An error when already the mean is.)",
     R"(Means along a chain add up, and tails nearly do: what no single service notices is over the objective in the sum. The estimate takes microseconds, the simulation gives the interval.)",
     R"(operations:
  ask:
    actor: customer
    steps: []
    load: { mean: 10/s, peak: 20/s }
    objective: { p99: 100ms }
externals:
  score: { latency: 300ms, idempotent: yes }
services:
  web:
    runtime: { instances: 2, cpu: 1 }
    endpoints:
      ask: { http: GET /, implements: ask, steps: [{ call: score, timeout: 2s }] }
)",
     R"(operations:
  ask:
    actor: customer
    steps: []
    load: { mean: 10/s, peak: 20/s }
    objective: { p99: 3s }
externals:
  score: { latency: 300ms, idempotent: yes }
services:
  web:
    runtime: { instances: 2, cpu: 1 }
    endpoints:
      ask: { http: GET /, implements: ask, steps: [{ call: score, timeout: 2s }] }
)",
     R"(When a simulation with its confidence interval shows that the objective holds.)"},
    run};

}  // namespace scantling
