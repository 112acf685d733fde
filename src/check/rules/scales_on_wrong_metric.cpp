#include <algorithm>
#include <cmath>

#include "check/rule_support.h"

namespace scantling {
namespace {

struct Demand {
  double rate = 0, work = 0, total = 0;  // of all endpoints together, per second
};

Demand demand_of(const CheckContext& c, ServiceId service) {
  Demand out;
  for (std::size_t i = 0; i < c.model.services[service].endpoints.size(); ++i) {
    const EndpointId id{service, static_cast<std::int32_t>(i)};
    const EndpointEstimate* e = c.estimate.of(id);
    if (!e || e->rate <= 0) continue;
    double work = 0;
    for (const auto& [step, place] : placed_steps(c.model.endpoint(id).steps.value))
      if (step->kind == StepKind::Work && step->time)
        work += step->time->mean_seconds() * place.mean_times;
    out.rate += e->rate;
    out.work += e->rate * work;
    out.total += e->rate * e->mean_seconds;
  }
  return out;
}

void run(const CheckContext& c) {
  for (const ServiceId id : c.model.services.ids()) {
    const Service& service = c.model.services[id];
    if (!service.scale ||
        service.scale->on.or_else(ScaleMetric::Utilisation) != ScaleMetric::Utilisation ||
        !service.scale->target)
      continue;
    const auto concurrency =
        static_cast<double>(service.runtime.value.concurrency.or_else({-1}).value);
    const double cores = service.runtime.value.cpu.or_else({1}).value;
    const Demand demand = demand_of(c, id);
    if (concurrency <= 0 || cores <= 0 || demand.total <= 0) continue;
    // With every place taken, this is how busy the cores are.
    const double full = std::min(1.0, concurrency * demand.work / demand.total / cores);
    if (full >= *service.scale->target) continue;
    Diagnostic& d =
        report(c, rule_scales_on_wrong_metric, place_of(service.scale.from, service.from),
               service.name + " is full before its processors are busy", path_of(service));
    d.because = "of " + readable_seconds(demand.total / demand.rate) + " a request " +
                readable_seconds(demand.work / demand.rate) + " is work: " + figure(concurrency) +
                " requests at once keep " + counted(cores, "core") + " " + percent_text(full) +
                " busy, and scaling starts at " + percent_text(*service.scale->target);
    d.effect =
        "when a dependency slows down, requests queue, utilisation falls, and instances are "
        "taken away";
    d.fixes.push_back(manual_fix("scale: { on: concurrency, target: " +
                                 figure(std::max(1.0, std::floor(concurrency * .6))) + " }"));
    d.requirements = objectives_through(c, id);
  }
}

}  // namespace

const Rule rule_scales_on_wrong_metric = {
    {"scales-on-wrong-metric", Severity::Warning, "resilience",
     "a service that mostly waits scales on processor utilisation"},
    {R"(A service scales on utilisation, but with all its places taken by requests its processors stay below the target, because the requests mostly wait.)",
     R"(It never scales out when it is full, and it scales in when a dependency is slow. On 2021-01-04 latency in Slack's network made requests wait, processor use fell, the autoscaler removed instances, and then asked for 1200 servers at once ("Slack's Outage on January 4th 2021").)",
     R"(operations:
  place:
    actor: customer
    steps: []
    load: { mean: 20/s, peak: 100/s }
externals:
  psp: { latency: 300ms, idempotent: by key }
services:
  payments:
    runtime: { instances: 4..20, cpu: 1, concurrency: 32 }
    scale: { on: utilisation, target: 60% }
    endpoints:
      charge:
        http: POST /charges
        implements: place
        steps: [{ work: 2ms }, { call: psp, timeout: 2s }]
)",
     R"(operations:
  place:
    actor: customer
    steps: []
    load: { mean: 20/s, peak: 100/s }
externals:
  psp: { latency: 300ms, idempotent: by key }
services:
  payments:
    runtime: { instances: 4..20, cpu: 1, concurrency: 32 }
    scale: { on: concurrency, target: 19 }
    endpoints:
      charge:
        http: POST /charges
        implements: place
        steps: [{ work: 2ms }, { call: psp, timeout: 2s }]
)",
     R"(When the number of instances is fixed in effect.)"},
    run};

}  // namespace scantling
