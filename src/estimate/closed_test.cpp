// Closed loads against exact results.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "estimate/closed_load.h"
#include "estimate/queueing.h"
#include "estimate/test_model.h"

namespace scantling {
namespace {

using namespace test;

Experiment closed(std::int64_t users, double think_ms) {
  ClosedLoad load;
  load.users = given(Count{users});
  load.think = given(exponential(think_ms));
  Experiment out;
  ExperimentLoad all;
  all.closed = given(std::move(load));
  out.load = given(std::move(all));
  return out;
}

double throughput(const Estimate& estimate) {
  double sum = 0;
  for (const OperationEstimate& operation : estimate.operations)
    sum += operation.rate;
  return sum;
}

// Web of 20 ms, then a store of one at a time, 35 ms; users think .5 s.
Architecture web_and_store() {
  ModelBuilder b;
  const ServiceId web = b.service("web");
  const StoreId db = b.store("db", exponential(35), exponential(35), 1);
  b.operation("ask", b.endpoint(web, "ask", {work(exponential(20)), access(StepKind::Read, db)}), 1,
              1);
  return std::move(b.model);
}
ClosedSolution exact(int users) {
  const ClosedStation stations[] = {{.5, true}, {.02, false}, {.035, false}};
  return mva(stations, users);
}

TEST(Closed, IsMeanValueAnalysis) {
  const Architecture model = web_and_store();
  for (const int users : {1, 2, 20, 300}) {
    const Estimate out = estimate_closed(model, closed(users, 500));
    EXPECT_NEAR(throughput(out), exact(users).throughput, 1e-6) << users;
    EXPECT_NEAR(out.operations[0].mean_seconds, exact(users).response_seconds, 1e-6) << users;
    EXPECT_NEAR(out.station("service", "web")->utilisation, .02 * throughput(out), 1e-6);
  }
}

TEST(Closed, ManyUsersAreApproximated) {
  // Schweitzer's error is largest at the knee, 24 users here for a think time of .5 s; 1500 of 60
  // s.
  const Estimate out = estimate_closed(web_and_store(), closed(1500, 60'000));
  const ClosedStation stations[] = {{60, true}, {.02, false}, {.035, false}};
  const ClosedSolution right = mva(stations, 1500);
  EXPECT_NEAR(throughput(out), right.throughput, .01 * right.throughput);
  EXPECT_NEAR(out.operations[0].mean_seconds, right.response_seconds, .1 * right.response_seconds);
  EXPECT_TRUE(out.does_not_apply.empty());
}

TEST(Closed, MachineRepairWithSeveralServers) {
  // M/M/3//12, 1 s elsewhere, .4 s of service: birth-death equations.
  ModelBuilder b;
  const ServiceId web = b.service("web");
  b.model.services[web].runtime->cpu = given(Cores{3});
  b.operation("ask", b.endpoint(web, "ask", {work(exponential(400))}), 1, 1);
  double weight = 1;
  double sum = 1;
  double there = 0;
  for (int n = 1; n <= 12; ++n) {
    weight *= (12 - n + 1) * .4 / std::min(n, 3);
    sum += weight;
    there += weight * n;
  }
  const double rate = 12 - there / sum;  // those elsewhere, 1 s each
  const Estimate out = estimate_closed(b.model, closed(12, 1000));
  EXPECT_NEAR(throughput(out), rate, 1e-6);
  EXPECT_NEAR(out.operations[0].mean_seconds, 12 / rate - 1, 1e-6);
}

TEST(Closed, ClassesOfAProcessorSharingStationAreBcmp) {
  // Baskett et al. 1975: throughput is that of the mean demands, 3 of 4 requests short.
  ModelBuilder b;
  const ServiceId web = b.service("web");
  b.model.services[web].runtime->discipline = given(Discipline::ProcessorSharing);
  const StoreId db = b.store("db", exponential(30), exponential(30), 1);
  b.operation("short", b.endpoint(web, "short", {work(fixed(10))}), 30, 30);
  b.operation("long", b.endpoint(web, "long", {work(fixed(50)), access(StepKind::Read, db)}), 10,
              10);
  const ClosedStation stations[] = {{.2, true}, {.02, false}, {.0075, false}};
  const ClosedSolution right = mva(stations, 15);
  const Estimate out = estimate_closed(b.model, closed(15, 200));
  EXPECT_NEAR(throughput(out), right.throughput, .01 * right.throughput);
  EXPECT_NEAR(out.operations[0].rate, .75 * throughput(out), 1e-9);
}

TEST(Closed, OnlyWhatTheExperimentNames) {
  ModelBuilder b;
  const ServiceId web = b.service("web");
  b.operation("one", b.endpoint(web, "one", {work(exponential(10))}), 5, 5);
  const OperationId two = b.operation("two", b.endpoint(web, "two", {work(exponential(20))}), 5, 5);
  Experiment e = closed(1, 80);
  LoadChange change;
  change.operation = {"two", two};
  change.factor = Factor{1};
  e.load->changes.push_back(change);
  const Estimate out = estimate_closed(b.model, e);
  EXPECT_EQ(out.operations[0].rate, 0);
  EXPECT_NEAR(out.operations[1].rate, 10, 1e-9);  // 100 ms a cycle
}

TEST(Closed, SaysWhereUsersFindNoRoom) {
  ModelBuilder b;
  const ServiceId web = b.service("web");
  b.model.services[web].runtime->concurrency = given(Count{4});
  b.model.services[web].runtime->queue = given(Count{2});
  b.operation("ask", b.endpoint(web, "ask", {work(exponential(400))}), 1, 1);
  const Estimate out = estimate_closed(b.model, closed(12, 1000));
  ASSERT_EQ(out.does_not_apply.size(), 1U);
  EXPECT_EQ(out.does_not_apply[0],
            "services.web: has room for 6 of 12 users: none is taken to be refused");
}

}  // namespace
}  // namespace scantling
