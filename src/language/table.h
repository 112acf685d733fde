// How the entries of the table are made.
#pragma once

#include "language/types.h"

namespace scantling {

// The entry of a member: `field<&Service::context>("context", "bounded context it belongs to")`.
template <auto Member>
constexpr Entry field(std::string_view key, std::string_view about) {
  using Owner = typename schema_detail::MemberOf<decltype(Member)>::Owner;
  using Held = typename schema_detail::MemberOf<decltype(Member)>::Value;
  Entry e;
  e.key = key;
  e.about = about;
  if constexpr (schema_detail::IsField<Held>::value) {
    e.type = schema_detail::type_of<typename Held::Value>();
    e.value = [](void* o) -> void* { return &(static_cast<Owner*>(o)->*Member).value; };
    e.from = [](void* o) -> Provenance* { return &(static_cast<Owner*>(o)->*Member).from; };
  } else {
    e.type = schema_detail::type_of<Held>();
    e.value = [](void* o) -> void* { return &(static_cast<Owner*>(o)->*Member); };
  }
  return e;
}

// An entry that only its own form reads and writes; `type` describes what it takes.
constexpr Entry own_entry(std::string_view key, std::string_view about, const Type& type,
                          OwnForm form) {
  Entry e;
  e.key = key;
  e.about = about;
  e.type = &type;
  e.own = form;
  return e;
}

// Declares or defines structure_of<S>().
#define SCANTLING_STRUCTURE(S) \
  template <>                  \
  const StructType& structure_of<S>()

SCANTLING_STRUCTURE(Team);
SCANTLING_STRUCTURE(Aggregate);
SCANTLING_STRUCTURE(External);
SCANTLING_STRUCTURE(ProblemStep);
SCANTLING_STRUCTURE(OperationLoad);
SCANTLING_STRUCTURE(Objective);
SCANTLING_STRUCTURE(Operation);
SCANTLING_STRUCTURE(RateLimitRule);
SCANTLING_STRUCTURE(Constraints);
SCANTLING_STRUCTURE(ExistingTable);
SCANTLING_STRUCTURE(ExistingCode);
SCANTLING_STRUCTURE(Existing);
SCANTLING_STRUCTURE(Context);
SCANTLING_STRUCTURE(ContextRelation);
SCANTLING_STRUCTURE(Branch);
SCANTLING_STRUCTURE(Miss);
SCANTLING_STRUCTURE(Step);
SCANTLING_STRUCTURE(Endpoint);
SCANTLING_STRUCTURE(Runtime);
SCANTLING_STRUCTURE(ScalePolicy);
SCANTLING_STRUCTURE(HealthPolicy);
SCANTLING_STRUCTURE(Service);
SCANTLING_STRUCTURE(Consistency);
SCANTLING_STRUCTURE(BackupPolicy);
SCANTLING_STRUCTURE(Store);
SCANTLING_STRUCTURE(Channel);
SCANTLING_STRUCTURE(SagaStep);
SCANTLING_STRUCTURE(Saga);
SCANTLING_STRUCTURE(RetryPolicy);
SCANTLING_STRUCTURE(BreakerPolicy);
SCANTLING_STRUCTURE(HedgePolicy);
SCANTLING_STRUCTURE(BulkheadPolicy);
SCANTLING_STRUCTURE(ThrottlePolicy);
SCANTLING_STRUCTURE(Slowdown);
SCANTLING_STRUCTURE(CallPolicy);
SCANTLING_STRUCTURE(Policy);
SCANTLING_STRUCTURE(NodeSize);
SCANTLING_STRUCTURE(FailureDomain);
SCANTLING_STRUCTURE(Placement);
SCANTLING_STRUCTURE(Operating);
SCANTLING_STRUCTURE(MigrationStep);
SCANTLING_STRUCTURE(Fault);
SCANTLING_STRUCTURE(ClosedLoad);
SCANTLING_STRUCTURE(LoadRamp);
SCANTLING_STRUCTURE(LoadSpike);
SCANTLING_STRUCTURE(LoadStep);
SCANTLING_STRUCTURE(LoadBursts);
SCANTLING_STRUCTURE(ExperimentLoad);
SCANTLING_STRUCTURE(AfterFaults);
SCANTLING_STRUCTURE(Expectation);
SCANTLING_STRUCTURE(Experiment);
SCANTLING_STRUCTURE(Decision);
SCANTLING_STRUCTURE(Acceptance);
SCANTLING_STRUCTURE(Architecture);

}  // namespace scantling
