#include <gtest/gtest.h>

#include "syntax/tree.h"

namespace scantling {
namespace {

// One text, parsed; with short ways to ask for its nodes.
struct Parsed {
  explicit Parsed(std::string text, const SyntaxLimits& limits = {})
      : file(sources.add("t.yaml", std::move(text))), result(parse_yaml(sources, file, limits)) {}

  const SyntaxTree& tree() const { return result.tree; }
  const Node& root() const { return tree().node(tree().root()); }
  // "a/b/0": keys and indices from the root.
  const Node& at(std::string_view path) const {
    const Node* node = &root();
    while (!path.empty()) {
      const std::size_t slash = path.find('/');
      const std::string step(path.substr(0, slash));
      if (node->kind == NodeKind::Map)
        node = &tree().node(tree().find(*node, step)->value);
      else
        node = &tree().node(tree().item(*node, std::stoi(step)));
      path = slash == std::string_view::npos ? "" : path.substr(slash + 1);
    }
    return *node;
  }
  // The source bytes of a node.
  std::string source(std::string_view path) const {
    return std::string(sources.text(at(path).span));
  }
  std::string key_source(std::string_view path, int i) const {
    return std::string(sources.text(tree().entry(at(path), i).key_span));
  }
  std::string problems() const {
    std::string out;
    for (const SyntaxProblem& problem : result.problems) {
      const LineColumn at_place = sources.position(file, problem.span.begin);
      out += std::to_string(at_place.line) + ":" + std::to_string(at_place.column) + " [" +
             std::string(sources.text(problem.span)) + "] " + problem.detail + "\n";
    }
    return out;
  }
  SyntaxProblem::Kind kind() const { return result.problems.at(0).kind; }

