#include "boundaries/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace scantling::boundaries {
namespace {

Functionality functionality(std::string name, std::vector<Access> accesses) {
  Functionality f;
  f.name = std::move(name);
  f.accesses = std::move(accesses);
  return f;
}

Access read(int entity) {
  return {entity, false, 1};
}
Access write(int entity) {
  return {entity, true, 1};
}

std::vector<Entity> entities(int n) {
  std::vector<Entity> list(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i)
    list[static_cast<std::size_t>(i)].name = std::string(1, static_cast<char>('a' + i));
  return list;
}

TEST(Complexity, IsZeroInOneService) {
  const std::vector<Functionality> fs = {functionality("f", {read(0), write(1)}),
                                         functionality("g", {write(0), read(1)})};
  EXPECT_EQ(complexity(2, fs, {0, 0}), 0);
}

TEST(Complexity, CountsConflictsOfEachRun) {
  // f reads a, then writes b; g writes a, then reads b; h only reads a, in one service.
  const std::vector<Functionality> fs = {functionality("f", {read(0), write(1)}),
                                         functionality("g", {write(0), read(1)}),
                                         functionality("h", {read(0)})};
  // f: run {a} meets the writer g; run {b} meets the reader g: 2. g: run {a} meets the reader f (h
  // is not distributed); run {b} meets the writer f: 2. h: 0.
  EXPECT_DOUBLE_EQ(complexity(2, fs, {0, 1}), 4.0 / 3);
}

TEST(Complexity, DropsReadsAfterAWriteOfTheSameRun) {
  // In f, b is written before it is read in one run: f does not count as a reader of b.
  const std::vector<Functionality> fs = {functionality("f", {read(0), write(1), read(1)}),
                                         functionality("g", {read(0), write(1)})};
  // f: run {a} meets no writer; run {b}: write meets readers of b: none. Likewise g.
  EXPECT_EQ(complexity(2, fs, {0, 1}), 0);
  // Read before it is written: f is a reader, which g's write meets; f's own read meets g.
  const std::vector<Functionality> reading = {functionality("f", {read(0), read(1), write(1)}),
                                              functionality("g", {read(0), write(1)})};
  EXPECT_DOUBLE_EQ(complexity(2, reading, {0, 1}), 1.0);
}

TEST(Complexity, CountsARunOnceForEachOtherFunctionality) {
  // f's second run touches b and c, both written by g: the union has one element.
  const std::vector<Functionality> fs = {functionality("f", {read(0), read(1), read(2)}),
                                         functionality("g", {read(0), write(1), write(2)})};
  // f: {a}: 0; {b, c}: 1. g: {a}: 0; {b, c}: 1.
  EXPECT_DOUBLE_EQ(complexity(3, fs, {0, 1, 1}), 1.0);
  // A service of its own for each: two runs, each one.
  EXPECT_DOUBLE_EQ(complexity(3, fs, {0, 1, 2}), 2.0);
}

TEST(Measure, CallsByHand) {
  // a -> b three times, b -> c once, c -> a once; {a, b} and {c}.
  const std::vector<Call> calls = {{0, 1, 3}, {1, 2, 1}, {2, 0, 1}, {0, 0, 50}};
  const CutMetrics m = measure_calls(calls, {{0, 1}, {1, 2}, {2}}, {0, 0, 1});
  EXPECT_EQ(m.services, 2);
  EXPECT_EQ(m.largest, 2);
  // Weights ln 3 + 1, 1, 1; the last two cross.
  EXPECT_NEAR(m.icp, 2 / (std::log(3.0) + 3), 1e-12);
  // Use cases in {a, b}: 2; in {c}: 2.
  EXPECT_NEAR(m.bcp, std::log(2.0), 1e-12);
  // Inside: 1 pair / 2^2, mean over 2 services; between: 2 pairs / (2 * 2 * 1), in both orders
  // over 2.
  EXPECT_NEAR(m.sm, (1.0 / 4) / 2 - 2.0 / 4, 1e-12);
  EXPECT_NEAR(m.ifn, 2.0 / 2, 1e-12);
  EXPECT_NEAR(m.ned, 1, 1e-12);
}

TEST(Measure, NonExtremeDistributionCountsServicesOfFiveToTwenty) {
  const CutMetrics m = measure(entities(8), {}, {0, 0, 0, 0, 0, 0, 1, 1});
  EXPECT_NEAR(m.ned, 1 - 6.0 / 8, 1e-12);
  EXPECT_EQ(m.largest, 6);
}

TEST(Measure, SplitAndWriteSplit) {
  const std::vector<Functionality> fs = {
      functionality("one", {read(0), write(1)}), functionality("reads two", {read(0), read(2)}),
      functionality("writes two", {write(0), write(2)}), functionality("none", {})};
  const CutMetrics m = measure(entities(3), fs, {0, 0, 1});
  EXPECT_DOUBLE_EQ(m.split, 2.0 / 4);
  EXPECT_DOUBLE_EQ(m.write_split, 1.0 / 4);
}

TEST(Agreement, PairsByHand) {
  // Cut {a b c}{d e}: 4 pairs; reference {a b}{c d e}: 4 pairs; both: ab, de.
  const PairAgreement p = pair_agreement({0, 0, 0, 1, 1}, {0, 0, 1, 1, 1});
  EXPECT_DOUBLE_EQ(p.precision, .5);
  EXPECT_DOUBLE_EQ(p.recall, .5);
  EXPECT_DOUBLE_EQ(p.f, .5);
  EXPECT_DOUBLE_EQ(pair_agreement({5, 5, 2}, {1, 1, 0}).f, 1);
}

TEST(Agreement, LeavesOutWhatEitherDoesNotKnow) {
  EXPECT_DOUBLE_EQ(pair_agreement({0, 0, 0}, {1, 1, -1}).f, 1);
}

TEST(Agreement, MojofmByHand) {
  EXPECT_DOUBLE_EQ(mojofm({0, 0, 1, 1}, {3, 3, 7, 7}), 100);
  // One move (c) turns the cut into the reference. The farthest cut from sizes 2 and 3 is at n - 2.
  EXPECT_NEAR(mojofm({0, 0, 0, 1, 1}, {0, 0, 1, 1, 1}), 100 * (1 - 1.0 / 3), 1e-9);
  // All alone: three joins; of sizes 2 and 3, n - g = 3.
  EXPECT_NEAR(mojofm({0, 1, 2, 3, 4}, {0, 0, 1, 1, 1}), 0, 1e-9);
  // One service against two of two: two moves out of at most 2.
  EXPECT_NEAR(mojofm({0, 0, 0, 0}, {0, 0, 1, 1}), 0, 1e-9);
}

}  // namespace
}  // namespace scantling::boundaries
