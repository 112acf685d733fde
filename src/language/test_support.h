// Reading texts in memory, for the tests of this room.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "language/language.h"

namespace scantling {

struct Read {
  std::unique_ptr<Sources> sources = std::make_unique<Sources>();
  Diagnostics out;
  Architecture model;
};

inline Read read_text(const std::string& text,
                      const std::vector<std::pair<std::string, std::string>>& others = {},
                      const std::vector<std::string>& overlays = {}) {
  MemoryFiles files;
  files.add("model.yaml", text);
  for (const auto& [path, content] : others)
    files.add(path, content);
  Read read;
  read.model = read_model(*read.sources, files, "model.yaml", {overlays}, read.out);
  return read;
}

inline std::vector<std::string> kinds_of(const Read& read) {
  std::vector<std::string> out;
  for (const Diagnostic& d : read.out.all())
    out.emplace_back(d.kind->name);
  std::sort(out.begin(), out.end());
  return out;
}

inline std::string said(const Read& read) {
  std::string out;
  for (const Diagnostic& d : read.out.all())
    out += std::string(d.kind->name) + ": " + d.title + "\n";
  return out;
}

}  // namespace scantling
