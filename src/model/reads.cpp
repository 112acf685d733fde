#include "model/reads.h"

namespace scantling {

ConsistencyKind answers(const Store& store, const Step& step) {
  if (step.kind == StepKind::Read && step.consistency) return *step.consistency;
  if (store.consistency) return store.consistency->kind;
  const bool cache = store.expires || store.capacity || store.single_flight || step.miss;
  return cache ? ConsistencyKind::Eventual : ConsistencyKind::Strong;
}

bool said_any_copy(const Store& store, const Step& step) {
  return (store.consistency || step.consistency) &&
         answers(store, step) == ConsistencyKind::Eventual;
}

bool may_be_behind(const Store& store, const Step& step) {
  return step.kind == StepKind::Read && store.copies.or_else({1}).value > 1 &&
         answers(store, step) == ConsistencyKind::Eventual;
}

}  // namespace scantling
