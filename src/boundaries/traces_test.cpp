#include "boundaries/traces.h"

#include <gtest/gtest.h>

#include "boundaries/random.h"

namespace scantling::boundaries {
namespace {

TEST(ComplexityState, FollowsComplexityMoveByMove) {
  constexpr int entities = 12;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    std::vector<Functionality> fs;
    for (int f = 0; f < 70; ++f) {  // more than one word of bits
      Functionality& made = fs.emplace_back();
      for (std::size_t a = 1 + random.below(14); a > 0; --a)
        made.accesses.push_back(
            {static_cast<int>(random.below(entities)), random.below(2) == 0, 1});
    }
    std::vector<int> group;
    for (int e = 0; e < entities; ++e)
      group.push_back(static_cast<int>(random.below(3)));
    const Traces traces(entities, fs);
    ComplexityState state(traces, group);
    const auto expected = [&] { return 70 * complexity(entities, fs, group); };
    EXPECT_NEAR(state.total(), expected(), 1e-6);
    for (int move = 0; move < 60; ++move) {
      const int entity = static_cast<int>(random.below(entities));
      const int to = static_cast<int>(random.below(3));
      const double before = state.total();
      const int moved[] = {entity};
      const double trial = state.trial(moved, to);
      EXPECT_EQ(state.total(), before);
      if (random.below(3) == 0) continue;  // a trial that is not taken leaves no trace
      state.commit();
      group[static_cast<std::size_t>(entity)] = to;
      EXPECT_NEAR(state.total(), trial, 1e-6);
      EXPECT_NEAR(state.total(), expected(), 1e-6) << "seed " << seed << " move " << move;
    }
  }
}

}  // namespace
}  // namespace scantling::boundaries
