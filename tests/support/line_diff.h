// A unified diff of two texts, for a test's failure message.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scantling::testing {

// Lines without their line ends; a last line without one is marked by `kNoNewline` after it.
inline constexpr std::string_view kNoNewline = "\\no newline";
std::vector<std::string_view> split_lines(std::string_view text);

// Empty when the texts are equal. Three lines of context; "-" is `expected`, "+" is `actual`.
std::string unified_diff(std::string_view expected, std::string_view actual);

}  // namespace scantling::testing
