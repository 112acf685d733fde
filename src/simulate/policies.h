// The policies that the simulator knows. Each is one file in policies/, one line in policies.def:
// what it means, how it is compiled, what it does at run time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "model/policy.h"
#include "model/solution.h"
#include "simulate/program.h"

namespace scantling::sim {

struct PolicyInfo {
  std::string_view name;
  std::string_view meaning;  // one sentence
  std::string_view source;
};

#define POLICY(name) extern const PolicyInfo policy_##name;
#include "simulate/policies.def"
#undef POLICY

std::span<const PolicyInfo* const> simulated_policies();  // sorted by name

// From the model's words to an edge's numbers. Breakers, bulkheads and budgets are per caller
// instance and callee: call sites of one service to one callee with the same numbers share them.
void compile_retry(EdgeInfo& edge, const RetryPolicy& policy, Program& program);
void compile_breaker(EdgeInfo& edge, const BreakerPolicy& policy, Program& program);
void compile_bulkhead(EdgeInfo& edge, const BulkheadPolicy& policy, Program& program);
void compile_hedge(EdgeInfo& edge, const HedgePolicy& policy);
void compile_throttle(EdgeInfo& edge, const ThrottlePolicy& policy, Program& program);
void compile_ejection(ServiceInfo& service, const HealthPolicy& health);

inline std::uint32_t clamped(const Field<Count>& field, std::int64_t otherwise, std::int64_t low,
                             std::int64_t high) {
  return static_cast<std::uint32_t>(std::clamp(field ? field->value : otherwise, low, high));
}
inline Time nanoseconds_or(const Field<Duration>& field, double otherwise_seconds) {
  return field ? field->nanoseconds : Duration::from_seconds(otherwise_seconds).nanoseconds;
}

// The group (of `groups`) of an earlier call site to the same callee that is `same`; else a new one
// made of `info`, whose state takes one place a caller instance, counted in `places`.
template <class Info, class Same>
std::uint32_t shared_group(std::uint32_t EdgeInfo::* which, const EdgeInfo& edge, Info info,
                           Program& program, std::vector<Info>& groups, std::uint32_t& places,
                           Same&& same) {
  for (const EdgeInfo& other : program.edges)
    if (other.*which != none && other.caller_service == edge.caller_service &&
        other.callee_service == edge.callee_service && same(groups[other.*which]))
      return other.*which;
  info.first = places;
  places += program.services[edge.caller_service].instances;
  groups.push_back(info);
  return static_cast<std::uint32_t>(groups.size() - 1);
}

}  // namespace scantling::sim
