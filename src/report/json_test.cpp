#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "report/report.h"
#include "report/sample_design.h"
#include "report/search.h"
#include "report/simulation.h"

namespace scantling {
namespace {

using Json = nlohmann::json;

Json published_schema(const std::string& name = "design") {
  std::ifstream file(SCANTLING_SOURCE_DIR "/docs/schemas/" + name + ".schema.json");
  std::stringstream text;
  text << file.rdbuf();
  return Json::parse(text.str());
}

// The part of JSON Schema that ours uses: $ref, type, const, enum, anyOf, required, properties,
// items, minimum. A member that the schema doesn't name is a fault here, so that none is forgotten.
class Validator {
 public:
  explicit Validator(const Json& root) : root_(root) {}

  void check(const Json& schema, const Json& value, const std::string& at) {
    if (schema.contains("$ref")) {
      const std::string name = schema["$ref"];
      return check(root_["$defs"][name.substr(8)], value, at);
    }
    if (schema.contains("anyOf")) {
      // null or an object: by the value's type.
      return check(schema["anyOf"][value.is_null() ? 0 : 1], value, at);
    }
    if (schema.contains("const")) {
      EXPECT_EQ(schema["const"], value) << at;
    }
    if (schema.contains("enum")) {
      EXPECT_NE(std::find(schema["enum"].begin(), schema["enum"].end(), value),
                schema["enum"].end())
          << at << " is " << value;
    }
    if (schema.contains("type")) {
      EXPECT_TRUE(is_of(schema["type"], value)) << at << " is " << value.type_name();
    }
    if (value.is_object()) check_object(schema, value, at);
    if (value.is_array())
      for (const Json& item : value)
        check(schema["items"], item, at + "[]");
  }

 private:
  static bool is_of(const Json& type, const Json& value) {
    if (type.is_array()) {
      return std::any_of(type.begin(), type.end(),
                         [&](const Json& one) { return is_of(one, value); });
    }
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    return type == value.type_name();
  }

  void check_object(const Json& schema, const Json& value, const std::string& at) {
    for (const Json& name : schema["required"])
      EXPECT_TRUE(value.contains(name.get<std::string>())) << at << " lacks " << name;
    for (const auto& [name, member] : value.items()) {
      ASSERT_TRUE(schema["properties"].contains(name))
          << at << "." << name << " is not in the schema";
      check(schema["properties"][name], member, at + "." + name);
    }
  }

  const Json& root_;
};

TEST(Json, IsAsThePublishedSchemaSays) {
  const Json schema = published_schema();
  for (const DesignResult& design : {sample_design(), empty_design()}) {
    const Json document = Json::parse(report_json(design, Sources()));
    Validator(schema).check(schema, document, "$");
  }
}

TEST(Json, OfASimulationIsAsThePublishedSchemaSays) {
  const Json schema = published_schema("simulation");
  const DesignResult design = sample_design();
  const Json whole = Json::parse(simulation_json(design.model, design.simulation));
  Validator(schema).check(schema, whole, "$");
  EXPECT_EQ(whole["incomplete"], false);
  EXPECT_EQ(whole["experiments"].size(), 3u);
  const Json& window = whole["experiments"][1]["fault_windows"][0];
  EXPECT_EQ(window["operations"][0]["during"]["goodput"]["mean"], 190);
  EXPECT_TRUE(window["operations"][0]["after"].is_null());
  const Json part = Json::parse(simulation_json(design.model, design.simulation, {"zone-down"}));
  Validator(schema).check(schema, part, "$");
  EXPECT_EQ(part["incomplete"], true);
  EXPECT_EQ(part["not_run"][0], "zone-down");
}

TEST(Json, OfASearchIsAsThePublishedSchemaSays) {
  const Json schema = published_schema("search");
  const DesignResult design = sample_design();
  FoundInExperiment found;
  found.experiment = "peak";
  const SearchRun run{2, Verdict::Fails, 5, "browse p99", {"products saturates"}};
  found.capacity.holds = 1.5;
  found.capacity.fails = 2;
  found.capacity.runs = {run};
  found.replicas.holds = true;
  found.replicas.services = {{ServiceId(0), 4, 3, run}, {ServiceId(1), 2, 1, {}}};
  found.triggers = {{Duration{1'000'000'000}, Duration{30'000'000'000}, found.capacity}};
  for (const std::string what : {"capacity", "replicas", "trigger"}) {
    const Json document = Json::parse(search_json(design.model, what, {found}));
    Validator(schema).check(schema, document, "$");
  }
  found.capacity.fails = std::numeric_limits<double>::infinity();
  const Json open = Json::parse(search_json(design.model, "capacity", {found}));
  EXPECT_TRUE(open["experiments"][0]["capacity"]["fails"].is_null());
  Validator(schema).check(schema, open, "$");
}

TEST(Json, HoldsWhatTheDesignHolds) {
  const Json document = Json::parse(report_json(sample_design(), Sources()));
  EXPECT_EQ(document["schema"], "scantling.design/1");
  EXPECT_EQ(document["decisions"].size(), 3u);
  EXPECT_EQ(document["decisions"][0]["alternatives"][1]["scores"][1]["value"], 1180);
  EXPECT_EQ(document["simulation"]["experiments"].size(), 3u);
  EXPECT_EQ(document["simulation"]["experiments"][1]["fault_bands"][0]["to_seconds"], 300);
  EXPECT_EQ(document["unmet"][0]["target"], 99.95);
  bool found = false;
  for (const Json& value : document["model"]["values"])
    if (value["path"] == "services.orders.runtime.instances") {
      found = true;
      EXPECT_EQ(value["value"], "9..24");
      EXPECT_EQ(value["origin"], "decided");
      EXPECT_EQ(value["decision"], "orders.instances");
    }
  EXPECT_TRUE(found);
}

TEST(Json, InfiniteIsNullAndBadBytesAreReplaced) {
  DesignResult design = sample_design();
  design.estimate.stations[0].wait_mean_seconds = std::numeric_limits<double>::infinity();
  design.model.summary.value = "bad \xff byte";
  const Json document = Json::parse(report_json(design, Sources()));
  EXPECT_TRUE(document["estimate"]["stations"][0]["wait_mean_seconds"].is_null());
  EXPECT_EQ(document["model"]["summary"], "bad \xEF\xBF\xBD byte");
}

}  // namespace
}  // namespace scantling
