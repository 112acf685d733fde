// The style rules that a compiler doesn't know, over the files of the source tree. Each check looks
// at a whole tree in memory, so that its tests can lay a small one.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/golden_file.h"

namespace scantling::tidy {

struct File {
  std::string path;  // from the root of the source tree, with '/'
  std::string text;
};

struct Problem {
  std::string check;    // "function-length"
  std::string subject;  // what an exemption names: a path, or path:function
  int line = 0;         // 0: the file as a whole
  int measure = 0;      // lines, for a size; else 0
  std::string text;
};

// Which rooms a room may include: itself and these.
using Rooms = std::map<std::string, std::set<std::string>>;
Rooms parse_rooms(std::string_view text);  // "check: base source diagnostics", a line each

struct Tree {
  std::vector<File> files;  // sorted by path
  Rooms rooms;

  bool has(std::string_view path) const;
};

using Problems = std::vector<Problem>;

// Includes go down only; third-party headers stay in the rooms that own them, out of our headers.
void check_layers(const Tree& tree, Problems& out);
// No tabs, blanks at line ends, carriage returns, missing last line end, words of unfinished work,
// or paths that exist on one machine only.
void check_text(const Tree& tree, Problems& out);
// Headers say what they are and guard themselves; headers, sources and functions are short.
void check_sizes(const Tree& tree, Problems& out);
// Lines of a .def are sorted by identifier, unless their order is the order of work.
void check_registries(const Tree& tree, Problems& out);
// Relative links in Markdown lead somewhere.
void check_links(const Tree& tree, Problems& out);

Problems all_problems(const Tree& tree);  // sorted by path and line

// Exemptions: "check subject [at-most]  # why" a line. Takes out of `problems` what is exempt, and
// adds a problem for each exemption that is not needed any more or could be tighter: the list may
// only shrink.
void apply_exemptions(std::string_view exemptions, std::string_view path, Problems& problems);

std::string to_text(const Problem& problem);

using testing::lines_of;

// A function's definition: its name and the lines from its first to its closing brace.
struct FunctionSpan {
  std::string name;
  int line = 0;  // 1-based
  int lines = 0;
};
std::vector<FunctionSpan> find_functions(std::string_view source);

}  // namespace scantling::tidy
