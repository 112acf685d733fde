#include "support/tidy/tidy.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace scantling::tidy {
namespace {

Tree tree_of(std::vector<File> files) {
  std::ranges::sort(files, {}, &File::path);
  return {std::move(files),
          parse_rooms("base: \nsyntax: base\ncheck: base syntax\ncommands: base\n")};
}

using Check = void (*)(const Tree&, Problems&);

std::vector<std::string> texts(Check check, std::vector<File> files) {
  Problems problems;
  check(tree_of(std::move(files)), problems);
  std::vector<std::string> out;
  for (const Problem& problem : problems)
    out.push_back(to_text(problem));
  return out;
}

using Texts = std::vector<std::string>;

TEST(TidyLayers, LetsIncludesGoDownOnly) {
  const File below{"src/base/text.h", ""};
  EXPECT_EQ(texts(check_layers, {below, {"src/check/a.cpp", "#include \"base/text.h\"\n"}}),
            Texts{});
  EXPECT_EQ(texts(check_layers, {{"src/base/a.cpp", "\n#include \"check/check.h\"\n"},
                                 {"src/check/check.h", ""}}),
            (Texts{"src/base/a.cpp:2: room 'base' includes check/check.h, but doesn't list 'check' "
                   "under USES in CMakeLists.txt [layers]"}));
  EXPECT_EQ(texts(check_layers, {below, {"src/base/a.cpp", "#include \"text.h\"\n"}}),
            (Texts{"src/base/a.cpp:1: no file src/text.h: name it by its room [layers]"}));
  EXPECT_EQ(texts(check_layers, {{"src/attic/a.cpp", ""}}),
            (Texts{"src/attic/a.cpp: room 'attic' is not declared in CMakeLists.txt [layers]"}));
}

TEST(TidyLayers, QuarantinesThirdPartyHeaders) {
  EXPECT_EQ(texts(check_layers, {{"src/syntax/a.cpp", "#include <yaml.h>\n"},
                                 {"src/check/a.cpp", "#include <nlohmann/json.hpp>\n"},
                                 {"src/check/a_test.cpp", "#include <gtest/gtest.h>\n"},
                                 {"src/check/test_a.h", "#include <gtest/gtest.h>\n"}}),
            Texts{});
  EXPECT_EQ(texts(check_layers, {{"src/check/a.cpp", "#include <yaml.h>\n"}}),
            (Texts{"src/check/a.cpp:1: <yaml.h> outside src/syntax [layers]"}));
  EXPECT_EQ(texts(check_layers, {{"src/check/a.h", "#include <nlohmann/json.hpp>\n"}}),
            (Texts{"src/check/a.h:1: <nlohmann/json.hpp> in a header of ours [layers]"}));
  EXPECT_EQ(texts(check_layers, {{"src/check/a.cpp", "#include <boost/math/a.hpp>\n"},
                                 {"src/check/b.cpp", "#include <boost/math/a.hpp>\n"}}),
            (Texts{"src/check/b.cpp:1: <boost/> in more than 1 file [layers]"}));
  EXPECT_EQ(
      texts(check_layers, {{"src/base/a.cpp", "#include <gtest/gtest.h>\n#include <format>\n"}}),
      (Texts{"src/base/a.cpp:1: GoogleTest outside a test [layers]",
             "src/base/a.cpp:2: <format> is not used here [layers]"}));
  EXPECT_EQ(texts(check_layers, {{"src/base/a.h", "#include <iostream>\n"}}),
            (Texts{"src/base/a.h:1: iostream in a header [layers]"}));
}

TEST(TidyText, FindsWhatNobodySees) {
  EXPECT_EQ(texts(check_text, {{"src/base/a.cpp", "int a;\n\n  // fine: x\n"}}), Texts{});
  EXPECT_EQ(texts(check_text, {{"src/base/a.cpp", "a \n\tb\nc\r\nd"}}),
            (Texts{"src/base/a.cpp:1: blank at the line end [text]", "src/base/a.cpp:2: tab [text]",
                   "src/base/a.cpp:3: carriage return at the line end [text]",
                   "src/base/a.cpp:4: no line end at the end [text]"}));
  EXPECT_EQ(texts(check_text, {{"Makefile", "a:\n\tb\n"}, {"tests/golden/a/b.test", "a\t \n"}}),
            Texts{});
}

TEST(TidyText, FindsUnfinishedWorkAndLocalPaths) {
  const std::string word = std::string("TO") + "DO";
  EXPECT_EQ(texts(check_text, {{"a.md", word + ": later\nmas" + word + "n\n"}}),
            (Texts{"a.md:1: '" + word + "' marks unfinished work [text]"}));
  const std::string shared = std::string("../") + "shared/data";
  EXPECT_EQ(
      texts(check_text, {{"tests/a.cpp", shared + "\n"}, {"src/base/a_test.cpp", shared + "\n"}}),
      Texts{});
  EXPECT_EQ(texts(check_text, {{"src/base/a.cpp", shared + "\n"}}).size(), 1u);
  EXPECT_EQ(texts(check_text, {{"tests/a.cpp", std::string("/work") + "/main\n"}}).size(), 1u);
}

std::string lines(int n) {
  std::string text;
  for (int i = 0; i < n; ++i)
    text += "  ++x;\n";
  return text;
}

TEST(TidySizes, MeasuresFilesAndFunctions) {
  const std::string head = "// What it is.\n#pragma once\n";
  EXPECT_EQ(texts(check_sizes, {{"src/base/a.h", head}}), Texts{});
  EXPECT_EQ(texts(check_sizes, {{"src/base/a.h", head + lines(249)}}),
            (Texts{"src/base/a.h: 251 lines; at most 250 [file-length]"}));
  EXPECT_EQ(texts(check_sizes, {{"src/base/a.h", "int x;\n"}}).size(), 2u);
  EXPECT_EQ(texts(check_sizes, {{"src/base/a.cpp", "void f() {\n" + lines(68) + "}\n"}}), Texts{});
  EXPECT_EQ(texts(check_sizes, {{"src/base/a.cpp", "\nvoid A::f() {\n" + lines(69) + "}\n"}}),
            (Texts{"src/base/a.cpp:2: A::f has 71 lines; at most 70 [function-length]"}));
}

// "name:line:lines" of each function found.
std::vector<std::string> found(std::string_view source) {
  std::vector<std::string> out;
  for (const FunctionSpan& f : find_functions(source)) {
    out.push_back(f.name + ":" + std::to_string(f.line) + ":" + std::to_string(f.lines));
  }
  return out;
}

TEST(TidyFunctions, SeesThroughNamespacesAndClasses) {
  EXPECT_EQ(found("namespace a {\nnamespace {\nint f(int x) {\n  if (x) {\n  }\n  return x;\n}\n}\n"
                  "class B : public C {\n public:\n  B() : x_{1}, y_(2), z_{3} {\n    f({});\n  }\n"
                  "  int g() const noexcept { return 1; }\n  int z_{0};\n  static constexpr int "
                  "t[] = {1};\n"
                  "  bool operator==(const B&) const {\n    return 1;\n  }\n};\n"
                  "template <class T = int>\nauto h(T t = {}) -> std::vector<T> {\n}\n}\n"),
            (Texts{"f:3:5", "B:11:3", "g:14:1", "operator==:17:3", "h:22:2"}));
}

TEST(TidyFunctions, IgnoresBracesInLiteralsCommentsAndMacros) {
  EXPECT_EQ(
      found("#define X(a) { \\\n  {\nint f() {\n  // }\n  /* } */ char c = '}'; int n = 1'000;\n"
            "  s = \"}\\\"}\";\n  r = R\"x(}\n)\" })x\";\n}\nint g() {\n}\n"),
      (Texts{"f:3:7", "g:10:2"}));
}

TEST(TidyFunctions, IgnoresTablesAndNamesTests) {
  EXPECT_EQ(found("const Rule kRules[] = {\n  {\"a\", [](int x) {\n return x; }},\n};\n"
                  "enum class E : char { A, B };\nextern int x;\n"
                  "TEST(Suite, Name) {\n}\n"),
            (Texts{"TEST(Suite,Name):7:2"}));
}

TEST(TidyRegistries, AreSortedUnlessTheOrderIsTheOrderOfWork) {
  EXPECT_EQ(texts(check_registries, {{"src/check/rules.def", "// x\nRULE(a)\nRULE(b, \"z\")\n"}}),
            Texts{});
  EXPECT_EQ(texts(check_registries, {{"src/check/rules.def", "RULE(b)\nRULE(a)\n"}}),
            (Texts{"src/check/rules.def:2: 'a' comes before 'b' [sorted]"}));
  EXPECT_EQ(texts(check_registries, {{"src/design/passes.def", "PASS(b)\nPASS(a)\n"}}), Texts{});
}

TEST(TidyLinks, LeadSomewhere) {
  EXPECT_EQ(texts(check_links, {{"docs/a.md",
                                 "[x](../src/base/) [y](b.md#part) [z](https://x.y) [p](#part)\n"
                                 "```\n[n](no.md)\n```\n"},
                                {"docs/b.md", ""},
                                {"src/base/x.h", ""}}),
            Texts{});
  EXPECT_EQ(texts(check_links, {{"docs/a.md", "see\n[x](b.md) and [y](a.md)\n"}}),
            (Texts{"docs/a.md:2: leads nowhere: b.md [links]"}));
}

Texts after_exemptions(std::string_view exemptions) {
  Problems problems = {{"file-length", "src/a.cpp", 0, 700, "700 lines; at most 600"},
                       {"layers", "src/b.cpp", 3, 0, "upwards"}};
  apply_exemptions(exemptions, "list", problems);
  Texts out;
  for (const Problem& problem : problems)
    out.push_back(to_text(problem));
  return out;
}

TEST(TidyExemptions, MayOnlyShrink) {
  const Texts both = {"src/a.cpp: 700 lines; at most 600 [file-length]",
                      "src/b.cpp:3: upwards [layers]"};
  EXPECT_EQ(after_exemptions("# nothing\n"), both);
  EXPECT_EQ(after_exemptions("file-length src/a.cpp 700  # why\nlayers src/b.cpp  # why\n"),
            Texts{});
  EXPECT_EQ(after_exemptions("file-length src/a.cpp 699  # why\n"), both);
  EXPECT_EQ(after_exemptions("file-length src/a.cpp 710  # why\nlayers src/b.cpp  # why\n"),
            (Texts{"list:1: can shrink to 700: file-length src/a.cpp [exemptions]"}));
  EXPECT_EQ(after_exemptions("layers src/c.cpp  # why\n").back(),
            "list:1: not needed any more: layers src/c.cpp [exemptions]");
  EXPECT_EQ(after_exemptions("layers src/b.cpp\n").back(),
            "list:1: an exemption is 'check subject [at-most]  # why' [exemptions]");
}

}  // namespace
}  // namespace scantling::tidy
