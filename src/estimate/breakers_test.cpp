#include "estimate/breakers.h"

#include <gtest/gtest.h>

#include <cmath>

#include "estimate/estimate.h"
#include "estimate/test_model.h"

namespace scantling {
namespace {

using namespace scantling::test;

TEST(Breaker, FailuresInARow) {
  BreakerTerms terms;
  terms.in_a_row = 3;
  EXPECT_NEAR(attempts_until_open(terms, .5), 14, 1e-9);  // Feller: heads in a row
  EXPECT_NEAR(attempts_until_open(terms, 1), 3, 1e-9);
  EXPECT_GE(attempts_until_open(terms, 0), 1e15);
}

TEST(Breaker, AWindowOfCalls) {
  BreakerTerms one{1, 1, 0, 5, 1};  // the first failure
  EXPECT_NEAR(attempts_until_open(one, .2), 5, 1e-9);
  BreakerTerms two{1, 2, 0, 5, 1};  // two in a row: 6 exactly
  EXPECT_NEAR(attempts_until_open(two, .5), 6, .6);
  BreakerTerms many{.5, 20, 0, 5, 1};
  EXPECT_NEAR(attempts_until_open(many, 1), 20, 1e-9);
  EXPECT_GT(attempts_until_open(many, .05), 1e6);
}

TEST(Breaker, LetsProbesThroughWhereAllFails) {
  const BreakerTerms terms{.5, 20, 0, 5, 1};
  EXPECT_NEAR(breaker_passes(terms, {100, 1, 1, 0}), 1. / 501, 1e-5);
  EXPECT_EQ(breaker_passes(terms, {100, 1, 0, 0}), 1);
  EXPECT_NEAR(breaker_passes(terms, {100, 1, .01, 0}), 1, 1e-9);
}

// 14 calls until three in a row fail, 100 that are refused in a second, and on average two probes
// until one is good: 16 of 216.
TEST(Breaker, RefusesInTheModel) {
  ModelBuilder b;
  const ServiceId caller = b.service("caller");
  const ServiceId callee = b.service("callee");
  const EndpointId inside = b.endpoint(callee, "get", {fail_share(.5)});
  Step to = call(inside);
  BreakerPolicy policy;
  policy.failures = given(FailureThreshold{{}, 3});
  policy.open = given(ms(1000));
  to.policy.breaker = given(policy);
  const EndpointId entry = b.endpoint(caller, "get", {to});
  b.operation("ask", entry, 100, 100);
  const Estimate e = estimate(b.model);
  EXPECT_NEAR(e.station("service", "callee")->arrival_rate, 100 * 16. / 216, .01);
  const double up = e.operations[0].availability;
  EXPECT_NEAR(up, .5 * 16 / 216, 1e-3);
  ASSERT_EQ(e.does_not_apply.size(), 1U);
  EXPECT_EQ(e.does_not_apply[0].substr(0, 56),
            "services.caller: its breaker to  opens, and refuses 93% ");
  // Two callers have a breaker each, with half the calls: 16 of 116.
  b.model.services[caller].runtime->instances = given(CountRange{2, 2});
  EXPECT_NEAR(estimate(b.model).station("service", "callee")->arrival_rate, 100 * 16. / 116, .01);
}

// What the breaker takes away is what makes it open: between closed and open lies a load at which
// both agree.
TEST(Breaker, SettlesWithTheLoadThatItLetsThrough) {
  ModelBuilder b;
  const ServiceId caller = b.service("caller");
  const ServiceId callee = b.service("callee");
  b.model.services[callee].runtime->concurrency = given(Count{1});
  b.model.services[callee].runtime->queue = given(Count{4});
  const EndpointId inside = b.endpoint(callee, "get", {work(exponential(10))});
  Step to = call(inside);
  BreakerPolicy policy;
  policy.failures = given(FailureThreshold{Share{.2}, 0});
  policy.open = given(ms(100));
  to.policy.breaker = given(policy);
  b.operation("ask", b.endpoint(caller, "get", {to}), 120, 120);
  const Estimate with = estimate(b.model);
  for (const std::string& text : with.does_not_apply)
    EXPECT_EQ(text.find("did not settle"), std::string::npos) << text;
  const double through = with.station("service", "callee")->arrival_rate;
  EXPECT_LT(through, 100);
  EXPECT_GT(through, 60);
  // M/M/1/5 with what comes through.
  const double rho = through / 100;
  const double lost = (1 - rho) * std::pow(rho, 5) / (1 - std::pow(rho, 6));
  EXPECT_NEAR(with.operations[0].availability, through / 120 * (1 - lost), .01) << through;
}

}  // namespace
}  // namespace scantling
