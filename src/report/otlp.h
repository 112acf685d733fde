// Simulated requests as OpenTelemetry traces.
#pragma once

#include <string>
#include <vector>

#include "simulate/traces.h"

namespace scantling {

// OTLP/JSON (opentelemetry-proto 1.x, ExportTraceServiceRequest): what a collector's
// otlpjsonfile receiver reads, and Jaeger and Tempo show. Ids follow from `seed` and the order.
// The measured time begins at 2026-01-01T00:00:00Z, so that the bytes are the same on any day.
std::string otlp_json(const std::vector<SimulatedTrace>& traces, const std::string& system,
                      std::string_view version, std::uint64_t seed);

}  // namespace scantling
