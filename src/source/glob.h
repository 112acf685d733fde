// Matching of file names with `*` and `?`.
#pragma once

#include <string_view>

namespace scantling {

// One name without slashes. `*` and `?` don't match a leading dot. Time is at most the product of
// the two lengths.
bool matches_name(std::string_view pattern, std::string_view name);

// A whole path: segment by segment.
bool matches_path(std::string_view pattern, std::string_view path);

bool has_wildcard(std::string_view text);

}  // namespace scantling