  Sources sources;
  FileId file;
  SyntaxResult result;
};

using Kind = SyntaxProblem::Kind;

TEST(Parse, ReadsMapsListsAndScalars) {
  const Parsed p("a: 1\nb: [x, {c: d}]\ne:\n  - f\n  -   g: 'h'\n");
  EXPECT_EQ(p.problems(), "");
  EXPECT_EQ(p.at("a").scalar, "1");
  EXPECT_EQ(p.at("b/1/c").scalar, "d");
  EXPECT_TRUE(p.at("b").flow);
  EXPECT_FALSE(p.at("e").flow);
  EXPECT_EQ(p.at("e/1/g").style, ScalarStyle::SingleQuoted);
  EXPECT_EQ(p.root().count, 3);
  EXPECT_EQ(p.tree().find(p.root(), "zzz"), nullptr);
}

TEST(Parse, SpansAreExact) {
  const Parsed p(
      "# head\nmap:   # note\n  one: 1   # c\n  two:  \"x y\"  \n\nlist:\n- a\n-  [ b , 'c' ]   # "
      "d\n"
      "flow: { k : v , l }\nlast: end");
  EXPECT_EQ(p.problems(), "");
  EXPECT_EQ(p.source("map"), "one: 1   # c\n  two:  \"x y\"");
  EXPECT_EQ(p.source("map/two"), "\"x y\"");
  EXPECT_EQ(p.key_source("map", 1), "two");
  EXPECT_EQ(p.source("list"), "- a\n-  [ b , 'c' ]");
  EXPECT_EQ(p.source("list/1"), "[ b , 'c' ]");
  EXPECT_EQ(p.source("list/1/1"), "'c'");
  EXPECT_EQ(p.source("flow"), "{ k : v , l }");
  EXPECT_EQ(p.key_source("flow", 1), "l");
  EXPECT_EQ(p.at("flow/l").kind, NodeKind::Null);
  EXPECT_EQ(p.at("flow/l").span.begin, p.tree().entry(p.at("flow"), 1).key_span.end);
  EXPECT_EQ(p.source(""), std::string(p.sources.text(p.file)).substr(7));
}

TEST(Parse, SpansAreBytesWithMarkLineEndsAndWideCharacters) {
  const Parsed p(
      "\xef\xbb\xbf"
      "gr\xc3\xb6\xc3\x9f"
      "e: \xe2\x82\xac 5\r\n\xf0\x9f\x98\x80: [\xc3\xa9, b]\r\nz: 'q'\r\n");
  EXPECT_EQ(p.problems(), "");
  EXPECT_EQ(p.source("gr\xc3\xb6\xc3\x9f"
                     "e"),
            "\xe2\x82\xac 5");
  EXPECT_EQ(p.source("\xf0\x9f\x98\x80/1"), "b");
  EXPECT_EQ(p.source("\xf0\x9f\x98\x80"), "[\xc3\xa9, b]");
  EXPECT_EQ(p.source("z"), "'q'");
  EXPECT_EQ(p.key_source("", 0),
            "gr\xc3\xb6\xc3\x9f"
            "e");
  EXPECT_EQ(p.root().span.begin, 3U);
}

TEST(Parse, BlockScalarsEndWithTheirLastCharacter) {
  const Parsed p(
      "a: |\n  one\n  two  \n\n\nb: >-\n  x\n  y\n# c\nc: |+\n\nd: | # empty\ne: |2\n   z\n");
  EXPECT_EQ(p.problems(), "");
  EXPECT_EQ(p.source("a"), "|\n  one\n  two  ");
  EXPECT_EQ(p.at("a").scalar, "one\ntwo  \n");
  EXPECT_EQ(p.at("a").style, ScalarStyle::Literal);
  EXPECT_EQ(p.source("b"), ">-\n  x\n  y");
  EXPECT_EQ(p.at("b").scalar, "x y");
  EXPECT_EQ(p.source("c"), "|+");
  EXPECT_EQ(p.source("d"), "|");
  EXPECT_EQ(p.source("e"), "|2\n   z");
  EXPECT_EQ(p.source(""),
            std::string(p.sources.text(p.file).substr(0, p.sources.text(p.file).size() - 1)));
}

TEST(Parse, UnescapesQuotedScalars) {
  const Parsed p(
      "a: 'it''s'\nb: \"tab\\there \\u20ac \\\"q\\\"\"\nc: \"\"\nd: \"x\\0y\"\ne: two\n  lines\n");
  EXPECT_EQ(p.at("a").scalar, "it's");
  EXPECT_EQ(p.source("a"), "'it''s'");
  EXPECT_EQ(p.at("b").scalar, "tab\there \xe2\x82\xac \"q\"");
  EXPECT_EQ(p.at("c").scalar, "");
  EXPECT_EQ(p.at("c").kind, NodeKind::Scalar);
  EXPECT_EQ(p.at("d").scalar, std::string_view("x\0y", 3));
  EXPECT_EQ(p.at("e").scalar, "two lines");
  EXPECT_EQ(p.source("e"), "two\n  lines");
}

TEST(Parse, NullIsPlainAndEmptyOrNamed) {
  const Parsed p("a:\nb: ~\nc: null\nd: 'null'\ne: \"\"\nf: [~, NULL, Null, nULL]\ng: # x\n");
  EXPECT_EQ(p.at("a").kind, NodeKind::Null);
  EXPECT_EQ(p.at("a").span.begin, 2U);
  EXPECT_EQ(p.at("a").span.end, 2U);
  EXPECT_EQ(p.at("b").kind, NodeKind::Null);
  EXPECT_EQ(p.source("b"), "~");
  EXPECT_EQ(p.at("c").kind, NodeKind::Null);
  EXPECT_EQ(p.at("d").kind, NodeKind::Scalar);
  EXPECT_EQ(p.at("e").kind, NodeKind::Scalar);
  EXPECT_EQ(p.at("f/1").kind, NodeKind::Null);
  EXPECT_EQ(p.at("f/3").kind, NodeKind::Scalar);
  EXPECT_EQ(p.at("g").kind, NodeKind::Null);
}

TEST(Parse, EmptyFilesAreNull) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "\xef\xbb\xbf", "---\n...\n"}) {
    const Parsed p(text);
    EXPECT_EQ(p.problems(), "") << text;
    EXPECT_EQ(p.root().kind, NodeKind::Null) << text;
  }
}

TEST(Parse, JsonIsYaml) {
  const Parsed p("{\"a\":1,\"b\":[true,null,-1.5e3,\"x\\/y\"],\n\t\"c\":{}}\n");
  EXPECT_EQ(p.problems(), "");
  EXPECT_EQ(p.at("b/2").scalar, "-1.5e3");
  EXPECT_EQ(p.at("b/3").scalar, "x/y");
  EXPECT_EQ(p.at("b/1").kind, NodeKind::Null);
  EXPECT_EQ(p.at("c").count, 0);
  EXPECT_EQ(p.source("c"), "{}");
}

