// The checkout of tests/data/simulate as a campaign's model.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "sweep/base_model.h"
#include "sweep/campaign.h"

namespace scantling::sweep {

inline BaseModel checkout() {
  const std::string path = std::string(SCANTLING_SOURCE_DIR) + "/tests/data/simulate/checkout.yaml";
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  auto base = BaseModel::read(text.str(), "checkout.yaml");
  EXPECT_TRUE(base.has_value());
  return std::move(*base);
}

inline Parameter parameter(const BaseModel& base, std::string_view text) {
  const auto parsed = parse_parameter(text);
  EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().message);
  auto out = base.resolve(*parsed);
  EXPECT_TRUE(out.has_value()) << (out ? "" : out.error().message);
  return out.value_or(Parameter{});
}

// Two parameters, two scenarios: 2 x 2 x 2 x 3 = 24 short runs.
inline Plan small_plan(const BaseModel& base) {
  Plan plan;
  plan.parameters = {parameter(base, "services.catalog.instances=1,2"),
                     parameter(base, "load=x0.5,x1")};
  plan.scenarios = {{"peak", ""}, fault_scenario("slow catalog x3", {900'000'000}).value()};
  plan.replications = 3;
  plan.measured = {900'000'000};
  return plan;
}

}  // namespace scantling::sweep
