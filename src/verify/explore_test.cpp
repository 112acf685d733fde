#include "verify/explore.h"

#include <gtest/gtest.h>

#include "verify/reduce.h"
#include "verify/test_systems.h"

namespace scantling::verify {
namespace {

using testing::add_var;

Limits unreduced(int threads = 1) {
  Limits l;
  l.reduce = false;
  l.threads = threads;
  return l;
}

// A trace is a run of the system: each rule's guard holds and its effect is what changed.
void expect_is_run(const System& s, const Trace& trace) {
  Values at = initial_values(s);
  EXPECT_EQ(trace.start, at);
  for (const TraceStep& step : trace.steps) {
    ASSERT_TRUE(holds(s.rules[step.rule].when, at)) << s.rules[step.rule].text;
    for (const Cond& c : s.rules[step.rule].then)
      at[c.var] = c.value;
    EXPECT_EQ(step.after, at);
  }
}

TEST(Explore, FindsThePhilosophersDeadlockByTheShortestWay) {
  for (int n = 2; n <= 6; ++n) {
    const System s = testing::philosophers(n, false);
    const Exploration e = explore(s, unreduced());
    EXPECT_EQ(e.states, testing::plain_search(s).states) << n;
    EXPECT_EQ(e.properties[0].outcome, Outcome::Fails);
    EXPECT_EQ(e.properties[0].trace.steps.size(), static_cast<std::size_t>(n));
    expect_is_run(s, e.properties[0].trace);
  }
}

TEST(Explore, OneLeftHandedPhilosopherIsEnough) {
  const System s = testing::philosophers(5, true);
  const Exploration e = explore(s, unreduced());
  EXPECT_EQ(e.states, testing::plain_search(s).states);
  EXPECT_EQ(e.properties[0].outcome, Outcome::Holds);
}

TEST(Explore, PetersonExcludesAndWithoutTurnsDoesNot) {
  const Exploration good = explore(testing::peterson(true), unreduced());
  EXPECT_EQ(good.states, testing::plain_search(testing::peterson(true)).states);
  EXPECT_EQ(good.properties[0].outcome, Outcome::Holds);
  EXPECT_EQ(good.properties[1].outcome, Outcome::Holds);
  const System s = testing::peterson(false);
  const Exploration bad = explore(s, unreduced());
  EXPECT_EQ(bad.properties[0].outcome, Outcome::Fails);
  EXPECT_EQ(bad.properties[0].trace.steps.size(), 6U);
  expect_is_run(s, bad.properties[0].trace);
}

TEST(Explore, ARingHasAsManyStatesAsPlacesAndNeverEnds) {
  for (const int n : {2, 3, 64, 65, 255}) {
    const Exploration e = explore(testing::token_ring(n), unreduced());
    EXPECT_EQ(e.states, static_cast<std::uint64_t>(n));
    EXPECT_EQ(e.transitions, static_cast<std::uint64_t>(n));
    ASSERT_EQ(e.properties[0].outcome, Outcome::Fails);
    EXPECT_EQ(e.properties[0].trace.loop_from, 0);
    EXPECT_EQ(e.properties[0].trace.steps.size(), static_cast<std::size_t>(n));
  }
}

TEST(Explore, TwoPhaseCommitAgreesButBlocksWhenItsCoordinatorCrashes) {
  const System s = testing::two_phase_commit(3);
  const Exploration e = explore(s, unreduced());
  EXPECT_EQ(e.states, testing::plain_search(s).states);
  EXPECT_EQ(e.properties[0].outcome, Outcome::Holds);
  ASSERT_EQ(e.properties[1].outcome, Outcome::Fails);
  EXPECT_EQ(e.properties[1].faults, 1);
  expect_is_run(s, e.properties[1].trace);
  Limits none = unreduced();
  none.faults = 0;
  const Exploration without = explore(s, none);
  EXPECT_EQ(without.properties[1].outcome, Outcome::Undecided)
      << "a bound of faults proves nothing";
  EXPECT_EQ(without.ended, Ended::FaultLimit);
}

TEST(Explore, SymmetryKeepsVerdictsAndSavesStates) {
  const System s = testing::two_phase_commit(3);
  ASSERT_TRUE(find_reductions(s).symmetric);
  const Exploration all = explore(s, unreduced());
  Limits reduced;
  const Exploration few = explore(s, reduced);
  EXPECT_TRUE(few.symmetric);
  EXPECT_LT(few.states, all.states);
  for (std::size_t p = 0; p < s.properties.size(); ++p) {
    EXPECT_EQ(few.properties[p].outcome, all.properties[p].outcome);
    EXPECT_EQ(few.properties[p].faults, all.properties[p].faults);
    EXPECT_EQ(few.properties[p].trace.steps.size(), all.properties[p].trace.steps.size());
    expect_is_run(s, few.properties[p].trace);
  }
}

TEST(Explore, UnequalInstancesAreNotInterchangeable) {
  System s = testing::two_phase_commit(2);
  s.rules.pop_back();  // the second may not do what the first may
  EXPECT_FALSE(find_reductions(s).symmetric);
}

TEST(Explore, ThreadsChangeNothing) {
  const System s = testing::philosophers(9, false);
  const Exploration one = explore(s, unreduced(1)), two = explore(s, unreduced(2)),
                    four = explore(s, unreduced(4));
  for (const Exploration* e : {&two, &four}) {
    EXPECT_EQ(e->states, one.states);
    EXPECT_EQ(e->transitions, one.transitions);
    EXPECT_EQ(e->depth, one.depth);
    ASSERT_EQ(e->properties[0].trace.steps.size(), one.properties[0].trace.steps.size());
    for (std::size_t i = 0; i < one.properties[0].trace.steps.size(); ++i)
      EXPECT_EQ(e->properties[0].trace.steps[i].rule, one.properties[0].trace.steps[i].rule);
  }
}

TEST(Explore, FewestFaultsComeBeforeFewestSteps) {
  System s;
  s.lanes = {"a"};
  const Var at = add_var(s, "at", 8);
  for (int i = 0; i < 6; ++i)
    Draft(s, 0, "walks").move(at, i, i + 1).add();
  Draft(s, 0, "jumps").move(at, 0, 6).fault(Fault::Loss).add();
  s.properties.push_back({"never-six", Shape::Never, {{{at, 6}}}, {}, "", ""});
  const Exploration e = explore(s, unreduced());
  EXPECT_EQ(e.properties[0].faults, 0);
  EXPECT_EQ(e.properties[0].trace.steps.size(), 6U);
}

TEST(Explore, AMemoryLimitIsSaidAndNothingIsClaimed) {
  Limits l = unreduced();
  l.memory = 200'000;
  const Exploration e = explore(testing::philosophers(11, true), l);
  EXPECT_EQ(e.ended, Ended::MemoryLimit);
  EXPECT_EQ(e.properties[0].outcome, Outcome::Undecided);
}

TEST(Explore, AStopIsSaidAndNothingIsClaimed) {
  Limits l = unreduced();
  l.stop = [] { return true; };
  const Exploration e = explore(testing::philosophers(6, true), l);
  EXPECT_EQ(e.ended, Ended::Stopped);
  EXPECT_EQ(e.properties[0].outcome, Outcome::Undecided);
}

TEST(Explore, APremiseThatNeverOccursIsVacuous) {
  System s = testing::token_ring(4);
  s.variables[0].values = 5;
  s.properties.clear();
  s.properties.push_back({"four", Shape::Never, {{{0, 4}}}, {{{0, 4}}}, "", ""});
  s.properties.push_back({"three", Shape::Never, {{{0, 4}}}, {{{0, 3}}}, "", ""});
  const Exploration e = explore(s, unreduced());
  EXPECT_EQ(e.properties[0].outcome, Outcome::Vacuous);
  EXPECT_EQ(e.properties[1].outcome, Outcome::Holds);
  EXPECT_EQ(e.properties[1].trace.steps.size(), 3U) << "the run that shows the premise";
}

TEST(Explore, BudgetsByKindLimitFaults) {
  System s;
  s.lanes = {"a"};
  const Var at = add_var(s, "at", 6);
  for (int i = 0; i < 5; ++i)
    Draft(s, 0, "is lost").move(at, i, i + 1).fault(Fault::Loss).add();
  EXPECT_EQ(explore(s, unreduced()).states, 6U);
  EXPECT_EQ(explore(with_budgets(s, {{Fault::Loss, 2}}), unreduced()).states, 3U);
}

TEST(Explore, WideSystemsAreSearchedAndTooWideOnesSaidSo) {
  const auto wide = [](int variables) {
    System s;
    s.lanes = {"a"};
    for (int i = 0; i < variables; ++i)
      add_var(s, "v" + std::to_string(i), 256);
    for (int i = 0; i < variables; ++i)
      Draft(s, 0, "step").move(static_cast<Var>(i), 0, 255).add();
    return s;
  };
  for (const int n : {8, 9, 12})
    EXPECT_EQ(explore(wide(n), unreduced()).states, std::uint64_t{1} << n) << n;
  EXPECT_EQ(explore(wide(65), unreduced()).ended, Ended::TooWide);
}

}  // namespace
}  // namespace scantling::verify
