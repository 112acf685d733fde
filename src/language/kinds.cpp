#include "language/kinds.h"

#include "language/language.h"

namespace scantling {

std::vector<const DiagnosticKind*> language_kinds() {
#define SCANTLING_LIST_KIND(identifier, name, severity, family, summary) &(identifier),
  return {SCANTLING_LANGUAGE_KINDS(SCANTLING_LIST_KIND)};
#undef SCANTLING_LIST_KIND
}

}  // namespace scantling
