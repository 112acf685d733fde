// Whether every run ends, against a search that knows nothing of levels: random systems.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "verify/explore.h"
#include "verify/test_systems.h"

namespace scantling::verify {
namespace {

using testing::add_var;

// xorshift64*: the same systems everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  int below(int n) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<int>((state_ * 0x2545f4914f6cdd1dULL >> 33) % static_cast<unsigned>(n));
  }

 private:
  std::uint64_t state_;
};

System random_system(std::uint64_t seed) {
  Dice dice(seed);
  System s;
  s.name = "random";
  s.lanes = {"a"};
  std::vector<Var> vars;
  const int count = 3 + dice.below(3), values = 2 + dice.below(3);
  for (int i = 0; i < count; ++i)
    vars.push_back(add_var(s, "v" + std::to_string(i), values));
  const int rules = 6 + dice.below(12);
  for (int r = 0; r < rules; ++r) {
    const auto at = [&] { return vars[static_cast<std::size_t>(dice.below(count))]; };
    const Var changed = at(), guard = at();
    const int before = dice.below(values);
    // Mostly upwards, so that many systems end and many don't.
    const int after = dice.below(5) > 0 ? std::min(values - 1, before + 1) : dice.below(values);
    if (before == after) continue;
    Draft d(s, 0, "steps");
    d.move(changed, before, after);
    if (guard != changed) d.when(guard, dice.below(values));
    if (dice.below(4) == 0) d.fault(Fault::Crash);
    d.add();
  }
  s.properties.push_back({"ends", Shape::Ends, {}, {}, "it goes round", ""});
  return s;
}

// Depth first over everything reachable; a circle of steps without faults.
class Plain {
 public:
  explicit Plain(const System& system) : system_(system) {}
  bool goes_round() {
    reach(initial_values(system_));
    for (const auto& [values, colour] : reached_)
      if (colour_[values] == 0 && circle(values)) return true;
    return false;
  }

 private:
  template <class Visit>
  void for_each_next(const Values& at, bool faults, Visit visit) {
    for (const Rule& r : system_.rules) {
      if (!holds(r.when, at) || (r.fault != Fault::None && !faults)) continue;
      Values after = at;
      for (const Cond& c : r.then)
        after[c.var] = c.value;
      visit(after);
    }
  }
  void reach(const Values& at) {
    if (!reached_.emplace(at, 0).second) return;
    for_each_next(at, true, [&](const Values& after) { reach(after); });
  }
  bool circle(const Values& at) {
    colour_[at] = 1;
    bool found = false;
    for_each_next(at, false, [&](const Values& after) {
      const int c = colour_[after];
      if (c == 1 || (c == 0 && !found && circle(after))) found = true;
    });
    colour_[at] = 2;
    return found;
  }

  const System& system_;
  std::map<Values, int> reached_, colour_;
};

TEST(Cycles, AgreeWithAPlainSearch) {
  int round = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const System s = random_system(seed);
    const bool expected = Plain(s).goes_round();
    const Exploration e = explore(s, Limits{});
    ASSERT_EQ(e.properties[0].outcome, expected ? Outcome::Fails : Outcome::Holds) << seed;
    round += expected ? 1 : 0;
    if (!expected) continue;
    // The run goes round: from its last step it is where it was, and no step of the round faults.
    const Trace& t = e.properties[0].trace;
    ASSERT_GE(t.loop_from, 0);
    const auto from = static_cast<std::size_t>(t.loop_from);
    EXPECT_EQ(t.steps.back().after, from == 0 ? t.start : t.steps[from - 1].after) << seed;
    for (std::size_t i = from; i < t.steps.size(); ++i)
      EXPECT_EQ(s.rules[t.steps[i].rule].fault, Fault::None) << seed;
  }
  EXPECT_GT(round, 30);  // both kinds are among them
  EXPECT_LT(round, 350);
}

}  // namespace
}  // namespace scantling::verify
