// From the set that none dominates to a few designs, simulated at peak and in every experiment.
#pragma once

#include "base/error.h"
#include "explore/explore.h"
#include "explore/structures.h"

namespace scantling::explore {

// Changes that alter no score are taken out of a finalist again, and the passes make what is left
// of them once more. Fills `result.finalists`: the design as it is, then one for each end of the
// set that isn't taken yet and the one between, all simulated under the same random numbers. For an
// end that fails what the design as it is meets, the next candidates are tried.
Expected<void> choose_finalists(const Question& question, Result& result);

}  // namespace scantling::explore
