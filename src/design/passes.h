// The passes as functions, from passes.def.
#pragma once

#include "design/workspace.h"

namespace scantling {

#define PASS(name, decides) void pass_##name(Workspace& ws);
#include "design/passes.def"
#undef PASS

// Which regions and zones there are and which serve: of placement, and before data, whose copies
// and shards depend on it.
void decide_regions(Workspace& ws);

}  // namespace scantling
