// How an orchestrated saga's `within` is split over its steps.
#pragma once

#include "design/workspace.h"

namespace scantling {

// What one wait may take with its retries and the pauses between them, in seconds; 0: no timeout.
double longest_wait(const CallPolicy& policy);

// Sets timeout and attempts of each step up to the pivot: a step is waited for as long as the
// coordinator's call may take with its own retries, and tried again as often as all of them, and
// what takes them back, fit into `within` together (ten times at most). Steps after the pivot are
// tried until they answer: nothing takes them back. After the resilience pass has set the waits.
void split_within(Workspace& ws);

}  // namespace scantling
