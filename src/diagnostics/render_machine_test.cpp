// The formats that tools read: their shape, by their own rules.
#include <gtest/gtest.h>
#include <regex.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.h"
#include "diagnostics/artifact_uri.h"
#include "diagnostics/render.h"
#include "diagnostics/test_findings.h"

namespace scantling {
namespace {

using namespace test;
using Json = nlohmann::json;

RenderOptions options_with_kinds() {
  RenderOptions options;
  options.kinds = {&kRemark, &kRetry, &kTimeout};
  options.docs_url = "https://example.org/rules/";
  return options;
}

// The part of JSON Schema 2020-12 that our schema uses. Appends what does not hold to `problems`.
class SchemaCheck {
 public:
  explicit SchemaCheck(const Json& root) : root_(root) {}

  std::vector<std::string> problems(const Json& value) {
    check(root_, value, "");
    return std::move(problems_);
  }

 private:
  void report(const std::string& path, const std::string& what) {
    problems_.push_back(path + ": " + what);
  }

  // The patterns of our schema mean the same to POSIX as to ECMAScript.
  static bool matches(const std::string& text, const std::string& pattern) {
    regex_t compiled;
    EXPECT_EQ(regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB), 0) << pattern;
    const bool found = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
    regfree(&compiled);
    return found;
  }

  static bool has_type(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "boolean") return value.is_boolean();
    return type == "null" && value.is_null();
  }

  void check(const Json& schema, const Json& value, const std::string& path) {
    static const std::set<std::string> kKnown = {
        "$schema", "$id",  "$defs",   "$ref",  "title",      "description",          "type",
        "const",   "enum", "pattern", "items", "properties", "additionalProperties", "required",
        "minimum", "anyOf"};
    for (const auto& [key, rule] : schema.items())
      if (!kKnown.contains(key)) report(path, "the test can't judge the keyword " + key);
    if (schema.contains("$ref")) {
      const std::string ref = schema["$ref"];
      check(root_.at(Json::json_pointer(ref.substr(1))), value, path);
    }
    if (schema.contains("type") && !has_type(value, schema["type"])) report(path, "wrong type");
    if (schema.contains("const") && value != schema["const"]) report(path, "wrong constant");
    if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end())
      report(path, "not one of the enum");
    if (schema.contains("minimum") && value < schema["minimum"]) report(path, "too small");
    if (schema.contains("pattern") && !matches(value.get<std::string>(), schema["pattern"]))
      report(path, "pattern");
    if (schema.contains("anyOf")) check_any(schema["anyOf"], value, path);
    if (value.is_array() && schema.contains("items"))
      for (std::size_t i = 0; i < value.size(); ++i)
        check(schema["items"], value[i], path + "/" + std::to_string(i));
    if (value.is_object()) check_object(schema, value, path);
  }

  void check_any(const Json& choices, const Json& value, const std::string& path) {
    for (const Json& choice : choices) {
      SchemaCheck attempt(root_);
      attempt.check(choice, value, path);
      if (attempt.problems_.empty()) return;
    }
    report(path, "none of anyOf");
  }

  void check_object(const Json& schema, const Json& value, const std::string& path) {
    if (schema.contains("required"))
      for (const auto& name : schema["required"])
        if (!value.contains(name)) report(path, "lacks " + name.get<std::string>());
    if (!schema.contains("properties")) return;
    for (const auto& [key, member] : value.items()) {
      if (schema["properties"].contains(key))
        check(schema["properties"][key], member, path + "/" + key);
      else if (schema.contains("additionalProperties"))
        report(path, "must not have " + key);
    }
  }

  const Json& root_;
  std::vector<std::string> problems_;
};

Json published_schema() {
  std::ifstream file(SCANTLING_SOURCE_DIR "/docs/schemas/diagnostics.schema.json");
  std::stringstream text;
  text << file.rdbuf();
  return Json::parse(text.str());
}

