#include <array>
#include <optional>

#include "support/tidy/tidy.h"

namespace scantling::tidy {
namespace {

// Where a third-party header may be included: .cpp files of these rooms (all rooms: empty), and in
// how many files at most (0: any number).
struct Quarantine {
  std::string_view header;  // how its name begins
  std::string_view room;
  int files = 0;
  bool in_headers = false;
};

constexpr std::array kQuarantine = {
    Quarantine{"yaml.h", "syntax", 0, false}, Quarantine{"nlohmann/", "", 0, false},
    Quarantine{"CLI/", "commands", 1, false}, Quarantine{"boost/", "", 1, false},
    Quarantine{"fmt/", "", 0, false},
};
// Standard headers that g++ 12 doesn't have, or that a header of ours must not bring along.
constexpr std::array<std::string_view, 3> kBanned = {"format", "print", "regex"};

struct Include {
  std::string name;
  bool ours = false;  // "..." and not <...>
  int line = 0;
};

std::vector<Include> includes_of(const File& file) {
  std::vector<Include> out;
  int number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    if (!line.starts_with("#include ")) continue;
    const std::size_t open = line.find_first_of("<\"");
    if (open == line.npos) continue;
    const std::size_t close = line.find_first_of(">\"", open + 1);
    if (close == line.npos) continue;
    out.push_back(
        {std::string(line.substr(open + 1, close - open - 1)), line[open] == '"', number});
  }
  return out;
}

std::string room_of(std::string_view path) {
  if (!path.starts_with("src/")) return "";
  const std::size_t end = path.find('/', 4);
  return end == path.npos ? "" : std::string(path.substr(4, end - 4));
}

// A test, or what tests of a room share: test_systems.h.
bool is_test(std::string_view path) {
  return path.ends_with("_test.cpp") || path.substr(path.rfind('/') + 1).starts_with("test_");
}

class Layers {
 public:
  Layers(const Tree& tree, Problems& out) : tree_(tree), out_(out) {}

  void look(const File& file) {
    const bool header = file.path.ends_with(".h");
    const bool test = is_test(file.path);
    const std::string room = room_of(file.path);
    if (!room.empty() && !tree_.rooms.contains(room)) {
      report(file, 0, "room '" + room + "' is not declared in CMakeLists.txt");
      return;
    }
    for (const Include& include : includes_of(file)) {
      if (include.ours) {
        look_at_ours(file, room, include, test);
      } else {
        look_at_foreign(file, room, include, header, test);
      }
    }
  }

 private:
  void report(const File& file, int line, std::string text) {
    out_.push_back({"layers", file.path, line, 0, std::move(text)});
  }

  // What a room's tests may include beyond it: the line "check_test: language".
  bool test_uses(const std::string& room, const std::string& target) const {
    const auto found = tree_.rooms.find(room + "_test");
    return found != tree_.rooms.end() && found->second.contains(target);
  }

  void look_at_ours(const File& file, const std::string& room, const Include& include, bool test) {
    const std::string target = room_of("src/" + include.name);
    if (target.empty() || !tree_.has("src/" + include.name)) {
      report(file, include.line, "no file src/" + include.name + ": name it by its room");
    } else if (!room.empty() && target != room && !tree_.rooms.at(room).contains(target) &&
               !(test && test_uses(room, target))) {
      report(file, include.line,
             "room '" + room + "' includes " + include.name + ", but doesn't list '" + target +
                 "' under USES in CMakeLists.txt");
    }
  }

  void look_at_foreign(const File& file, const std::string& room, const Include& include,
                       bool header, bool test) {
    for (const std::string_view banned : kBanned) {
      if (include.name == banned)
        report(file, include.line, "<" + include.name + "> is not used here");
    }
    if (header && include.name == "iostream") report(file, include.line, "iostream in a header");
    if (include.name.starts_with("gtest/") && !test) {
      report(file, include.line, "GoogleTest outside a test");
    }
    for (std::size_t i = 0; i < kQuarantine.size(); ++i) {
      const Quarantine& rule = kQuarantine[i];
      if (!include.name.starts_with(rule.header)) continue;
      if (header && !rule.in_headers) {
        report(file, include.line, "<" + include.name + "> in a header of ours");
      }
      if (!rule.room.empty() && room != rule.room) {
        report(file, include.line, "<" + include.name + "> outside src/" + std::string(rule.room));
      }
      if (++seen_[i]; rule.files > 0 && seen_[i] > rule.files) {
        report(file, include.line,
               "<" + std::string(rule.header) + "> in more than " + std::to_string(rule.files) +
                   " file");
      }
    }
  }

  const Tree& tree_;
  Problems& out_;
  std::array<int, kQuarantine.size()> seen_{};
};

}  // namespace

void check_layers(const Tree& tree, Problems& out) {
  Layers layers(tree, out);
  for (const File& file : tree.files) {
    if (file.path.starts_with("src/") &&
        (file.path.ends_with(".h") || file.path.ends_with(".cpp"))) {
      layers.look(file);
    }
  }
}

}  // namespace scantling::tidy
