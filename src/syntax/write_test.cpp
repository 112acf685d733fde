#include "syntax/write.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "syntax/tree.h"

namespace scantling {
namespace {

TEST(YamlWriter, WritesBlocksAndFlows) {
  YamlWriter yaml;
  yaml.comment("A shop.\n\nTwo paragraphs.");
  yaml.begin_map();
  yaml.key("scantling");
  yaml.value("1");
  yaml.blank_line();
  yaml.key("teams");
  yaml.begin_map();
  yaml.comment("the first team");
  yaml.key("ordering");
  yaml.begin_map(Layout::Flow);
  yaml.key("size");
  yaml.value("8");
  yaml.key("knows");
  yaml.begin_sequence();
  yaml.string("java");
  yaml.string("a, b");
  yaml.end();
  yaml.end();
  yaml.remark("given");
  yaml.end();
  yaml.key("steps");
  yaml.begin_sequence();
  yaml.string("read Cart");
  yaml.begin_map();
  yaml.key("do");
  yaml.string("reserve Stock");
  yaml.key("undo");
  yaml.string("release Stock");
  yaml.end();
  yaml.begin_sequence();
  yaml.value("6..24");
  yaml.string("true");
  yaml.end();
  yaml.end();
  yaml.key("empty");
  yaml.begin_map();
  yaml.end();
  yaml.key("noted");
  yaml.begin_sequence();
  yaml.comment("nothing yet");
  yaml.end();
  yaml.key("law");
  yaml.raw("{ mean: 3ms, p99: 15ms }");
  yaml.key("summary");
  yaml.string("two\nlines\n");
  yaml.key("last");
  yaml.null();
  yaml.end();
  EXPECT_EQ(yaml.take(),
            "# A shop.\n#\n# Two paragraphs.\nscantling: 1\n\nteams:\n  # the first team\n"
            "  ordering: { size: 8, knows: [java, \"a, b\"] }  # given\n"
            "steps:\n  - read Cart\n  - do: reserve Stock\n    undo: release Stock\n"
            "  - - 6..24\n    - \"true\"\n"
            "empty: {}\nnoted:\n  # nothing yet\n  []\n"
            "law: { mean: 3ms, p99: 15ms }\nsummary: |\n  two\n  lines\nlast: null\n");
}

TEST(YamlWriter, QuotesExactlyWhatNeedsIt) {
  for (const char* plain :
       {"abc", "read Product x20", "240/s", "3ms", "-x", "available >= 0", "a:b", "a#b", "99.95%",
        "7d", "caf\xc3\xa9", "v1", "512 B", "http://x/y", "it's"})
    EXPECT_EQ(yaml_string(plain, Layout::Block), plain);
  for (const char* text : {"",
                           "true",
                           "Yes",
                           "no",
                           "ON",
                           "null",
                           "~",
                           "012",
                           "1e3",
                           "0x1F",
                           "-1",
                           "1_000",
                           "1:30",
                           ".5",
                           ".inf",
                           "2024-01-01",
                           "2024-01-01T00:00:00Z",
                           "@x",
                           "`x",
                           "a: b",
                           "a #b",
                           " a",
                           "a ",
                           "- a",
                           "-",
                           "? a",
                           "[a",
                           "{a",
                           "*a",
                           "&a",
                           "!a",
                           "|",
                           ">",
                           "%a",
                           "#a",
                           "'a",
                           "a:",
                           "---",
                           "...",
                           "=",
                           "<<",
                           ",a"}) {
    const std::string expected = std::string("\"") + text + "\"";
    EXPECT_EQ(yaml_string(text, Layout::Block), expected);
  }
  EXPECT_EQ(yaml_string("\"a\"", Layout::Block), "'\"a\"'");
  EXPECT_EQ(yaml_string("\"it's\"", Layout::Block), "\"\\\"it's\\\"\"");
  EXPECT_EQ(yaml_string("a\tb\n", Layout::Block), "\"a\\tb\\n\"");
  EXPECT_EQ(yaml_string("\xe2\x80\xa8", Layout::Block), "\"\\u2028\"");
  EXPECT_EQ(yaml_string("a, b", Layout::Block), "a, b");
  EXPECT_EQ(yaml_string("a, b", Layout::Flow), "\"a, b\"");
  EXPECT_EQ(yaml_value("012", Layout::Block), "012");
  EXPECT_EQ(yaml_value("true", Layout::Block), "true");
  EXPECT_EQ(yaml_value("null", Layout::Block), "\"null\"");
  EXPECT_EQ(yaml_value("a: b", Layout::Block), "\"a: b\"");
}

// Strings of pieces that matter to YAML or JSON, with a fixed seed.
class Strings {
 public:
  std::string next() {
    static const std::vector<std::string> pieces = {"a",
                                                    "B",
                                                    "0",
                                                    "12",
                                                    " ",
                                                    "  ",
                                                    "\n",
                                                    "\n\n",
                                                    "\t",
                                                    "\r",
                                                    ":",
                                                    ": ",
                                                    "#",
                                                    " #",
                                                    "-",
                                                    "- ",
                                                    "---",
                                                    "...",
                                                    "?",
                                                    "? ",
                                                    "[",
                                                    "]",
                                                    "{",
                                                    "}",
                                                    ",",
                                                    "'",
                                                    "\"",
                                                    "\\",
                                                    "\\n",
                                                    "&",
                                                    "*",
                                                    "!",
                                                    "|",
                                                    ">",
                                                    "%",
                                                    "@",
                                                    "`",
                                                    "~",
                                                    "null",
                                                    "true",
                                                    "yes",
                                                    "1e3",
                                                    ".",
                                                    "..",
                                                    "=",
                                                    "<<",
                                                    "<",
                                                    "/",
                                                    "\x01",
                                                    "\x7f",
                                                    "caf\xc3\xa9",
                                                    "\xe2\x82\xac",
                                                    "\xf0\x9f\x98\x80",
                                                    "\xc2\x85",
                                                    "\xe2\x80\xa8",
                                                    "\xef\xbb\xbf",
                                                    "\xef\xbf\xbe",
                                                    std::string(1, '\0'),
                                                    "word",
                                                    "key: value",
                                                    "\n  x",
                                                    "\n\tx",
                                                    "x \n"};
    std::string out;
    for (std::uint64_t n = random_() % 7; n > 0; --n)
      out += pieces[random_() % pieces.size()];
    if (random_() % 400 == 0) out += std::string(1500, 'k');
    return out;
  }
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

