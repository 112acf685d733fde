#include "check/rule_support.h"

#include <algorithm>

#include "base/text.h"

namespace scantling {

std::string path_of(const Architecture& model, EndpointId id) {
  return path_of(model.services[id.service]) + ".endpoints." + model.endpoint(id).name;
}

std::string callee_name(const Architecture& model, const CallEdge& edge) {
  return edge.external.valid() ? model.externals[edge.external].name
                               : endpoint_name(model, edge.callee);
}

Span place_of(const Provenance& first, Span otherwise) {
  return first.span.valid() ? first.span : otherwise;
}

Span place_of(const Architecture& model, const StationEstimate& station) {
  const auto span_in = [&](const auto& elements) {
    const auto id = find_by_name(elements, station.name);
    return id.valid() ? elements[id].from.span : Span{};
  };
  if (station.kind == "service") return span_in(model.services);
  if (station.kind == "store") return span_in(model.stores);
  if (station.kind == "channel") return span_in(model.channels);
  return span_in(model.externals);
}

Diagnostic& report(const CheckContext& c, const Rule& rule, Span span, std::string title,
                   std::string element) {
  Diagnostic& d = c.out.add(rule.kind, span, std::move(title));
  d.element = std::move(element);
  return d;
}

void touch(const CheckContext& c, Diagnostic& d, EndpointId endpoint) {
  for (const OperationId id : c.calls.operations_through(endpoint))
    if (c.model.operations[id].objective)
      d.requirements.push_back(path_of(c.model.operations[id]) + ".objective");
}

Fix manual_fix(std::string text) {
  return {std::move(text), FixSafety::Manual, {}};
}

Fix value_fix(std::string_view key, std::string_view value, const Provenance& from,
              FixSafety safety) {
  const std::string text = std::string(key) + ": " + std::string(value);
  // The reader's span runs from the key to the end of the value, on one line.
  if (from.origin != Origin::Given || !from.span.valid() ||
      from.span.end - from.span.begin <= key.size())
    return manual_fix(text);
  return {text, safety, {{from.span, text}}};
}

Fix member_fix(std::string_view text, std::string_view key, const Provenance& map,
               const Provenance& sibling, FixSafety safety) {
  const auto one_line = [&] {
    return map.origin == Origin::Given && map.span.valid() && sibling.span.valid() &&
           map.span.file == sibling.span.file && map.span.end - map.span.begin > key.size() &&
           map.span.begin < sibling.span.begin && sibling.span.end < map.span.end;
  };
  if (!one_line()) return manual_fix(std::string(key) + ": { " + std::string(text) + " }");
  Edit edit{{sibling.span.file, sibling.span.end, sibling.span.end}, ", " + std::string(text)};
  return {std::string(text), safety, {std::move(edit)}};
}

std::string percent_text(double share) {
  return readable(Share{share});
}

std::string rate_text(double per_second) {
  return readable(Rate{per_second});
}

std::string figure(double value) {
  return number_text(value, 3);
}

std::string counted(double n, std::string_view noun) {
  const std::string text = figure(n);
  return text + " " + std::string(noun) + (text == "1" ? "" : "s");
}

double peak_rate(const CheckContext& c, EndpointId endpoint) {
  const EndpointEstimate* estimate = c.estimate.of(endpoint);
  return estimate ? estimate->rate : 0;
}

double availability_needed(const CheckContext& c, EndpointId endpoint) {
  double needed = 0;
  for (const OperationId id : c.calls.operations_through(endpoint)) {
    const auto& objective = c.model.operations[id].objective;
    if (objective && objective->availability)
      needed = std::max(needed, objective->availability->value);
  }
  return needed;
}

namespace {

std::vector<EndpointId> endpoints_of_service(const Architecture& model, ServiceId service) {
  std::vector<EndpointId> out;
  for (std::size_t i = 0; i < model.services[service].endpoints.size(); ++i)
    out.push_back({service, static_cast<std::int32_t>(i)});
  return out;
}

}  // namespace

double availability_needed(const CheckContext& c, ServiceId service) {
  double needed = 0;
  for (const EndpointId id : endpoints_of_service(c.model, service))
    needed = std::max(needed, availability_needed(c, id));
  return needed;
}

std::vector<std::string> objectives_through(const CheckContext& c, ServiceId service) {
  std::vector<std::string> out;
  for (const EndpointId id : endpoints_of_service(c.model, service))
    for (const OperationId operation : c.calls.operations_through(id)) {
      std::string path = path_of(c.model.operations[operation]) + ".objective";
      if (c.model.operations[operation].objective && std::ranges::find(out, path) == out.end())
        out.push_back(std::move(path));
    }
  return out;
}

std::int64_t most_instances(const Service& service) {
  return std::max<std::int64_t>(service.runtime.value.instances.or_else({1, 1}).high, 1);
}

std::int64_t least_instances(const Service& service) {
  return std::max<std::int64_t>(service.runtime.value.instances.or_else({1, 1}).low, 0);
}

std::int64_t zones_of(const Architecture& model) {
  if (model.placement && model.placement->zones) return model.placement->zones->value;
  if (model.constraints && model.constraints->zones) return model.constraints->zones->value;
  return 0;
}

bool has_regime(const Architecture& model, Regime regime) {
  if (!model.constraints || !model.constraints->compliance) return false;
  const auto& regimes = *model.constraints->compliance;
  return std::ranges::find(regimes, regime) != regimes.end();
}

std::vector<std::vector<std::size_t>> cycles(const std::vector<std::vector<std::size_t>>& next) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::vector<std::size_t>> out;
  std::vector<char> covered(next.size(), 0);
  for (std::size_t start = 0; start < next.size(); ++start) {
    if (covered[start]) continue;
    std::vector<std::size_t> from(next.size(), kNone), queue{start};
    for (std::size_t at = 0; at < queue.size() && from[start] == kNone; ++at)
      for (const std::size_t to : next[queue[at]]) {
        if (from[to] != kNone) continue;
        from[to] = queue[at];
        queue.push_back(to);
      }
    if (from[start] == kNone) continue;
    std::vector<std::size_t> cycle;
    for (std::size_t at = from[start]; at != start; at = from[at])
      cycle.push_back(at);
    cycle.push_back(start);
    std::ranges::reverse(cycle);
    for (const std::size_t at : cycle)
      covered[at] = 1;
    out.push_back(std::move(cycle));
  }
  return out;
}

