// Every rule's declaration, from the registry.
#pragma once

#include "check/check.h"

namespace scantling {

#define RULE(name) extern const Rule rule_##name;
#include "check/rules.def"
#undef RULE

}  // namespace scantling