 private:
  std::mt19937_64 random_{77};
};

// A random document, written to YAML, JSON and a list of what was written.
struct Document {
  std::vector<std::string> written;  // keys and scalars, in order; "{", "[", "}" for the shape
  YamlWriter yaml;
  JsonWriter json;

  void collection(Strings& strings, int depth, bool flow) {
    const bool map = strings.below(2) == 0;
    const bool flow_here = flow || strings.below(4) == 0;
    written.push_back(map ? "{" : "[");
    map ? yaml.begin_map(flow_here ? Layout::Flow : Layout::Block)
        : yaml.begin_sequence(flow_here ? Layout::Flow : Layout::Block);
    map ? json.begin_object() : json.begin_array();
    const std::uint64_t count = strings.below(5);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!flow_here && strings.below(5) == 0) yaml.comment(strings.next());
      if (!flow_here && strings.below(5) == 0) yaml.blank_line();
      if (map) {
        const std::string key = std::to_string(i) + strings.next();
        written.push_back(key);
        yaml.key(key);
        json.key(key);
      }
      value(strings, depth, flow_here);
      if (!flow_here && strings.below(5) == 0) yaml.remark(strings.next());
    }
    written.push_back("}");
    yaml.end();
    json.end();
  }

  void value(Strings& strings, int depth, bool flow) {
    if (depth > 0 && strings.below(3) == 0) {
      collection(strings, depth - 1, flow);
      return;
    }
    const std::string text = strings.next();
    written.push_back(text);
    strings.below(2) == 0 ? yaml.string(text) : yaml.value(text);
    json.string(text);
  }
};