// As json.dumps of Python writes what lies beyond U+FFFF.
TEST(Parse, JsonSurrogatePairs) {
  const Parsed p(
      "{\"\\ud83d\\ude00\": \"a\\uD83D\\uDE00b\\ud83d\\ude01\\ue000\", \"x\": "
      "\"\\\\ud83d\\\\ude00\",\n"
      "y: \\ud83d\\ude00, z: '\\ud83d\\ude00 c\n  d'}\n");
  EXPECT_EQ(p.problems(), "");
  EXPECT_EQ(p.at("\xf0\x9f\x98\x80").scalar,
            "a\xf0\x9f\x98\x80"
            "b\xf0\x9f\x98\x81\xee\x80\x80");
  EXPECT_EQ(p.at("x").scalar, "\\ud83d\\ude00");
  EXPECT_EQ(p.at("y").scalar, "\\ud83d\\ude00");
  EXPECT_EQ(p.at("z").scalar, "\\ud83d\\ude00 c d");
  EXPECT_EQ(Parsed("\"\\ud83d x\"").problems(),
            "1:4 [d83d] this escape is not a character of Unicode\n");
}

TEST(Problems, DuplicateKeysNameBothPlaces) {
  const Parsed p("a: 1\nb: 2\n\"a\": 3\nc: { d: 1, d: 2, d: 3 }\n");
  ASSERT_EQ(p.result.problems.size(), 3U);
  EXPECT_EQ(p.kind(), Kind::DuplicateKey);
  EXPECT_EQ(p.sources.text(p.result.problems[0].span), "\"a\"");
  EXPECT_EQ(p.result.problems[0].other.begin, 0U);
  EXPECT_EQ(p.result.problems[0].detail, "a");
  EXPECT_EQ(p.result.problems[2].other, p.result.problems[1].other);
  EXPECT_EQ(p.at("a").scalar, "1");
}

TEST(Problems, AliasesTagsAndSecondDocuments) {
  EXPECT_EQ(Parsed("a: &x 1\n").problems(), "1:4 [&x] \n");
  EXPECT_EQ(Parsed("a: &x 1\n").kind(), Kind::Alias);
  EXPECT_EQ(Parsed("a: &x 1\n").source("a"), "1");
  EXPECT_EQ(Parsed("a: *x\n").problems(), "1:4 [*x] \n");
  const Parsed tag("a: !!str 1\nb: !x\n  c: d\n");
  EXPECT_EQ(tag.problems(), "1:4 [!!str] \n2:4 [!x] \n");
  EXPECT_EQ(tag.kind(), Kind::Tag);
  EXPECT_EQ(tag.source("b"), "c: d");
  EXPECT_EQ(tag.source("a"), "1");
  const Parsed two("a: 1\n---\nb: 2\n");
  EXPECT_EQ(two.kind(), Kind::SecondDocument);
  EXPECT_EQ(two.problems(), "2:1 [---] \n");
  EXPECT_EQ(two.at("a").scalar, "1");
}

// One line of bad input, one sentence.
TEST(Problems, AreSaidInPlainWords) {
  struct Case {
    const char* text;
    const char* expected;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"a: [1, 2\n", "1:4 [[] this '[' is never closed\n"},
           {"a: {b: 1\n", "1:4 [{] this '{' is never closed\n"},
           {"a: 'x\nb: 1\n", "1:4 ['] this quote is never closed\n"},
           {"a:\n\tb: 1\n", "2:1 [\t] found a tab where indentation needs spaces\n"},
           {"a: 1\nb\nc: 2\n", "2:1 [b] a key without a ':' after it\n"},
           {"a: b: c\n", "1:5 [:] a second ': ' in one line; put the value in quotes\n"},
           {"a: 1\n  b: 2\n",
            "2:4 [:] a ':' is not expected here: the line is indented as a part of the value above "
            "it\n"},
           {"a: @b\n", "1:4 [@] text that begins with '@' needs quotes\n"},
           {"a: *.com\n", "1:4 [*.com] text that begins with '*' needs quotes\n"},
           {"a: - b\n",
            "1:4 [-] a list item '-' is not allowed here; begin it on a line of its own\n"},
           {"a: \"\\q\"\n",
            "1:5 [\\q] unknown escape '\\q' in double quotes; write '\\\\' for a backslash, or use "
            "single quotes\n"},
           {"a: [b\nc: 1\n",
            "2:2 [:] found ':' where ',' or ']' is expected; the '[' of line 1 is still open\n"},
           {"a: [,]\n", "1:5 [,] found ',' where a value is expected\n"},
           {"a: 1\n b: 2\n",
            "2:3 [:] a ':' is not expected here: the line is indented as a part of the value above "
            "it\n"},
           {"a:\n  b: 1\n c: 2\n",
            "3:2 [c:] found 'c:' where a key of the map that begins in line 1 is expected; check "
            "the "
            "indentation\n"},
           {"- a\nb: 1\n",
            "2:1 [b:] found 'b:' where the next '-' of the list that begins in line 1 is expected; "
            "check the indentation\n"},
           {"a: [b:?]\n", "1:6 [:] a ':' is not allowed here; put the text in quotes\n"},
           {"a: |x\n  b\n",
            "1:5 [x] found 'x' after '|' or '>', where only a comment or a new line may follow\n"},
           {"%FOO bar\n---\na: 1\n",
            "1:1 [%FOO bar] a line that begins with '%' is a directive of YAML; put the text in "
            "quotes\n"},
           {"[a]: 1\n", "1:1 [[] a key must be text, this is a list\n"},
           {": 1\n", "1:1 [:] a value without a key before it\n"},
           {"'a' b\n", "1:5 [b] found 'b' after the end of the file's value\n"},
       }) {
    EXPECT_EQ(Parsed(c.text).problems(), c.expected) << c.text;
  }
}

