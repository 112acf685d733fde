// The stability frontier, held against the retry storm of HotOS'21 ("Metastable Failures in
// Distributed Systems", section 2.1): a database that serves 300/s, calls with a timeout of 1 s.
#include <gtest/gtest.h>

#include "estimate/estimate.h"
#include "estimate/test_model.h"

namespace scantling {
namespace {

using namespace test;

Estimate storm(double load, std::int64_t attempts, double budget,
               void (*change)(ModelBuilder&, Step&) = nullptr) {
  ModelBuilder b;
  const StoreId db = b.store("db", fixed(1000.0 / 300), fixed(1), 1);
  Step read = access(StepKind::Read, db);
  read.policy.timeout = given(ms(1000));
  retry(read, attempts, 10);
  if (budget >= 0) read.policy.retry->budget = given(Share{budget});
  if (change != nullptr) change(b, read);
  b.operation("get", b.endpoint(b.service("web"), "get", {read}), load, load);
  return estimate(b.model);
}

Stability of(const Estimate& out) {
  return out.station("store", "db")->stability;
}

TEST(Stability, RetryStorm) {
  EXPECT_EQ(of(storm(280, 2, -1)), Stability::Vulnerable);
  EXPECT_EQ(of(storm(280, 1, -1)), Stability::Stable);
  EXPECT_EQ(of(storm(140, 2, -1)), Stability::Stable);
  EXPECT_EQ(of(storm(155, 2, -1)), Stability::Vulnerable);
  EXPECT_EQ(of(storm(310, 1, -1)), Stability::Overloaded);
  const Estimate out = storm(280, 2, -1);
  EXPECT_NEAR(out.station("store", "db")->capacity, 300, 1e-4);
  EXPECT_NEAR(out.station("store", "db")->hidden_capacity, 150, 1e-4);
}

TEST(Stability, Budgets) {
  EXPECT_EQ(of(storm(280, 2, .07)), Stability::Vulnerable);  // 280 x 1.07 = 299.6
  EXPECT_EQ(of(storm(280, 2, .02)), Stability::Stable);
}

TEST(Stability, LateWorkDropped) {
  EXPECT_EQ(of(storm(280, 2, -1,
                     [](ModelBuilder&, Step& read) {
                       read.policy.deadline = given(Deadline::Propagate);
                     })),
            Stability::Stable);
}

TEST(Stability, MissStorm) {
  ModelBuilder b;
  const StoreId cache = b.store("cache", fixed(.1), fixed(.1), 1000);
  const StoreId db = b.store("db", fixed(10), fixed(10), 10);
  Step read = access(StepKind::Read, cache);
  Miss miss;
  miss.rate = given(Share{.1});
  miss.then = {access(StepKind::Read, db)};
  read.miss = given(miss);
  b.operation("get", b.endpoint(b.service("web"), "get", {read}), 5000, 5000);
  const Estimate out = estimate(b.model);
  // 500/s of 1000/s now, 5000/s with a cold cache.
  EXPECT_EQ(out.station("store", "db")->stability, Stability::Vulnerable);
  EXPECT_NEAR(out.station("store", "db")->hidden_capacity, 100, 1e-6);
}

TEST(Stability, LayersMultiply) {
  ModelBuilder b;
  const EndpointId last = b.endpoint(b.service("c"), "get", {work(fixed(1))});
  Step to_last = call(last);
  to_last.policy.timeout = given(ms(100));
  retry(to_last, 3, 1);
  const EndpointId middle = b.endpoint(b.service("b"), "get", {to_last});
  Step to_middle = call(middle);
  to_middle.policy.timeout = given(ms(500));
  retry(to_middle, 3, 1);
  b.operation("get", b.endpoint(b.service("a"), "get", {to_middle}), 200, 200);
  const StationEstimate station = *estimate(b.model).station("service", "c");
  EXPECT_NEAR(station.hidden_capacity, 1000.0 / 9, 1e-6);
  EXPECT_EQ(station.stability, Stability::Vulnerable);
}

TEST(Stability, AShortQueueShields) {
  // 16 places and a queue of 16 on one core: nothing stays longer than 32 x 1 ms at 1 ms of work.
  ModelBuilder b;
  const ServiceId back = b.service("back");
  b.model.services[back].runtime->concurrency = given(Count{16});
  b.model.services[back].runtime->queue = given(Count{16});
  Step calls = call(b.endpoint(back, "get", {work(fixed(1))}));
  calls.policy.timeout = given(ms(100));
  retry(calls, 3, 1);
  b.operation("get", b.endpoint(b.service("front"), "get", {calls}), 800, 800);
  EXPECT_EQ(estimate(b.model).station("service", "back")->stability, Stability::Stable);
  b.model.services[back].runtime->queue = given(Count{500});
  EXPECT_EQ(estimate(b.model).station("service", "back")->stability, Stability::Vulnerable);
}

}  // namespace
}  // namespace scantling
