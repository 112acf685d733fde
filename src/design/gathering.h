// Inserts that a store's server gathers: an engine that writes whole parts of a column (ClickHouse)
// takes single rows badly, so its server keeps them for a moment and writes them together. Who
// writes waits for that, and no slot of the store is taken meanwhile.
#pragma once

#include "design/stores.h"

namespace scantling {

// Decides whether the inserts into the store are gathered, into ws.gathering and its time of a
// write. Only for an engine that can (Technology::gathers), where no operation has to answer
// sooner.
void decide_inserts(Workspace& ws, StoreId id, const StoreNeed& need, const Technology& engine);

// Puts the wait after each write to a store that gathers.
void wait_for_inserts(const Workspace& ws, std::vector<Step>& steps, const Provenance& from);

}  // namespace scantling
