#include <cmath>

#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const StationEstimate& station : c.estimate.stations) {
    // An external's limit is external-limit's matter.
    if (station.kind == "external" || station.utilisation < 1) continue;
    Diagnostic& d = report(c, rule_overloaded, place_of(c.model, station),
                           station.name + " can't carry its peak load", path_of(station));
    d.because = rate_text(station.arrival_rate) + " arrive at peak, " +
                rate_text(station.capacity) + " is what it can do (" +
                counted(station.servers, "server") + ", " +
                readable_seconds(station.service_seconds) + " each): utilisation " +
                percent_text(station.utilisation);
    d.effect = "its queue grows for as long as the peak lasts";
    d.fixes.push_back(manual_fix(
        "at least " +
        counted(std::ceil(station.arrival_rate * station.service_seconds / .7), "server") +
        " (70% utilisation), or less work a request"));
    if (station.kind == "service")
      d.requirements = objectives_through(c, find_by_name(c.model.services, station.name));
  }
}

}  // namespace

const Rule rule_overloaded = {
    {"overloaded", Severity::Error, "resilience", "more work arrives at peak than can be done"},
    {R"(At peak load a service, a store or the consumers of a channel have a utilisation of 100% or more by the estimate: arrivals x mean work, over all their servers.)",
     R"(A queue in front of it has no steady state: it grows until something gives way, and everything behind it is late. Sizing for a utilisation of 60 to 70% leaves room for variance and for the loss of an instance.)",
     R"(operations:
  browse:
    actor: customer
    steps: []
    load: { mean: 100/s, peak: 1000/s }
services:
  web:
    runtime: { instances: 2, cpu: 1, concurrency: 64 }
    endpoints:
      browse:
        http: GET /
        implements: browse
        steps: [{ work: 5ms }]
)",
     R"(operations:
  browse:
    actor: customer
    steps: []
    load: { mean: 100/s, peak: 1000/s }
services:
  web:
    runtime: { instances: 8, cpu: 1, concurrency: 64 }
    endpoints:
      browse:
        http: GET /
        implements: browse
        steps: [{ work: 5ms }]
)",
     R"(For queues whose work may wait until the night, when mean load is what counts.)"},
    run};

}  // namespace scantling
