// Copies that writes do not wait for, and shedding by priority, against closed forms.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "simulate/test_results.h"

namespace scantling::sim {
namespace {

// 200 writes and 100 reads a second of 100 keys, on a leader and one copy that gets them late.
struct Behind : System {
  StoreId db;

  explicit Behind(double lag, double allowed = 0) {
    service("web", 1000);
    Aggregate item;
    item.name = "Item";
    item.count = said(Count{100});
    item.size = said(Bytes{1000});
    const AggregateId id = model.aggregates.add(item);
    db = store("db", fixed_time(0), fixed_time(0), 1000);
    Store& s = model.stores[db];
    s.holds = said(std::vector<Ref<AggregateId>>{{"Item", id}});
    s.copies = said(Count{2});
    Consistency eventual;
    eventual.kind = ConsistencyKind::Eventual;
    s.consistency = said(eventual);
    s.lag = said(in_seconds(lag));
    s.failover = said(in_seconds(5));
    operation("put", endpoint("web", "put", {access(StepKind::Write, db)}), 200);
    const OperationId get =
        operation("get", endpoint("web", "get", {access(StepKind::Read, db)}), 100);
    model.operations[get].staleness = said(in_seconds(allowed));
  }
  Fault lose_leader(double at, double lasts) const {
    Target t;
    t.kind = Target::Kind::Instance;
    t.name = "db";
    t.store = db;
    return fault(FaultKind::Lose, at, lasts, t);
  }
};

TEST(Copies, AReadMissesWhatWasWrittenWithinTheLag) {
  // Half of the reads are at the copy. There a key misses a write when one came in the last 250 ms:
  // 1 - exp(-200 x .25 / 100); one older than 100 ms, when one came between: exp(-200 x .15 / 100).
  const ExperimentResult r = run(Behind(.25, .1), quick(300, 8));
  const ReadsResult& reads = r.operations[1].reads;
  EXPECT_NEAR(reads.rate.mean, 100, 2);
  expect_inside(reads.outdated, .5 * (1 - std::exp(-.5)), .03, "outdated");
  expect_inside(reads.stale, .5 * (1 - std::exp(-.3)), .04, "stale");
  EXPECT_LE(reads.oldest_seconds, .2501);
  EXPECT_EQ(r.operations[0].reads.rate.mean, 0);
  ASSERT_EQ(r.copies.size(), 1U);
  EXPECT_NEAR(r.copies[0].lag.p50.mean, .25, .001);
  EXPECT_EQ(r.copies[0].lost_writes.mean, 0);
}

TEST(Copies, WorkAtTheCopyComesOnTopOfTheLag) {
  // The copy does the writes one at a time, 4 ms each: M/D/1 at 80%, a mean of 4 + 8 ms.
  Behind s(.1);
  Store& db = s.model.stores[s.db];
  db.write = said(fixed_time(.004));
  db.concurrency = said(Count{1});
  s.model.operations.raw()[1].load->peak = said(Rate{.001});
  // The leader does them one at a time as well, so that they leave it 4 ms apart at least: at the
  // copy nothing waits, and the lag is 100 + 4 ms.
  EXPECT_NEAR(run(s, quick(60)).copies[0].lag.mean.mean, .104, .0005);
}

TEST(Copies, WhatNoCopyWasSentIsLostWithTheLeader) {
  // 200/s x 250 ms.
  Behind s(.25);
  BackupPolicy backup;
  backup.rpo = said(in_seconds(1));
  s.model.stores[s.db].backup = said(backup);
  const Experiment gone = with_faults({s.lose_leader(10, 20)}, 40);
  const ExperimentResult r = run(s, quick(40, 20), gone);
  expect_inside(r.copies[0].lost_writes, 50, .2, "lost");
  EXPECT_NEAR(r.copies[0].failovers, 1, 1e-9);
  EXPECT_NEAR(r.copies[0].lost_seconds, .25, .02);
  ASSERT_EQ(r.judgements.size(), 1U);
  EXPECT_EQ(r.judgements[0].what, "data loss");
  EXPECT_EQ(r.judgements[0].verdict, Verdict::Holds);
  s.model.stores[s.db].backup->rpo = said(in_seconds(.1));
  EXPECT_EQ(run(s, quick(40), gone).judgements[0].verdict, Verdict::Fails);
}

TEST(Copies, ALeaderThatIsBackBeforeItIsReplacedHasLostNothing) {
  Behind s(.25);
  s.model.stores[s.db].failover = said(in_seconds(15));
  const ExperimentResult r = run(s, quick(40), with_faults({s.lose_leader(10, 1)}, 40));
  EXPECT_EQ(r.copies[0].lost_writes.mean, 0);
  EXPECT_EQ(r.copies[0].failovers, 0);
  EXPECT_NEAR(r.copies[0].lag.max, 1.25, .01);  // what it held is sent when it is back
}

TEST(Copies, ACutOffCopyFallsBehindAndCatchesUp) {
  Behind s(.01);
  s.model.placement->zones = said(Count{2});
  Fault cut = fault(FaultKind::Cut, 10, 5, {});
  cut.target.kind = cut.to.kind = Target::Kind::Zone;
  cut.target.name = "a";
  cut.to.name = "b";
  const ExperimentResult r = run(s, quick(60), with_faults({cut}, 60));
  EXPECT_NEAR(r.copies[0].lag.max, 5.2, .25);  // and up to 200 ms until it is sent again
  EXPECT_NEAR(r.copies[0].lag.p50.mean, .01, .001);
  EXPECT_EQ(r.copies[0].lost_writes.mean, 0);
}

TEST(Copies, AMajorityLosesNothingAndIsNotCounted) {
  Behind s(.25);
  s.model.stores[s.db].consistency = said(Consistency{});
  const ExperimentResult r = run(s, quick(20));
  EXPECT_TRUE(r.copies.empty());
  ASSERT_FALSE(r.notes.empty());
  EXPECT_NE(r.notes[0].find("changes nothing"), std::string::npos) << r.notes[0];
}

// The same with a leader that answers, but for the reads of `get`, which any of the copies does.
struct Chosen : Behind {
  explicit Chosen(std::int64_t copies, double lag, double allowed = 0) : Behind(lag, allowed) {
    model.stores[db].consistency = said(Consistency{});
    model.stores[db].copies = said(Count{copies});
    model.services.raw()[0].endpoints[1].steps->front().consistency =
        said(ConsistencyKind::Eventual);
  }
};

TEST(Copies, AReadThatChoosesAnyCopyMissesWhatItsStoreWouldNot) {
  // Writes wait for one of two copies, and both show them 250 ms later: two thirds of the reads.
  Chosen s(3, .25, .1);
  s.operation("look", s.endpoint("web", "look", {access(StepKind::Read, s.db)}), 100);
  const ExperimentResult r = run(s, quick(300, 8));
  const ReadsResult& reads = r.operations[1].reads;
  EXPECT_NEAR(reads.rate.mean, 100, 2);
  expect_inside(reads.outdated, 2 / 3. * (1 - std::exp(-.5)), .03, "outdated");
  expect_inside(reads.stale, 2 / 3. * (1 - std::exp(-.3)), .04, "stale");
  EXPECT_EQ(r.operations[2].reads.rate.mean, 0);  // the leader's, which can't be old
  ASSERT_EQ(r.copies.size(), 1U);
  EXPECT_NEAR(r.copies[0].lag.p50.mean, .25, .001);
}

TEST(Copies, WhatAMajorityHasIsNotLostWithItsLeader) {
  const Chosen s(3, .25);
  const ExperimentResult r = run(s, quick(40), with_faults({s.lose_leader(10, 20)}, 40));
  EXPECT_NEAR(r.copies[0].failovers, 1, 1e-9);
  EXPECT_EQ(r.copies[0].lost_writes.mean, 0);
}

TEST(Copies, AReadThatChoosesAnyCopyIsAnsweredWhileALeaderIsMissing) {
  // Half of 40 s without a leader. One of the three copies is down, and known to be after 10 s.
  Chosen s(3, .01);
  s.model.stores[s.db].failover = said(in_seconds(60));
  const ExperimentResult r = run(s, quick(40), with_faults({s.lose_leader(20, 20)}, 40));
  EXPECT_LT(r.operations[0].availability.mean, .55);
  EXPECT_GT(r.operations[1].availability.mean, 1 - 12 / 3. / 40);
}

TEST(Copies, ReadsThatChooseAnyCopyLeaveTheLeader) {
  // 40/s each, 10 ms at one server a copy. All at the leader: M/M/1 at 80%, 50 ms. One of them at
  // either copy: 60/s at the leader, 25 ms; 20/s at the other, 12.5 ms.
  const auto times = [](bool chosen) {
    System s;
    s.service("web", 1000);
    const StoreId db = s.store("db", exponential_time(.01), fixed_time(0), 1);
    s.model.stores[db].copies = said(Count{2});
    s.model.stores[db].in_sync = said(Count{1});
    Step any = access(StepKind::Read, db);
    if (chosen) any.consistency = said(ConsistencyKind::Eventual);
    s.operation("look", s.endpoint("web", "look", {access(StepKind::Read, db)}), 40);
    s.operation("list", s.endpoint("web", "list", {any}), 40);
    return run(s, quick(600, 8));
  };
  const ExperimentResult before = times(false), after = times(true);
  expect_inside(before.operations[0].latency.mean, .05, .1, "strong, all at the leader");
  expect_inside(after.operations[0].latency.mean, .025, .05, "strong");
  expect_inside(after.operations[1].latency.mean, (.025 + .0125) / 2, .05, "any copy");
}

TEST(Copies, OneCopyOfAQuorumIsReadAndNotJudged) {
  Chosen s(3, .25);
  Consistency quorum;
  quorum.kind = ConsistencyKind::Quorum;
  quorum.quorum = {2, 2};
  s.model.stores[s.db].consistency = said(quorum);
  s.model.stores[s.db].lag = {};
  const ExperimentResult r = run(s, quick(20));
  EXPECT_NEAR(edge_to(r, "db read").attempts.mean, 100, 5);  // no call of three
  ASSERT_FALSE(r.notes.empty());
  EXPECT_NE(r.notes[0].find("one copy of db"), std::string::npos) << r.notes[0];
}

TEST(Shedding, FollowsPriorityInSteps) {
  // One server, room for 20: 0 is refused from 5, 1 from 12 (half way to full), 2 when it is full.
  // A birth-death chain; an arrival sees it as it is in the long run.
  System s;
  s.service("web", 1, 1, 10, 10).shed = said(Count{5});
  for (std::int64_t p = 0; p < 3; ++p) {
    const EndpointId e = s.endpoint("web", "e" + std::to_string(p), {work(exponential_time(.01))});
    s.model.services.raw()[0].endpoints.back().priority = said(Count{p});
    s.operation("o" + std::to_string(p), e, 60);
  }
  const std::array<int, 3> from{5, 12, 20};
  std::array<double, 21> p{};
  double sum = p[0] = 1;
  for (int n = 0; n < 20; ++n) {
    double rate = 0;
    for (const int f : from)
      rate += n < f ? 60 : 0;
    sum += p[static_cast<std::size_t>(n) + 1] = p[static_cast<std::size_t>(n)] * rate / 100;
  }
  const ExperimentResult r = run(s, quick(600, 8));
  const std::vector<ShedResult>& shed = station(r, "web").shed;
  ASSERT_EQ(shed.size(), 3U);
  for (std::size_t c = 0; c < 2; ++c) {
    double blocked = 0;
    for (std::size_t n = static_cast<std::size_t>(from[c]); n <= 20; ++n)
      blocked += p[n] / sum;
    EXPECT_EQ(shed[c].from, from[c]);
    expect_inside(shed[c].refused, 60 * blocked, .05, "shed");
  }
  EXPECT_EQ(shed[2].refused.mean, 0);
  EXPECT_EQ(shed[2].from, -1);
}

}  // namespace
}  // namespace scantling::sim
