// What `check` says of a design, to be compared with what it says of another.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "diagnostics/diagnostic.h"
#include "model/architecture.h"

namespace scantling::explore {

// Errors, or errors and warnings: by rule and element, what they say.
using Findings = std::map<std::pair<std::string, std::string>, std::string>;
Findings findings_of(const Architecture& model, Severity least);

}  // namespace scantling::explore
