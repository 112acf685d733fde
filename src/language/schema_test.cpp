// The schema and the reference page: every example in the table is valid, every key has one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "language/schema.h"
#include "language/test_support.h"

namespace scantling {
namespace {

// Where a struct's keys stand in a model: text before and after them.
struct Frame {
  const StructType* type;
  std::string before, after;
};

// Frames of every struct of the language, found from the top.
std::vector<Frame> frames() {
  std::vector<Frame> out = {{&root_structure(), "{ ", " }"}};
  std::set<const StructType*> known = {&root_structure()};
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (const Entry* entry : entries_of(*out[i].type)) {
      if (entry->value == nullptr) continue;
      const Type& type = *entry->type;
      std::string open = out[i].before + std::string(entry->key) + ": ";
      std::string close = out[i].after;
      const StructType* inner = nullptr;
      if (type.kind == TypeKind::Struct) inner = &type.structure();
      if (type.kind == TypeKind::Named) {
        inner = &type.structure();
        open += "{ e: ";
        close = " }" + close;
      }
      if (type.kind == TypeKind::List && type.item->kind == TypeKind::Struct) {
        inner = &type.item->structure();
        open += "[";
        close = "]" + close;
      }
      if (inner != nullptr && known.insert(inner).second)
        out.push_back({inner, open + "{ ", " }" + close});
    }
  }
  return out;
}

const std::set<std::string_view> kOfNeighbours = {
    "undefined-reference", "missing-key",       "misplaced-key",    "unknown-event",
    "stale-set-path",      "unresolved-target", "include-no-match", "unreadable-file"};

TEST(Table, EveryExampleIsValid) {
  std::size_t examples = 0;
  for (const Frame& frame : frames()) {
    for (const Entry* entry : entries_of(*frame.type)) {
      const std::string_view example =
          entry->example.empty() ? entry->type->example : entry->example;
      EXPECT_FALSE(example.empty()) << frame.type->name << "." << entry->key;
      const std::string text =
          frame.before + std::string(entry->key) + ": " + std::string(example) + frame.after;
      const Read read = read_text(text, {{"samples.csv", "1ms\n"}});
      for (const Diagnostic& d : read.out.all())
        EXPECT_TRUE(kOfNeighbours.contains(d.kind->name)) << text << "\n"
                                                          << d.kind->name << ": " << d.title;
      ++examples;
    }
  }
  EXPECT_GT(examples, 250U);
}

TEST(Table, KeysAreUniqueAndDescribed) {
  for (const Frame& frame : frames()) {
    std::set<std::string_view> keys;
    for (const Entry* entry : entries_of(*frame.type)) {
      EXPECT_TRUE(keys.insert(entry->key).second) << frame.type->name << "." << entry->key;
      EXPECT_FALSE(entry->about.empty());
      EXPECT_NE(entry->about.back(), '.');
    }
    EXPECT_FALSE(frame.type->about.empty());
  }
}

// Each of the 53 structs of schema.h, but CallPolicy, whose keys stand among those of others.
TEST(Table, EveryStructIsReached) {
  EXPECT_EQ(frames().size(), 53U);
}

TEST(JsonSchema, IsClosedAndResolvesItsReferences) {
  const auto schema = nlohmann::json::parse(json_schema());
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  const auto& definitions = schema["$defs"];
  std::vector<const nlohmann::json*> open = {&schema};
  int objects = 0, references = 0;
  while (!open.empty()) {
    const nlohmann::json& node = *open.back();
    open.pop_back();
    if (node.is_object() && node.contains("$ref") && node["$ref"].is_string()) {
      const std::string name = node["$ref"];
      ASSERT_TRUE(name.starts_with("#/$defs/"));
      EXPECT_TRUE(definitions.contains(name.substr(8))) << name;
      ++references;
    }
    if (node.is_object() && node.contains("properties")) {
      EXPECT_TRUE(node.contains("additionalProperties")) << node.dump().substr(0, 200);
      ++objects;
    }
    for (const auto& inner : node)
      if (inner.is_structured()) open.push_back(&inner);
  }
  EXPECT_GT(objects, 45);
  EXPECT_GT(references, 200);
}

TEST(ReferencePage, IsFresh) {
  const std::string path = std::string(SCANTLING_SOURCE_DIR) + "/docs/guide/language.md";
  if (std::getenv("SCANTLING_UPDATE") != nullptr) std::ofstream(path) << reference_page();
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_TRUE(text.str() == reference_page())
      << "docs/guide/language.md is not what the table says; SCANTLING_UPDATE=1 rewrites it";
}

TEST(ReferencePage, ItsLinksHaveTargets) {
  const std::string page = reference_page();
  std::size_t links = 0;
  for (std::size_t i = page.find("](#"); i != std::string::npos; i = page.find("](#", i + 1)) {
    const std::string name = page.substr(i + 3, page.find(')', i) - i - 3);
    std::string heading = name;
    std::replace(heading.begin(), heading.end(), '-', ' ');
    const bool found = page.find("\n## " + heading + "\n") != std::string::npos ||
                       page.find("<a id=\"" + name + "\">") != std::string::npos;
    EXPECT_TRUE(found) << name;
    ++links;
  }
  EXPECT_GT(links, 150U);
}

}  // namespace
}  // namespace scantling
