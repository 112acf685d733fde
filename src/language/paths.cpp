// Every value of a model by its path.
#include <algorithm>

#include "language/language.h"
#include "language/walk.h"
#include "language/writer.h"

namespace scantling {

namespace {

constexpr std::size_t kLongestText = 120;

bool is_element(const Visited& v) {
  return v.structure != nullptr || v.type->kind == TypeKind::Named;
}

std::string text_of(const Writer& writer, const Visited& v) {
  if (is_element(v)) return "...";
  const Out out = v.entry->own.write != nullptr ? v.entry->own.write(writer, v.owner)
                                                : writer.write(*v.type, v.value);
  const std::string text = out.kind == Out::Kind::Scalar ? out.text : flow_text(out);
  return text.size() > kLongestText ? "..." : text;
}

// Where the dots between the parts of a path are: "psp" is found at the end of "externals.psp",
// and not in "the-psp".
bool is_suffix(std::string_view path, std::string_view suffix) {
  if (!path.ends_with(suffix)) return false;
  return path.size() == suffix.size() || path[path.size() - suffix.size() - 1] == '.';
}

}  // namespace

std::vector<PathInfo> all_paths(const Architecture& model) {
  const Writer writer(model);
  std::vector<PathInfo> out;
  std::vector<Provenance> around;
  walk_model(
      model,
      [&](const Visited& v) {
        Provenance from = around.empty() ? Provenance{} : around.back();
        if (v.from != nullptr) from = *v.from;
        around.push_back(from);
        const bool has_text = v.value != nullptr || v.entry->own.write(writer, v.owner).any();
        if (has_text) out.push_back({std::string(v.path), text_of(writer, v), from});
        return true;
      },
      [&](const Visited&) { around.pop_back(); });
  return out;
}

std::vector<PathInfo> find_paths(const Architecture& model, std::string_view path) {
  const std::vector<PathInfo> all = all_paths(model);
  const auto exact =
      std::find_if(all.begin(), all.end(), [&](const PathInfo& info) { return info.path == path; });
  if (exact != all.end()) return {*exact};
  std::vector<PathInfo> found;
  for (const PathInfo& info : all)
    if (is_suffix(info.path, path)) found.push_back(info);
  return found;
}

}  // namespace scantling
