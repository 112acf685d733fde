#include <filesystem>

#include "support/tidy/tidy.h"

namespace scantling::tidy {
namespace {

bool leads_out(std::string_view target) {
  return target.empty() || target.starts_with('#') || target.find(':') != target.npos;
}

// A file of the tree, or a folder that holds one.
bool exists(const Tree& tree, const std::string& path) {
  if (tree.has(path)) return true;
  const std::string folder = path.ends_with('/') ? path : path + "/";
  for (const File& file : tree.files) {
    if (file.path.starts_with(folder)) return true;
  }
  return false;
}

void look(const Tree& tree, const File& file, Problems& out) {
  const std::filesystem::path folder = std::filesystem::path(file.path).parent_path();
  int number = 0;
  bool code = false;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    if (line.starts_with("```")) code = !code;
    if (code) continue;
    for (std::size_t at = line.find("]("); at != line.npos; at = line.find("](", at + 1)) {
      const std::size_t close = line.find(')', at);
      if (close == line.npos) break;
      std::string_view target = line.substr(at + 2, close - at - 2);
      if (leads_out(target)) continue;
      target = target.substr(0, target.find('#'));
      const std::string path = (folder / target).lexically_normal().generic_string();
      if (!exists(tree, path)) {
        out.push_back({"links", file.path, number, 0, "leads nowhere: " + std::string(target)});
      }
    }
  }
}

}  // namespace

void check_links(const Tree& tree, Problems& out) {
  for (const File& file : tree.files) {
    if (file.path.ends_with(".md")) look(tree, file, out);
  }
}

}  // namespace scantling::tidy
