// Which reads any copy of a store may answer, not its leader alone.
#pragma once

#include "design/workspace.h"

namespace scantling {

// Decides it for every store that is led, has copies, and whose engine lets them answer
// (Technology::copies_behind). A step qualifies when every operation that comes to it allows its
// answers to be at least as old as a copy may be (`staleness`), and writes nothing to that store:
// none misses what it has written itself, and none writes what follows from an old answer. Not what
// fills a cache: its entries would be older by as much. Once the endpoints have their steps.
void decide_copy_reads(Workspace& ws);

}  // namespace scantling
