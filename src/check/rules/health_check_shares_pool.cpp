#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const ServiceId id : c.model.services.ids()) {
    const Service& service = c.model.services[id];
    if (!service.health) continue;
    const HealthPolicy& health = *service.health;
    const std::int64_t places = service.runtime.value.concurrency.or_else({-1}).value;
    if (health.check.or_else(HealthCheck::Shallow) == HealthCheck::None ||
        health.apart.or_else(false) || places <= 0)
      continue;
    if (health.eject_at_most && health.eject_at_most->value <= .5) continue;
    Diagnostic& d = report(
        c, rule_health_check_shares_pool,
        place_of(health.apart.from,
                 service.health.from.span.valid() ? service.health.from.span : service.from.span),
        "the health check of " + service.name + " waits behind its requests", path_of(service));
    d.because = "it is served by the same " + std::to_string(places) + " places an instance";
    const StationEstimate* station = c.estimate.station("service", service.name);
    const std::int64_t queue = service.runtime->queue.or_else({0}).value;
    if (station && station->servers > 0 && station->service_seconds > 0 && queue > 0) {
      const double full = static_cast<double>(queue) * station->service_seconds *
                          static_cast<double>(most_instances(service)) / station->servers;
      d.because += "; behind a full queue of " + std::to_string(queue) + " it takes " +
                   readable_seconds(full) + " longer";
      if (health.timeout) d.because += ", its timeout is " + readable(*health.timeout);
    }
    d.effect =
        "in overload busy instances are taken out as if they were dead, and the rest get "
        "their load";
    d.fixes.push_back(value_fix("apart", "true", health.apart.from, FixSafety::Unsafe));
    d.fixes.push_back(manual_fix("eject-at-most: 30%"));
    d.requirements = objectives_through(c, id);
  }
}

}  // namespace

const Rule rule_health_check_shares_pool = {
    {"health-check-shares-pool", Severity::Warning, "resilience",
     "health checks queue behind the requests, so that busy looks like dead"},
    {R"(A service with a bounded number of requests in progress serves its health check from the same pool, and no floor (`eject-at-most` of 50% or less) keeps instances in service.)",
     R"(Saturation makes the check late, the balancer removes the instance, its load saturates the next one. On 2020-06-01 Coinbase's traffic grew fivefold in four minutes; instances that were too busy to answer their checks were taken out, and half of all requests failed ("Incident Post Mortem: June 1, 2020", Coinbase).)",
     R"(services:
  web:
    runtime: { instances: 6, concurrency: 32, queue: 64 }
    health: { check: shallow, every: 5s, timeout: 1s, failures: 2, apart: false }
)",
     R"(services:
  web:
    runtime: { instances: 6, concurrency: 32, queue: 64 }
    health: { check: shallow, every: 5s, timeout: 1s, failures: 2, apart: true }
)",
     R"(When the check is meant to shed load, the balancer keeps a floor of its own, and an experiment shows it.)"},
    run};

}  // namespace scantling
