#include <cmath>

#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  const std::int64_t zones = zones_of(c.model);
  if (zones < 2) return;
  EstimateOptions degraded;
  degraded.zones_lost = 1;
  const Estimate without = estimate(c.model, degraded);
  for (const StationEstimate& now : c.estimate.stations) {
    if (now.kind != "service" && now.kind != "store") continue;
    const StationEstimate* then = without.station(now.kind, now.name);
    if (!then || now.utilisation >= 1 || then->utilisation < 1) continue;
    const bool service = now.kind == "service";
    Diagnostic& d = report(c, rule_no_headroom_for_loss, place_of(c.model, now),
                           now.name + " can't carry the peak with one zone less", path_of(now));
    d.because = "utilisation " + percent_text(now.utilisation) + " in " + std::to_string(zones) +
                " zones, " + percent_text(then->utilisation) + " in " + std::to_string(zones - 1) +
                " (" + rate_text(then->arrival_rate) + " against " + rate_text(then->capacity) +
                ")";
    d.effect = "the loss of one zone overloads the others, and they follow";
    d.fixes.push_back(
        manual_fix("servers for a utilisation of at most " +
                   percent_text(static_cast<double>(zones - 1) / static_cast<double>(zones)) +
                   " with all zones: " + figure(std::ceil(now.servers * then->utilisation)) +
                   " instead of " + figure(now.servers)));
    if (service) d.requirements = objectives_through(c, find_by_name(c.model.services, now.name));
  }
}

}  // namespace

const Rule rule_no_headroom_for_loss = {
    {"no-headroom-for-loss", Severity::Warning, "resilience",
     "what remains after the loss of a zone is too small for the peak"},
    {R"(The estimate with one zone taken away shows a service or a store at 100% or more, and below that with all zones.)",
     R"(Zones are paid for so that one may fail. With z zones that share the load, each must stay below (z - 1) / z. On 2015-03-26 one of Parse.ly's brokers died at its network limit and the others, given its share, followed ("Kafkapocalypse: a postmortem on our service outage", Parse.ly).)",
     R"(operations:
  browse:
    actor: customer
    steps: []
    load: { mean: 100/s, peak: 500/s }
constraints: { zones: 3 }
services:
  web:
    runtime: { instances: 3, cpu: 1, concurrency: 64 }
    spread: zones
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
    load: { mean: 100/s, peak: 500/s }
constraints: { zones: 3 }
services:
  web:
    runtime: { instances: 6, cpu: 1, concurrency: 64 }
    spread: zones
    endpoints:
      browse:
        http: GET /
        implements: browse
        steps: [{ work: 5ms }]
)",
     R"(When load is shed by priority in that case and an experiment that loses a zone shows what remains.)"},
    run};

}  // namespace scantling
