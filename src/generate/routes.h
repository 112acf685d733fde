// What a mesh does about the calls to one service, from the same policies that the simulation runs:
// one route for each endpoint that is called, with the time it may take and how it is tried again.
#pragma once

#include <string>
#include <vector>

#include "generate/plan.h"

namespace scantling::generate {

struct MeshRoute {
  EndpointId callee;
  bool grpc = false;
  std::string path;                // exact, with {parameters} for HTTP
  std::string method;              // HTTP
  std::vector<ServiceId> callers;  // whose policy this is
  bool all_callers = true;         // no other caller has another policy
  double try_seconds = 0;          // one attempt; 0: not bounded by the model
  double total_seconds = 0;        // all attempts with their backoffs
  std::int64_t retries = 0;        // beyond the first attempt; 0 where repeating does harm
  std::vector<RetryOn> retry_on;
};

// Routes of the service's called endpoints, those with a policy of their own first.
std::vector<MeshRoute> mesh_routes(const Plan& plan, const ServicePlan& callee);

// How a caller's proxy protects itself from the service: the widest of its callers' limits.
struct MeshLimits {
  std::int64_t at_once = 0, waiting = 0;  // 0: not bounded by the model
  std::int64_t retries_at_once = 0;       // the retry budget, of what may be in flight
  double open_seconds = 30;
  std::int64_t consecutive_failures = 5;
};
MeshLimits mesh_limits(const Plan& plan, const ServicePlan& callee);

// Endpoints of the service that the caller's calls go to, each once.
std::vector<EndpointId> called_endpoints(const ServicePlan& caller, ServiceId callee);
std::vector<EndpointId> public_endpoints(const Plan& plan, ServiceId service);

}  // namespace scantling::generate
