#include "report/otlp.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace scantling {
namespace {

TEST(Otlp, HoldsIdsParentsKindsTimesAndErrors) {
  SimulatedTrace trace{"order", {}};
  SimulatedSpan root;
  root.kind = SpanKind::Server;
  root.name = "gateway.order";
  root.service = "gateway";
  root.instance = "gateway-1";
  root.zone = "a";
  root.end_ns = 5'000'000;
  root.error = "timeout";
  SimulatedSpan child = root;
  child.parent = 0;
  child.kind = SpanKind::Client;
  child.name = "psp";
  child.start_ns = 1'000'000;
  child.attempt = 2;
  child.attributes = {{"peer.service", "psp"}};
  trace.spans = {root, child};
  const std::string text = otlp_json({trace, trace}, "checkout", "1.0", 7);
  EXPECT_EQ(text, otlp_json({trace, trace}, "checkout", "1.0", 7));
  const auto json = nlohmann::json::parse(text);
  ASSERT_EQ(json["resourceSpans"].size(), 1U);
  const auto& resource = json["resourceSpans"][0];
  EXPECT_EQ(resource["resource"]["attributes"][0]["value"]["stringValue"], "gateway");
  const auto& spans = resource["scopeSpans"][0]["spans"];
  ASSERT_EQ(spans.size(), 4U);
  std::set<std::string> ids;
  for (const auto& span : spans) {
    EXPECT_EQ(span["traceId"].get<std::string>().size(), 32U);
    EXPECT_EQ(span["spanId"].get<std::string>().size(), 16U);
    ids.insert(span["spanId"]);
  }
  EXPECT_EQ(ids.size(), 4U);
  EXPECT_FALSE(spans[0].contains("parentSpanId"));
  EXPECT_EQ(spans[1]["parentSpanId"], spans[0]["spanId"]);
  EXPECT_EQ(spans[1]["traceId"], spans[0]["traceId"]);
  EXPECT_NE(spans[2]["traceId"], spans[0]["traceId"]);
  EXPECT_EQ(spans[0]["kind"], 2);
  EXPECT_EQ(spans[1]["kind"], 3);
  EXPECT_EQ(spans[1]["startTimeUnixNano"], "1767225600001000000");
  EXPECT_EQ(spans[1]["endTimeUnixNano"], "1767225600005000000");
  EXPECT_EQ(spans[1]["status"]["code"], 2);
  EXPECT_EQ(spans[1]["attributes"][1]["key"], "scantling.attempt");
  EXPECT_EQ(spans[1]["attributes"][1]["value"]["intValue"], "2");
}

}  // namespace
}  // namespace scantling
