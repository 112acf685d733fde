// Rules of the audit that need the model besides the objects, and what they share.
#pragma once

#include "generate/audit_world.h"
#include "generate/plan.h"

namespace scantling::generate {

// The fewest pods that the workload may have: of its autoscaler, else its replicas.
std::int64_t least_pods(const World& world, const AuditPods& pods);
// How many of `all` a number or a percentage comes to; Kubernetes rounds percentages up.
std::int64_t pods_of_all(const Value& value, std::int64_t all);

void audit_promises(const Plan& plan, const World& world, Findings& out);

}  // namespace scantling::generate
