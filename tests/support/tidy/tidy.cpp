#include "support/tidy/tidy.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace scantling::tidy {
namespace {

struct Exemption {
  std::string check, subject;
  int at_most = 0;
  int line = 0;
};

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.emplace_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

std::vector<Exemption> parse_exemptions(std::string_view text, std::string_view path,
                                        Problems& problems) {
  std::vector<Exemption> out;
  int number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    const std::size_t why = line.find('#');
    const std::vector<std::string> words = words_of(line.substr(0, why));
    if (words.empty()) continue;
    if (words.size() < 2 || words.size() > 3 || why == line.npos) {
      problems.push_back({"exemptions", std::string(path), number, 0,
                          "an exemption is 'check subject [at-most]  # why'"});
      continue;
    }
    Exemption exemption{words[0], words[1], 0, number};
    if (words.size() == 3) {
      std::from_chars(words[2].data(), words[2].data() + words[2].size(), exemption.at_most);
    }
    out.push_back(std::move(exemption));
  }
  return out;
}

}  // namespace

Rooms parse_rooms(std::string_view text) {
  Rooms rooms;
  for (const std::string_view line : lines_of(text)) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::vector<std::string> uses = words_of(line.substr(colon + 1));
    rooms[std::string(line.substr(0, colon))] = {uses.begin(), uses.end()};
  }
  return rooms;
}

bool Tree::has(std::string_view path) const {
  return std::ranges::binary_search(files, path, {},
                                    [](const File& file) { return std::string_view(file.path); });
}

Problems all_problems(const Tree& tree) {
  Problems problems;
  check_layers(tree, problems);
  check_text(tree, problems);
  check_sizes(tree, problems);
  check_registries(tree, problems);
  check_links(tree, problems);
  std::ranges::stable_sort(problems, {}, [](const Problem& p) {
    return std::tuple(std::string_view(p.subject), p.line);
  });
  return problems;
}

void apply_exemptions(std::string_view exemptions, std::string_view path, Problems& problems) {
  Problems complaints;
  for (const Exemption& exemption : parse_exemptions(exemptions, path, complaints)) {
    int largest = -1;
    const auto matches = [&](const Problem& problem) {
      if (problem.check != exemption.check || problem.subject != exemption.subject) return false;
      largest = std::max(largest, problem.measure);
      return problem.measure <= exemption.at_most;
    };
    std::erase_if(problems, matches);
    const std::string what = exemption.check + " " + exemption.subject;
    if (largest < 0) {
      complaints.push_back(
          {"exemptions", std::string(path), exemption.line, 0, "not needed any more: " + what});
    } else if (largest < exemption.at_most) {
      complaints.push_back({"exemptions", std::string(path), exemption.line, 0,
                            "can shrink to " + std::to_string(largest) + ": " + what});
    }
  }
  problems.insert(problems.end(), complaints.begin(), complaints.end());
}

std::string to_text(const Problem& problem) {
  std::string where = problem.subject;
  if (problem.check == "function-length") where = where.substr(0, where.find(':'));
  if (problem.line > 0) where += ":" + std::to_string(problem.line);
  return where + ": " + problem.text + " [" + problem.check + "]";
}

}  // namespace scantling::tidy
