// Every kind of finding is shown by a golden test, and every rule by one of its own: a model that
// has the problem and one that hasn't. The list of exceptions may only shrink.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "check/check.h"
#include "language/language.h"
#include "support/golden_file.h"

namespace scantling::testing {
namespace {

// Kinds that no golden test can bring about, each with the reason.
const std::set<std::string_view> kNotShown = {
    "too-large",          // a file of 64 MiB
    "too-many-nodes",     // a file of millions of values
    "too-many-problems",  // a thousand problems
};

struct Golden {
  std::string path;
  GoldenFile file;
};

std::vector<Golden> golden_files() {
  std::vector<Golden> out;
  const std::filesystem::path folder =
      std::filesystem::path(SCANTLING_SOURCE_DIR) / "tests" / "golden";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".test") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    Golden golden{std::filesystem::relative(entry.path(), folder).generic_string(), {}};
    std::string problem;
    EXPECT_TRUE(parse_golden(text, golden.file, problem)) << golden.path << ": " << problem;
    out.push_back(std::move(golden));
  }
  std::ranges::sort(out, {}, &Golden::path);
  return out;
}

bool names(std::string_view text, std::string_view kind) {
  const auto part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
  };
  for (std::size_t at = text.find(kind); at != text.npos; at = text.find(kind, at + 1)) {
    const std::size_t end = at + kind.size();
    if ((at == 0 || !part(text[at - 1])) && (end == text.size() || !part(text[end]))) return true;
  }
  return false;
}

// Whether a case prints the kind: `explain`, `rules` and the head of a SARIF file name every kind
// and show none.
bool shows(const GoldenCase& test, std::string_view kind) {
  const std::string& args = test.find("args")->body;
  if (args.starts_with("explain") || args.starts_with("rules") ||
      args.find("sarif") != std::string::npos)
    return false;
  for (const char* section : {"stdout", "stderr"}) {
    const Section* said = test.find(section);
    if (said != nullptr && names(said->body, kind)) return true;
  }
  return false;
}

TEST(Coverage, EveryKindOfFindingIsShownByAGoldenTest) {
  const std::vector<Golden> files = golden_files();
  std::vector<std::string_view> kinds;
  for (const DiagnosticKind* kind : language_kinds())
    kinds.push_back(kind->name);
  for (const Rule* rule : all_rules())
    kinds.push_back(rule->kind.name);
  EXPECT_GT(kinds.size(), 30u);
  for (const std::string_view kind : kinds) {
    const bool shown = std::ranges::any_of(files, [&](const Golden& golden) {
      return std::ranges::any_of(golden.file.cases,
                                 [&](const auto& test) { return shows(test, kind); });
    });
    if (kNotShown.contains(kind)) {
      EXPECT_FALSE(shown) << kind << " is shown now: take it off the list of exceptions";
    } else {
      EXPECT_TRUE(shown) << "no golden test shows " << kind;
    }
  }
}

TEST(Coverage, EveryRuleHasAPositiveAndANegativeCase) {
  const std::vector<Golden> files = golden_files();
  for (const Rule* rule : all_rules()) {
    std::string path = "check/" + std::string(rule->kind.name) + ".test";
    std::ranges::replace(path, '-', '_');
    int with = 0, without = 0;
    for (const Golden& golden : files) {
      std::string found = golden.path;
      std::ranges::replace(found, '-', '_');
      if (found != path) continue;
      for (const GoldenCase& test : golden.file.cases) {
        const bool checks = test.find("args")->body.starts_with("check");
        with += shows(test, rule->kind.name) ? 1 : 0;
        without += checks && !shows(test, rule->kind.name) ? 1 : 0;
      }
    }
    EXPECT_GT(with, 0) << rule->kind.name << " is never found in tests/golden/" << path;
    EXPECT_GT(without, 0) << rule->kind.name << " is always found in tests/golden/" << path;
  }
}

TEST(Coverage, EveryRuleExplainsItself) {
  EXPECT_GE(all_rules().size(), 20u);
  for (const Rule* rule : all_rules()) {
    const std::string_view name = rule->kind.name;
    EXPECT_FALSE(rule->kind.summary.empty()) << name;
    EXPECT_FALSE(rule->kind.summary.ends_with('.')) << name;
    for (const std::string_view part :
         {rule->explanation.what, rule->explanation.why, rule->explanation.wrong,
          rule->explanation.right, rule->explanation.accept}) {
      EXPECT_GT(part.size(), 20u) << name;
    }
    EXPECT_EQ(find_rule(name), rule) << name;
  }
}

}  // namespace
}  // namespace scantling::testing
