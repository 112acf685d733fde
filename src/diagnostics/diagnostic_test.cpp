#include "diagnostics/diagnostic.h"

#include <gtest/gtest.h>

#include "diagnostics/test_findings.h"
#include "diagnostics/wording.h"

namespace scantling {
namespace {

using namespace test;

Diagnostic finding(const DiagnosticKind& kind, std::string title, std::string element = "") {
  Diagnostic d;
  d.kind = &kind;
  d.title = std::move(title);
  d.element = std::move(element);
  return d;
}

TEST(Diagnostic, FingerprintIgnoresPlaceAndTitle) {
  Diagnostic a = finding(kTimeout, "one", "services.orders");
  Diagnostic b = a;
  b.title = "two";
  b.span = {FileId{0}, 10, 20};
  EXPECT_EQ(a.fingerprint(), b.fingerprint());
  EXPECT_EQ(a.fingerprint().size(), 16u);
  b.element = "services.payments";
  EXPECT_NE(a.fingerprint(), b.fingerprint());
  b = a;
  b.kind = &kRetry;
  EXPECT_NE(a.fingerprint(), b.fingerprint());
  b = a;
  b.fingerprint_salt = "psp";
  EXPECT_NE(a.fingerprint(), b.fingerprint());
}

TEST(Diagnostic, FingerprintWithoutElementUsesTitle) {
  Diagnostic a = finding(kTimeout, "one");
  Diagnostic b = finding(kTimeout, "two");
  EXPECT_NE(a.fingerprint(), b.fingerprint());
}

TEST(Diagnostics, KeepsLimitAndCountsTheRest) {
  Diagnostics all;
  for (std::size_t i = 0; i < Diagnostics::kLimit; ++i)
    all.add(kRetry, {}, "again");
  all.add(kRemark, {}, "a note still has room");
  all.add(kTimeout, {}, "no room").title = "written to nowhere";
  EXPECT_EQ(all.all().size(), Diagnostics::kLimit + 1);
  EXPECT_EQ(all.dropped(), 1u);
  EXPECT_EQ(all.count(Severity::Error), 1u) << "a dropped error is still an error";
  EXPECT_TRUE(all.has_errors());
  Diagnostics other;
  other.append(all);
  EXPECT_EQ(other.dropped(), 1u);
  EXPECT_EQ(other.count(Severity::Error), 1u);
  EXPECT_EQ(other.count(Severity::Warning), Diagnostics::kLimit);
}

TEST(Diagnostics, SortsByPlaceThenRuleThenElement) {
  Diagnostics all;
  const FileId first{0}, second{1};
  all.add(kTimeout, {}, "nowhere");
  all.add(kTimeout, {second, 1, 2}, "second file");
  all.add(kTimeout, {first, 9, 10}, "later");
  all.add(kTimeout, {first, 3, 4}, "b").element = "services.b";
  all.add(kTimeout, {first, 3, 4}, "a").element = "services.a";
  all.add(kRetry, {first, 3, 4}, "other rule");
  all.sort();
  std::vector<std::string> titles;
  for (const Diagnostic& d : all.all())
    titles.push_back(d.title);
  EXPECT_EQ(titles,
            (std::vector<std::string>{"other rule", "a", "b", "later", "second file", "nowhere"}));
}

TEST(Diagnostics, AcceptedOnesDoNotCount) {
  Diagnostics all;
  all.add(kTimeout, {}, "accepted").accepted = true;
  EXPECT_FALSE(all.has_errors());
  EXPECT_EQ(all.accepted(), 1u);
}

TEST(Wording, NamesWhatIsWrong) {
  Diagnostic d = finding(kTimeout, "orders waits 300 ms for payments");
  EXPECT_EQ(wording_problem(d), std::nullopt);
  d.title = "Orders waits 300 ms";
  EXPECT_NE(wording_problem(d), std::nullopt);
  d.element = "aggregates.Orders";
  EXPECT_EQ(wording_problem(d), std::nullopt) << "a name keeps its case";
  d.title = "orders waits.";
  EXPECT_NE(wording_problem(d), std::nullopt);
  d.title = "this title goes on for so long that nobody with a usual terminal reads it to its end";
  EXPECT_NE(wording_problem(d), std::nullopt);
  d.title = "orders waits";
  d.fixes = {{"timeout: 2s", FixSafety::Safe, {}}};
  EXPECT_NE(wording_problem(d), std::nullopt) << "a safe fix has edits";
}

}  // namespace
}  // namespace scantling
