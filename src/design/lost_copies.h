// Room in connection pools for what a lost copy holds up.
#pragma once

#include "design/workspace.h"

namespace scantling {

// A request to a copy that is gone keeps its connection until it times out, at each of its
// attempts. Where an experiment loses copies and asks for availability meanwhile, a pool that was
// sized for the answers of living copies may be full of such requests, and keep everybody from the
// copies that are left. Where the loop wants it: widens each such pool that was decided (not given,
// not locked) by what is held up at the highest load, as far as the server allows. After the
// resilience pass has set the waits.
void widen_pools(Workspace& ws);

}  // namespace scantling
