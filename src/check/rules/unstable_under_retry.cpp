#include <algorithm>
#include <set>

#include "check/rule_support.h"

namespace scantling {
namespace {

// What a retry reaches, as "kind name": the callee and everything that it waits for.
std::set<std::string> reached_by_retries(const CheckContext& c) {
  std::set<std::string> out;
  const auto add_targets = [&](const Step& step) {
    if (step.store.valid()) out.insert("store " + c.model.stores[step.store].name);
    if (step.external.valid()) out.insert("external " + c.model.externals[step.external].name);
  };
  for_each_placed_step(c.model, [&](EndpointId, const PlacedStep& placed) {
    if (attempts_of(placed.step->policy) < 2) return;
    add_targets(*placed.step);
    if (!placed.step->endpoint.valid()) return;
    for (const EndpointId id : c.calls.waited_for(placed.step->endpoint)) {
      out.insert("service " + c.model.services[id.service].name);
      for_each_step(c.model.endpoint(id).steps.value, add_targets);
    }
  });
  return out;
}

// By how much retries alone multiply a station's load: the estimate's factor has the misses of
// every cache in it, and that of a model without its caches has nothing else.
double retry_factor(const StationEstimate& now, const StationEstimate* cold) {
  if (now.hidden_capacity <= 0) return 1;
  const double all = now.capacity / now.hidden_capacity;
  const double misses =
      cold && now.utilisation > 0 ? std::max(1.0, cold->utilisation / now.utilisation) : 1;
  return std::max(1.0, all / misses);
}

void run(const CheckContext& c) {
  const std::set<std::string> reached = reached_by_retries(c);
  EstimateOptions options;
  options.cache_hit_factor = 0;
  const Estimate cold = estimate(c.model, options);
  for (const StationEstimate& station : c.estimate.stations) {
    if (station.stability != Stability::Vulnerable ||
        !reached.contains(station.kind + " " + station.name))
      continue;
    const double factor = retry_factor(station, cold.station(station.kind, station.name));
    if (station.arrival_rate * factor <= station.capacity) continue;
    Diagnostic& d =
        report(c, rule_unstable_under_retry, place_of(c.model, station),
               station.name + " holds its peak load, but not once retries start", path_of(station));
    d.because = rate_text(station.arrival_rate) + " arrive at peak and " +
                rate_text(station.capacity) +
                " is its capacity; with every retry happening it is " + "worth " +
                rate_text(station.capacity / factor);
    d.effect =
        "a short disturbance pushes it over, and the retries keep it there when the "
        "disturbance is gone";
    d.fixes.push_back(
        manual_fix("a retry budget on the calls that reach it (2% to 10%), or "
                   "deadline: propagate, or capacity of " +
                   rate_text(station.arrival_rate * factor)));
    if (station.kind == "service")
      d.requirements = objectives_through(c, find_by_name(c.model.services, station.name));
  }
}

}  // namespace

const Rule rule_unstable_under_retry = {
    {"unstable-under-retry", Severity::Warning, "resilience",
     "capacity suffices until retries multiply the load"},
    {R"(By the estimate a service, store or external carries its peak load, but would be overloaded if every call that reaches it failed and was retried as its policy says: hidden capacity C / w below the arrivals (Habibi and others, "MSF-Model: Queuing-Based Analysis and Prediction of Metastable Failures in Replicated Storage Systems", 2023).)",
     R"(It is the state in which a failure that should last seconds lasts for hours: metastable failure (Bronson and others, HotOS 2021; Huang and others, "Metastable Failures in the Wild", OSDI 2022, count retries as the most frequent cause that sustains them).)",
     R"(operations:
  ask:
    actor: customer
    steps: []
    load: { mean: 200/s, peak: 280/s }
stores:
  db: { engine: postgresql, owner: web, copies: 1, concurrency: 1, read: fixed 3.333ms }
services:
  web:
    runtime: { instances: 8, cpu: 1 }
    endpoints:
      ask:
        http: GET /
        implements: ask
        steps:
          - read: db
            timeout: 1s
            retry: { attempts: 2, backoff: 10ms, jitter: full }
)",
     R"(operations:
  ask:
    actor: customer
    steps: []
    load: { mean: 200/s, peak: 280/s }
stores:
  db: { engine: postgresql, owner: web, copies: 1, concurrency: 1, read: fixed 3.333ms }
services:
  web:
    runtime: { instances: 8, cpu: 1 }
    endpoints:
      ask:
        http: GET /
        implements: ask
        steps:
          - read: db
            timeout: 1s
            retry: { attempts: 2, backoff: 10ms, jitter: full, budget: 2% }
)",
     R"(When a simulation with the trigger shows that it comes back: `expect: after-faults`.)"},
    run};

}  // namespace scantling
