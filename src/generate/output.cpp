#include "generate/output.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"

namespace scantling::generate {

bool safe_path(std::string_view path) {
  if (path.empty() || path.size() > 200) return false;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == "." || part == ".." || part.front() == '-') return false;
    const bool plain = std::ranges::all_of(part, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '.' || c == '_' || c == '-';
    });
    if (!plain) return false;
  }
  return true;
}

void Output::add(std::string path, std::string text, Ownership ownership) {
  SCANTLING_ASSERT(safe_path(path));
  const bool added =
      files_.emplace(std::move(path), OutputFile{std::move(text), target_, ownership}).second;
  SCANTLING_ASSERT(added);
}

void Output::add_resource(std::string file, Value object) {
  SCANTLING_ASSERT(safe_path(file));
  resources_.push_back({std::move(object), std::move(file), target_});
}

}  // namespace scantling::generate
