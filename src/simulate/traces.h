// Single requests of a simulated run, as spans: what a tracer in the real system would have seen.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "simulate/simulate.h"

namespace scantling {

// The numbers are OTLP's (opentelemetry-proto, trace.proto, Span.SpanKind).
enum class SpanKind : std::uint8_t { Internal = 1, Server = 2, Client = 3, Producer = 4, Consumer };

struct SimulatedSpan {
  std::size_t parent = SIZE_MAX;  // index within the trace; SIZE_MAX: the root
  SpanKind kind = SpanKind::Internal;
  std::string name;               // "orders.place-order", "cpu queue at orders"
  std::string service, instance;  // whose tracer saw it: "orders", "orders-2"
  std::string zone;
  std::int64_t start_ns = 0, end_ns = 0;  // from the measured start
  std::string error;                      // "timeout", "rejected", ...; empty: it went well
  bool open = false;                      // the run ended before it did; ends with the run
  std::vector<std::pair<std::string, std::string>> attributes;
  int attempt = 1;     // of its call
  bool hedge = false;  // the second of a pair
};

struct SimulatedTrace {
  std::string operation;
  std::vector<SimulatedSpan> spans;  // the root first
};

// `count` requests, shared out evenly among the operations that clients ask for and spread over the
// measured time, of the run that is the experiment's first replication. Messages that they publish
// belong to their traces, and so does work that goes on after its caller gave up.
Expected<std::vector<SimulatedTrace>> trace_requests(const Architecture& model,
                                                     const Experiment& experiment,
                                                     const SimulateOptions& options, int count);

}  // namespace scantling