std::vector<std::string> contents(const SyntaxTree& tree, NodeId id) {
  const Node& node = tree.node(id);
  if (node.kind == NodeKind::Null) return {"(null)"};
  if (node.kind == NodeKind::Scalar) return {std::string(node.scalar)};
  std::vector<std::string> out = {node.kind == NodeKind::Map ? "{" : "["};
  for (int i = 0; i < node.count; ++i) {
    if (node.kind == NodeKind::Map) out.emplace_back(tree.entry(node, i).key);
    const NodeId child =
        node.kind == NodeKind::Map ? tree.entry(node, i).value : tree.item(node, i);
    const std::vector<std::string> inner = contents(tree, child);
    out.insert(out.end(), inner.begin(), inner.end());
  }
  out.emplace_back("}");
  return out;
}

std::vector<std::string> contents(const nlohmann::ordered_json& json) {
  if (json.is_string()) return {json.get<std::string>()};
  std::vector<std::string> out = {json.is_object() ? "{" : "["};
  for (const auto& item : json.items()) {
    if (json.is_object()) out.push_back(item.key());
    const std::vector<std::string> inner = contents(item.value());
    out.insert(out.end(), inner.begin(), inner.end());
  }
  out.emplace_back("}");
  return out;
}

TEST(Writers, WhatIsWrittenReadsBack) {
  Strings strings;
  for (int i = 0; i < 4000; ++i) {
    Document document;
    strings.below(10) == 0 ? document.value(strings, 0, false)
                           : document.collection(strings, 3, false);
    const std::string yaml = document.yaml.take();
    const std::string json = document.json.take();
    Sources sources;
    const SyntaxResult result = parse_yaml(sources, sources.add("y", yaml));
    ASSERT_TRUE(result.problems.empty()) << result.problems[0].detail << "\n" << yaml;
    ASSERT_EQ(contents(result.tree, result.tree.root()), document.written) << yaml;
    const auto parsed = nlohmann::ordered_json::parse(json, nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << json;
    ASSERT_EQ(contents(parsed), document.written) << json;
    // JSON is YAML: our reader takes what the JSON writer wrote, too, but for keys over the limit.
    if (json.find("kkkkkk") == std::string::npos) {
      const SyntaxResult again = parse_yaml(sources, sources.add("j", json));
      ASSERT_TRUE(again.problems.empty()) << again.problems[0].detail << "\n" << json;
      ASSERT_EQ(contents(again.tree, again.tree.root()), document.written) << json;
    }
  }
}

TEST(JsonWriter, WritesWhatJsonHas) {
  JsonWriter json(0);
  json.begin_object();
  json.key("a");
  json.number(0.1);
  json.key("b");
  json.begin_array();
  json.integer(-3);
  json.boolean(true);
  json.null();
  json.number(std::nan(""));
  json.number(std::numeric_limits<double>::infinity());
  json.number(1e300);
  json.end();
  json.key("c");
  json.begin_object();
  json.end();
  json.key("d\"\\\n\x01");
  json.string("</script>\xff");
  json.end();
  EXPECT_EQ(json.take(),
            "{\"a\":0.1,\"b\":[-3,true,null,null,null,1e300],\"c\":{},"
            "\"d\\\"\\\\\\n\\u0001\":\"</script>\xef\xbf\xbd\"}\n");
  JsonWriter pretty(2, true);
  pretty.begin_array();
  pretty.string("<b>");
  pretty.begin_array();
  pretty.end();
  pretty.end();
  EXPECT_EQ(pretty.take(), "[\n  \"\\u003cb>\",\n  []\n]\n");
}

TEST(JsonWriter, NumbersReadBackExactly) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    JsonWriter json(0);
    json.number(value);
    ASSERT_EQ(nlohmann::json::parse(json.take()).get<double>(), value);
  }
}

}  // namespace
}  // namespace scantling
