// The monthly budget: whether the design keeps it, and where it doesn't, what of that which was
// asked for can't all be had for it.
#pragma once

#include "design/design.h"

namespace scantling {

// Adds the unmet requirement when the estimate is over the budget: by how much, what most of it is
// spent on, and a smallest set of lines of the model that can't all hold within the budget
// (conflicts.h; by designing again without simulation).
void judge_budget(const Architecture& problem, const Catalog& catalog, const DesignOptions& options,
                  DesignResult& result);

}  // namespace scantling
