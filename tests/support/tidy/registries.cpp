#include <array>

#include "support/tidy/tidy.h"

namespace scantling::tidy {
namespace {

// Registries whose lines stand in the order in which they are used.
constexpr std::array<std::string_view, 2> kOrdered = {"src/design/passes.def",
                                                      "src/commands/commands.def"};

std::string identifier_of(std::string_view line) {
  const std::size_t open = line.find('(');
  if (line.empty() || line[0] < 'A' || line[0] > 'Z' || open == line.npos) return "";
  const std::size_t close = line.find_first_of(",)", open);
  return std::string(line.substr(open + 1, close - open - 1));
}

void look(const File& file, Problems& out) {
  std::string before;
  int number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    std::string identifier = identifier_of(line);
    if (identifier.empty()) continue;
    if (identifier < before) {
      out.push_back(
          {"sorted", file.path, number, 0, "'" + identifier + "' comes before '" + before + "'"});
    }
    before = std::move(identifier);
  }
}

}  // namespace

void check_registries(const Tree& tree, Problems& out) {
  for (const File& file : tree.files) {
    bool ordered = false;
    for (const std::string_view path : kOrdered)
      ordered = ordered || file.path == path;
    if (file.path.ends_with(".def") && !ordered) look(file, out);
  }
}

}  // namespace scantling::tidy
