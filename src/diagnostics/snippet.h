// Source lines with marks under them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/ink.h"
#include "source/source.h"

namespace scantling {

struct Mark {
  Span span;
  std::string text;   // beside the mark; may be empty
  bool main = false;  // ^^^^ instead of ----
};

struct SnippetOptions {
  int width = 100;        // columns in all
  int gutter = 1;         // digits of the largest line number shown
  Tint tint = Tint::Red;  // of the main mark
  Ink ink;
};

// The lines that the marks touch, from `   |` to the last mark, a line end after each. All marks
// are in one file. A mark over several lines is drawn as a bar at the left (the main one) or cut to
// its first line; lines too long for the width are shown around their mark.
std::string render_snippet(const Sources& sources, const std::vector<Mark>& marks,
                           const SnippetOptions& options);

}  // namespace scantling
