// The monthly budget: whether the design keeps it, and where it doesn't, what of that which was
// asked for can't all be had for it.
#pragma once

#include "design/design.h"

namespace scantling {

// Adds the unmet requirement when the estimate is over the budget: by how much, what most of it is
// spent on, and a smallest set of lines of the model that can't all hold within the budget (no line
// of the set can be left out: found by leaving out one after the other and designing again, without
// simulation; Chinneck and Dravnieks, ORSA Journal on Computing 3(2), 1991, the deletion filter).
void judge_budget(const Architecture& problem, const Catalog& catalog, const DesignOptions& options,
                  DesignResult& result);

}  // namespace scantling
