// Verification in the loop: what the passes decided is explored, and repaired where that is theirs.
#pragma once

#include "design/workspace.h"

namespace scantling {

// Explores every protocol of the model and repairs what fails by changes that were checked on a
// copy, each a decision. The limit is in states, so the result never depends on the machine.
DesignVerification verify_decided(Workspace& ws);

// What still fails, as findings and as requirements that can't be met; those that the model accepts
// count as findings only.
void report_verification(DesignResult& result);

}  // namespace scantling
