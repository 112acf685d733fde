#include "support/tidy/tidy.h"

namespace scantling::tidy {
namespace {

constexpr int kMaxHeader = 250, kMaxSource = 600, kMaxTest = 900, kMaxFunction = 70;

void look(const File& file, Problems& out) {
  const bool header = file.path.ends_with(".h");
  const bool test = file.path.ends_with("_test.cpp");
  const int length = static_cast<int>(lines_of(file.text).size());
  const int most = header ? kMaxHeader : test ? kMaxTest : kMaxSource;
  if (length > most) {
    out.push_back({"file-length", file.path, 0, length,
                   std::to_string(length) + " lines; at most " + std::to_string(most)});
  }
  if (header && !file.text.starts_with("//")) {
    out.push_back({"header", file.path, 1, 0, "a header begins with a comment on what it is"});
  }
  if (header && file.text.find("\n#pragma once\n") == std::string::npos) {
    out.push_back({"header", file.path, 1, 0, "no #pragma once"});
  }
  for (const FunctionSpan& function : find_functions(file.text)) {
    if (function.lines <= kMaxFunction) continue;
    out.push_back({"function-length", file.path + ":" + function.name, function.line,
                   function.lines,
                   function.name + " has " + std::to_string(function.lines) + " lines; at most " +
                       std::to_string(kMaxFunction)});
  }
}

}  // namespace

void check_sizes(const Tree& tree, Problems& out) {
  for (const File& file : tree.files) {
    if (file.path.ends_with(".h") || file.path.ends_with(".cpp")) look(file, out);
  }
}

}  // namespace scantling::tidy