Shop full_shop() {
  Shop shop;
  shop.timeout();
  Diagnostic& plain = shop.findings.add(kRetry, {}, "orders retries at once");
  plain.element = "services.orders";
  Diagnostic& accepted = shop.timeout();
  accepted.fingerprint_salt = "2";
  accepted.accepted = true;
  accepted.accepted_reason = "the psp says so";
  return shop;
}

TEST(RenderJson, MatchesThePublishedSchema) {
  const Json schema = published_schema();
  const Shop shop = full_shop();
  const Json json = Json::parse(render_json(shop.findings, shop.sources, {}));
  EXPECT_EQ(SchemaCheck(schema).problems(json), std::vector<std::string>());
  EXPECT_EQ(json["schema"], "scantling.diagnostics/1");
  EXPECT_EQ(json["summary"]["errors"], 1);
  EXPECT_EQ(json["summary"]["accepted"], 1);
  EXPECT_EQ(json["findings"][0]["place"]["begin"],
            Json::parse(R"({"line": 8, "column": 13, "offset": 125})"));
  EXPECT_EQ(json["findings"][0]["fixes"][0]["edits"][0]["replacement"], "2.6s");
  EXPECT_TRUE(json["findings"][1]["place"].is_null());
}

TEST(RenderJson, TheSchemaRefusesOtherShapes) {
  const Json schema = published_schema();
  const Shop shop = full_shop();
  Json json = Json::parse(render_json(shop.findings, shop.sources, {}));
  json["findings"][0].erase("because");
  json["findings"][1]["severity"] = "fatal";
  json["findings"][2]["place"]["begin"]["line"] = 0;
  json["extra"] = 1;
  EXPECT_EQ(SchemaCheck(schema).problems(json).size(), 4u);
}

TEST(RenderJson, LinesAreWholeFindings) {
  const Json schema = published_schema();
  const Shop shop = full_shop();
  const std::string text = render_jsonl(shop.findings, shop.sources, {});
  std::istringstream lines(text);
  std::string line;
  int count = 0;
  for (; std::getline(lines, line); ++count)
    EXPECT_TRUE(Json::parse(line).contains("fingerprint"));
  EXPECT_EQ(count, 3);
}

TEST(RenderJson, BrokenTextStaysJson) {
  Shop shop;
  shop.findings.add(kRetry, {}, "bad \xff byte");
  EXPECT_TRUE(Json::accept(render_json(shop.findings, shop.sources, {})));
}

TEST(RenderSarif, DeclaresEveryRuleAndPlacesEveryResult) {
  const Shop shop = full_shop();
  const Json log = Json::parse(render_sarif(shop.findings, shop.sources, options_with_kinds()));
  EXPECT_EQ(log["version"], "2.1.0");
  const Json& run = log["runs"][0];
  const Json& rules = run["tool"]["driver"]["rules"];
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0]["id"], "chatty-call");
  EXPECT_EQ(rules[0]["helpUri"], "https://example.org/rules/chatty-call");
  EXPECT_EQ(rules[1]["shortDescription"]["text"], "Retries follow one another at once.");
  ASSERT_EQ(run["results"].size(), 3u);
  for (const Json& result : run["results"]) {
    EXPECT_EQ(rules[result["ruleIndex"].get<std::size_t>()]["id"], result["ruleId"]);
    EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "shop.yaml");
    EXPECT_EQ(result["partialFingerprints"].size(), 1u);
  }
  const Json& region = run["results"][0]["locations"][0]["physicalLocation"]["region"];
  EXPECT_EQ(region["startLine"], 8);
  EXPECT_EQ(region["startColumn"], 13);
  EXPECT_EQ(region["endColumn"], 27);
  EXPECT_EQ(region["byteOffset"], 125);
  EXPECT_EQ(region["byteLength"], 14);
}

