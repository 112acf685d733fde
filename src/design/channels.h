// The broker that carries the events, and what each channel promises.
#pragma once

#include "design/workspace.h"

namespace scantling {

void decide_channels(Workspace& ws);

}  // namespace scantling
