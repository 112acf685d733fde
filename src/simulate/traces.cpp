#include "simulate/traces.h"

#include <algorithm>
#include <array>

#include "simulate/compile.h"
#include "simulate/engine.h"
#include "simulate/replications.h"
#include "simulate/span_log.h"

namespace scantling {
namespace sim {
namespace {

constexpr std::array<const char*, cause_count> kCauses = {
    "", "timeout", "rejected", "failed", "breaker-open", "lost", "throttled"};

void say_who(const Program& program, std::uint32_t instance, SimulatedSpan& out) {
  const InstanceInfo& info = program.instances[instance];
  const ServiceInfo& service = program.services[info.service];
  out.service = service.name;
  out.instance = service.name + "-" + std::to_string(instance - service.first_instance + 1);
  out.zone = std::string(1, static_cast<char>('a' + info.zone % 26));
}

void say_call(const Program& program, const RawSpan& raw, SimulatedSpan& out) {
  const EdgeInfo& edge = program.edges[raw.what];
  const ServiceInfo& callee = program.services[edge.callee_service];
  out.name = edge.to;
  out.attributes.emplace_back("peer.service", callee.name);
  out.attributes.emplace_back(
      "server.address", callee.name + "-" + std::to_string(raw.callee - callee.first_instance + 1));
  if (callee.kind == ServiceKind::Store) {
    out.attributes.emplace_back("db.namespace", callee.name);
    out.attributes.emplace_back("db.operation.name", program.endpoints[edge.callee_endpoint].name);
  }
  if (callee.kind == ServiceKind::Channel) {
    out.attributes.emplace_back("messaging.destination.name", callee.name);
    out.attributes.emplace_back("messaging.operation.type", "send");
  }
  out.attempt = raw.attempt;
  out.hedge = raw.hedge;
}

SimulatedSpan named(const Program& program, const RawSpan& raw, Time from, Time end) {
  SimulatedSpan out;
  out.kind = raw.kind;
  say_who(program, raw.instance, out);
  out.start_ns = raw.start - from;
  out.open = raw.end == never;
  out.end_ns = (out.open ? end : raw.end) - from;
  out.error = kCauses[static_cast<std::size_t>(raw.cause)];
  switch (raw.kind) {
    case SpanKind::Internal: out.name = program.hops[raw.what]; break;
    case SpanKind::Client:
    case SpanKind::Producer: say_call(program, raw, out); break;
    case SpanKind::Server: out.name = program.endpoints[raw.what].name; break;
    case SpanKind::Consumer:
      out.name = program.endpoints[raw.what].name;
      out.attributes.emplace_back("messaging.operation.type", "process");
      break;
  }
  return out;
}

}  // namespace

std::vector<SimulatedTrace> to_traces(const Program& program, const SpanLog& log, Time from,
                                      Time end) {
  std::vector<SimulatedTrace> out;
  for (std::uint32_t operation : log.operations())
    out.push_back({program.operations[operation].name, {}});
  std::vector<std::size_t> index(log.spans().size(), SIZE_MAX);  // within its trace
  for (std::size_t i = 0; i < log.spans().size(); ++i) {
    const RawSpan& raw = log.spans()[i];
    SimulatedSpan span = named(program, raw, from, end);
    if (raw.parent != none) span.parent = index[raw.parent];
    index[i] = out[raw.request].spans.size();
    out[raw.request].spans.push_back(std::move(span));
  }
  return out;
}

}  // namespace sim

Expected<std::vector<SimulatedTrace>> trace_requests(const Architecture& model,
                                                     const Experiment& experiment,
                                                     const SimulateOptions& options, int count) {
  auto program = sim::compile(model, experiment, options);
  if (!program) return std::unexpected(program.error());
  sim::RunOptions run;
  if (auto ok = sim::first_run(*program, options, run); !ok) return std::unexpected(ok.error());
  sim::SpanLog log(*program, count);
  run.spans = &log;
  const sim::Replication done = sim::Engine(*program, run).run();
  if (!done.ok) return fail("internal error: " + done.error);
  return sim::to_traces(*program, log, done.start.at, done.end.at);
}

}  // namespace scantling
