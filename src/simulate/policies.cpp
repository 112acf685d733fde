#include "simulate/policies.h"

namespace scantling::sim {
namespace {

constexpr const PolicyInfo* all[] = {
#define POLICY(name) &policy_##name,
#include "simulate/policies.def"
#undef POLICY
};

}  // namespace

std::span<const PolicyInfo* const> simulated_policies() {
  return all;
}

}  // namespace scantling::sim