bool retries_after_effect(const RetryPolicy& retry) {
  if (!retry.on) return true;
  return std::ranges::any_of(*retry.on, [](RetryOn on) { return on != RetryOn::Rejected; });
}

std::string repeated_effect(const CheckContext& c, const CallEdge& edge) {
  const Architecture& model = c.model;
  if (edge.external.valid()) {
    const External& external = model.externals[edge.external];
    if (external.idempotent.or_else(Idempotency::No) != Idempotency::No) return "";
    return external.name +
           (external.idempotent.has() ? " is not idempotent" : " is not said to be idempotent");
  }
  if (!c.calls.changes_something(edge.callee)) return "";
  // The first step that does it, one call after the other.
  EndpointId at = edge.callee;
  for (std::size_t hop = 0; hop <= c.calls.bottom_up().size(); ++hop) {
    EndpointId deeper;
    std::string effect;
    for_each_step(model.endpoint(at).steps.value, [&](const Step& step) {
      if (!effect.empty() || deeper.valid()) return;
      if (step.kind == StepKind::Write)
        effect = "writes " + step.target;
      else if (step.kind == StepKind::Publish)
        effect = "publishes " + step.event;
      else if (step.kind == StepKind::Call && step.endpoint.valid() &&
               c.calls.changes_something(step.endpoint))
        deeper = step.endpoint;
      else if (step.kind == StepKind::Call && step.external.valid() &&
               model.externals[step.external].idempotent.or_else(Idempotency::No) ==
                   Idempotency::No)
        effect = "calls " + step.target;
    });
    if (!effect.empty()) return endpoint_name(model, at) + " " + effect;
    if (!deeper.valid()) break;
    at = deeper;
  }
  return endpoint_name(model, edge.callee) + " is not idempotent";
}

}  // namespace scantling
