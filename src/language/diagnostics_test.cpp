// Each mistake that the reader knows: the smallest input that has it, and what is said where.
#include <gtest/gtest.h>

#include <set>

#include "language/language.h"
#include "language/test_support.h"

namespace scantling {
namespace {

struct Case {
  std::string_view kind;
  std::string text;       // of model.yaml
  std::string title;      // of the first finding of the kind
  int line, column;       // where it points
  std::string marked;     // the bytes it underlines; "" for an empty place
  std::string says = {};  // a part of caret, because or allowed
  std::vector<std::pair<std::string, std::string>> others = {};  // more files
  std::vector<std::string> overlays = {};
};

const std::string kHead = "scantling: 1\n";

std::string deep_brackets() {
  return "scantling: 1\nteams: " + std::string(200, '[') + std::string(200, ']') + "\n";
}

const std::vector<Case> kCases = {
    {"unknown-key", kHead + "sistem: shop\n", "unknown key 'sistem' in a model", 2, 1, "sistem",
     "did you mean system?"},
    {"unknown-key", kHead + "teams: { a: { sise: 3 } }\n", "unknown key 'sise' in a team", 2, 15,
     "sise", "size, knows and owns-at-most"},
    {"unknown-key", kHead + "externals: { a: { latency: { mean: 3ms, p98: 9ms } } }\n",
     "unknown key 'p98' in a time", 2, 41, "p98", "p99 or cv"},
    {"missing-unit", kHead + "operations: { o: { within: 300 } }\n", "within: 300 has no unit", 2,
     28, "300", "write 300ms or 300s"},
    {"missing-unit", kHead + "externals: { a: { limit: 500 } }\n", "limit: 500 has no unit", 2, 26,
     "500", "limit: 500/s"},
    {"missing-unit", kHead + "externals: { a: { latency: 12 } }\n", "latency: 12 has no unit", 2,
     28, "12", "write 12ms or 12s"},
    {"missing-unit", kHead + "externals: { a: { availability: 0.999 } }\n",
     "availability: 0.999 has no unit", 2, 33, "0.999", "write 99.9% or 0.999%"},
    {"missing-unit", kHead + "aggregates: { A: { size: 3 } }\n", "size: 3 has no unit", 2, 26, "3",
     "3 KiB"},
    {"missing-unit", kHead + "constraints: { budget: 30000 }\n", "budget: 30000 has no unit", 2, 24,
     "30000", "30000 USD/month"},
    {"missing-unit", kHead + "operations: { o: {} }\nexperiments: { e: { load: { o: 3 } } }\n",
     "o: 3 has no unit", 3, 32, "3", "write x3 or 3/s"},
    {"wrong-unit", kHead + "operations: { o: { within: 5% } }\n",
     "within: '5%' is a share, not a duration", 2, 28, "5%", "a duration is needed"},
    {"wrong-unit", kHead + "operations: { o: { load: { peak: 3ms } } }\n",
     "peak: '3ms' is a duration, not a rate", 2, 34, "3ms", "240/s"},
    {"bad-value", kHead + "aggregates: { A: { data: persnal } }\n",
     "data: 'persnal' is not a known choice", 2, 26, "persnal", "did you mean personal?"},
    {"bad-value", kHead + "teams: { t: { size: many } }\n", "size: 'many' is not a count", 2, 21,
     "many", "40M"},
    {"bad-value", kHead + "operations: { o: { atomic: yes } }\n",
     "atomic: 'yes' is not a truth value", 2, 28, "yes", "true, false"},
    {"bad-value", kHead + "aggregates: { A: {} }\noperations: { o: { steps: [raed A] } }\n",
     "'raed' is not a known verb", 3, 28, "raed", "did you mean read?"},
    {"bad-value", kHead + "operations: { o: { steps: [read] } }\n", "'read' is not a step", 2, 28,
     "read", "read Product x20"},
    {"bad-value", kHead + "services: { s: { endpoints: { e: { http: orders } } } }\n",
     "http: 'orders' is not a route", 2, 42, "orders", "POST /orders"},
    {"bad-value", kHead + "experiments: { e: { faults: [slow: psp] } }\n",
     "slow: 'psp' is not of its form", 2, 36, "psp", "slow: psp x10"},
    {"bad-value", kHead + "stores: { s: { consistency: quorum } }\n",
     "'quorum' is not a consistency", 2, 29, "quorum", "quorum read 2 write 2"},
    {"bad-value",
     kHead + "stores: { s: { read: empirical s.csv } }\n",
     "s.csv:2: 'fast' is not a duration",
     2,
     22,
     "empirical s.csv",
     "one duration a line",
     {{"s.csv", "ms\nfast\n"}}},
    {"bad-value", kHead + "operations: { o: { within: 400y } }\n", "within: '400y' is out of range",
     2, 28, "400y", "292 years"},
    {"bad-value", kHead + "externals: { a: { availability: 101% } }\n",
     "availability: '101%' is out of range", 2, 33, "101%", "at most 100%"},
    {"wrong-shape", kHead + "teams: [a, b]\n", "`teams` is a list", 2, 1, "teams", "a map"},
    {"wrong-shape", kHead + "operations: { o: { within: [5min] } }\n", "`within` is a list", 2, 20,
     "within", "a duration is needed"},
    {"wrong-shape", kHead + "operations: { o: { within: } }\n", "`within` is nothing", 2, 20,
     "within", "a duration is needed"},
    {"wrong-shape", kHead + "operations: { o: { steps: [[a]] } }\n", "an item of `steps` is a list",
     2, 28, "[a]", "a step of an operation"},
    {"missing-key", "system: shop\n", "model has no `scantling`", 1, 1, "system", "scantling: 1"},
    {"missing-key", kHead + "accept: [{ rule: x, element: y }]\n", "accept has no `reason`", 2, 10,
     "{ rule: x, element: y }", "reason: replaced in March"},
    {"missing-key", kHead + "services: { s: { endpoints: { e: { steps: [{ timeout: 1s }] } } } }\n",
     "a step that does nothing", 2, 44, "{ timeout: 1s }", "work: 3ms"},
    {"missing-key", kHead + "experiments: { e: { faults: [{ at: 1s }] } }\n",
     "a fault that breaks nothing", 2, 30, "{ at: 1s }", "lose"},
    {"misplaced-key",
     kHead + "services: { s: { endpoints: { e: { steps: [{ work: 1ms, via: outbox }] } } } }\n",
     "`via` means nothing for `work`", 2, 57, "via", "via belongs to publish"},
    {"contradictory-values", kHead + "operations: { o: { objective: { p50: 2s, p99: 1s } } }\n",
     "p99 1s is less than p50 2s", 2, 42, "p99: 1s", "higher percentile"},
    {"contradictory-values", kHead + "externals: { a: { latency: { mean: 3s, p99: 1s } } }\n",
     "p99 1s is less than mean 3s", 2, 28, "{ mean: 3s, p99: 1s }", "not below its mean"},
    {"contradictory-values", kHead + "operations: { o: { load: { mean: 9/s, peak: 3/s } } }\n",
     "load: peak 3/s is below mean 9/s", 2, 39, "peak: 3/s", "at least the mean"},
    {"contradictory-values",
     kHead + "services: { s: { endpoints: { e: { http: GET /a, grpc: A/B } } } }\n",
     "endpoint e has both `http` and `grpc`", 2, 50, "grpc: A/B", "asked in one way"},
    {"contradictory-values",
     kHead + "services: { s: { endpoints: { e: { steps: [{ work: 1ms, wait: 2ms }] } } } }\n",
     "a step with both `work` and `wait`", 2, 57, "wait", "does one thing"},
    {"contradictory-values", kHead + "policies: { p: { retry: { backoff: 2s, cap: 1s } } }\n",
     "cap 1s is less than backoff 2s", 2, 40, "cap: 1s", "longest wait"},
    {"duplicate-key", kHead + "system: a\nsystem: b\n", "key 'system' stands twice in one map", 3,
     1, "system"},
    {"duplicate-key",
     kHead + "include: b.yaml\nsystem: a\n",
     "`system` stands in two files",
     1,
     9,
     "b",
     "",
     {{"b.yaml", "system: b\n"}}},
    {"duplicate-key", kHead + "relations: []\ncontext-map: []\n",
     "`context-map` beside `relations`, which is the same", 3, 1, "context-map"},
    {"duplicate-element",
     kHead + "include: b.yaml\nteams: { a: {} }\n",
     "teams.a stands in two files",
     2,
     3,
     "a",
     "also in model.yaml",
     {{"b.yaml", "teams:\n  a: {}\n"}}},
    {"undefined-reference",
     kHead + "aggregates: { Order: {} }\noperations: { o: { steps: [read Ordr] } }\n",
     "steps: no aggregate 'Ordr'", 3, 33, "Ordr", "did you mean Order?"},
    {"undefined-reference", kHead + "externals: { psp: {} }\ncontexts: { c: { team: psp } }\n",
     "team: no team 'psp'", 3, 24, "psp", "psp is an external"},
    {"undefined-reference", kHead + "services: { s: { endpoints: { e: { steps: [call: s] } } } }\n",
     "call: no endpoint or external 's'", 2, 50, "s", "s is a service: name an endpoint, s.e"},
    {"undefined-reference",
     kHead + "operations: { o: {} }\nexperiments: { e: { expect: { p: { p99: 1s } } } }\n",
     "expect: no operation 'p'", 3, 31, "p", "o"},
    {"undefined-reference",
     kHead + "context-map: [{ upstream: a, downstream: b, kind: conformist }]\n",
     "upstream: no context or external 'a'", 2, 27, "a"},
    {"ambiguous-reference",
     kHead + "services: { a: {} }\nstores: { a: {} }\nexperiments: { e: { faults: [pause: a] } }\n",
     "'a' may mean service a or store a", 4, 37, "a", "store a"},
    {"unresolved-target", kHead + "experiments: { e: { faults: [lose: orders] } }\n",
     "lose: nothing is named 'orders' yet", 2, 36, "orders", "no services"},
    {"unknown-event", kHead + "operations: { a: { emits: OrderPlaced }, b: { on: OrderPlaces } }\n",
     "nothing announces event 'OrderPlaces'", 2, 47, "on: OrderPlaces",
     "did you mean OrderPlaced?"},
    {"bad-name", kHead + "teams: { \"a b\": {} }\n", "'a b' can't be an element's name", 2, 10,
     "\"a b\"", "a blank"},
    {"alias-not-allowed", kHead + "teams: { a: &x {}, b: *x }\n", "an anchor or alias", 2, 13, "&x",
     "policies"},
    {"tag-not-allowed", kHead + "system: !!str a\n", "a YAML tag", 2, 9, "!!str"},
    {"second-document", kHead + "---\nsystem: b\n", "a second document in the file", 2, 1, "---"},
    {"not-utf8", kHead + "system: a\xff\n", "the file is not UTF-8", 2, 10, "\xff"},
    {"malformed-yaml", kHead + "system: \"a\n", "", 2, 9, "\""},
    {"too-deep", deep_brackets(), "nesting deeper than 100", 2, 107, "["},
    {"wrong-version", "scantling: 2\n", "version '2' of the language is not known", 1, 12, "2",
     "scantling: 1"},
    {"empty-model", "", "model.yaml has no content", 1, 1, "", "scantling: 1"},
    {"unreadable-file", kHead + "include: b.yaml\n", "cannot read b.yaml: no such file", 2, 10,
     "b.yaml"},
    {"bad-include", kHead + "include: /etc/passwd\n",
     "include '/etc/passwd' is not a relative path", 2, 10, "/etc/passwd", "parts/*.yaml"},
    {"bad-include",
     kHead + "system: a\n",
     "an overlay can't include files",
     1,
     1,
     "include",
     "several overlays",
     {{"over.yaml", "include: b.yaml\n"}},
     {"over.yaml"}},
    {"include-no-match", kHead + "include: parts/*.yaml\n",
     "no file matches include 'parts/*.yaml'", 2, 10, "parts/*.yaml", "looked for parts/*.yaml"},
    {"include-cycle",
     kHead + "include: b.yaml\n",
     "model.yaml includes itself",
     1,
     10,
     "model.yaml",
     "",
     {{"b.yaml", "include: model.yaml\n"}}},
    {"stale-set-path", kHead + "decisions: { d: { sets: [services.x] } }\n",
     "no value at services.x", 2, 19, "sets: [services.x]", "does not hold"},
    {"stale-set-path", kHead + "assumed: [teams.x]\n", "no value at teams.x", 2, 11, "teams.x"},
};

std::string all_said(const Diagnostic& d) {
  std::string text = d.caret + "\n" + d.because;
  for (const std::string& line : d.allowed)
    text += "\n" + line;
  return text;
}

TEST(Diagnostics, EachCaseIsSaidWhereItIs) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(std::string(c.kind) + ": " + c.text);
    const Read read = read_text(c.text, c.others, c.overlays);
    const Diagnostic* found = nullptr;
    for (const Diagnostic& d : read.out.all())
      if (found == nullptr && d.kind->name == c.kind) found = &d;
    if (found == nullptr) {
      ADD_FAILURE() << "not found; instead:\n" << said(read);
      continue;
    }
    if (!c.title.empty()) {
      EXPECT_EQ(found->title, c.title);
    }
    EXPECT_FALSE(found->title.empty());
    EXPECT_NE(found->title.back(), '.');
    const LineColumn place = read.sources->position(found->span.file, found->span.begin);
    EXPECT_EQ(place.line, c.line);
    EXPECT_EQ(place.column, c.column);
    EXPECT_EQ(read.sources->text(found->span), c.marked);
    EXPECT_NE(all_said(*found).find(c.says), std::string::npos) << all_said(*found);
  }
}

