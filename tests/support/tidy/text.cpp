#include <array>
#include <cctype>

#include "support/tidy/tidy.h"

namespace scantling::tidy {
namespace {

// In pieces, so that this file doesn't hold them.
const std::array<std::string, 4> kUnfinished = {std::string("TO") + "DO", std::string("FIX") + "ME",
                                                std::string("KE") + "EL", std::string("XX") + "X"};
const std::string kMachine = std::string("/work") + "/";
const std::string kShared = std::string("../") + "shared";

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != line.npos; at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_letter(line[at - 1])) && (end == line.size() || !is_letter(line[end]))) {
      return true;
    }
  }
  return false;
}

bool is_test(std::string_view path) {
  return path.starts_with("tests/") || path.starts_with("bench/") || path.ends_with("_test.cpp");
}

void look(const File& file, Problems& out) {
  const auto report = [&](int line, std::string text) {
    out.push_back({"text", file.path, line, 0, std::move(text)});
  };
  const bool golden = file.path.ends_with(".test");  // holds what a program printed, byte by byte
  const bool tabs_allowed = golden || file.path == "Makefile";
  int number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    if (!golden && line.ends_with('\r')) report(number, "carriage return at the line end");
    if (!golden && (line.ends_with(' ') || line.ends_with('\t')))
      report(number, "blank at the line end");
    if (!tabs_allowed && line.find('\t') != line.npos) report(number, "tab");
    for (const std::string& word : kUnfinished) {
      if (has_word(line, word)) report(number, "'" + word + "' marks unfinished work");
    }
    if (line.find(kMachine) != line.npos) report(number, "a path that exists on one machine only");
    if (!is_test(file.path) && line.find(kShared) != line.npos) {
      report(number, "'" + kShared + "' outside tests");
    }
  }
  if (!file.text.empty() && !file.text.ends_with('\n')) report(number, "no line end at the end");
}

}  // namespace

void check_text(const Tree& tree, Problems& out) {
  for (const File& file : tree.files)
    look(file, out);
}

}  // namespace scantling::tidy