TEST(Problems, WhatStandsBeforeIsKept) {
  const Parsed p("a: 1\nb:\n  c: [x, y\nd: 4\n");
  EXPECT_EQ(p.result.problems.size(), 1U);
  EXPECT_EQ(p.at("a").scalar, "1");
  EXPECT_EQ(p.at("b/c/0").scalar, "x");
}

TEST(Problems, EncodingAndControlCharacters) {
  const Parsed latin("a: 1\nb: caf\xe9\nc: 2\n");
  EXPECT_EQ(latin.kind(), Kind::BadEncoding);
  EXPECT_EQ(latin.result.problems[0].span.begin, 11U);
  EXPECT_EQ(latin.result.problems[0].detail, "the byte 0xe9 is not UTF-8 here");
  EXPECT_EQ(latin.at("a").scalar, "1");
  EXPECT_EQ(Parsed("\xff\xfe"
                   "a")
                .kind(),
            Kind::BadEncoding);
  EXPECT_FALSE(Parsed("\xff\xfe"
                      "a")
                   .tree()
                   .root()
                   .valid());
  EXPECT_EQ(Parsed(std::string("a: b\0c", 6)).result.problems[0].detail,
            "a NUL character is not allowed: this is not a text file");
  EXPECT_EQ(Parsed("a: \x07\n").result.problems[0].detail,
            "the control character U+0007 is not allowed");
  EXPECT_EQ(Parsed("a: \xc2\x9f\n").result.problems[0].detail,
            "the control character U+009F is not allowed");
  EXPECT_EQ(Parsed("a: \xef\xbf\xbe\n").result.problems[0].detail,
            "the character U+FFFE is not allowed");
  EXPECT_EQ(Parsed("a: \xe2\x80\xa8\n").result.problems[0].detail,
            "the character U+2028 is a line end for some readers of YAML; write it as an escape in "
            "double quotes");
  EXPECT_EQ(Parsed("a: 1\n\xef\xbb\xbf"
                   "b: 2\n")
                .problems(),
            "2:1 [\xef\xbb\xbf] a byte order mark (U+FEFF) may stand at the beginning of the file "
            "alone\n");
  EXPECT_EQ(Parsed("a: 'x\xef\xbb\xbf'\n").problems(), "");
  EXPECT_EQ(Parsed("a: \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n").problems(), "");
}

std::string repeat(std::string_view text, int n) {
  std::string out;
  for (int i = 0; i < n; ++i)
    out += text;
  return out;
}