// Kinds that need an input too large for the table; each has a test of its own below.
const std::set<std::string_view> kApart = {"too-large", "too-many-nodes", "too-many-problems"};

TEST(Diagnostics, EveryKindHasACase) {
  std::set<std::string_view> covered = kApart;
  for (const Case& c : kCases)
    covered.insert(c.kind);
  for (const DiagnosticKind* kind : language_kinds())
    EXPECT_TRUE(covered.contains(kind->name)) << "no case for " << kind->name;
  EXPECT_EQ(covered.size(), language_kinds().size());
}

TEST(Diagnostics, KindsAreSortedAndNamedOnce) {
  const auto kinds = language_kinds();
  for (std::size_t i = 1; i < kinds.size(); ++i)
    EXPECT_LT(kinds[i - 1]->name, kinds[i]->name);
}

TEST(Diagnostics, ManySamplesAreTooLarge) {
  std::string samples;
  for (int i = 0; i < 1'000'001; ++i)
    samples += "1s\n";
  const Read read =
      read_text(kHead + "stores: { s: { read: empirical s.csv } }\n", {{"s.csv", samples}});
  EXPECT_EQ(kinds_of(read), std::vector<std::string>{"too-large"});
}

TEST(Diagnostics, ManyValuesAreTooMany) {
  std::string text = "scantling: 1\nprofile: [";
  for (int i = 0; i < 4'000'001; ++i)
    text += "a,";
  const Read read = read_text(text + "a]\n");
  const auto kinds = kinds_of(read);
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), "too-many-nodes"), 1);
}

