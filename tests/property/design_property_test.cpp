// Properties of a design that hold for every model.
#include <gtest/gtest.h>

#include <map>

#include "design/design.h"
#include "property/models.h"

namespace scantling::testing {
namespace {

// Without the simulations: these properties are about what is decided, not about what it measures,
// nor about what else could be.
DesignResult designed(const Architecture& model, int jobs = 2) {
  DesignOptions options;
  options.simulate = false;
  options.flips = false;
  options.jobs = jobs;
  return design(model, built_in_catalog(), options);
}

std::map<std::string, PathInfo> by_path(const Architecture& model) {
  std::map<std::string, PathInfo> out;
  for (PathInfo& info : all_paths(model))
    out.emplace(info.path, info);
  return out;
}

TEST(DesignProperty, HasNoErrors) {
  for (const NamedText& model : all_models()) {
    EXPECT_EQ(errors_of(designed(read_text(model.text).model).findings), "") << model.name;
  }
}

TEST(DesignProperty, GivenValuesAreKept) {
  for (const NamedText& text : all_models()) {
    const Architecture model = read_text(text.text).model;
    const std::map<std::string, PathInfo> after = by_path(designed(model).model);
    int given = 0;
    for (const auto& [path, info] : by_path(model)) {
      // A group's text holds what was decided beside what is given; its members are compared.
      if (info.from.origin != Origin::Given || info.text == "..." || info.text.starts_with("{") ||
          info.text.starts_with("["))
        continue;
      ++given;
      const auto it = after.find(path);
      ASSERT_NE(it, after.end()) << text.name << ": lost " << path;
      if (it->second.text != "...") {
        EXPECT_EQ(it->second.text, info.text) << text.name << ": " << path;
      }
      EXPECT_EQ(it->second.from.origin, Origin::Given) << text.name << ": " << path;
    }
    EXPECT_GT(given, 10) << text.name;
  }
}

TEST(DesignProperty, EveryValueHasAnOriginAndEveryDecisionAReason) {
  for (const NamedText& text : all_models()) {
    const DesignResult result = designed(read_text(text.text).model);
    for (const auto& [path, info] : by_path(result.model)) {
      if (path.find('.') == std::string::npos) continue;  // a map or list of elements
      EXPECT_NE(info.from.origin, Origin::Absent) << text.name << ": " << path;
      if (info.from.origin != Origin::Decided) continue;
      EXPECT_TRUE(info.from.decision.valid()) << text.name << ": " << path;
    }
    for (const Decision& decision : result.model.decisions.raw()) {
      EXPECT_FALSE(decision.because->empty()) << text.name << ": " << decision.name;
      EXPECT_FALSE(decision.chosen->empty()) << text.name << ": " << decision.name;
    }
  }
}

TEST(DesignProperty, DependsOnNothingButTheModel) {
  for (const NamedText& text : all_models()) {
    const Architecture model = read_text(text.text).model;
    EXPECT_EQ(write_model(designed(model, 1).model), write_model(designed(model, 2).model))
        << text.name;
  }
}

TEST(DesignProperty, CanBeWrittenAndReadBack) {
  for (const NamedText& text : all_models()) {
    const std::string once = write_model(designed(read_text(text.text).model).model);
    const Reading again = read_text(once);
    EXPECT_EQ(errors_of(again.findings), "") << text.name;
    EXPECT_EQ(write_model(again.model), once) << text.name;
  }
}

// A design starts from what is given, so designing what was designed gives the same design.
TEST(DesignProperty, DesigningAgainKeepsTheDesign) {
  for (const NamedText& text : all_models()) {
    const std::string once = write_model(designed(read_text(text.text).model).model);
    const Reading again = read_text(once, {.overlays = {}, .forget_decided = true});
    EXPECT_EQ(errors_of(again.findings), "") << text.name;
    EXPECT_EQ(write_model(designed(again.model).model), once) << text.name;
  }
}

// The lines of `part` occur in `whole` in their order.
bool keeps_lines(const std::string& whole, const std::string& part) {
  std::size_t at = 0;
  for (std::size_t begin = 0; begin < part.size();) {
    const std::size_t end = std::min(part.find('\n', begin), part.size());
    const std::size_t found = whole.find(part.substr(begin, end - begin), at);
    if (found == std::string::npos) return false;
    at = found + (end - begin);
    begin = end + 1;
  }
  return true;
}

TEST(DesignProperty, WritingBackKeepsEveryLineAndSaysTheDesign) {
  for (const NamedText& text : example_models()) {
    const Reading before = read_text(text.text);
    const Architecture model = designed(before.model).model;
    const std::vector<Edit> edits = write_back(*before.sources, before.file, model);
    EXPECT_FALSE(edits.empty()) << text.name;
    const Expected<std::string> written = apply_edits(*before.sources, before.file, edits);
    ASSERT_TRUE(written) << text.name << ": " << written.error().message;
    EXPECT_TRUE(keeps_lines(*written, text.text)) << text.name;
    const Reading after = read_text(*written);
    EXPECT_EQ(errors_of(after.findings), "") << text.name;
    // Assumed values are not written: the next design makes them anew.
    const Reading given = read_text(*written, {.overlays = {}, .forget_decided = true});
    EXPECT_EQ(write_model(designed(given.model).model), write_model(model)) << text.name;
    EXPECT_TRUE(write_back(*after.sources, after.file, after.model).empty())
        << text.name << ": there is something left to write";
  }
}

}  // namespace
}  // namespace scantling::testing
