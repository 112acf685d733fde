// Context Mapper's language (CML, Kapferer and Zimmermann, MODELSWARD 2020), as far as a cut needs
// it: bounded contexts with their aggregates and the types in them, their relations, services'
// operations, flows, use cases and user stories, owning teams; and .scl use cases. What is not
// known is skipped.
#pragma once

#include <string_view>

#include "base/error.h"
#include "boundaries/subject.h"

namespace scantling::boundaries {

// Aggregates are the entities. A type that names a type of another aggregate is a relation.
// Functionalities are services' operations, flows, use cases and user stories that touch an
// aggregate. The bounded contexts are the given cut; teams come from `owner` and `realizes`.
// `scl`: use cases with `reads` and `writes`, may be empty.
Expected<Subject> parse_cml(std::string_view cml, std::string_view scl);

}  // namespace scantling::boundaries
