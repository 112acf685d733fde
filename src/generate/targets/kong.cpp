// Kong behind the Gateway API: what its routes don't say. Rate limits of the public services,
// request ids, body sizes, and how it finds out that an instance is ill.
#include <algorithm>
#include <cmath>

#include "generate/edge.h"
#include "generate/k8s.h"
#include "generate/target.h"

namespace scantling::generate {
namespace {

constexpr std::string_view kPlugin = "configuration.konghq.com/v1";

Value plugin(const Plan& plan, const ServicePlan& service, std::string_view suffix,
             std::string_view kind, Value config) {
  Value out = object(kPlugin, "KongPlugin",
                     metadata(plan, origins_of(plan, service), kong_plugin(service, suffix)));
  out.set("plugin", kind);
  out.set("config", std::move(config));
  return out;
}

// `local` counts in each of Kong's instances: no store stands between a request and its answer.
Value rate_limit(const Plan& plan, const ServicePlan& service, double per_second) {
  return plugin(plan, service, "limit", "rate-limiting",
                map({{"second", std::max<std::int64_t>(
                                    1, static_cast<std::int64_t>(std::llround(per_second)))},
                     {"policy", "local"},
                     {"limit_by", "ip"},
                     {"fault_tolerant", true},
                     {"error_code", 429}}));
}

Value upstream(const Plan& plan, const ServicePlan& service) {
  const HealthPolicy& health = *plan.model().services[service.id].health;
  const std::int64_t failures = std::max<std::int64_t>(1, health.failures.or_else({3}).value);
  Value out = object("configuration.konghq.com/v1beta1", "KongUpstreamPolicy",
                     metadata(plan, origins_of(plan, service), service.name));
  // Kubernetes takes instances out by their probes; Kong only sees what answers it badly.
  out.set(
      "spec",
      map({{"algorithm", "least-connections"},
           {"healthchecks",
            map({{"passive", map({{"type", service.http ? "http" : "grpc"},
                                  {"healthy", map({{"successes", 1}})},
                                  {"unhealthy", map({{"httpFailures", failures},
                                                     {"httpStatuses", list({500, 502, 503, 504})},
                                                     {"tcpFailures", failures},
                                                     {"timeouts", failures}})}})}})}}));
  return out;
}

}  // namespace

std::string kong_plugin(const ServicePlan& service, std::string_view suffix) {
  return dns_label(service.name + "-kong-" + std::string(suffix));
}

std::vector<std::string> kong_plugins(const Plan& plan, const ServicePlan& service) {
  std::vector<std::string> out = {kong_plugin(service, "request-id"), kong_plugin(service, "size")};
  const Service& of = plan.model().services[service.id];
  if (of.rate_limit && of.rate_limit->limit) out.push_back(kong_plugin(service, "limit"));
  return out;
}

void target_kong(const Plan& plan, Output& out) {
  for (const ServicePlan& service : plan.services()) {
    if (!service.is_public) continue;
    const std::string file = "gateway/" + service.name + "-kong.yaml";
    out.add_resource(file, plugin(plan, service, "request-id", "correlation-id",
                                  map({{"header_name", "x-request-id"},
                                       {"generator", "uuid"},
                                       {"echo_downstream", true}})));
    out.add_resource(file, plugin(plan, service, "size", "request-size-limiting",
                                  map({{"allowed_payload_size", 10}, {"size_unit", "megabytes"}})));
    const Service& of = plan.model().services[service.id];
    if (of.rate_limit && of.rate_limit->limit)
      out.add_resource(file, rate_limit(plan, service, of.rate_limit->limit->per_second));
    out.add_resource(file, upstream(plan, service));
  }
}

}  // namespace scantling::generate
