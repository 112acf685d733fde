#include "support/sample_models.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <vector>

namespace scantling::testing {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): small, and its own, so that a change of the engine's random
// streams doesn't change the models.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  int below(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

// Writes a model line by line.
class Text {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...);
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void head(Text& out, std::string_view name, std::string_view summary) {
  out.line("scantling: 1");
  out.line("system: {}", name);
  out.line("summary: {}", summary);
}

constexpr int kPerLayer = 25;

void service(Text& out, int i, int services, Dice& dice) {
  out.line("  s{}:", i);
  out.line("    owns: [A{}, B{}]", i, i);
  out.line("    team: team-{}", i % 20);
  out.line(
      "    runtime: {{ language: java, instances: {}..{}, cpu: 1, memory: 1 GiB, "
      "concurrency: 64, queue: 128 }}",
      2 + dice.below(3), 8 + dice.below(8));
  out.line("    scale: {{ on: utilisation, target: 60%, delay: 90s }}");
  out.line("    endpoints:");
  out.line("      get:");
  out.line("        http: GET /things-{}", i);
  if (i % 10 == 0) out.line("        implements: op-{}", i);
  out.line("        idempotent: yes");
  out.line("        steps:");
  const int work = 1 + dice.below(3);
  out.line("          - work: {{ mean: {}ms, p99: {}ms }}", work, work * (3 + dice.below(6)));
  out.line("          - read: db-{}", i);
  const int below = (i / kPerLayer + 1) * kPerLayer;  // where the next layer begins
  for (int call = dice.below(4); call > 0 && below < services; --call) {
    const int target = below + dice.below(std::min(kPerLayer, services - below));
    out.line("          - call: s{}.get", target);
    out.line("            timeout: {}ms", 200 + 50 * dice.below(6));
    if (dice.one_in(2)) {
      out.line("            retry: {{ attempts: 2, backoff: 20ms, jitter: full, budget: 10% }}");
      out.line("            breaker: {{ failures: 50%, over: 20 calls, open: 5s, probes: 3 }}");
    }
  }
  out.line("      put:");
  out.line("        grpc: Things{}/Put", i);
  out.line("        idempotent: by key");
  out.line("        steps:");
  out.line("          - work: 2ms");
  out.line("          - write: db-{}", i);
  if (i % 7 == 0) {
    out.line("          - publish: channel-{} Changed{}", i, i);
    out.line("            via: outbox");
  }
  if (i % 7 == 1) {
    out.line("      on-changed:");
    out.line("        consumes: channel-{}", i - 1);
    out.line("        idempotent: by key");
    out.line("        steps: [work: 1ms, write: db-{}]", i);
  }
}

}  // namespace

std::string layered_solution(int services, std::uint64_t seed) {
  Dice dice(seed);
  Text out;
  head(out, "layered", fmt::format("{} services in layers, made by rule.", services));
  out.line("teams:");
  for (int i = 0; i < std::min(20, services); ++i) {
    out.line("  team-{}: {{ size: {}, knows: [java, postgresql, kafka] }}", i, 4 + dice.below(5));
  }
  out.line("aggregates:");
  for (int i = 0; i < services; ++i) {
    out.line("  A{}: {{ count: {}k, size: {} B, data: internal }}", i, 1 + dice.below(900),
             100 + dice.below(4000));
    out.line("  B{}: {{ count: {}M, size: 1 KiB, data: personal, keep: 2y }}", i,
             1 + dice.below(9));
  }
  out.line("operations:");
  for (int i = 0; i < services; i += 10) {
    out.line("  op-{}:", i);
    out.line("    actor: user");
    out.line("    steps: [read A{}, read B{}]", i, i);
    const int mean = 1 + dice.below(20);
    out.line("    load: {{ mean: {}/s, peak: {}/s }}", mean, 4 * mean);
    out.line("    objective: {{ p99: 2s, availability: 99.5% }}");
  }
  out.line("constraints: {{ platform: kubernetes, broker: kafka, zones: 3 }}");
  out.line("services:");
  for (int i = 0; i < services; ++i)
    service(out, i, services, dice);
  out.line("stores:");
  for (int i = 0; i < services; ++i) {
    out.line(
        "  db-{}: {{ engine: postgresql, owner: s{}, holds: [A{}, B{}], copies: 3, "
        "consistency: strong, pool: 20 per instance, read: 1ms, write: 3ms, spread: zones }}",
        i, i, i, i);
  }
  out.line("channels:");
  for (int i = 0; i < services; i += 7) {
    out.line(
        "  channel-{}: {{ broker: kafka, owner: s{}, events: [Changed{}], partitions: 12, "
        "copies: 3, key: id, keep: 7d, schema: avro, compatible: backward, attempts: 5, "
        "dead-letter: channel-{}.dlq }}",
        i, i, i, i);
  }
  return out.take();
}