TEST(Diagnostics, ManyProblemsAreCutOff) {
  std::string text = "scantling: 1\n";
  for (int i = 0; i < 20'000; ++i)
    text += "system: a\n";
  const Read read = read_text(text);
  const auto kinds = kinds_of(read);
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), "too-many-problems"), 1);
  EXPECT_EQ(kinds.size(), Diagnostics::kLimit);
}

TEST(Diagnostics, OneBadValueHidesNoOther) {
  const Read read = read_text(
      "scantling: 1\n"
      "teams: { t: { size: many, knows: [go] } }\n"
      "aggregates: { A: { data: secrt, count: 5 } }\n"
      "operations:\n"
      "  o: { within: 5, steps: [read A, read B, write A], atomik: true }\n"
      "  p: { load: { peak: 3/s } }\n");
  EXPECT_EQ(kinds_of(read), (std::vector<std::string>{"bad-value", "bad-value", "missing-unit",
                                                      "undefined-reference", "unknown-key"}));
  EXPECT_EQ(read.model.teams.raw()[0].knows.value, std::vector<std::string>{"go"});
  EXPECT_EQ(read.model.aggregates.raw()[0].count->value, 5);
  EXPECT_EQ(read.model.operations.raw()[0].steps->size(), 3U);
  EXPECT_EQ(read.model.operations.raw()[1].load->peak->per_second, 3);
  EXPECT_FALSE(read.model.teams.raw()[0].size.has());
}

TEST(Diagnostics, FixesOfMisspeltNamesAreEdits) {
  const Read read = read_text("scantling: 1\nteams: { t: { sise: 3 } }\n");
  ASSERT_EQ(read.out.all().size(), 1U);
  const Diagnostic& d = read.out.all()[0];
  ASSERT_EQ(d.fixes.size(), 1U);
  const auto fixed = apply_edits(*read.sources, d.span.file, d.fixes[0].edits);
  ASSERT_TRUE(fixed.has_value());
  EXPECT_EQ(*fixed, "scantling: 1\nteams: { t: { size: 3 } }\n");
}

}  // namespace
}  // namespace scantling
