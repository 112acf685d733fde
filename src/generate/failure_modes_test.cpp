#include "generate/failure_modes.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "generate/test_models.h"

namespace scantling::generate {
namespace {

constexpr const char* kModel = R"(scantling: 1
system: till
aggregates: { Payment: { count: 1M } }
operations:
  pay: { actor: customer, steps: [write Payment], load: { mean: 40/s, peak: 80/s }, objective: { p99: 500ms, availability: 99.9% } }
  look: { actor: customer, steps: [read Payment], load: { mean: 40/s, peak: 80/s }, objective: { availability: 99.9% } }
externals: { bank: { availability: 99.5%, latency: { mean: 20ms } } }
services:
  checkout:
    owns: [Payment]
    runtime: { language: go, instances: 3, cpu: 1, memory: 512 MiB, start: 2s }
    endpoints:
      pay: { http: POST /payments, implements: pay, steps: [{ call: bank, timeout: 200ms }, { write: payments-db, timeout: 50ms }] }
      look: { http: "GET /payments/{id}", implements: look, steps: [{ read: payments-db, timeout: 50ms }] }
stores: { payments-db: { engine: postgresql, owner: checkout, copies: 2, read: 1ms, write: 2ms } }
placement: { platform: kubernetes, failure-domains: { discovery: { all-services: true, availability: 99.5% } } }
experiments:
  discovery-down: { faults: [{ at: 10s, for: 20s, lose: domain discovery }, { at: 40s, lose: node a/1 }] }
)";

const PredictedFailure& find(const Predictions& all, std::string_view part, std::string_view what) {
  const auto found = std::ranges::find_if(all.failures, [&](const PredictedFailure& failure) {
    return failure.part == part && failure.failure == what;
  });
  EXPECT_NE(found, all.failures.end()) << part << " " << what;
  return *found;
}

TEST(FailureModes, EffectsComeFromTheSimulation) {
  const Architecture model = model_of(kModel);
  const Predictions all = predict(model, 1, 1);
  const PredictedFailure& bank = find(all, "externals.bank", "is gone");
  ASSERT_EQ(bank.operations.size(), 2U) << bank.problem;
  // Only what calls the bank fails, and all of it.
  EXPECT_GT(bank.operations[0].good_before, 0.95);
  EXPECT_LT(bank.operations[0].good_during, 0.05);
  EXPECT_GT(bank.operations[1].good_during, 0.99);
  const PredictedFailure& store = find(all, "stores.payments-db", "is gone");
  EXPECT_LT(store.operations[1].good_during, 0.1);
  EXPECT_LT(find(all, "failure-domains.discovery", "is gone").operations[1].good_during, 0.01);
  EXPECT_EQ(find(all, "nodes", "one is lost").problem, "");
}

TEST(FailureModes, DoNotDependOnThreads) {
  const Architecture model = model_of(kModel);
  Plan one(model, {}), four(model, {});
  one.predict_with(predict(model, 7, 1));
  four.predict_with(predict(model, 7, 4));
  EXPECT_EQ(failure_modes_page(one), failure_modes_page(four));
}

// By hand: half of 80 requests a second are lost: severity 10. 99.5% leaves 216 minutes of a
// month's 43,200: occurrence 10. All of pay's requests fail: 1000 times the budget of 0.1%, and the
// fast alert's hour at 14.4 times is reached after 60 x 14.4 / 1000 minutes: detection 2.
TEST(FailureModes, RatesByTheScalesThatItPrints) {
  const Architecture model = model_of(kModel);
  const Plan plan(model, {});
  PredictedFailure failure{"externals.bank", "is gone", {}, {}, ""};
  for (const OperationId id : model.operations.ids())
    failure.operations.push_back({id, 40, 1, id.index == 0 ? 0.0 : 1.0, 0.1, 0.1, 0});
  const FailureRating rating = rate_failure(plan, failure);
  EXPECT_EQ(rating.severity, 10);
  EXPECT_EQ(rating.occurrence, 10);
  EXPECT_EQ(rating.detection, 2);
  EXPECT_EQ(rating.priority(), 200);
  EXPECT_NE(rating.why_occurrence.find("216 minutes"), std::string::npos);
  EXPECT_NE(rating.why_detection.find("0.86 minutes"), std::string::npos) << rating.why_detection;
  failure.part = "failure-domains.discovery";
  EXPECT_EQ(rate_failure(plan, failure).why_occurrence, rating.why_occurrence);
  // Without an objective nobody is told.
  for (PredictedOperation& each : failure.operations)
    each.good_during = each.good_before - 0.0002;
  EXPECT_EQ(rate_failure(plan, failure).detection, 10);
}

}  // namespace
}  // namespace scantling::generate
