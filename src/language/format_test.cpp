// Canonical layout: comments kept, meaning unchanged, idempotent.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "language/generator_support.h"
#include "language/test_support.h"

namespace scantling {
namespace {

std::string formatted(const std::string& text) {
  Sources sources;
  Diagnostics out;
  const std::string result = format_model(sources, sources.add("model.yaml", text), out);
  EXPECT_EQ(out.all().size(), 0U);
  return result;
}

TEST(Format, Layout) {
  EXPECT_EQ(formatted("# head\n\n\n\nscantling:    1\n"
                      "teams:   # people\n\n"
                      "      a:   {size:   5,knows:   [x,   y]}   # five\n"
                      "      # about b\n"
                      "      b:\n"
                      "          size:   6\n"
                      "          # last of b\n"
                      "\n\n"
                      "      c: { }\n"
                      "steps:\n"
                      "- read Order\n"
                      "-   do: create Order\n"
                      "    undo: cancel Order   # back\n"
                      "-   {calls: psp}\n"
                      "# tail\n"),
            "# head\n\nscantling: 1\n"
            "teams:  # people\n"
            "  a: { size: 5, knows: [x, y] }  # five\n"
            "  # about b\n"
            "  b:\n"
            "    size: 6\n"
            "    # last of b\n"
            "\n"
            "  c: {}\n"
            "steps:\n"
            "  - read Order\n"
            "  - do: create Order\n"
            "    undo: cancel Order  # back\n"
            "  - calls: psp\n"
            "# tail\n");
}

TEST(Format, LongFlowBecomesBlocksAndKeepsItsComments) {
  EXPECT_EQ(formatted("a: {first: 1, second: [one, two, # of two\n  three]}\n"),
            "a:\n"
            "  first: 1\n"
            "  second:\n"
            "    - one\n"
            "    - two  # of two\n"
            "    - three\n");
  const std::string word(60, 'x');
  EXPECT_EQ(formatted("a: [" + word + ", " + word + "]\n"),
            "a:\n  - " + word + "\n  - " + word + "\n");
}

TEST(Format, BlockScalarsMoveWithTheirKey) {
  EXPECT_EQ(
      formatted("a:\n      b: |   # header\n           one\n             two\n\n"
                "           three\n      c: >-\n         folded\n         text\n"),
      "a:\n  b: |   # header\n    one\n      two\n\n    three\n  c: >-\n    folded\n    text\n");
}

TEST(Format, QuotesStayAsTheyAre) {
  EXPECT_EQ(formatted("a:   'it''s'\nb:   \"x\\ty\"\n\"c d\":  1\n"),
            "a: 'it''s'\nb: \"x\\ty\"\n\"c d\": 1\n");
}

TEST(Format, BrokenFilesStayAsTheyAre) {
  Sources sources;
  Diagnostics out;
  const std::string text = "a: [1\nb:   2\n";
  EXPECT_EQ(format_model(sources, sources.add("model.yaml", text), out), text);
  EXPECT_TRUE(out.has_errors());
}

TEST(Format, ExamplesAreStableAndKeepTheirComments) {
  for (const char* name : {"shop", "bank", "payments", "startup", "telemetry"}) {
    SCOPED_TRACE(name);
    std::ifstream in(std::string(SCANTLING_SOURCE_DIR) + "/examples/" + name + ".yaml");
    std::ostringstream read;
    read << in.rdbuf();
    const std::string text = read.str();
    const std::string once = formatted(text);
    EXPECT_EQ(formatted(once), once);
    EXPECT_EQ(write_model(read_text(once).model), write_model(read_text(text).model));
    EXPECT_EQ(std::count(once.begin(), once.end(), '#'), std::count(text.begin(), text.end(), '#'));
  }
}

TEST(Format, RandomModelsKeepTheirMeaning) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Generator random(seed);
    // Comments and blank lines at random line ends.
    std::string text;
    for (const char c : random.model()) {
      if (c == '\n' && random.chance(8)) text += "   # remark " + std::to_string(text.size());
      text += c;
      if (c == '\n' && random.chance(10))
        text += std::string(static_cast<std::size_t>(random.below(9)), ' ') + "# line\n";
      if (c == '\n' && random.chance(10)) text += "\n\n\n";
    }
    const std::vector<std::pair<std::string, std::string>> samples = {{"s.csv", "1ms\n"}};
    const std::string once = formatted(text);
    ASSERT_EQ(write_model(read_text(once, samples).model),
              write_model(read_text(text, samples).model));
    ASSERT_EQ(formatted(once), once) << text;
    ASSERT_EQ(std::count(once.begin(), once.end(), '#'), std::count(text.begin(), text.end(), '#'));
    ASSERT_EQ(once.find("\n\n\n"), std::string::npos);
  }
}

}  // namespace
}  // namespace scantling
