// Service Cutter's input (Gysel et al., ESOCC 2016): an entity-relationship model of "nanoentities"
// and, in a second file, use cases and other user representations. scantling cuts entities, so a
// nanoentity counts for the size of its entity and a use case for the entities of its nanoentities.
#pragma once

#include <string_view>

#include "base/error.h"
#include "boundaries/subject.h"

namespace scantling::boundaries {

// {"name", "entities": [{"name", "nanoentities": [...]}], "relations": [{"origin", "destination",
// "type": "AGGREGATION" | "COMPOSITION" | "INHERITANCE"}]}.
Expected<Subject> parse_er_model(std::string_view json);

// Adds use cases (reads before writes: the format has no order), aggregates (entities that belong
// together), owner groups (teams), separated security zones (kept apart) and predefined services
// (the given cut).
Expected<void> add_user_representations(std::string_view json, Subject& subject);

}  // namespace scantling::boundaries
