// Which copies of a store answer what a step asks of it.
#pragma once

#include "model/stores.h"

namespace scantling {

// Of a read: its own choice, or else the store's. A cache that says nothing is read at any copy,
// other stores at their leader.
ConsistencyKind answers(const Store& store, const Step& step);

// Whether the step chooses any copy by itself where the store doesn't: what is said of the store's
// reads in general doesn't hold for it.
inline bool chooses_any_copy(const Step& step) {
  return step.kind == StepKind::Read && step.consistency &&
         *step.consistency == ConsistencyKind::Eventual;
}

// Whether the model says that any copy answers: the step does, or the store where the step says
// nothing else.
bool said_any_copy(const Store& store, const Step& step);

// Whether a copy may answer the read that is behind: any of several does.
bool may_be_behind(const Store& store, const Step& step);

}  // namespace scantling