namespace {

void problem_operation(Text& out, int i, int aggregates, Dice& dice) {
  constexpr int kCluster = 4;
  const int clusters = std::max(1, aggregates / kCluster);
  const int home = dice.below(clusters) * kCluster;
  const auto near = [&] { return std::min(home + dice.below(kCluster), aggregates - 1); };
  const int first = near(), second = near();
  const int elsewhere = dice.below(aggregates);
  out.line("  op-{}:", i);
  constexpr std::array<std::string_view, 3> kActors = {"customer", "clerk", "partner"};
  if (i >= 10 && dice.one_in(5)) {
    out.line("    on: Done{}", dice.below(i / 10) * 10);  // events come from earlier operations
    out.line("    steps: [read T{}, write T{}]", first, second);
    return;
  }
  out.line("    actor: {}", kActors[static_cast<std::size_t>(dice.below(3))]);
  switch (dice.below(5)) {
    case 0:
      out.line("    steps: [read T{} x{}, read T{}]", first, 5 + dice.below(40), second);
      out.line("    staleness: {}s", 1 + dice.below(60));
      break;
    case 1: out.line("    steps: [read T{}, write T{}]", first, second); break;
    case 2: out.line("    steps: [create T{}]", first); break;
    case 3:
      out.line("    steps:");
      out.line("      - read T{}", first);
      out.line("      - {{ do: create T{}, undo: cancel T{} }}", second, second);
      out.line("      - {{ do: reserve T{}, undo: release T{} }}", elsewhere, elsewhere);
      out.line("    atomic: true");
      out.line("    within: 5min");
      break;
    default: out.line("    steps: [read T{}, {{ do: create T{}, calls: partner }}]", first, second);
  }
  if (i % 10 == 0) out.line("    emits: Done{}", i);
  const int mean = 1 + dice.below(60);
  out.line("    load: {{ mean: {}/s, peak: {}/s }}", mean, mean * (3 + dice.below(6)));
  if (dice.one_in(2)) out.line("    objective: {{ p99: 2s, availability: 99.5% }}");
}

}  // namespace

std::string clustered_problem(int operations, int aggregates, std::uint64_t seed) {
  Dice dice(seed);
  Text out;
  head(out, "clustered",
       fmt::format("{} operations over {} aggregates, made by rule.", operations, aggregates));
  out.line("profile: production");
  out.line("teams:");
  for (int i = 0; i < 2 + aggregates / 6; ++i) {
    out.line("  team-{}: {{ size: {}, knows: [java, postgresql, kafka] }}", i, 4 + dice.below(5));
  }
  constexpr std::array<std::string_view, 3> kData = {"public", "internal", "personal"};
  out.line("aggregates:");
  for (int i = 0; i < aggregates; ++i) {
    out.line("  T{}: {{ count: {}k, size: {} B, data: {} }}", i, 1 + dice.below(5000),
             100 + dice.below(4000), kData[static_cast<std::size_t>(dice.below(3))]);
  }
  out.line("externals:");
  out.line("  partner: {{ latency: {{ mean: 100ms, p99: 400ms }}, availability: 99.9% }}");
  out.line("operations:");
  for (int i = 0; i < operations; ++i)
    problem_operation(out, i, aggregates, dice);
  out.line("constraints: {{ platform: kubernetes, zones: 3 }}");
  return out.take();
}

}  // namespace scantling::testing
