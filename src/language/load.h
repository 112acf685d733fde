// The files of a model: the main one, what it includes, and overlays, as one document.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "language/document.h"
#include "language/language.h"
#include "source/source.h"

namespace scantling {

inline constexpr std::size_t kMaxFiles = 1000;

struct Loaded {
  MergedDocument document;
  ValueId root;  // invalid when nothing could be read
  // A deque: the document's texts point into the trees.
  std::deque<SyntaxTree> trees;
  FileId main_file;
};

Loaded load_document(Sources& sources, const FileSystem& files, const std::string& path,
                     const ReadOptions& options, Diagnostics& out);

// Adds the tree's problems to `out` as diagnostics.
void report_syntax(const std::vector<SyntaxProblem>& problems, Diagnostics& out);

// "parts/x.yaml" beside "models/shop.yaml" is "models/parts/x.yaml"; "." and ".." are folded.
std::string path_beside(std::string_view file, std::string_view relative);
// Relative, without a drive, a scheme or a control character.
bool is_plain_relative(std::string_view path);

}  // namespace scantling
