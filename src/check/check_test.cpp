// Every rule by its own explanation: the wrong model has the finding, the right one hasn't.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"
#include "check/check.h"
#include "check/rules.h"
#include "diagnostics/render.h"
#include "diagnostics/wording.h"
#include "language/language.h"

namespace scantling {
namespace {

constexpr std::string_view kToday = "2026-11-21";

struct Checked {
  Sources sources;
  Architecture model;
  Diagnostics reading, findings;

  std::size_t count(std::string_view rule) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        findings.all(), [&](const Diagnostic& d) { return d.kind->name == rule; }));
  }
  std::string text() const {
    RenderOptions options;
    return render_terminal(reading, sources, options) + render_terminal(findings, sources, options);
  }
};

Checked checked(std::string_view part) {
  Checked out;
  MemoryFiles files;
  files.add("model.yaml", "scantling: 1\nsystem: example\n" + std::string(part));
  out.model = read_model(out.sources, files, "model.yaml", {}, out.reading);
  check(out.model, kToday, out.findings);
  return out;
}

class EveryRule : public testing::TestWithParam<const Rule*> {};

TEST_P(EveryRule, IsExplained) {
  const RuleExplanation& e = GetParam()->explanation;
  for (const std::string_view part : {e.what, e.why, e.wrong, e.right, e.accept})
    EXPECT_FALSE(trim(part).empty());
  EXPECT_FALSE(GetParam()->kind.summary.empty());
  EXPECT_FALSE(GetParam()->kind.summary.ends_with('.'));
  for (const std::string_view text : {e.what, e.why, e.accept})
    EXPECT_TRUE(text.ends_with('.')) << text;
}

TEST_P(EveryRule, FindsItsWrongModel) {
  const Checked wrong = checked(GetParam()->explanation.wrong);
  EXPECT_FALSE(wrong.reading.has_errors()) << wrong.text();
  EXPECT_GE(wrong.count(GetParam()->kind.name), 1u) << wrong.text();
}

TEST_P(EveryRule, IsSilentAboutItsRightModel) {
  const Checked right = checked(GetParam()->explanation.right);
  EXPECT_FALSE(right.reading.has_errors()) << right.text();
  EXPECT_EQ(right.count(GetParam()->kind.name), 0u) << right.text();
}

TEST_P(EveryRule, IsWellWorded) {
  const Checked wrong = checked(GetParam()->explanation.wrong);
  for (const Diagnostic& d : wrong.findings.all()) {
    EXPECT_EQ(wording_problem(d), std::nullopt) << *wording_problem(d);
    EXPECT_FALSE(d.because.empty()) << d.title;
    EXPECT_FALSE(d.element.empty()) << d.title;
    EXPECT_FALSE(d.fixes.empty()) << d.title;
    EXPECT_TRUE(d.span.valid()) << d.title;
  }
}

// What is in it is tests/property/coverage_test.cpp's matter.
TEST_P(EveryRule, HasAGoldenFile) {
  const std::string name(GetParam()->kind.name);
  EXPECT_TRUE(
      std::filesystem::exists(SCANTLING_SOURCE_DIR "/tests/golden/check/" + name + ".test"));
}

INSTANTIATE_TEST_SUITE_P(Check, EveryRule,
                         testing::ValuesIn(all_rules().begin(), all_rules().end()),
                         [](const auto& test) {
                           return replace_all(test.param->kind.name, "-", "_");
                         });

TEST(Rules, AreSortedAndFoundByName) {
  const auto rules = all_rules();
  EXPECT_GE(rules.size(), 28u);
  for (std::size_t i = 1; i < rules.size(); ++i)
    EXPECT_LT(rules[i - 1]->kind.name, rules[i]->kind.name);
  for (const Rule* rule : rules)
    EXPECT_EQ(find_rule(rule->kind.name), rule);
  EXPECT_EQ(find_rule("no-such-rule"), nullptr);
}

TEST(Rules, CoverTheFamilies) {
  std::set<std::string_view> families;
  for (const Rule* rule : all_rules())
    families.insert(rule->kind.family);
  EXPECT_EQ(families, (std::set<std::string_view>{"acceptances", "availability", "boundaries",
                                                  "calls", "data", "messaging", "operations",
                                                  "resilience", "security"}));
}

