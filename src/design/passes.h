// The passes as functions, from passes.def.
#pragma once

#include "design/workspace.h"

namespace scantling {

#define PASS(name, decides) void pass_##name(Workspace& ws);
#include "design/passes.def"
#undef PASS

}  // namespace scantling
