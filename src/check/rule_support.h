// What the rules share: paths, places, figures as text, and fixes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/call_graph.h"
#include "check/check.h"
#include "check/rules.h"

namespace scantling {

// --- paths, as `why` and acceptances write them ---
std::string path_of(const Architecture& model, EndpointId id);
inline std::string path_of(const Service& service) {
  return "services." + service.name;
}
inline std::string path_of(const Store& store) {
  return "stores." + store.name;
}
inline std::string path_of(const Channel& channel) {
  return "channels." + channel.name;
}
inline std::string path_of(const Saga& saga) {
  return "sagas." + saga.name;
}
inline std::string path_of(const Aggregate& aggregate) {
  return "aggregates." + aggregate.name;
}
inline std::string path_of(const External& external) {
  return "externals." + external.name;
}
inline std::string path_of(const Operation& operation) {
  return "operations." + operation.name;
}
// What a call step calls: "payments.charge" or "psp".
std::string callee_name(const Architecture& model, const CallEdge& edge);

// --- places ---
// The first that is written in a file.
Span place_of(const Provenance& first, Span otherwise);
inline Span place_of(const Provenance& first, const Provenance& otherwise) {
  return place_of(first, otherwise.span);
}
// The line that says what the step does, or else the whole of it.
inline Span place_of(const Step& step) {
  return place_of(step.from, step.span);
}

// Where the station's element is written, and its path.
Span place_of(const Architecture& model, const StationEstimate& station);
inline std::string path_of(const StationEstimate& station) {
  return station.kind + "s." + station.name;
}

// --- findings ---
Diagnostic& report(const CheckContext& c, const Rule& rule, Span span, std::string title,
                   std::string element);
// Notes the objectives of the operations that pass the endpoint.
void touch(const CheckContext& c, Diagnostic& d, EndpointId endpoint);

// --- fixes ---
Fix manual_fix(std::string text);
// Writes `key: value` over the value that `from` says the place of; manual when it isn't written.
Fix value_fix(std::string_view key, std::string_view value, const Provenance& from,
              FixSafety safety);
// Adds ", text" after `sibling` within the one-line map `key: { ... }` at `map`; manual when the
// map is not written in one line.
Fix member_fix(std::string_view text, std::string_view key, const Provenance& map,
               const Provenance& sibling, FixSafety safety);

// --- figures ---
std::string percent_text(double share);                        // "99.95%"
std::string rate_text(double per_second);                      // "240/s"
std::string figure(double value);                              // three significant digits
std::string counted(double n, std::string_view noun);          // "1 server", "7.14 servers"
double peak_rate(const CheckContext& c, EndpointId endpoint);  // arrivals a second
// Highest availability promised to those who pass the endpoint or use the service; 0: none.
double availability_needed(const CheckContext& c, EndpointId endpoint);
double availability_needed(const CheckContext& c, ServiceId service);
// "operations.place-order.objective" of those operations.
std::vector<std::string> objectives_through(const CheckContext& c, ServiceId service);

// Instances at the most, 1 when the model doesn't say; at the least.
std::int64_t most_instances(const Service& service);
std::int64_t least_instances(const Service& service);
// Zones in a region, as placed or else as demanded; 0 when the model says neither.
std::int64_t zones_of(const Architecture& model);
bool has_regime(const Architecture& model, Regime regime);

// Every step of every endpoint with its place, in order: visit(EndpointId, const PlacedStep&).
template <class Visit>
void for_each_placed_step(const Architecture& model, Visit&& visit) {
  for (const EndpointId id : all_endpoints(model))
    for (const PlacedStep& placed : placed_steps(model.endpoint(id).steps.value))
      visit(id, placed);
}

// A shortest cycle through each node that is on one, none twice. `next` lists neighbours.
std::vector<std::vector<std::size_t>> cycles(const std::vector<std::vector<std::size_t>>& next);

// Whether the attempts after the first may follow one whose effect took place.
bool retries_after_effect(const RetryPolicy& retry);
// What a second run of the edge's callee would do twice: "payments.charge writes payments-db";
// empty when that is harmless.
std::string repeated_effect(const CheckContext& c, const CallEdge& edge);

}  // namespace scantling
