#include <algorithm>

#include "check/rule_support.h"

namespace scantling {
namespace {

// The shortest time for which a caller waits for an endpoint of the service.
const CallEdge* most_impatient(const CheckContext& c, ServiceId service) {
  const CallEdge* out = nullptr;
  for (const CallEdge& edge : c.calls.edges()) {
    if (!edge.callee.valid() || edge.callee.service != service || !edge.step->policy.timeout)
      continue;
    if (!out || *edge.step->policy.timeout < *out->step->policy.timeout) out = &edge;
  }
  return out;
}

void run(const CheckContext& c) {
  for (const ServiceId id : c.model.services.ids()) {
    const Service& service = c.model.services[id];
    const auto& queue = service.runtime.value.queue;
    const StationEstimate* station = c.estimate.station("service", service.name);
    const CallEdge* caller = most_impatient(c, id);
    if (!queue || queue->value <= 0 || !station || station->servers <= 0 || !caller) continue;
    if (service.runtime->discipline.or_else(Discipline::Fifo) != Discipline::Fifo) continue;
    const double servers = station->servers / static_cast<double>(most_instances(service));
    const double wait = static_cast<double>(queue->value) * station->service_seconds / servers;
    const double timeout = caller->step->policy.timeout->seconds();
    if (wait <= timeout) continue;
    Diagnostic& d = report(c, rule_queue_longer_than_timeout, place_of(queue.from, service.from),
                           "the queue of " + service.name + " is longer than its callers wait",
                           path_of(service));
    d.labels.push_back({caller->step->policy.timeout.from.span, "the shortest timeout"});
    d.because = std::to_string(queue->value) + " x " + readable_seconds(station->service_seconds) +
                " / " + counted(servers, "server") + " = " + readable_seconds(wait) +
                " for the last, " + endpoint_name(c.model, caller->caller) + " waits " +
                readable_seconds(timeout);
    d.effect = "in overload every answer is for a caller who has gone";
    const auto fitting =
        static_cast<std::int64_t>(timeout * servers / station->service_seconds / 2);
    d.fixes.push_back(value_fix("queue", std::to_string(std::max<std::int64_t>(fitting, 1)),
                                queue.from, FixSafety::Unsafe));
    d.fixes.push_back(manual_fix("discipline: codel, or adaptive-lifo"));
    touch(c, d, caller->callee);
  }
}

}  // namespace

const Rule rule_queue_longer_than_timeout = {
    {"queue-longer-than-timeout", Severity::Warning, "resilience",
     "who is last in the queue is served after its caller has given up"},
    {R"(The admission queue of an instance, full, takes longer to serve (queue x mean work / servers) than the shortest timeout of its callers, in first-come order.)",
     R"(The queue then does no good at all: beyond a point everything in it is already given up, and the service is busy with work for nobody. Facebook answers with controlled delay and last-come-first-served under load (Maurer, "Fail at Scale", ACM Queue 2015).)",
     R"(operations:
  ask:
    actor: customer
    steps: []
    load: { mean: 10/s, peak: 50/s }
services:
  web:
    runtime: { instances: 2, cpu: 1 }
    endpoints:
      ask: { http: GET /, implements: ask, steps: [{ call: slow.answer, timeout: 500ms }] }
  slow:
    runtime: { instances: 2, cpu: 1, concurrency: 8, queue: 200 }
    endpoints:
      answer: { http: GET /answer, steps: [{ work: 10ms }] }
)",
     R"(operations:
  ask:
    actor: customer
    steps: []
    load: { mean: 10/s, peak: 50/s }
services:
  web:
    runtime: { instances: 2, cpu: 1 }
    endpoints:
      ask: { http: GET /, implements: ask, steps: [{ call: slow.answer, timeout: 500ms }] }
  slow:
    runtime: { instances: 2, cpu: 1, concurrency: 8, queue: 20 }
    endpoints:
      answer: { http: GET /answer, steps: [{ work: 10ms }] }
)",
     R"(When requests that are too old are dropped before they are served.)"},
    run};

}  // namespace scantling
