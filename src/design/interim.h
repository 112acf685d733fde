// What stands between what exists and what is designed: each state of the migration as a system of
// its own, designed, checked and simulated at peak.
#pragma once

#include "design/design.h"

namespace scantling {

// Adds to each step of the migration what its interim state was found to do. `problem` is the model
// that was designed; `result` what came of it, with its steps in order.
void prove_interims(const Architecture& problem, const Catalog& catalog,
                    const DesignOptions& options, DesignResult& result);

}  // namespace scantling
