#include <gtest/gtest.h>

#include "base/text.h"
#include "report/outline.h"
#include "report/sample_design.h"
#include "report/tables.h"

namespace scantling {
namespace {

std::string terminal(const DesignResult& design, int width, bool color = false,
                     const char* outline = "tree") {
  ReportOptions options;
  options.width = width;
  options.color = color;
  options.outline = outline;
  return report_terminal(design, Sources(), options);
}

TEST(Wrap, BreaksAtBlanksAndCutsLongWords) {
  EXPECT_EQ(wrap("a bb ccc", 4, 4), (std::vector<std::string>{"a bb", "ccc"}));
  EXPECT_EQ(wrap("abcdefgh", 3, 3), (std::vector<std::string>{"abc", "def", "gh"}));
  EXPECT_EQ(wrap("", 3, 3), (std::vector<std::string>{""}));
  EXPECT_EQ(wrap("aa bb", 2, 5), (std::vector<std::string>{"aa", "bb"}));
}

TEST(Wrap, CountsColumnsNotBytes) {
  EXPECT_EQ(wrap("éé éé", 2, 2), (std::vector<std::string>{"éé", "éé"}));
  EXPECT_EQ(cut_to("éab", 2), "éa");
}

TEST(FitTable, ShrinksTextThenDropsTheLeastWanted) {
  Table table;
  table.columns = {{"name", false, 0}, {"note", false, 2}, {"n", true, 1}};
  table.rows = {{{"orders"}, {"a long note of many short words here"}, {"12345"}}};
  FittedTable wide = fit_table(table, 100);
  EXPECT_EQ(wide.columns.size(), 3u);
  EXPECT_EQ(wide.widths[1], 36u);
  FittedTable middle = fit_table(table, 35);
  EXPECT_EQ(middle.columns.size(), 3u);
  EXPECT_EQ(middle.widths[1], 35u - 6 - 5 - 4);
  FittedTable narrow = fit_table(table, 20);
  EXPECT_EQ(narrow.columns, (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(narrow.left_out, (std::vector<std::string>{"note"}));
}

TEST(Terminal, EveryLineFitsTheWidth) {
  const DesignResult design = sample_design();
  for (const int width : {40, 60, 80, 100, 140}) {
    const std::string text = terminal(design, width);
    for (const std::string_view line : split(text, '\n'))
      EXPECT_LE(display_width(line), static_cast<std::size_t>(width)) << line;
  }
}

TEST(Terminal, ContinuationLinesKeepTheBars) {
  const std::string text = terminal(sample_design(), 60);
  EXPECT_NE(text.find("\n│ "), std::string::npos);
  EXPECT_NE(text.find("└── "), std::string::npos);
}

TEST(Terminal, SaysWhatIsNotMetFirst) {
  const std::string text = terminal(sample_design(), 100);
  const std::size_t unmet = text.find("REQUIREMENTS NOT MET");
  ASSERT_NE(unmet, std::string::npos);
  EXPECT_LT(unmet, text.find("DOMAIN DECOMPOSITION"));
  EXPECT_NE(
      text.find("place-order availability (at peak): not met: 99.902% ± 0.004, asked at least "
                "99.95%"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("would hold with: authorise after the answer, or psp at 99.97%"),
            std::string::npos);
}

TEST(Terminal, CodesRunWithinTheirPrefix) {
  const std::string text = terminal(sample_design(), 100);
  for (const char* code : {"[DD-01]", "[DD-02]", "[ES-01]", "[MA-01]", "[MA-06]", "[CA-01]",
                           "[CA-02]", "[CP-01]", "[DC-01]", "[DC-02]", "[SM-01]", "[SM-02]",
                           "[OC-01]", "[OC-02]", "[PR-01]", "[PR-04]", "[MP-03]"})
    EXPECT_NE(text.find(code), std::string::npos) << code;
  EXPECT_EQ(text.find("[MA-07]"), std::string::npos);
}

TEST(Terminal, NothingIsPrintedThatTheModelDoesNotHold) {
  const std::string text = terminal(empty_design(), 100);
  EXPECT_NE(text.find("nothing\n"), std::string::npos);
  for (const char* heading :
       {"SERVICES", "COMMUNICATION", "MIGRATION", "COMPLIANCE", "SERVICE MESH"})
    EXPECT_EQ(text.find(heading), std::string::npos) << heading;
}

TEST(Terminal, ColourIsOptionalAndControlCharactersOfTheModelAreDropped) {
  DesignResult design = sample_design();
  design.model.summary.value = "a\x1b[31mred\nline";
  const std::string plain = terminal(design, 100);
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  EXPECT_NE(plain.find("a[31mred line"), std::string::npos);
  EXPECT_NE(terminal(design, 100, true).find("\x1b[36m[DD-01] \x1b[0m"), std::string::npos);
}

TEST(Compliance, RecordsAreKeptAsLongAsTheControlAsks) {
  DesignResult design = sample_design();  // logs are kept 1 year
  design.model.constraints->compliance.value = {Regime::PciDss, Regime::Sox};
  const std::string text = terminal(design, 160);
  EXPECT_NE(text.find("PCI DSS 4.0 10.5.1: met: "), std::string::npos);
  EXPECT_NE(text.find("SOX 404 duties: not shown: "), std::string::npos);
  // Records of what was done: whole histories that last, or else logs.
  EXPECT_NE(text.find("SOX 802: met: "), std::string::npos);
  for (Aggregate& aggregate : design.model.aggregates)
    if (aggregate.history)
      aggregate.keep = Field<Duration>(Duration::from_seconds(86'400), {Origin::Given, {}, {}});
  EXPECT_NE(terminal(design, 160).find("SOX 802: not met: "), std::string::npos);
  for (Aggregate& aggregate : design.model.aggregates)
    aggregate.history = {};
  EXPECT_NE(terminal(design, 160).find("SOX 802: not met: "), std::string::npos);
}

TEST(Outlines, EachHasItsHeadings) {
  const DesignResult design = sample_design();
  EXPECT_NE(terminal(design, 100, false, "nine").find("9. Migration path"), std::string::npos);
  EXPECT_NE(terminal(design, 100, false, "five").find("5. Technology selections"),
            std::string::npos);
  EXPECT_NE(terminal(design, 100, false, "short").find("Risks and mitigations"), std::string::npos);
  const std::string list = terminal(design, 100, false, "checklist");
  EXPECT_NE(list.find("expected load is carried with acceptable performance: no"),
            std::string::npos)
      << list;
  EXPECT_NE(list.find("disaster recovery is in place: yes: 4 of 4 stores"), std::string::npos)
      << list;
}

TEST(Tier, FollowsItsThresholds) {
  DesignResult design = sample_design();
  EXPECT_EQ(complexity_tier(design.model), Tier::Moderate);
  design.model.placement->regions.value = {"a", "b", "c"};
  EXPECT_EQ(complexity_tier(design.model), Tier::Distributed);
  EXPECT_EQ(complexity_tier(empty_design().model), Tier::Simple);
}

}  // namespace
}  // namespace scantling
