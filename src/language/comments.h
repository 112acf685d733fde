// The comments of a YAML file, which its syntax tree leaves out: what stands between the tokens.
#pragma once

#include <string_view>
#include <vector>

#include "syntax/tree.h"

namespace scantling {

struct Comment {
  std::size_t offset = 0;
  std::string_view text;  // from '#' to the end of the line, without trailing blanks
  bool own_line = false;  // nothing but blanks and dashes before it
  std::size_t column = 0;
};

std::vector<Comment> comments_of(std::string_view text, const SyntaxTree& tree);

}  // namespace scantling
