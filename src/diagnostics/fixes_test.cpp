#include "diagnostics/fixes.h"

#include <gtest/gtest.h>

#include "diagnostics/baseline.h"
#include "diagnostics/test_findings.h"

namespace scantling {
namespace {

using namespace test;

Diagnostic with_fix(std::vector<Edit> edits, FixSafety safety = FixSafety::Safe) {
  Diagnostic d;
  d.kind = &kRetry;
  d.title = "x";
  d.fixes = {{"fix", safety, std::move(edits)}};
  return d;
}

TEST(Fixes, MakesSafeOnesTogether) {
  Shop shop;
  shop.findings.add(with_fix({{shop.span("300ms"), "2s"}}));
  shop.findings.add(with_fix({{shop.span("3 }"), "3, backoff: 50ms }"}}));
  shop.findings.add(with_fix({{shop.span("orders"), "x"}}, FixSafety::Unsafe));
  const auto fixed = make_fixes(shop.findings, shop.sources);
  ASSERT_TRUE(fixed.has_value());
  ASSERT_EQ(fixed->files.size(), 1u);
  EXPECT_EQ(fixed->made, 2u);
  std::string expected(kShop);
  expected.replace(expected.find("300ms"), 5, "2s");
  expected.replace(expected.find("3 }"), 3, "3, backoff: 50ms }");
  EXPECT_EQ(fixed->files[0].text, expected);
}

TEST(Fixes, PostponesOverlapsAndMakesTheSameOnce) {
  Shop shop;
  shop.findings.add(with_fix({{shop.span("timeout: 300ms"), "timeout: 2s"}}));
  shop.findings.add(with_fix({{shop.span("300ms"), "3s"}, {shop.span("orders"), "x"}}));
  shop.findings.add(with_fix({{shop.span("timeout: 300ms"), "timeout: 2s"}}));
  const auto fixed = make_fixes(shop.findings, shop.sources);
  ASSERT_TRUE(fixed.has_value());
  EXPECT_EQ(fixed->made, 2u);
  EXPECT_EQ(fixed->postponed, 1u);
  EXPECT_NE(fixed->files[0].text.find("timeout: 2s\n"), std::string::npos);
  EXPECT_NE(fixed->files[0].text.find("orders"), std::string::npos) << "all of a fix or nothing";
}

TEST(Fixes, LeavesAcceptedFindingsAlone) {
  Shop shop;
  Diagnostic d = with_fix({{shop.span("300ms"), "2s"}});
  d.accepted = true;
  shop.findings.add(d);
  EXPECT_TRUE(make_fixes(shop.findings, shop.sources)->files.empty());
}

TEST(UnifiedDiff, ShowsChangesWithContext) {
  const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
  const std::string after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n";
  EXPECT_EQ(unified_diff(before, after, "a.yaml"),
            "--- a/a.yaml\n+++ b/a.yaml\n"
            "@@ -2,9 +2,10 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n 10\n+11\n");
  EXPECT_EQ(unified_diff(before, before, "a.yaml"), "");
}

TEST(UnifiedDiff, DistantChangesHaveTheirOwnHunks) {
  std::string before, after;
  for (int i = 1; i <= 30; ++i) {
    before += std::to_string(i) + "\n";
    after += i == 2 ? "two\n" : i == 28 ? "" : std::to_string(i) + "\n";
  }
  EXPECT_EQ(unified_diff(before, after, "x"),
            "--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n 1\n-2\n+two\n 3\n 4\n 5\n"
            "@@ -25,6 +25,5 @@\n 25\n 26\n 27\n-28\n 29\n 30\n");
}

TEST(UnifiedDiff, EmptyTextsAndMissingLineEnds) {
  EXPECT_EQ(unified_diff("", "a\n", "x"), "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(unified_diff("a", "a\n", "x"),
            "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
  EXPECT_EQ(unified_diff("a\n", "", "x"), "--- a/x\n+++ b/x\n@@ -1 +0,0 @@\n-a\n");
}

TEST(UnifiedDiff, TooManyChangesAreOneReplacement) {
  std::string before, after;
  for (int i = 0; i < 1500; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  const std::string diff = unified_diff(before, after, "x");
  EXPECT_NE(diff.find("@@ -1,1500 +1,1500 @@\n-a0\n"), std::string::npos);
}

TEST(Baseline, RoundTripsAndRemovesWhatItHas) {
  Shop shop;
  shop.timeout();
  const std::string text = baseline_text(baseline_of(shop.findings));
  shop.findings.add(kRetry, {}, "new").element = "services.orders";
  const auto baseline = parse_baseline(text);
  ASSERT_TRUE(baseline.has_value());
  EXPECT_EQ(apply_baseline(*baseline, shop.findings), 1u);
  ASSERT_EQ(shop.findings.all().size(), 1u);
  EXPECT_EQ(shop.findings.all()[0].title, "new");
}

TEST(Baseline, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(parse_baseline("no").error().message, "the baseline is not JSON");
  EXPECT_FALSE(parse_baseline("[]").has_value());
  EXPECT_FALSE(parse_baseline(R"({"schema": "scantling.baseline/2", "findings": []})"));
  EXPECT_FALSE(parse_baseline(R"({"schema": "scantling.baseline/1", "findings": [{}]})"));
  EXPECT_TRUE(parse_baseline(R"({"schema": "scantling.baseline/1", "findings": []})"));
}

}  // namespace
}  // namespace scantling