TEST(Limits, Depth) {
  EXPECT_EQ(Parsed(repeat("[", 100) + repeat("]", 100)).problems(), "");
  EXPECT_EQ(Parsed(repeat("[", 101) + repeat("]", 101)).kind(), Kind::TooDeep);
  EXPECT_EQ(Parsed(repeat("[", 100'000)).kind(), Kind::TooDeep);
  EXPECT_EQ(Parsed(repeat("{a: ", 100'000)).kind(), Kind::TooDeep);
  EXPECT_EQ(Parsed(repeat("- ", 100'000)).kind(), Kind::TooDeep);
  std::string nested;
  for (int i = 0; i < 2'000; ++i)
    nested += repeat(" ", i) + "a:\n";
  const Parsed p(nested);
  EXPECT_EQ(p.kind(), Kind::TooDeep);
  EXPECT_EQ(p.sources.position(p.file, p.result.problems[0].span.begin).line, 101);
}

TEST(Limits, NodesBytesAndProblems) {
  SyntaxLimits limits;
  limits.nodes = 10;
  EXPECT_EQ(Parsed("[1,2,3,4,5,6,7,8,9]", limits).problems(), "");
  EXPECT_EQ(Parsed("[1,2,3,4,5,6,7,8,9,10]", limits).kind(), Kind::TooManyNodes);
  limits = {};
  limits.bytes = 4;
  EXPECT_EQ(Parsed("a: 1\n", limits).kind(), Kind::TooLarge);
  const Parsed many(repeat("- &a b\n", 2'000));
  EXPECT_EQ(many.result.problems.size(), 1001U);
  EXPECT_EQ(many.result.problems.back().kind, Kind::TooManyProblems);
  const Parsed duplicates(repeat("a: b\n", 5'000));
  EXPECT_EQ(duplicates.result.problems.size(), 1001U);
  EXPECT_EQ(Parsed(repeat("%TAG !a! b\n", 5'000)).kind(), Kind::Malformed);
}

// Each of these takes minutes where time grows with the square of the size.
TEST(Limits, TimeIsLinear) {
  EXPECT_EQ(Parsed("[" + repeat("a,", 1'000'000) + "]").root().count, 1'000'000);
  std::string keys;
  for (int i = 0; i < 200'000; ++i)
    keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(Parsed(keys).root().count, 200'000);
  EXPECT_EQ(Parsed(std::string(std::size_t{8} << 20, 'a')).root().scalar.size(),
            std::size_t{8} << 20);
  EXPECT_EQ(Parsed("'" + std::string(std::size_t{8} << 20, '\'') + "'").root().scalar.size(),
            std::size_t{4} << 20);
  EXPECT_EQ(Parsed(repeat("\xc3\xa9: [", 50) + repeat("\xe2\x82\xac, ", 200'000) + repeat("]", 50))
                .problems(),
            "");
}

SyntaxLimits importer() {
  SyntaxLimits limits;
  limits.aliases = true;
  return limits;
}

TEST(Aliases, AreExpandedForImporters) {
  const Parsed p("base: &b { x: 1, y: [2] }\nuse: *b\nlist: [*b, &c z, *c]\n&k key: 1\nagain: *k\n",
                 importer());
  EXPECT_EQ(p.problems(), "");
  EXPECT_EQ(p.at("use/y/0").scalar, "2");
  EXPECT_EQ(p.at("list/0/x").scalar, "1");
  EXPECT_EQ(p.at("list/2").scalar, "z");
  EXPECT_EQ(p.at("again").scalar, "key");
  EXPECT_EQ(p.source("base"), "{ x: 1, y: [2] }");
}

TEST(Aliases, UnknownAndOwnOnesAreProblems) {
  EXPECT_EQ(Parsed("a: *b\n", importer()).problems(),
            "1:4 [*b] '*b' names no complete value before it\n");
  EXPECT_EQ(Parsed("a: &a [*a]\n", importer()).problems(),
            "1:8 [*a] '*a' names no complete value before it\n");
}

TEST(Aliases, BombsAreDefused) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1) + " ";
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 0; k < 9; ++k)
      bomb += ", " + before;
    bomb += "]\n";
  }
  const Parsed p(bomb, importer());
  ASSERT_EQ(p.result.problems.size(), 1U);
  EXPECT_EQ(p.kind(), Kind::TooManyNodes);
  // Deeper and deeper by aliases.
  std::string deep = "a0: &a0 [x]\n";
  for (int i = 1; i < 200; ++i)
    deep += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
            "]\n";
  EXPECT_EQ(Parsed(deep, importer()).kind(), Kind::TooDeep);
}

TEST(Documents, AllOfAFile) {
  Sources sources;
  const FileId file = sources.add("x", "a: 1\n---\nb: 2\n--- c\n...\n");
  const std::vector<SyntaxResult> documents = parse_yaml_documents(sources, file, {});
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_EQ(documents[1].tree.node(documents[1].tree.root()).span.begin, 9U);
  EXPECT_EQ(documents[2].tree.node(documents[2].tree.root()).scalar, "c");
  const FileId empty = sources.add("y", "");
  EXPECT_EQ(parse_yaml_documents(sources, empty, {}).size(), 1U);
}

}  // namespace
}  // namespace scantling
