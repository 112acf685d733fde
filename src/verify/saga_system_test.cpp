#include <gtest/gtest.h>

#include "base/random.h"
#include "verify/explore.h"
#include "verify/reduce.h"
#include "verify/saga_shape.h"
#include "verify/test_systems.h"

namespace scantling::verify {
namespace {

using testing::safe_saga;

Outcome outcome(const System& s, const Exploration& e, std::string_view property) {
  for (std::size_t i = 0; i < s.properties.size(); ++i)
    if (s.properties[i].name == property) return e.properties[i].outcome;
  ADD_FAILURE() << "no property " << property;
  return Outcome::Undecided;
}
const PropertyResult& result(const System& s, const Exploration& e, std::string_view property) {
  for (std::size_t i = 0; i < s.properties.size(); ++i)
    if (s.properties[i].name == property) return e.properties[i];
  return e.properties[0];
}
Exploration look(const System& s) {
  return explore(s, Limits{});
}

TEST(SagaSystem, ASagaWithEverySafeguardHoldsUnderAnyNumberOfFaults) {
  for (const bool orchestrated : {true, false})
    for (const int attempts : {0, 1, 2})
      for (int n = 1; n <= 5; ++n) {
        SagaShape shape = safe_saga(n);
        shape.orchestrated = orchestrated;
        for (SagaStepShape& step : shape.steps) {
          if (step.has_undo()) step.attempts = attempts;
          if (!orchestrated) step.transport.loses = step.undo_transport.loses = false;
        }
        const System s = saga_system(shape);
        const Exploration e = look(s);
        EXPECT_TRUE(e.any_faults());
        for (std::size_t p = 0; p < s.properties.size(); ++p)
          EXPECT_EQ(to_text(e.properties[p].outcome),
                    s.properties[p].name == "undo-follows-do" && n == 1 ? "vacuous" : "holds")
              << s.properties[p].name << " n=" << n << " attempts=" << attempts;
      }
}

// The mutation twins: each takes one safeguard away.

TEST(SagaSystem, WithoutTombstonesAnUndoThatComesFirstIsOvertaken) {
  SagaShape shape = safe_saga(2);
  shape.steps[0].tombstone = false;
  shape.steps[0].attempts = 1;
  const System s = saga_system(shape);
  const Exploration e = look(s);
  const PropertyResult& r = result(s, e, "undo-follows-do");
  ASSERT_EQ(r.outcome, Outcome::Fails);
  EXPECT_EQ(r.faults, 1) << "one early timeout";
  EXPECT_EQ(r.trace.steps.size(), 6U) << "start, ask, give up, ask to undo, undo, do";
}

TEST(SagaSystem, WithoutIdempotenceASecondDeliveryTakesEffectTwice) {
  SagaShape shape = safe_saga(2);
  shape.steps[1].repeat = Idempotency::No;
  const System s = saga_system(shape);
  const Exploration e = look(s);
  const PropertyResult& r = result(s, e, "effect-once");
  ASSERT_EQ(r.outcome, Outcome::Fails);
  EXPECT_EQ(r.faults, 1);
}

TEST(SagaSystem, WithoutALogACrashLeavesTheSagaToNobody) {
  SagaShape shape = safe_saga(2);
  shape.durable = false;
  const System s = saga_system(shape);
  const Exploration e = look(s);
  ASSERT_EQ(outcome(s, e, "recovers"), Outcome::Fails);
  EXPECT_EQ(result(s, e, "recovers").trace.steps.size(), 2U) << "start, crash";
}

TEST(SagaSystem, WithoutAnUndoARefusalLeavesHalfOfIt) {
  SagaShape shape = safe_saga(3);
  shape.steps[0].undo_name.clear();
  const System s = saga_system(shape);
  const Exploration e = look(s);
  ASSERT_EQ(outcome(s, e, "ends-whole"), Outcome::Fails);
  EXPECT_EQ(result(s, e, "ends-whole").faults, 0) << "no fault is needed";
}

TEST(SagaSystem, AnUndoThatIsNotIdempotentIsDoneTooOften) {
  SagaShape shape = safe_saga(2);
  shape.steps[0].undo_repeat = Idempotency::No;
  shape.steps[0].tombstone = false;
  const System s = saga_system(shape);
  EXPECT_EQ(outcome(s, look(s), "undo-follows-do"), Outcome::Fails);
}

TEST(SagaSystem, AStepAfterThePivotIsTriedUntilItSucceeds) {
  SagaShape shape = safe_saga(4);
  for (SagaStepShape& step : shape.steps) {
    step.attempts = 2;
    step.undo_name.clear();
  }
  shape.steps[0].undo_name = "s0.undo";
  shape.pivot = 1;
  shape.steps[1].attempts = 0;
  const System s = saga_system(shape);
  const Exploration e = look(s);
  EXPECT_EQ(outcome(s, e, "ends-whole"), Outcome::Holds);
  shape.pivot = -1;
  const System without = saga_system(shape);
  EXPECT_EQ(outcome(without, look(without), "ends-whole"), Outcome::Fails);
}

TEST(SagaSystem, AChoreographyLosesItsThreadBetweenAChangeAndItsEvent) {
  SagaShape shape = safe_saga(3);
  shape.orchestrated = false;
  for (SagaStepShape& step : shape.steps)
    step.transport.loses = step.undo_transport.loses = false;
  const System safe = saga_system(shape);
  EXPECT_EQ(outcome(safe, look(safe), "ends-whole"), Outcome::Holds);
  shape.steps[0].direct = true;
  const System s = saga_system(shape);
  const Exploration e = look(s);
  ASSERT_EQ(outcome(s, e, "ends-whole"), Outcome::Fails);
  EXPECT_EQ(result(s, e, "ends-whole").faults, 1);
}

// The reductions against the search without them, on sagas with safeguards taken away at random.
TEST(SagaSystem, ReductionsKeepEveryVerdictAndTheNumberOfFaults) {
  RandomStream random(7, 0, 0);
  const auto coin = [&] { return random.below(2) == 1; };
  for (int round = 0; round < 60; ++round) {
    SagaShape shape = safe_saga(2);
    shape.instances = round % 6 == 0 ? 2 : 1;
    shape.orchestrated = round % 5 != 0;
    shape.durable = random.below(4) != 0;
    shape.early_timeouts = shape.instances == 1;
    shape.copies = shape.instances == 1 ? 2 : 1;
    for (SagaStepShape& step : shape.steps) {
      step.repeat = static_cast<Idempotency>(random.below(3));
      step.undo_repeat = static_cast<Idempotency>(random.below(3));
      step.tombstone = coin();
      step.attempts = static_cast<int>(random.below(3));
      step.transport = {coin(), shape.instances == 1 && coin()};
      step.undo_transport = {coin(), false};
      step.direct = coin();
      if (random.below(4) == 0) step.undo_name.clear();
    }
    const System s = saga_system(shape);
    Limits full;
    full.reduce = false;
    const Exploration all = explore(s, full), few = explore(s, Limits{});
    ASSERT_TRUE(all.any_faults());
    ASSERT_TRUE(few.any_faults());
    EXPECT_LE(few.states, all.states);
    for (std::size_t p = 0; p < s.properties.size(); ++p) {
      EXPECT_EQ(few.properties[p].outcome, all.properties[p].outcome)
          << round << " " << s.properties[p].name;
      EXPECT_EQ(few.properties[p].faults, all.properties[p].faults)
          << round << " " << s.properties[p].name;
    }
    if (round % 10 == 1) {
      EXPECT_EQ(all.states, testing::plain_search(s).states);
    }
  }
}

TEST(SagaSystem, TwoInstancesAreInterchangeable) {
  SagaShape shape = safe_saga(2);
  shape.instances = 2;
  const System s = saga_system(shape);
  const Exploration e = look(s);
  EXPECT_TRUE(e.symmetric);
  for (std::size_t p = 0; p < s.properties.size(); ++p)
    EXPECT_EQ(e.properties[p].outcome, Outcome::Holds) << s.properties[p].name;
}

// One run stands for any number where runs share nothing: the same verdicts as of two at once.
TEST(SagaSystem, RunsThatShareNothingAreAsOneRun) {
  RandomStream random(11, 0, 0);
  const auto coin = [&] { return random.below(2) == 1; };
  for (int round = 0; round < 24; ++round) {
    SagaShape shape = safe_saga(2);
    shape.copies = 1;
    shape.orchestrated = round % 3 != 0;
    shape.durable = coin();
    for (SagaStepShape& step : shape.steps) {
      step.repeat = static_cast<Idempotency>(random.below(3));
      step.undo_repeat = static_cast<Idempotency>(random.below(3));
      step.tombstone = coin();
      step.attempts = static_cast<int>(random.below(3));
      step.direct = coin();
      if (random.below(4) == 0) step.undo_name.clear();
    }
    const System one = saga_system(shape);
    shape.instances = 2;
    const System two = saga_system(shape);
    EXPECT_FALSE(instances_are_apart(one));
    EXPECT_TRUE(instances_are_apart(two));
    const Exploration a = look(one), b = look(two);
    ASSERT_TRUE(a.any_faults());
    ASSERT_TRUE(b.any_faults());
    for (std::size_t p = 0; p < one.properties.size(); ++p)
      EXPECT_EQ(a.properties[p].outcome, b.properties[p].outcome)
          << round << " " << one.properties[p].name;
  }
}

SagaShape locked_saga(int instances) {
  SagaShape shape = safe_saga(2);
  shape.steps[0].locks = true;
  shape.instances = instances;
  return shape;
}

TEST(SagaSystem, RunsThatMeetInALockAreSearchedTogether) {
  for (const int instances : {2, 3})
    for (const bool orchestrated : {true, false}) {
      SagaShape shape = locked_saga(instances);
      shape.orchestrated = orchestrated;
      for (SagaStepShape& step : shape.steps) {
        step.transport.duplicates = step.undo_transport.duplicates = instances == 2;
        if (!orchestrated) step.transport.loses = step.undo_transport.loses = false;
      }
      System s = saga_system(shape);
      EXPECT_FALSE(instances_are_apart(s));
      std::vector<Var> locks;
      for (Var v = 0; v < s.variables.size(); ++v)
        if (s.variables[v].name.find("lock of") != std::string::npos) locks.push_back(v);
      ASSERT_EQ(locks.size(), static_cast<std::size_t>(instances));
      Property both{"one-holder", Shape::Never, {{{locks[0], 1}, {locks[1], 1}}}, {}, "", ""};
      if (instances == 3) {
        both.states.push_back({{locks[0], 1}, {locks[2], 1}});
        both.states.push_back({{locks[1], 1}, {locks[2], 1}});
      }
      s.properties.push_back(both);
      const Exploration e = look(s);
      EXPECT_TRUE(e.symmetric);
      ASSERT_TRUE(e.any_faults());
      for (std::size_t p = 0; p < s.properties.size(); ++p)
        EXPECT_EQ(to_text(e.properties[p].outcome), "holds")
            << s.properties[p].name << " " << instances << " " << orchestrated;
    }
}

// What one run alone doesn't show: a run that nobody goes on with keeps the others waiting.
TEST(SagaSystem, ALockOfALostRunStopsTheOthers) {
  SagaShape shape = locked_saga(1);
  shape.durable = false;
  const System one = saga_system(shape);
  EXPECT_EQ(outcome(one, look(one), "ends-whole"), Outcome::Holds);
  shape.instances = 2;
  const System two = saga_system(shape);
  const Exploration e = look(two);
  ASSERT_EQ(outcome(two, e, "ends-whole"), Outcome::Fails);
  EXPECT_EQ(result(two, e, "ends-whole").faults, 1) << "one crash";
}

// Without a log, or without a tombstone, also in a choreography.
TEST(SagaSystem, AStepAfterItsUndoLeavesItsLock) {
  SagaShape shape = locked_saga(2);
  shape.orchestrated = false;
  for (SagaStepShape& step : shape.steps)
    step.transport.loses = step.undo_transport.loses = false;
  shape.steps[0].tombstone = false;
  shape.steps[0].repeat = Idempotency::Yes;
  const System s = saga_system(shape);
  const Exploration e = look(s);
  ASSERT_EQ(outcome(s, e, "undo-follows-do"), Outcome::Fails);
  EXPECT_EQ(outcome(s, e, "ends-whole"), Outcome::Fails);
}

// The reductions against the search without them, where runs meet.
TEST(SagaSystem, ReductionsKeepEveryVerdictWhereRunsMeet) {
  RandomStream random(13, 0, 0);
  const auto coin = [&] { return random.below(2) == 1; };
  for (int round = 0; round < 12; ++round) {
    SagaShape shape = locked_saga(2);
    shape.orchestrated = coin();
    shape.durable = coin();
    shape.early_timeouts = false;
    shape.copies = 1;
    for (SagaStepShape& step : shape.steps) {
      step.repeat = static_cast<Idempotency>(random.below(3));
      step.tombstone = coin();
      step.attempts = static_cast<int>(random.below(2));
      step.transport = {coin(), false};
      step.undo_transport = {coin(), false};
    }
    const System s = saga_system(shape);
    Limits full;
    full.reduce = false;
    const Exploration all = explore(s, full), few = look(s);
    ASSERT_TRUE(all.any_faults());
    for (std::size_t p = 0; p < s.properties.size(); ++p) {
      EXPECT_EQ(few.properties[p].outcome, all.properties[p].outcome)
          << round << " " << s.properties[p].name;
      EXPECT_EQ(few.properties[p].faults, all.properties[p].faults)
          << round << " " << s.properties[p].name;
    }
  }
}

}  // namespace
}  // namespace scantling::verify
