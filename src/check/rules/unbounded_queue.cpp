#include "check/rule_support.h"

namespace scantling {
namespace {

void found(const CheckContext& c, Span place, const std::string& name, const std::string& what,
           const std::string& path, const StationEstimate* station, std::string_view key) {
  Diagnostic& d =
      report(c, rule_unbounded_queue, place, name + " lets " + what + " wait without bound", path);
  d.because = "each that is waiting holds memory and is answered after its caller has gone";
  if (station && station->servers > 0 && station->service_seconds > 0)
    d.because = "behind 1000 waiting requests an answer takes " +
                readable_seconds(1000 * station->service_seconds / station->servers) +
                " more, and nothing stops at 1000";
  d.fixes.push_back(
      manual_fix(std::string(key) + ": as many as can be served before their callers give up"));
}

void run(const CheckContext& c) {
  for (const Service& service : c.model.services) {
    const auto& queue = service.runtime.value.queue;
    // Without a limit on requests in progress nothing queues.
    if (!queue || queue->value != -1 || service.runtime->concurrency.or_else({-1}).value < 0)
      continue;
    found(c, place_of(queue.from, service.from), service.name, "requests", path_of(service),
          c.estimate.station("service", service.name), "queue");
  }
  for (const Store& store : c.model.stores)
    if (store.waiting && store.waiting->value == -1)
      found(c, place_of(store.waiting.from, store.from), store.name, "callers", path_of(store),
            c.estimate.station("store", store.name), "waiting");
}

}  // namespace

const Rule rule_unbounded_queue = {
    {"unbounded-queue", Severity::Warning, "resilience", "a queue has no limit"},
    {R"(A service's admission queue, or the queue for a store's connections, is explicitly unbounded.)",
     R"(In overload such a queue serves the oldest first, whose callers have given up: throughput stays full and goodput falls to nothing. Site Reliability Engineering (chapter 22) advises queues that are small against the thread pool, Amazon's Builders' Library the same ("Avoiding insurmountable queue backlogs").)",
     R"(services:
  web:
    runtime: { instances: 4, concurrency: 32, queue: unbounded }
)",
     R"(services:
  web:
    runtime: { instances: 4, concurrency: 32, queue: 64 }
)",
     R"(For work that nobody waits for and that is kept on disk.)"},
    run};

}  // namespace scantling
