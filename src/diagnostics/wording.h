// The wording guide as a function, for tests: every finding that a golden test shows passes it.
#pragma once

#include <optional>
#include <string>

#include "diagnostics/diagnostic.h"

namespace scantling {

inline constexpr std::size_t kTitleColumns = 72;

// What is wrong with the finding's wording; nothing when it is well: a title in lower case unless
// it begins with a name, without a full stop, at most 72 columns (names that are longer than 12
// columns don't count beyond that); no full stop after `because`, `effect` or a fix.
std::optional<std::string> wording_problem(const Diagnostic& diagnostic);

}  // namespace scantling
