#include "check/call_graph.h"

#include <gtest/gtest.h>

#include "language/language.h"

namespace scantling {
namespace {

Architecture model_of(std::string_view part) {
  Sources sources;
  MemoryFiles files;
  files.add("model.yaml", "scantling: 1\nsystem: example\n" + std::string(part));
  Diagnostics problems;
  Architecture out = read_model(sources, files, "model.yaml", {}, problems);
  EXPECT_FALSE(problems.has_errors()) << problems.all().front().title;
  return out;
}

EndpointId at(const Architecture& model, std::string_view name) {
  const EndpointId id = find_endpoint(model, name);
  EXPECT_TRUE(id.valid()) << name;
  return id;
}

RetryPolicy retry(Duration backoff, Duration cap) {
  RetryPolicy out;
  out.backoff = {backoff, {Origin::Given, {}, {}}};
  if (cap.nanoseconds > 0) out.cap = {cap, {Origin::Given, {}, {}}};
  return out;
}

TEST(Backoff, DoublesUpToTheCap) {
  const Duration ms50{50'000'000}, ms120{120'000'000};
  EXPECT_DOUBLE_EQ(backoff_seconds(retry(ms50, {}), 1), 0);
  EXPECT_DOUBLE_EQ(backoff_seconds(retry(ms50, {}), 4), .050 + .100 + .200);
  EXPECT_DOUBLE_EQ(backoff_seconds(retry(ms50, ms120), 5), .050 + .100 + .120 + .120);
  // 500 attempts end at once, whatever 2^498 is.
  EXPECT_DOUBLE_EQ(backoff_seconds(retry(ms50, ms120), 500), .150 + 497 * .120);
}

TEST(Longest, AddsWhatFollowsAndTakesTheSlowestOfWhatIsSideBySide) {
  const Architecture model = model_of(R"(
externals: { psp: { latency: 240ms } }
stores: { db: { engine: postgresql, owner: a, read: fixed 3ms } }
services:
  a:
    endpoints:
      go:
        http: POST /a
        steps:
          - work: fixed 2ms
          - read: db
          - call: psp
            timeout: 700ms
            retry: { attempts: 3, backoff: 50ms }
          - together:
              - call: b.go
                timeout: 400ms
              - wait: fixed 500ms
          - repeat: x3
            steps: [{ call: b.go, timeout: 100ms }]
          - choose:
              - { share: 10%, steps: [{ wait: fixed 1s }] }
              - { share: 90%, steps: [] }
          - spawn: [{ call: psp, timeout: 60s }]
  b:
    endpoints:
      go: { http: POST /b, steps: [{ work: fixed 1ms }] }
)");
  const CallGraph calls(model);
  // 2 + 3 + (3 x 700 + 50 + 100) + 500 + 3 x 100 + 1000 ms
  EXPECT_NEAR(*calls.longest_seconds(at(model, "a.go")), 4.055, 1e-9);
  EXPECT_NEAR(*calls.longest_seconds(at(model, "b.go")), .001, 1e-9);
}

TEST(Longest, WithoutTimeoutIsTheCalleesOwn) {
  const Architecture model = model_of(R"(
externals: { psp: { latency: 240ms } }
services:
  a: { endpoints: { go: { http: POST /a, steps: [{ call: b.go }] } } }
  b: { endpoints: { go: { http: POST /b, steps: [{ call: psp, timeout: 2s }] } } }
)");
  EXPECT_NEAR(*CallGraph(model).longest_seconds(at(model, "a.go")), 2, 1e-9);
}

TEST(Cycles, AreFoundAndHaveNoLongest) {
  const Architecture model = model_of(R"(
services:
  a: { endpoints: { go: { http: POST /a, steps: [{ call: b.go, timeout: 1s }] }, see: { http: GET /a, steps: [{ call: a.go }] } } }
  b: { endpoints: { go: { http: POST /b, steps: [{ call: a.go, timeout: 1s }] } } }
  c: { endpoints: { go: { http: POST /c, steps: [{ spawn: [{ call: c.go, timeout: 1s }] }] } } }
)");
  const CallGraph calls(model);
  EXPECT_TRUE(calls.in_cycle(at(model, "a.go")));
  EXPECT_TRUE(calls.in_cycle(at(model, "b.go")));
  EXPECT_FALSE(calls.in_cycle(at(model, "a.see"))) << "it leads into a cycle, but is not on it";
  EXPECT_FALSE(calls.in_cycle(at(model, "c.go"))) << "nobody waits";
  EXPECT_EQ(calls.longest_seconds(at(model, "a.go")), std::nullopt);
  EXPECT_EQ(calls.longest_seconds(at(model, "a.see")), std::nullopt);
}

TEST(Effects, PassThroughCallsUntilSomethingIsIdempotent) {
  const Architecture model = model_of(R"(
stores: { db: { engine: postgresql, owner: c } }
services:
  a: { endpoints: { go: { http: POST /a, steps: [{ call: b.go, timeout: 3s }] } } }
  b: { endpoints: { go: { http: POST /b, idempotent: by key, steps: [{ call: c.go, timeout: 2s }] } } }
  c: { endpoints: { go: { http: POST /c, steps: [{ write: db }] }, see: { http: GET /c, steps: [{ read: db }] } } }
)");
  const CallGraph calls(model);
  EXPECT_TRUE(calls.changes_something(at(model, "c.go")));
  EXPECT_FALSE(calls.changes_something(at(model, "c.see")));
  EXPECT_FALSE(calls.changes_something(at(model, "b.go")));
  EXPECT_FALSE(calls.changes_something(at(model, "a.go")));
}

TEST(Places, MultiplyRepeatsSharesAndMisses) {
  const Architecture model = model_of(R"(
externals: { psp: { latency: 240ms } }
stores: { cache: { engine: redis, owner: a }, db: { engine: postgresql, owner: a } }
services:
  a:
    endpoints:
      go:
        http: POST /a
        steps:
          - repeat: x4
            steps:
              - read: cache
                miss: { rate: 25%, then: [{ read: db }] }
          - choose:
              - share: 20%
                steps:
                  - call: psp
                    timeout: 1s
                    fallback: [{ read: db }]
              - { share: 80%, steps: [] }
)");
  double database = 0, times = 0;
  bool hard = true;
  for (const PlacedStep& placed : placed_steps(model.endpoint(at(model, "a.go")).steps.value)) {
    if (placed.step->kind == StepKind::Read && placed.step->target == "db" && database == 0) {
      database = placed.place.mean_times;
      times = placed.place.times;
    }
    if (placed.step->kind == StepKind::Call) {
      EXPECT_DOUBLE_EQ(placed.place.mean_times, .2);
      hard = placed.place.hard;
    }
  }
  EXPECT_DOUBLE_EQ(database, 1) << "4 x 25%";
  EXPECT_DOUBLE_EQ(times, 4);
  EXPECT_FALSE(hard) << "it has a fallback";
}

// A chain as long as a model may hold must not overflow the stack.
TEST(CallGraph, TakesALongChain) {
  std::string text = "services:\n";
  constexpr int kServices = 3000;
  for (int i = 0; i < kServices; ++i) {
    const std::string n = std::to_string(i), next = std::to_string(i + 1);
    text +=
        "  s" + n + ": { endpoints: { go: { http: GET /x, steps: [" +
        (i + 1 < kServices ? "{ call: s" + next + ".go }" : std::string("{ work: fixed 5ms }")) +
        "] } } }\n";
  }
  const Architecture model = model_of(text);
  const CallGraph calls(model);
  EXPECT_NEAR(*calls.longest_seconds(at(model, "s0.go")), .005, 1e-9);
  EXPECT_EQ(calls.waited_for(at(model, "s0.go")).size(), static_cast<std::size_t>(kServices));
}

}  // namespace
}  // namespace scantling