TEST(RenderSarif, ChainsFixesAndSuppressions) {
  const Shop shop = full_shop();
  const Json log = Json::parse(render_sarif(shop.findings, shop.sources, options_with_kinds()));
  const Json& results = log["runs"][0]["results"];
  const Json& flow = results[0]["codeFlows"][0]["threadFlows"][0]["locations"];
  ASSERT_EQ(flow.size(), 3u);
  EXPECT_EQ(flow[2]["location"]["message"]["text"], "psp");
  EXPECT_EQ(results[0]["relatedLocations"][0]["message"]["text"], "asks 3 times");
  const Json& change = results[0]["fixes"][0]["artifactChanges"][0];
  EXPECT_EQ(change["replacements"][0]["insertedContent"]["text"], "2.6s");
  EXPECT_FALSE(results[0].contains("suppressions"));
  EXPECT_FALSE(results[1].contains("fixes"));
  EXPECT_EQ(results[2]["suppressions"][0]["justification"], "the psp says so");
}

TEST(RenderSarif, CleanIsAnEmptyList) {
  Shop shop;
  const Json log = Json::parse(render_sarif(shop.findings, shop.sources, options_with_kinds()));
  EXPECT_EQ(log["runs"][0]["results"], Json::array());
  EXPECT_EQ(log["runs"][0]["tool"]["driver"]["rules"].size(), 3u);
}

TEST(RenderGithub, EscapesAndLimits) {
  Shop shop;
  shop.file = shop.sources.add("a,b:c.yaml", "x: 100%\n");
  for (int i = 0; i < 12; ++i)
    shop.findings.add(kRetry, {}, "filler " + std::to_string(i));
  Diagnostic& d = shop.findings.add(kTimeout, shop.span("100%"), "100% is too much");
  d.because = "a\nb";
  const std::string text = render_github(shop.findings, shop.sources, {});
  EXPECT_TRUE(text.starts_with(
      "::error file=a%2Cb%3Ac.yaml,line=1,endLine=1,col=4,endColumn=8,title=timeout-inversion::"
      "100%25 is too much%0Aa%0Ab\n"
      "::warning title=retry-without-backoff::filler 0\n"))
      << text;
  EXPECT_EQ(text.find("::filler 9"), std::string::npos) << "the error and nine warnings";
  EXPECT_NE(text.find("::notice title=scantling::1 error, 12 warnings; the worst 10 of 13 are "
                      "annotated, the log has all\n"),
            std::string::npos);
  EXPECT_NE(text.find("error[timeout-inversion]: 100% is too much\n --> a,b:c.yaml:1:4\n"),
            std::string::npos);
}

TEST(RenderGitlab, FingerprintsAreUnique) {
  Shop shop;
  shop.timeout();
  shop.timeout();
  const Json list = Json::parse(render_gitlab(shop.findings, shop.sources, {}));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_NE(list[0]["fingerprint"], list[1]["fingerprint"]);
  EXPECT_EQ(list[0]["location"], Json::parse(R"({"path": "shop.yaml", "lines": {"begin": 8}})"));
  EXPECT_EQ(list[0]["severity"], "major");
  EXPECT_EQ(list[0]["check_name"], "timeout-inversion");
}

TEST(RenderJunit, RulesAreCasesAndFindingsFailures) {
  Shop shop;
  shop.timeout();
  shop.findings.add(kRemark, {}, "only a remark");
  Diagnostic& d = shop.findings.add(kRetry, {}, "<orders> & \"co\"");
  d.element = "services.orders";
  const std::string xml = render_junit(shop.findings, shop.sources, options_with_kinds());
  EXPECT_NE(xml.find("<testsuites tests=\"3\" failures=\"2\" errors=\"0\">"), std::string::npos)
      << xml;
  EXPECT_NE(xml.find("name=\"chatty-call\"/>"), std::string::npos);
  EXPECT_NE(xml.find("message=\"&lt;orders&gt; &amp; &quot;co&quot;\""), std::string::npos);
}

TEST(ArtifactUri, EncodesWhatUrisForbid) {
  EXPECT_EQ(artifact_uri("./models/my shop.yaml"), "models/my%20shop.yaml");
  EXPECT_EQ(artifact_uri("/tmp/a.yaml"), "file:///tmp/a.yaml");
  EXPECT_EQ(artifact_uri("\xC3\xA9.yaml"), "%C3%A9.yaml");
}

}  // namespace
}  // namespace scantling
