// `--fix`: the edits of findings, gathered so that they can be made together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "diagnostics/diagnostic.h"
#include "source/source.h"

namespace scantling {

struct FixedFile {
  FileId file;
  std::string text;  // with the edits made
};

struct FixResult {
  std::vector<FixedFile> files;  // in order of FileId
  std::size_t made = 0;          // findings with a fix that was made
  std::size_t postponed = 0;     // findings whose fix meets another one: fix again
};

// Makes the first fix of each finding that is at most as unsafe as `limit` and has edits; accepted
// findings are left alone. A fix is made whole or not at all; one that overlaps with an earlier one
// is postponed, one that says the same is made once.
Expected<FixResult> make_fixes(const Diagnostics& findings, const Sources& sources,
                               FixSafety limit = FixSafety::Safe);

// Three lines of context, "--- a/path" and "+++ b/path"; empty when nothing differs.
std::string unified_diff(std::string_view before, std::string_view after, std::string_view path);

}  // namespace scantling
