// Properties of reading and writing that hold for every model.
#include <gtest/gtest.h>

#include <random>

#include "property/models.h"

namespace scantling::testing {
namespace {

TEST(LanguageProperty, EveryModelReadsWithoutErrors) {
  for (const NamedText& model : all_models()) {
    EXPECT_EQ(errors_of(read_text(model.text).findings), "") << model.name;
  }
}

TEST(LanguageProperty, ReadingWhatWasWrittenIsStable) {
  for (const NamedText& model : all_models()) {
    const std::string once = write_model(read_text(model.text).model);
    const Reading again = read_text(once);
    EXPECT_EQ(errors_of(again.findings), "") << model.name;
    EXPECT_EQ(write_model(again.model), once) << model.name;
  }
}

TEST(LanguageProperty, FormattingKeepsTheMeaningAndIsIdempotent) {
  for (const NamedText& model : all_models()) {
    const Reading before = read_text(model.text);
    Diagnostics findings;
    const std::string formatted = format_model(*before.sources, before.file, findings);
    EXPECT_EQ(errors_of(findings), "") << model.name;
    const Reading after = read_text(formatted);
    EXPECT_EQ(write_model(after.model), write_model(before.model)) << model.name;
    Diagnostics again;
    EXPECT_EQ(format_model(*after.sources, after.file, again), formatted) << model.name;
  }
}

// A file with one thing wrong: a piece cut out, doubled, or overwritten.
std::string damaged(const std::string& text, std::mt19937& dice) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(dice() % n); };
  const std::size_t at = below(text.size());
  const std::size_t length = std::min(text.size() - at, 1 + below(40));
  constexpr std::string_view kBytes = "{}[]:,-#'\"&*!|>%@\t\n \xff\0z0";
  std::string out = text;
  switch (dice() % 4) {
    case 0: return out.erase(at, length);
    case 1: return out.insert(at, text.substr(at, length));
    case 2: return out.replace(at, 1, 1, kBytes[below(kBytes.size())]);
    default: return out.resize(at), out;
  }
}

TEST(LanguageProperty, DamagedModelsAreReportedWithinTheFile) {
  std::mt19937 dice(7);
  int with_errors = 0;
  for (const NamedText& model : example_models()) {
    for (int i = 0; i < 150; ++i) {
      const std::string text = damaged(model.text, dice);
      const Reading reading = read_text(text);
      for (const Diagnostic& finding : reading.findings.all()) {
        ASSERT_NE(finding.kind, nullptr);
        EXPECT_FALSE(finding.title.empty()) << finding.kind->name;
        EXPECT_FALSE(finding.title.ends_with('.')) << finding.title;
        if (finding.span.valid()) {
          ASSERT_LE(finding.span.begin, finding.span.end) << finding.title;
          ASSERT_LE(finding.span.end, text.size()) << finding.title;
        }
      }
      with_errors += reading.findings.has_errors() ? 1 : 0;
      if (reading.findings.has_errors()) continue;
      // What is read without an error can be written and read again.
      EXPECT_EQ(errors_of(read_text(write_model(reading.model)).findings), "") << text;
    }
  }
  EXPECT_GT(with_errors, 100) << "the damage does no harm: this test looks at nothing";
}

}  // namespace
}  // namespace scantling::testing
