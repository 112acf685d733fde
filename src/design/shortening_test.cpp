// Shortened experiments say what the full ones say.
#include "design/shortening.h"

#include <gtest/gtest.h>

#include "design/test_problem.h"

namespace scantling {
namespace {

using test::given;

Experiment with_fault(FaultKind kind, double at, double lasts) {
  Experiment experiment;
  experiment.name = "fault";
  Fault fault;
  fault.kind = kind;
  fault.at = given(Duration::from_seconds(at));
  fault.lasts = given(Duration::from_seconds(lasts));
  experiment.faults = given(std::vector<Fault>{fault});
  experiment.expect = given(Expectation{});
  return experiment;
}

TEST(Shortening, ShortensFaultsButWatchesTheRecovery) {
  Experiment experiment = with_fault(FaultKind::Slow, 120, 300);
  experiment.expect->recovers_within = given(Duration::from_seconds(15));
  const ShortExperiment of = shortened(experiment);
  EXPECT_FALSE(of.note.empty());
  const Fault& fault = of.experiment.faults->front();
  EXPECT_LE(fault.lasts->seconds(), 10);
  EXPECT_LE(*of.experiment.expect->recovers_within, Duration::from_seconds(15));
  EXPECT_GT(of.experiment.lasts->seconds(), fault.at->seconds() + fault.lasts->seconds() +
                                                of.experiment.expect->recovers_within->seconds());
  EXPECT_EQ(of.full_seconds, 480);
}

TEST(Shortening, LeavesLoadsAloneWhoseTimesMatter) {
  Experiment experiment = with_fault(FaultKind::Slow, 120, 300);
  experiment.load->spike = given(LoadSpike{});
  EXPECT_DOUBLE_EQ(shortened(experiment).experiment.faults->front().at->seconds(), 120);
}

// A result of one operation, with so many errors in each second.
ExperimentResult result_with(const std::vector<double>& errors, double from, double to) {
  ExperimentResult out;
  out.measured_seconds = static_cast<double>(errors.size());
  out.fault_bands = {{from, to}};
  OperationResult operation;
  operation.operation = OperationId(0);
  operation.series = {{"offered", "/s", 1, std::vector<double>(errors.size(), 100)},
                      {"errors", "/s", 1, errors}};
  out.operations = {operation};
  Judgement j;
  j.subject = "place-order";
  j.what = "availability";
  j.target = 99;
  j.at_least = true;
  j.measured = {50, 0};
  out.judgements = {j};
  return out;
}

// 100 a second are asked for. The fault lasts from 4 s to 12 s; the failover in it takes 4 s
// instead of 30 s: 60 errors a second until it ends, 10 a second then until the fault ends.
TEST(Shortening, StretchesFaultAndFailoverToTheirFullTimes) {
  test::Shop shop = test::shop();
  std::vector<double> errors(16, 0);
  for (std::size_t s = 4; s < 8; ++s)
    errors[s] = 60;
  for (std::size_t s = 8; s < 12; ++s)
    errors[s] = 10;
  ExperimentResult result = result_with(errors, 4, 12);
  ShortExperiment of;
  of.full_seconds = 480;
  of.full_fault_seconds = 300;
  of.failover_factor = 4.0 / 30;
  of.full_failover_seconds = 30;
  stretch_availability(shop.model, result, of);
  const double lost = 50 * 30 + 10 * 300;
  EXPECT_NEAR(result.judgements[0].measured.mean, 100 * (1 - lost / (100 * 480)), 1e-9);
  EXPECT_EQ(result.judgements[0].verdict, Verdict::Fails);
}

TEST(Shortening, CountsWhatIsLostOnceOnce) {
  test::Shop shop = test::shop();
  std::vector<double> errors(16, 0);
  errors[4] = 30;
  ExperimentResult result = result_with(errors, 4, 12);
  ShortExperiment of;
  of.full_seconds = 480;
  of.full_fault_seconds = 300;
  stretch_availability(shop.model, result, of);
  EXPECT_NEAR(result.judgements[0].measured.mean, 100 * (1 - 30.0 / (100 * 480)), 1e-9);
  EXPECT_EQ(result.judgements[0].verdict, Verdict::Holds);
}

TEST(Shortening, OnlyALostLeaderMakesAFailover) {
  test::Shop shop = test::shop();
  Store store;
  store.name = "db";
  store.failover = given(Duration::from_seconds(30));
  shop.model.stores.add(store);
  Experiment experiment = with_fault(FaultKind::Lose, 120, 300);
  experiment.faults->front().target.kind = Target::Kind::Zone;
  EXPECT_DOUBLE_EQ(failover_seconds(shop.model, experiment), 30);
  experiment.faults->front().kind = FaultKind::Slow;
  EXPECT_EQ(failover_seconds(shop.model, experiment), 0);
}

}  // namespace
}  // namespace scantling
