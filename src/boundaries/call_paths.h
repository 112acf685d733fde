// A static call graph as functionalities: what each entry method can reach.
#pragma once

#include "boundaries/subject.h"

namespace scantling::boundaries {

// Entities of the code graph become the subject's entities, references and inheritance between them
// its relations, and every method that no other calls a functionality: the entities that it and the
// methods below it use (a read) and persist (a write), in the order of the calls. Each method is
// visited once per entry.
Subject subject_of_code(CodeGraph graph);

}  // namespace scantling::boundaries
