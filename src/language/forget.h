// What an earlier design decided or assumed, taken out of a document again.
#pragma once

#include <set>
#include <string>

#include "language/document.h"
#include "model/architecture.h"

namespace scantling {

// `root` without the values that `model`, which was read from it, holds as decided or assumed. An
// element goes with its values, unless something given is in it or its name is among `named`: then
// it stays with what is given alone.
ValueId without_decided(MergedDocument& document, ValueId root, const Architecture& model,
                        const std::set<std::string>& named);

}  // namespace scantling
