// tidy ROOT ROOMS EXEMPTIONS: holds the source tree under ROOT to the style rules (tidy.h). ROOMS
// is the file that CMake writes from the rooms' USES.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/tidy/tidy.h"

namespace {

namespace fs = std::filesystem;
using scantling::tidy::Tree;

constexpr std::array<std::string_view, 9> kFolders = {"src", "tests",    "bench", "cmake", "docs",
                                                      ".ci", "examples", "web",   "."};
constexpr std::array<std::string_view, 21> kEndings = {
    ".h",   ".cpp", ".def", ".cmake", ".md",  ".sh",   ".txt",  ".yaml", ".yml",     ".json", ".ts",
    ".tsx", ".mjs", ".js",  ".css",   ".csv", ".test", ".html", "/run",  "Makefile", ".pml"};
// Not ours, or not text: data of others, inputs that are broken on purpose, installed packages.
constexpr std::array<std::string_view, 4> kSkipped = {"node_modules", "tests/data",
                                                      "tests/fuzz/corpus", "package-lock.json"};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void add(Tree& tree, const fs::path& root, const fs::path& file) {
  const std::string path = fs::relative(file, root).generic_string();
  for (const std::string_view part : kSkipped) {
    if (path.find(part) != std::string::npos) return;
  }
  const bool text =
      std::ranges::any_of(kEndings, [&](auto ending) { return path.ends_with(ending); });
  if (text || path == "LICENSE") tree.files.push_back({path, read(file)});
}

Tree load(const fs::path& root, const char* rooms) {
  Tree tree;
  for (const std::string_view folder : kFolders) {
    const fs::path start = root / folder;
    if (!fs::exists(start)) continue;
    if (folder == ".") {
      for (const auto& entry : fs::directory_iterator(root)) {
        if (entry.is_regular_file()) add(tree, root, entry.path());
      }
      continue;
    }
    for (auto it = fs::recursive_directory_iterator(start);
         it != fs::recursive_directory_iterator(); ++it) {
      if (it->path().filename() == "node_modules") it.disable_recursion_pending();
      if (it->is_regular_file()) add(tree, root, it->path());
    }
  }
  std::ranges::sort(tree.files, {}, &scantling::tidy::File::path);
  tree.rooms = scantling::tidy::parse_rooms(read(rooms));
  return tree;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: tidy ROOT ROOMS EXEMPTIONS\n", stderr);
    return 2;
  }
  const Tree tree = load(fs::canonical(argv[1]), argv[2]);
  scantling::tidy::Problems problems = scantling::tidy::all_problems(tree);
  const std::string exemptions = fs::relative(argv[3], argv[1]).generic_string();
  scantling::tidy::apply_exemptions(read(argv[3]), exemptions, problems);
  for (const auto& problem : problems)
    std::printf("%s\n", to_text(problem).c_str());
  std::printf("%zu files looked at, %zu problems\n", tree.files.size(), problems.size());
  return problems.empty() && tree.files.size() > 10 ? 0 : 1;
}
