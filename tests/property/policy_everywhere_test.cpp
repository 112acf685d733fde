// One number of the model, the time that a call is given, is the same number in the simulation, the
// mesh's routes, the program's settings, the dashboards and the runbook: changed in one place, it
// changes in all.
#include <gtest/gtest.h>

#include <string>

#include "generate/generate.h"
#include "language/language.h"
#include "simulate/simulate.h"

namespace scantling::testing {
namespace {

Architecture model_with(const std::string& timeout) {
  MemoryFiles files;
  files.add("till.yaml", R"(scantling: 1
system: till
aggregates: { Payment: { count: 1M } }
operations:
  pay:
    actor: customer
    steps: [write Payment]
    load: { mean: 20/s, peak: 20/s }
    objective: { p99: 500ms, availability: 99.9% }
services:
  checkout:
    runtime: { instances: 3, cpu: 1, memory: 512 MiB, start: 2s }
    endpoints:
      pay:
        http: POST /payments
        implements: pay
        steps: [{ call: ledger.book, timeout: )" +
                             timeout + R"( }]
  ledger:
    runtime: { instances: 3, cpu: 1, memory: 512 MiB, start: 2s }
    endpoints:
      book: { http: POST /bookings, steps: [{ wait: 60ms }] }
placement: { platform: kubernetes, mesh: istio }
)");
  Sources sources;
  Diagnostics problems;
  Architecture out = read_model(sources, files, "till.yaml", {}, problems);
  EXPECT_FALSE(problems.has_errors()) << problems.all().front().title;
  return out;
}

double availability(const Architecture& model) {
  SimulateOptions options;
  options.measured = Duration{5'000'000'000};
  options.warm_up = Duration{1'000'000'000};
  options.jobs = 1;
  const auto result = simulate(model, peak_experiment(model), options);
  EXPECT_TRUE(result);
  return result->operations.front().availability.mean;
}

std::string file(const generate::Generated& generated, const std::string& path) {
  const auto found = generated.output.files().find(path);
  EXPECT_NE(found, generated.output.files().end()) << path;
  return found == generated.output.files().end() ? "" : found->second.text;
}

TEST(PolicyEverywhere, ATimeoutIsOneNumber) {
  // The callee's 60 ms are exponential: of its answers 1 - exp(-100 / 60) = 81% come within 100 ms,
  // 39% within 30 ms, less the time on the network.
  const Architecture patient = model_with("100ms"), hasty = model_with("30ms");
  EXPECT_GT(availability(patient), 0.75);
  EXPECT_LT(availability(hasty), 0.45);
  const generate::Generated before = generate::generate_all(patient, {}, {});
  const generate::Generated after = generate::generate_all(hasty, {}, {});
  EXPECT_EQ(generate::audit_lines(after.audit), "");
  struct Place {
    const char *path, *before, *after;
  };
  const Place places[] = {{"deploy/base/mesh/ledger.yaml", "timeout: 100ms", "timeout: 30ms"},
                          {"deploy/base/services/checkout.yaml", "LEDGER_BOOK_TIMEOUT: 100ms",
                           "LEDGER_BOOK_TIMEOUT: 30ms"},
                          {"observability/grafana/service-checkout.json",
                           "The line is the timeout: 100 ms.", "The line is the timeout: 30 ms."},
                          {"operations/runbooks/pay.md", "| 100 ms |", "| 30 ms |"}};
  for (const Place& place : places) {
    EXPECT_NE(file(before, place.path).find(place.before), std::string::npos) << place.path;
    EXPECT_EQ(file(before, place.path).find(place.after), std::string::npos) << place.path;
    EXPECT_NE(file(after, place.path).find(place.after), std::string::npos) << place.path;
    EXPECT_EQ(file(after, place.path).find(place.before), std::string::npos) << place.path;
  }
}

}  // namespace
}  // namespace scantling::testing
