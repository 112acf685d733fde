#include <gtest/gtest.h>

#include "support/golden_file.h"
#include "support/golden_runner.h"
#include "support/process.h"

namespace scantling::testing {
namespace {

// The tests run /bin/sh in the place of scantling: `-c '...'` says whatever a test needs said.
GoldenOptions shell() {
  return {"/bin/sh", "1.2.3", SCANTLING_SOURCE_DIR, 20};
}

GoldenFile parsed(std::string_view text) {
  GoldenFile file;
  std::string problem;
  EXPECT_TRUE(parse_golden(text, file, problem)) << problem;
  return file;
}

std::string problem_of(std::string_view text) {
  GoldenFile file;
  std::string problem;
  EXPECT_FALSE(parse_golden(text, file, problem));
  return problem;
}

GoldenOutcome outcome_of(std::string_view text) {
  return run_golden(parsed(text), shell());
}

// What an update makes of the text; it must then pass.
std::string updated(std::string_view text) {
  const GoldenOutcome outcome = outcome_of(text);
  EXPECT_FALSE(outcome.passed);
  EXPECT_TRUE(outcome.updatable) << outcome.report;
  const std::string after = render_golden(outcome.updated);
  EXPECT_TRUE(outcome_of(after).passed) << outcome_of(after).report;
  return after;
}

TEST(GoldenFile, SplitsSectionsAndCases) {
  const GoldenFile file = parsed(
      "about\n-- a.yaml --\nx: 1\n\n-- args --\ncheck a.yaml\n-- exit --\n1\n-- args --\nfmt\n");
  EXPECT_EQ(file.preamble, "about\n");
  ASSERT_EQ(file.cases.size(), 2u);
  EXPECT_EQ(file.cases[0].find("a.yaml")->body, "x: 1\n\n");
  EXPECT_EQ(file.cases[0].find("args")->body, "check a.yaml\n");
  EXPECT_EQ(file.cases[0].find("exit")->line, 7);
  EXPECT_EQ(file.cases[1].find("args")->body, "fmt\n");
  EXPECT_EQ(file.cases[1].find("exit"), nullptr);
}

TEST(GoldenFile, EscapesWhatLooksLikeItsOwnSyntax) {
  GoldenFile file = parsed("-- args --\nx\n");
  for (const std::string body :
       {"", "\n", "plain", "-- args --\n", "\\no newline\n", "\\-- a --\n\\\\\n", "a\r\nb\n\n",
        "-- not quite\n", "ends -- with --"}) {
    file.cases[0].set("stdout", body);
    const std::string text = render_golden(file);
    EXPECT_EQ(parsed(text).cases[0].find("stdout")->body, body) << text;
    EXPECT_EQ(render_golden(parsed(text)), text);
  }
}

TEST(GoldenFile, RefusesWhatItCannotMean) {
  EXPECT_EQ(problem_of(""), "no section '-- args --'");
  EXPECT_EQ(problem_of("-- stdout --\n"), "no section '-- args --'");
  EXPECT_EQ(problem_of("-- args --\nx"), "line 2: no line end");
  EXPECT_EQ(problem_of("-- args --\nx\n-- ../up --\n"),
            "line 3: section '../up' leaves the test's folder");
  EXPECT_EQ(problem_of("-- args --\nx\n-- /etc/x --\n"),
            "line 3: section '/etc/x' leaves the test's folder");
  EXPECT_EQ(problem_of("-- args --\nx\n-- exit --\n0\n-- exit --\n1\n"),
            "line 5: section 'exit' is there twice in one case");
  EXPECT_EQ(problem_of("-- args --\nx\n-- from LICENSE --\ntext\n"),
            "line 3: section 'from LICENSE' takes no body");
}

TEST(GoldenFile, SplitsArgumentsAsAShellDoes) {
  std::vector<std::string> words;
  EXPECT_TRUE(split_arguments(" a  'b c' d\"e 'f'\"g ''\nh\n", words));
  EXPECT_EQ(words, (std::vector<std::string>{"a", "b c", "de 'f'g", "", "h"}));
  EXPECT_FALSE(split_arguments("a 'b", words));
}

TEST(GoldenRunner, PassesOnlyWhenEverythingIsAsExpected) {
  EXPECT_TRUE(outcome_of("-- args --\n-c 'echo hi'\n-- stdout --\nhi\n").passed);
  // Each of these must fail: a runner that lets one through is worthless.
  for (const char* text : {
           "-- args --\n-c 'echo hi'\n-- stdout --\nho\n",
           "-- args --\n-c 'echo hi'\n-- stdout --\n",
           "-- args --\n-c 'echo hi'\n-- stdout --\nhi\n\n",
           "-- args --\n-c 'printf hi'\n-- stdout --\nhi\n",
           "-- args --\n-c 'echo hi'\n",
           "-- args --\n-c 'echo hi; exit 3'\n-- stdout --\nhi\n",
           "-- args --\n-c 'echo hi'\n-- stdout --\nhi\n-- exit --\n1\n",
           "-- args --\n-c 'echo hi >&2'\n-- stderr --\nho\n",
           "-- args --\n-c 'mkdir out; echo a >out/a'\n-- out/a --\nb\n",
           "-- args --\n-c true\n-- out/a --\nb\n",
           "-- args --\n-c 'kill -9 $$'\n-- exit --\n0\n",
       }) {
    const GoldenOutcome outcome = outcome_of(text);
    EXPECT_FALSE(outcome.passed) << text;
    EXPECT_NE(outcome.report, "");
  }
}

TEST(GoldenRunner, LooksForPartsInTheirOrder) {
  EXPECT_TRUE(
      outcome_of("-- args --\n-c 'echo one; echo two 2.3 ms; echo three >err; echo three >&2'\n"
                 "-- has stdout --\none\ntwo\n2.3\n-- lacks stdout --\nthree\n"
                 "-- has stderr --\nthree\n-- has err --\nthree\n-- files --\nerr\n")
          .passed);
  for (const char* text : {
           "-- args --\n-c 'echo one; echo two'\n-- has stdout --\ntwo\none\n",
           "-- args --\n-c 'echo one'\n-- has stdout --\none\none\n",
           "-- args --\n-c 'echo one'\n-- lacks stdout --\nzero\none\n",
           "-- args --\n-c 'echo one'\n-- has nowhere --\none\n",
           "-- args --\n-c 'echo one >a'\n-- files --\na\nb\n",
           "-- args --\n-c 'echo one >a'\n-- files --\n",
       }) {
    EXPECT_FALSE(outcome_of(text).passed) << text;
  }
  EXPECT_EQ(problem_of("-- args --\nx\n-- has stdout --\n\n"),
            "line 3: section 'has stdout' needs a line to look for");
}

TEST(GoldenRunner, ShowsADiffWithTheCaseAndItsLine) {
  const GoldenOutcome outcome =
      outcome_of("why\n-- args --\n-c 'echo a; echo c'\n-- stdout --\na\nb\n");
  EXPECT_EQ(outcome.report,
            "line 2: scantling -c 'echo a; echo c'\n"
            "--- a/stdout\n+++ b/stdout\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
}

TEST(GoldenRunner, UpdateFillsInAndRewritesInPlace) {
  EXPECT_EQ(updated("-- args --\n-c 'echo hi; exit 3'\n"),
            "-- args --\n-c 'echo hi; exit 3'\n-- stdout --\nhi\n-- exit --\n3\n");
  EXPECT_EQ(updated("p\n-- args --\n-c 'cat in; mkdir out; printf b >out/a'\n-- stdout --\nold\n"
                    "-- in --\ntext\n-- out/a --\nold\n"),
            "p\n-- args --\n-c 'cat in; mkdir out; printf b >out/a'\n-- stdout --\ntext\n"
            "-- in --\ntext\n-- out/a --\nb\n\\no newline\n");
}

TEST(GoldenRunner, UpdateDoesNotHideWhatIsBroken) {
  EXPECT_FALSE(outcome_of("-- args --\n-c true\n-- out/a --\nb\n").updatable);
  EXPECT_FALSE(outcome_of("-- args --\n-c 'oh\n-- stdout --\n").updatable);
  EXPECT_FALSE(
      outcome_of("-- args --\n-c true\n-- stdout --\n-- from no/such/file --\n").updatable);
  GoldenOptions missing = shell();
  missing.program = "/no/such/program";
  const GoldenOutcome outcome = run_golden(parsed("-- args --\nx\n-- stdout --\n"), missing);
  EXPECT_FALSE(outcome.passed);
  EXPECT_FALSE(outcome.updatable);
}

TEST(GoldenRunner, CasesShareOneFolder) {
  const GoldenOutcome outcome = outcome_of(
      "-- args --\n-c 'echo first >kept'\n-- stdout --\n"
      "-- args --\n-c 'cat kept input'\n-- input --\nsecond\n-- stdout --\nfirst\nsecond\n");
  EXPECT_TRUE(outcome.passed) << outcome.report;
}

TEST(GoldenRunner, GivesACleanEnvironmentAndItsInput) {
  const GoldenOutcome outcome = outcome_of(
      "-- args --\n-c 'cat; echo $NO_COLOR $TERM $LC_ALL $TZ $COLUMNS $USER.'\n-- stdin --\nin\n"
      "-- env --\nTZ=CET\nCOLUMNS=40\n-- stdout --\nin\n1 dumb C CET 40 .\n");
  EXPECT_TRUE(outcome.passed) << outcome.report;
}

TEST(GoldenRunner, HidesTheFolderAndTheVersionAndNothingElse) {
  const GoldenOutcome outcome = outcome_of(
      "-- args --\n-c 'echo $(pwd)/x; echo v1.2.3, 1.2.3. 11.2.3 1.2.34 1.2.3.4 2026-11-21'\n"
      "-- stdout --\n$DIR/x\nv$VERSION, $VERSION. 11.2.3 1.2.34 1.2.3.4 2026-11-21\n");
  EXPECT_TRUE(outcome.passed) << outcome.report;
}

TEST(GoldenRunner, CopiesFilesOfTheSourceTree) {
  const GoldenOutcome outcome = outcome_of(
      "-- args --\n-c 'head -n 1 golden_test.cpp'\n-- from tests/support/golden_test.cpp --\n"
      "-- stdout --\n#include <gtest/gtest.h>\n");
  EXPECT_TRUE(outcome.passed) << outcome.report;
}

TEST(Process, EndsWhatRunsTooLong) {
  Command command;
  command.argv = {"/bin/sh", "-c", "echo begun; sleep 600 & wait"};
  command.folder = "/";
  command.limit_seconds = .2;
  const Outcome outcome = run(command);
  EXPECT_TRUE(outcome.started);
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_EQ(outcome.out, "begun\n");
  EXPECT_EQ(outcome.exit, 128 + 9);
}

TEST(Process, TakesMoreThanAPipeHolds) {
  Command command;
  command.argv = {"/bin/sh", "-c", "cat; cat >&2 <&0"};
  command.folder = "/";
  command.input = std::string(1 << 20, 'x');
  EXPECT_EQ(run(command).out.size(), std::size_t{1} << 20);
}

}  // namespace
}  // namespace scantling::testing
