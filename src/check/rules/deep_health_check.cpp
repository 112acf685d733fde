#include <algorithm>

#include "base/text.h"
#include "check/rule_support.h"

namespace scantling {
namespace {

std::vector<std::string> dependencies(const Architecture& model, const Service& service) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(out, name) == out.end()) out.push_back(name);
  };
  for (const Endpoint& endpoint : service.endpoints)
    for_each_step(endpoint.steps.value, [&](const Step& step) {
      if (step.store.valid()) add(model.stores[step.store].name);
      if (step.external.valid()) add(model.externals[step.external].name);
      if (step.endpoint.valid()) add(model.services[step.endpoint.service].name);
    });
  return out;
}

void run(const CheckContext& c) {
  for (const ServiceId id : c.model.services.ids()) {
    const Service& service = c.model.services[id];
    if (!service.health || service.health->check.or_else(HealthCheck::Shallow) != HealthCheck::Deep)
      continue;
    const auto needed = dependencies(c.model, service);
    // A floor on ejection keeps most instances in service whatever the checks say.
    if (needed.empty() ||
        (service.health->eject_at_most && service.health->eject_at_most->value < 1))
      continue;
    const HealthPolicy& health = *service.health;
    Diagnostic& d =
        report(c, rule_deep_health_check, place_of(health.check.from, service.from),
               "all instances of " + service.name + " leave when one dependency is slow",
               path_of(service));
    d.because = "its health check asks " + enumerate(needed) + "; all " +
                std::to_string(most_instances(service)) + " instances ask the same ones";
    if (health.every && health.failures)
      d.because +=
          " and are gone after " +
          readable_seconds(health.every->seconds() * static_cast<double>(health.failures->value));
    d.effect =
        "a slow dependency becomes the loss of the whole service, also for what doesn't need it";
    d.fixes.push_back(value_fix("check", "shallow", health.check.from, FixSafety::Unsafe));
    d.fixes.push_back(manual_fix("eject-at-most: 30%"));
    d.requirements = objectives_through(c, id);
  }
}

}  // namespace

const Rule rule_deep_health_check = {
    {"deep-health-check", Severity::Warning, "resilience",
     "a health check that asks shared dependencies removes all instances at once"},
    {R"(A service's health check is deep, it has dependencies, and nothing limits how many instances may be taken out.)",
     R"(The check answers the wrong question: whether the dependency is well, which is the same for all instances. On 2016-08-23 Buildkite's balancer removed every dashboard server because the check asked a database that was slow ("Outage Post-Mortem for August 23rd", Buildkite).)",
     R"(stores:
  db: { engine: postgresql, owner: web }
services:
  web:
    runtime: { instances: 6 }
    health: { check: deep, every: 30s, failures: 2 }
    endpoints:
      show: { http: GET /, steps: [{ read: db }] }
)",
     R"(stores:
  db: { engine: postgresql, owner: web }
services:
  web:
    runtime: { instances: 6 }
    health: { check: shallow, every: 30s, failures: 2 }
    endpoints:
      show: { http: GET /, steps: [{ read: db }] }
)",
     R"(When the dependency is the instance's own, such as a local disk or a sidecar.)"},
    run};

}  // namespace scantling
