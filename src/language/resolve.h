// Names to ids, when every file has been read.
#pragma once

#include "language/reader.h"
#include "model/architecture.h"

namespace scantling {

// Looks up everything that the reader noted; what isn't found is reported.
void resolve_references(Architecture& model, Reader& reader);

// Gives every step with `use` the bundle's values where it has none of its own.
void inherit_policies(Architecture& model);

}  // namespace scantling
