#include "design/locks.h"

#include <gtest/gtest.h>

namespace scantling {
namespace {

TEST(Locks, SizesAreReadAsTheyAreWritten) {
  for (const char* text : {"2 x 1 vCPU", "2..6 x 0.5 vCPU", "12 x 16 vCPU"}) {
    const auto size = parse_size_choice(text);
    ASSERT_TRUE(size.has_value()) << text;
    EXPECT_EQ(size_choice(size->instances, size->cpu), text);
  }
  const auto size = parse_size_choice("2..6 x 0.5 vCPU");
  EXPECT_EQ(size->instances.low, 2);
  EXPECT_EQ(size->instances.high, 6);
  EXPECT_DOUBLE_EQ(size->cpu.value, .5);
}

TEST(Locks, AnythingElseIsNoSize) {
  for (const char* text : {"", "2", "2 x ", " x  vCPU", "x x x vCPU", "0 x 1 vCPU", "2 x 0 vCPU",
                           "6..2 x 1 vCPU", "2 x 1", " vCPU", " x vCPU", "two x one vCPU"})
    EXPECT_FALSE(parse_size_choice(text).has_value()) << text;
}

TEST(Locks, ConcurrencyIsReadAsItIsWritten) {
  const auto read = parse_concurrency_choice("16 in progress, 32 waiting");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->in_progress, 16);
  EXPECT_EQ(read->waiting, 32);
  for (const char* text : {"", "unbounded", "16 in progress", "16, 32", "0 in progress, 1 waiting",
                           "1 in progress, 2000000 waiting", "1 in progress, 2 waiting, 3"})
    EXPECT_FALSE(parse_concurrency_choice(text).has_value()) << text;
}

TEST(Locks, NumbersAreOfTheirNoun) {
  EXPECT_EQ(counted("2 copies, a leader writes", "copy"), 2);
  EXPECT_EQ(counted("1 shard", "shard"), 1);
  for (const char* text : {"2 copy", "2 copiesx", "2", "copies", "2 shards"})
    EXPECT_FALSE(counted(text, "copy").has_value()) << text;
}

TEST(Locks, AnAnswerIsItsWholeNameOrItsFirstWords) {
  EXPECT_TRUE(says("canary, 5% first", "canary"));
  EXPECT_TRUE(says("rolling", "rolling"));
  EXPECT_FALSE(says("canary, 5% first", "can"));
  EXPECT_FALSE(says("at-most-once", "at"));
  EXPECT_FALSE(says("rolling", ""));
}

TEST(Locks, CopiesByWhatTheyBeginWith) {
  EXPECT_EQ(leading_count("2 copies, a leader writes"), 2);
  EXPECT_EQ(leading_count("1 copy"), 1);
  EXPECT_FALSE(leading_count("no copies").has_value());
  EXPECT_FALSE(leading_count("0 copies").has_value());
  EXPECT_FALSE(leading_count("").has_value());
}

}  // namespace
}  // namespace scantling