// Rules about a solution say nothing of a model that leaves it open.
TEST(Rules, AreSilentAboutAnOpenSolution) {
  const Checked problem = checked(R"(
aggregates:
  Order: { count: 1M, size: 2 KiB, data: personal, keep: 7y }
externals:
  psp: { latency: 240ms, availability: 99.99%, limit: 500/s, idempotent: by key }
operations:
  place-order:
    actor: customer
    steps: [{ do: create Order, calls: psp, undo: cancel Order }]
    atomic: true
    within: 5min
    emits: OrderPlaced
    load: { mean: 30/s, peak: 240/s }
    objective: { p99: 2s, availability: 99.95% }
  tell:
    on: OrderPlaced
    steps: [read Order]
constraints: { zones: 3, compliance: [pci-dss, gdpr], budget: 1 USD/month, services: 3..9, required: [go] }
)");
  EXPECT_TRUE(problem.findings.all().empty()) << problem.text();
}

TEST(Rules, EmptyModelHasNoFinding) {
  EXPECT_TRUE(checked("").findings.all().empty());
}

TEST(Acceptances, AcceptByPathAndPrefix) {
  const std::string_view model = R"(
externals: { psp: { latency: 240ms } }
services:
  payments:
    endpoints:
      charge: { http: POST /charges, steps: [{ call: psp }] }
      refund: { http: POST /refunds, steps: [{ call: psp }] }
)";
  const auto open = [&](const std::string& accept) {
    const Checked c = checked(std::string(model) + "accept:\n" + accept);
    EXPECT_FALSE(c.reading.has_errors()) << c.text();
    std::vector<std::string> out;
    for (const Diagnostic& d : c.findings.all())
      if (!d.accepted) out.push_back(std::string(d.kind->name) + " " + d.element);
    return out;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(open("  - { rule: missing-timeout, element: services.payments.endpoints.charge, "
                 "reason: a }\n"),
            Names{"missing-timeout services.payments.endpoints.refund"});
  EXPECT_EQ(open("  - { rule: missing-timeout, element: services.payments.*, reason: a }\n"),
            Names{});
  EXPECT_EQ(open("  - { rule: missing-timeout, element: services.*, reason: a }\n"), Names{});
  const Names late =
      open("  - { rule: missing-timeout, element: services.*, reason: a, until: 2026-11-20 }\n");
  EXPECT_EQ(late.size(), 3u) << "both again, and the acceptance itself";
  EXPECT_EQ(
      open("  - { rule: missing-timeout, element: services.*, reason: a, until: 2026-11-21 }\n"),
      Names{})
      << "its last day still counts";
  const Names wrong = open("  - { rule: missing-timeuot, element: services.*, reason: a }\n");
  EXPECT_EQ(wrong.size(), 3u);
}

TEST(Acceptances, ApplyingTwiceChangesNothing) {
  Checked c = checked(R"(
externals: { psp: { latency: 240ms } }
services: { payments: { endpoints: { charge: { http: POST /charges, steps: [{ call: psp }] } } } }
accept: [{ rule: missing-timeout, element: services.*, reason: a }, { rule: call-cycle, element: services.*, reason: b }]
)");
  const std::string once = c.text();
  apply_acceptances(c.model, kToday, c.findings);
  c.findings.sort();
  EXPECT_EQ(c.text(), once);
}

TEST(Determinism, TwoRunsSayTheSame) {
  const auto model = find_rule("retry-amplification")->explanation.wrong;
  EXPECT_EQ(checked(model).text(), checked(model).text());
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// SCANTLING_UPDATE=1 writes them.
TEST(Pages, AreFresh) {
  const std::string folder = SCANTLING_SOURCE_DIR "/docs/rules/";
  std::vector<std::pair<std::string, std::string>> pages{{"README.md", rules_index()}};
  for (const Rule* rule : all_rules())
    pages.emplace_back(std::string(rule->kind.name) + ".md", rule_page(*rule));
  std::set<std::string> names;
  const bool update = std::getenv("SCANTLING_UPDATE") != nullptr;
  for (const auto& [name, text] : pages) {
    names.insert(name);
    if (update) {
      ASSERT_TRUE(write_file(folder + name, text).has_value());
    } else {
      EXPECT_EQ(read_file(folder + name), text) << name << ": run with SCANTLING_UPDATE=1";
    }
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    EXPECT_TRUE(names.contains(entry.path().filename().string()))
        << entry.path() << " belongs to no rule";
}

TEST(Pages, ExplainFitsTheWidth) {
  const std::string text = explain_text(*find_rule("timeout-inversion"), 60);
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line))
    EXPECT_LE(display_width(line), 60u) << line;
  EXPECT_NE(text.find("When to accept it\n"), std::string::npos);
}

}  // namespace
}  // namespace scantling
