#include "sweep/base_model.h"

#include "sweep/test_model.h"

namespace scantling::sweep {
namespace {

std::string problem(const BaseModel& base, std::string_view text) {
  const auto found = base.resolve(parse_parameter(text).value());
  return found ? "" : found.error().message;
}

TEST(BaseModel, APathMayLeaveOutTheMiddle) {
  const BaseModel base = checkout();
  EXPECT_EQ(parameter(base, "services.catalog.instances=3").path,
            "services.catalog.runtime.instances");
  EXPECT_EQ(parameter(base, "order.steps.2.timeout=50ms").path,
            "services.gateway.endpoints.order.steps.2.timeout");
  EXPECT_NE(problem(base, "timeout=1s").find("may be 4 values"), std::string::npos);
  EXPECT_NE(problem(base, "services.catlog.instances=2").find("did you mean services.catalog?"),
            std::string::npos);
  EXPECT_NE(problem(base, "nothing=2").find("there is no nothing"), std::string::npos);
}

TEST(BaseModel, FactorsMultiplyWhatIsThere) {
  const BaseModel base = checkout();
  EXPECT_EQ(parameter(base, "operations.order.load.peak=x1,x2.5").values,
            (std::vector<std::string>{"40/s", "100/s"}));
  EXPECT_NE(problem(base, "services.catalog.balance=x2").find("is not a number"),
            std::string::npos);
}

TEST(BaseModel, ValuesAreSetWhereTheyStandAndWhereTheyAreMissing) {
  const BaseModel base = checkout();
  const auto model = base.with({{"services.catalog.runtime.instances", "7"},
                                {"services.gateway.endpoints.order.steps.2.timeout", "55ms"},
                                {"services.catalog.runtime.start", "3s"}},
                               "");
  ASSERT_TRUE(model.has_value()) << model.error().message;
  const Service& catalog = model->services[find_by_name(model->services, "catalog")];
  EXPECT_EQ(catalog.runtime->instances->high, 7);
  EXPECT_EQ(catalog.runtime->cpu->value, 1);  // beside it, kept
  EXPECT_EQ(catalog.runtime->start->seconds(), 3);
  const Service& gateway = model->services[find_by_name(model->services, "gateway")];
  EXPECT_EQ(gateway.endpoints[0].steps->at(1).policy.timeout->milliseconds(), 55);
  EXPECT_EQ(gateway.endpoints[0].steps->at(1).policy.retry->attempts->value, 2);
}

TEST(BaseModel, AValueIsOneValue) {
  const BaseModel base = checkout();
  // Nothing that a value holds becomes a further key.
  for (const std::string value : {"2\n    queue: 1", "2, queue: 1", "{ a: 1 } }", "[1", "2 # x"}) {
    const auto model = base.with({{"services.catalog.runtime.instances", value}}, "");
    EXPECT_FALSE(model.has_value()) << value;
  }
}

TEST(BaseModel, WhatTheReaderRefusesIsAnError) {
  const auto model = checkout().with({{"services.catalog.runtime.speed", "9"}}, "");
  ASSERT_FALSE(model.has_value());
  EXPECT_NE(model.error().message.find("unknown key 'speed'"), std::string::npos);
}

}  // namespace
}  // namespace scantling::sweep
