#include "check/rule_support.h"

namespace scantling {
namespace {

// What Amazon Compute promises for one instance (service level agreement, 2022): more can't be
// promised on top of it.
constexpr double kOneInstance = .995;

void run(const CheckContext& c) {
  for (const ServiceId id : c.model.services.ids()) {
    const Service& service = c.model.services[id];
    const auto& instances = service.runtime.value.instances;
    if (!instances || least_instances(service) > 1) continue;
    const double needed = availability_needed(c, id);
    if (needed <= kOneInstance) continue;
    Diagnostic& d = report(c, rule_single_instance, place_of(instances.from, service.from),
                           service.name + " may run as " +
                               (least_instances(service) == 0 ? "no instance" : "one instance") +
                               ", " + percent_text(needed) + " is promised",
                           path_of(service));
    const auto start = service.runtime->start;
    d.because = percent_text(needed) + " allows " + readable_seconds((1 - needed) * 30 * 86400) +
                " of failure in 30 days; one instance is promised at " + percent_text(kOneInstance);
    if (start) d.because += ", and a new one needs " + readable(*start) + " to start";
    d.requirements = objectives_through(c, id);
    const std::int64_t high = most_instances(service);
    d.fixes.push_back(value_fix("instances", high > 2 ? "2.." + std::to_string(high) : "2",
                                instances.from, FixSafety::Unsafe));
  }
}

}  // namespace

const Rule rule_single_instance = {
    {"single-instance", Severity::Warning, "availability",
     "a service that a high availability depends on may run as one instance"},
    {R"(The least number of a service's instances is one (or none), and an operation that waits for it promises more than 99.5%.)",
     R"(Every deployment, every drained node and every crash is then an outage of its own. The cloud providers promise 99.5% for a single instance (Amazon Compute service level agreement, 2022) and 99.99% for several over zones.)",
     R"(operations:
  ask: { actor: customer, steps: [], load: { mean: 1/s, peak: 2/s }, objective: { availability: 99.9% } }
services:
  web:
    runtime: { instances: 1, cpu: 1 }
    endpoints:
      ask: { http: GET /, implements: ask, steps: [{ work: 2ms }] }
)",
     R"(operations:
  ask: { actor: customer, steps: [], load: { mean: 1/s, peak: 2/s }, objective: { availability: 99.9% } }
services:
  web:
    runtime: { instances: 2, cpu: 1 }
    endpoints:
      ask: { http: GET /, implements: ask, steps: [{ work: 2ms }] }
)",
     R"(When requests wait somewhere durable until it is back.)"},
    run};

}  // namespace scantling
