// Line-based three-way merge: what a person changed in a generated file, and what the model
// changed in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace scantling::generate {

// `base` is what was generated last, `mine` what stands on the disk, `theirs` what is generated
// now. Nothing when both changed the same lines, or lines that touch, in different ways (Khanna,
// Kunal, Pierce 2007, "A Formal Investigation of Diff3": stable chunks by two longest common
// subsequences).
std::optional<std::string> merge(std::string_view base, std::string_view mine,
                                 std::string_view theirs);

}  // namespace scantling::generate
