// Pending events against a sorted list, few and many, in clusters and far apart.
#include "simulate/event_heap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <utility>

#include "base/random.h"

namespace scantling::sim {
namespace {

// Holds `pending` events for `steps`: takes the earliest and schedules one `gap` later; equal times
// leave in the order of scheduling. Every tenth step takes one more or schedules one more.
template <class Gap>
void hold(std::size_t pending, int steps, Gap&& gap) {
  EventHeap heap;
  std::set<std::pair<Time, std::uint32_t>> expected;  // time, order of scheduling
  std::uint32_t scheduled = 0;
  const auto schedule = [&](Time time) {
    heap.push(time, EventKind::WorkDone, scheduled);
    expected.emplace(time, scheduled++);
  };
  RandomStream random(7, 0, 0);
  for (std::size_t i = 0; i < pending; ++i)
    schedule(gap(random));
  for (int i = 0; i < steps && !expected.empty(); ++i) {
    ASSERT_EQ(heap.size(), expected.size());
    const Event event = heap.take();
    ASSERT_EQ(event.time, expected.begin()->first) << "step " << i;
    ASSERT_EQ(event.index, expected.begin()->second) << "step " << i;
    expected.erase(expected.begin());
    if (i % 20 != 0) schedule(event.time + gap(random));
    if (i % 20 == 10) schedule(event.time + gap(random));
  }
  while (!expected.empty()) {
    ASSERT_FALSE(heap.empty());
    ASSERT_EQ(heap.take().index, expected.begin()->second);
    expected.erase(expected.begin());
  }
  EXPECT_TRUE(heap.empty());
}

Time exponential(RandomStream& random) {
  return static_cast<Time>(random.exponential() * 1e9);
}

TEST(EventHeap, FewAndMany) {
  for (const std::size_t pending : {1U, 3U, 7U, 10U, 63U, 64U, 65U, 200U, 5000U, 60'000U})
    hold(pending, 50'000, exponential);
}

TEST(EventHeap, AllAtOnce) {
  hold(5000, 20'000, [](RandomStream&) { return Time{1000}; });
  hold(5000, 20'000, [](RandomStream&) { return Time{0}; });
}

TEST(EventHeap, ClustersAndWhatIsVeryFar) {
  hold(20'000, 60'000, [](RandomStream& random) -> Time {
    switch (random.next() % 4) {
      case 0: return static_cast<Time>(random.next() % 3);
      case 1: return 3'600'000'000'000 + static_cast<Time>(random.next() % 1000);
      case 2: return static_cast<Time>(random.next() % 1'000'000);
      default: return static_cast<Time>(std::pow(10, random.uniform() * 17));
    }
  });
}

TEST(EventHeap, ACopyGoesOnLikeTheFirst) {
  EventHeap heap;
  RandomStream random(3, 0, 0);
  for (std::uint32_t i = 0; i < 10'000; ++i)
    heap.push(exponential(random), EventKind::WorkDone, i);
  for (int i = 0; i < 3000; ++i)
    heap.take();
  EventHeap copy(heap);
  while (!heap.empty()) {
    ASSERT_FALSE(copy.empty());
    const Event a = heap.take();
    const Event b = copy.take();
    ASSERT_EQ(a.time, b.time);
    ASSERT_EQ(a.index, b.index);
  }
  EXPECT_TRUE(copy.empty());
}

TEST(EventHeap, Rescheduled) {
  EventHeap heap;
  RandomStream random(4, 0, 0);
  for (std::uint32_t i = 0; i < 5000; ++i)
    heap.push(exponential(random), EventKind::WorkDone, i);
  heap.reschedule([](const Event& event) { return Time{10'000'000'000} - event.index; });
  for (std::uint32_t i = 5000; i-- > 0;)
    ASSERT_EQ(heap.take().index, i);
  EXPECT_TRUE(heap.empty());
}

}  // namespace
}  // namespace scantling::sim
