#include "generate/routes.h"

#include <algorithm>
#include <cmath>

namespace scantling::generate {
namespace {

bool same_policy(const MeshRoute& a, const MeshRoute& b) {
  return a.callee == b.callee && a.try_seconds == b.try_seconds &&
         a.total_seconds == b.total_seconds && a.retries == b.retries && a.retry_on == b.retry_on;
}

MeshRoute route_of(const Plan& plan, const CallPlan& call) {
  MeshRoute out;
  out.callee = call.callee;
  const Endpoint& endpoint = plan.model().endpoint(call.callee);
  out.grpc = endpoint.protocol.value == Protocol::Grpc;
  const HttpRoute http = http_route(endpoint);
  out.path = out.grpc ? grpc_path(plan, call.callee) : http.path;
  out.method = out.grpc ? "POST" : http.method;
  out.callers = {call.caller.service};
  if (call.policy == nullptr) return out;
  const CallPolicy& policy = *call.policy;
  out.try_seconds = policy.timeout ? policy.timeout->seconds() : 0;
  if (call.repeatable) out.retries = attempts_of(policy) - 1;
  out.total_seconds = out.retries > 0 ? try_seconds(policy).value_or(0) : out.try_seconds;
  if (out.retries > 0)
    out.retry_on = policy.retry->on.or_else({RetryOn::Timeout, RetryOn::Error, RetryOn::Rejected});
  return out;
}

}  // namespace

std::vector<MeshRoute> mesh_routes(const Plan& plan, const ServicePlan& callee) {
  std::vector<MeshRoute> out;
  for (const ServicePlan& caller : plan.services())
    for (const CallPlan& call : caller.calls) {
      if (!call.callee.valid() || call.callee.service != callee.id) continue;
      MeshRoute route = route_of(plan, call);
      const auto known = std::ranges::find_if(
          out, [&](const MeshRoute& other) { return same_policy(other, route); });
      if (known == out.end())
        out.push_back(std::move(route));
      else if (std::ranges::find(known->callers, caller.id) == known->callers.end())
        known->callers.push_back(caller.id);
    }
  for (MeshRoute& route : out)
    route.all_callers = std::ranges::count(out, route.callee, &MeshRoute::callee) == 1;
  return out;
}

MeshLimits mesh_limits(const Plan& plan, const ServicePlan& callee) {
  MeshLimits out;
  double budget = 0;
  for (const ServicePlan& caller : plan.services()) {
    std::int64_t at_once = 0, waiting = 0;
    for (const CallPlan& call : caller.calls) {
      if (!call.callee.valid() || call.callee.service != callee.id || call.policy == nullptr)
        continue;
      // Each call of the program has its own bulkhead; the proxy sees them all.
      if (call.policy->at_once) {
        at_once += call.policy->at_once->calls.or_else({0}).value;
        waiting += call.policy->at_once->waiting.or_else({0}).value;
      }
      if (call.policy->breaker) {
        const BreakerPolicy& breaker = *call.policy->breaker;
        out.open_seconds = breaker.open.or_else({30'000'000'000}).seconds();
        if (breaker.failures && breaker.failures->consecutive > 0)
          out.consecutive_failures = breaker.failures->consecutive;
      }
      if (call.policy->retry) budget = std::max(budget, call.policy->retry->budget.value.value);
    }
    out.at_once = std::max(out.at_once, at_once);
    out.waiting = std::max(out.waiting, waiting);
  }
  if (budget > 0 && out.at_once > 0)
    out.retries_at_once = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(std::ceil(budget * static_cast<double>(out.at_once))));
  return out;
}

std::vector<EndpointId> called_endpoints(const ServicePlan& caller, ServiceId callee) {
  std::vector<EndpointId> out;
  for (const CallPlan& call : caller.calls)
    if (call.callee.valid() && call.callee.service == callee &&
        std::ranges::find(out, call.callee) == out.end())
      out.push_back(call.callee);
  return out;
}

std::vector<EndpointId> public_endpoints(const Plan& plan, ServiceId service) {
  std::vector<EndpointId> out;
  for (const PublicEndpoint& open : plan.public_endpoints())
    if (open.endpoint.service == service && std::ranges::find(out, open.endpoint) == out.end())
      out.push_back(open.endpoint);
  return out;
}

}  // namespace scantling::generate
