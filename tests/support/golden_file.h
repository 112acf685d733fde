// The text of a golden test: what to run, on what, and what must come out.
//
//   Any words before the first section say what the test is for.
//   -- args --
//   check shop.yaml --format concise
//   -- shop.yaml --
//   system: shop
//   -- stdout --
//   shop.yaml:1:1: error[...]: ...
//   -- exit --
//   1
//
// A file holds one or more cases; each `-- args --` begins one, and the cases of a file run in
// order in one folder, so that a later one sees what an earlier one wrote. Sections before the
// first
// `-- args --` belong to the first case. The sections of a case:
//
//   args           the command line after `scantling`; words as in a shell, with '...' and "..."
//   stdin          standard input (none: empty)
//   env            NAME=VALUE lines, over the clean environment of golden_runner.h
//   from PATH      no body: copies PATH of the source tree into the folder, under its last name
//   stdout, stderr what it must print; not looked at when there is no such section
//   exit           its exit status; 0 when there is no such section
//   out/PATH       what the file out/PATH must hold afterwards
//   has WHAT       WHAT is stdout, stderr or a file: the lines of the body must stand in it, each
//                  behind the one before; for output whose numbers are another test's matter
//   lacks WHAT     no line of the body may stand in it
//   files          the files in the folder afterwards, sorted, a line each
//   anything else  an input file of that name
//
// A line of a body that begins with a backslash or looks like a section is written with a backslash
// before it. A last line `\no newline` says that the text ends without a line end. In stdout,
// stderr and out/, $DIR stands for the folder and $VERSION for the program's version.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scantling::testing {

struct Section {
  std::string name;
  std::string body;  // as bytes: escapes undone
  int line = 0;      // of its header; 0 for one that an update added
};

struct GoldenCase {
  std::vector<Section> sections;  // in the order of the file

  const Section* find(std::string_view name) const;
  // Changes the section's body, or adds the section at the end.
  void set(std::string_view name, std::string body);
};

struct GoldenFile {
  std::string preamble;
  std::vector<GoldenCase> cases;
};

// False: `problem` says what is wrong and in which line.
bool parse_golden(std::string_view text, GoldenFile& out, std::string& problem);
std::string render_golden(const GoldenFile& file);

// The lines of a text without their line ends.
std::vector<std::string_view> lines_of(std::string_view text);

// Words as a shell splits them, without expansions. False: a quote is not closed.
bool split_arguments(std::string_view line, std::vector<std::string>& out);

inline bool is_expected_file(std::string_view section) {
  return section.starts_with("out/");
}

// `has WHAT` and `lacks WHAT`.
inline bool is_partial(std::string_view section) {
  return section.starts_with("has ") || section.starts_with("lacks ");
}

// Nothing when the lines of `wanted` stand in `text`, each behind the one before; else the first
// that doesn't.
std::optional<std::string_view> first_missing(std::string_view wanted, std::string_view text);
// Nothing when no line of `unwanted` stands in `text`; else the first that does.
std::optional<std::string_view> first_present(std::string_view unwanted, std::string_view text);

}  // namespace scantling::testing
