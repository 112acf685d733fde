#include "report/otlp.h"

#include <map>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace scantling {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kBegin = 1'767'225'600'000'000'000;  // 2026-01-01T00:00:00Z

Json text_attribute(std::string_view key, std::string_view value) {
  return {{"key", key}, {"value", {{"stringValue", value}}}};
}
Json number_attribute(std::string_view key, std::int64_t value) {
  return {{"key", key}, {"value", {{"intValue", std::to_string(value)}}}};
}
Json flag_attribute(std::string_view key) {
  return {{"key", key}, {"value", {{"boolValue", true}}}};
}

// Never zero: an id of zeros is no id.
std::string id_of(std::string_view what, std::uint64_t seed, std::size_t trace, std::size_t span) {
  const std::string name = fmt::format("{} {} {} {}", what, seed, trace, span);
  const std::uint64_t hash = fnv1a(name);
  return hex16(hash == 0 ? 1 : hash);
}

Json attributes_of(const SimulatedTrace& trace, const SimulatedSpan& span) {
  Json out = Json::array();
  for (const auto& [key, value] : span.attributes)
    out.push_back(text_attribute(key, value));
  if (span.parent == SIZE_MAX)
    out.push_back(text_attribute("scantling.operation", trace.operation));
  if (span.attempt > 1) out.push_back(number_attribute("scantling.attempt", span.attempt));
  if (span.hedge) out.push_back(flag_attribute("scantling.hedge"));
  if (span.open) out.push_back(flag_attribute("scantling.unfinished"));
  if (!span.error.empty()) out.push_back(text_attribute("error.type", span.error));
  return out;
}

Json span_json(const SimulatedTrace& trace, std::size_t t, std::size_t s, std::uint64_t seed) {
  const SimulatedSpan& span = trace.spans[s];
  Json out = {{"traceId", id_of("high", seed, t, 0) + id_of("low", seed, t, 0)},
              {"spanId", id_of("span", seed, t, s)}};
  if (span.parent != SIZE_MAX) out["parentSpanId"] = id_of("span", seed, t, span.parent);
  out["name"] = span.name;
  out["kind"] = static_cast<int>(span.kind);
  out["startTimeUnixNano"] = std::to_string(kBegin + span.start_ns);
  out["endTimeUnixNano"] = std::to_string(kBegin + span.end_ns);
  out["attributes"] = attributes_of(trace, span);
  if (span.error.empty())
    out["status"] = Json::object();
  else
    out["status"] = {{"code", 2}, {"message", span.error}};
  return out;
}

}  // namespace

std::string otlp_json(const std::vector<SimulatedTrace>& traces, const std::string& system,
                      std::string_view version, std::uint64_t seed) {
  struct Resource {
    Json attributes = Json::array();
    Json spans = Json::array();
  };
  std::map<std::string, Resource> resources;  // by instance
  for (std::size_t t = 0; t < traces.size(); ++t)
    for (std::size_t s = 0; s < traces[t].spans.size(); ++s) {
      const SimulatedSpan& span = traces[t].spans[s];
      Resource& resource = resources[span.instance];
      if (resource.spans.empty()) {
        resource.attributes.push_back(text_attribute("service.name", span.service));
        resource.attributes.push_back(text_attribute("service.instance.id", span.instance));
        if (!system.empty())
          resource.attributes.push_back(text_attribute("service.namespace", system));
        resource.attributes.push_back(text_attribute("cloud.availability_zone", span.zone));
      }
      resource.spans.push_back(span_json(traces[t], t, s, seed));
    }
  Json all = Json::array();
  for (auto& [name, resource] : resources)
    all.push_back(
        {{"resource", {{"attributes", std::move(resource.attributes)}}},
         {"scopeSpans",
          Json::array({{{"scope", {{"name", "scantling"}, {"version", std::string(version)}}},
                        {"spans", std::move(resource.spans)}}})}});
  const Json out = {{"resourceSpans", std::move(all)}};
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace scantling
