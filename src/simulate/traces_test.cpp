// Single requests as spans.
#include "simulate/traces.h"

#include <algorithm>

#include "simulate/test_pieces.h"
#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

std::vector<SimulatedTrace> traced(const System& s, const Experiment& e, int count) {
  auto traces = trace_requests(s.model, e, quick(10), count);
  EXPECT_TRUE(traces.has_value()) << (traces ? "" : traces.error().message);
  return traces ? *traces : std::vector<SimulatedTrace>{};
}

// Parents come first, one root a trace, no span ends before it starts.
void expect_sound(const std::vector<SimulatedTrace>& traces) {
  for (const SimulatedTrace& t : traces) {
    ASSERT_FALSE(t.spans.empty());
    EXPECT_EQ(t.spans[0].parent, SIZE_MAX);
    for (std::size_t i = 0; i < t.spans.size(); ++i) {
      EXPECT_LE(t.spans[i].start_ns, t.spans[i].end_ns) << t.spans[i].name;
      if (i > 0) {
        ASSERT_LT(t.spans[i].parent, i);
        EXPECT_GE(t.spans[i].start_ns, t.spans[t.spans[i].parent].start_ns);
      }
    }
  }
}

TEST(Traces, FollowACallThroughItsHops) {
  System s;
  s.model.placement->same_zone = said(in_seconds(.001));
  s.service("back", 1, 1);
  s.service("front", 1, 2);
  const EndpointId get = s.endpoint("back", "get", {work(fixed_time(.002))});
  s.operation("ask", s.endpoint("front", "ask", {work(fixed_time(.003)), call(get)}), 5);
  const auto traces = traced(s, plain_experiment(), 10);
  EXPECT_EQ(traces.size(), 10U);
  expect_sound(traces);
  const SimulatedTrace& t = traces.at(0);
  EXPECT_EQ(t.operation, "ask");
  // front.ask { work, call { back.get { work } } }, when nothing waits
  ASSERT_GE(t.spans.size(), 5U);
  const auto find = [&](SpanKind kind, const std::string& name) {
    return std::find_if(t.spans.begin(), t.spans.end(), [&](const SimulatedSpan& span) {
      return span.kind == kind && span.name == name;
    });
  };
  const auto client = find(SpanKind::Client, "back.get");
  const auto server = find(SpanKind::Server, "back.get");
  ASSERT_NE(client, t.spans.end());
  ASSERT_NE(server, t.spans.end());
  EXPECT_EQ(t.spans[server->parent].name, "back.get");
  EXPECT_EQ(server->service, "back");
  EXPECT_EQ(client->service, "front");
  EXPECT_EQ(server->start_ns - client->start_ns, 1'000'000);  // the way there
  EXPECT_EQ(client->end_ns - server->end_ns, 1'000'000);      // and back
  EXPECT_EQ(t.spans[0].end_ns, client->end_ns);
}

TEST(Traces, ShowRetriesAndWorkThatNobodyWaitsForAnyMore) {
  System s;
  s.service("back", 1, 1);
  s.service("front", 1, 1);
  const EndpointId get = s.endpoint("back", "get", {wait(fixed_time(.2))});
  CallPolicy policy = timeout_policy(.05);
  policy.retry = said(retry_policy(3));
  s.operation("ask", s.endpoint("front", "ask", {call(get, policy)}), 2);
  const auto traces = traced(s, plain_experiment(), 4);
  ASSERT_FALSE(traces.empty());
  expect_sound(traces);
  for (const SimulatedTrace& t : traces) {
    EXPECT_EQ(t.spans[0].error, "timeout");
    EXPECT_EQ(t.spans[0].end_ns - t.spans[0].start_ns, 150'000'000);
    int attempts = 0;
    for (const SimulatedSpan& span : t.spans) {
      if (span.kind == SpanKind::Client) {
        EXPECT_EQ(span.attempt, ++attempts);
        EXPECT_EQ(span.error, "timeout");
        EXPECT_EQ(span.end_ns - span.start_ns, 50'000'000);
      }
      if (span.kind == SpanKind::Server && span.service == "back" && !span.open) {
        EXPECT_EQ(span.end_ns - span.start_ns, 200'000'000);
        EXPECT_EQ(span.error, "");
      }
    }
    EXPECT_EQ(attempts, 3);
  }
}

TEST(Traces, GoOnThroughMessages) {
  System s;
  piped(s, {}, 5, fixed_time(.01));
  const auto traces = traced(s, plain_experiment(), 3);
  ASSERT_EQ(traces.size(), 3U);
  expect_sound(traces);
  const auto& spans = traces[0].spans;
  const auto consumer = std::find_if(spans.begin(), spans.end(), [](const SimulatedSpan& span) {
    return span.kind == SpanKind::Consumer;
  });
  ASSERT_NE(consumer, spans.end());
  EXPECT_EQ(spans[consumer->parent].kind, SpanKind::Producer);
  EXPECT_EQ(consumer->end_ns - consumer->start_ns, 10'000'000);
}

TEST(Traces, ChangeNothingOfTheRun) {
  System s;
  s.service("server", 1, 1);
  s.operation("ask", s.endpoint("server", "ask", {work(exponential_time(.01))}), 50);
  const std::string before = run(s, quick(10)).fingerprint;
  EXPECT_GT(traced(s, plain_experiment(), 1000).size(), 400U);
  EXPECT_EQ(run(s, quick(10)).fingerprint, before);
}

}  // namespace
}  // namespace scantling::sim
