// Mutation twins of what the properties' pages don't show by themselves: the same model with one
// safeguard away fails, by the shortest run that is known for it, and with a repair that was
// checked.
#include <gtest/gtest.h>

#include "check/rules.h"
#include "verify/explore.h"
#include "verify/saga_shape.h"
#include "verify/test_models.h"
#include "verify/test_systems.h"

namespace scantling::verify {
namespace {

using testing::parse;
using testing::verdict;

struct Seen {
  std::string outcome, repair;
  std::size_t steps = 0;
  int faults = 0;
};

Seen look(const std::string& model, std::string_view property) {
  const Verification v = verify(parse(model), {});
  const PropertyVerdict* p = verdict(v, property);
  if (!p) return {"no such property", "", 0, 0};
  Seen out{std::string(to_text(p->outcome)), "", 0, 0};
  if (p->outcome != Outcome::Fails) return out;
  if (p->repair()) out.repair = p->repair()->parts.front().text;
  out.steps = p->result.trace.steps.size();
  out.faults = p->result.faults;
  return out;
}

// --- after a promotion ---

std::string copies(int n, const std::string& said) {
  return "stores:\n  db: { engine: postgresql, owner: users, copies: " + std::to_string(n) +
         ", consistency: strong, failover: 30s, " + said +
         " }\nservices:\n  users:\n    endpoints:\n"
         "      add: { http: POST /users, steps: [{ write: db }] }\n";
}

TEST(Twins, AFormerLeaderThatIsNotBuiltAnewAnswersWithItsOwnHistory) {
  for (const char* safe : {"fenced: true, in-sync: 2", "fenced: true", "in-sync: 2"})
    for (const int n : {2, 3}) {
      const std::string said = std::string(safe) + ", lag: 100ms, rebuild: ";
      const Seen none = look(copies(n, said + "none"), "one-history");
      EXPECT_EQ(none.outcome, "fails") << said;
      EXPECT_EQ(none.repair, "rebuild: diverged") << said;
      EXPECT_EQ(none.faults, 1) << said;
      EXPECT_EQ(none.steps, 4U) << "writes, stops, another is promoted, comes back";
      EXPECT_EQ(look(copies(n, said + "diverged"), "one-history").outcome, "holds") << said;
      EXPECT_EQ(look(copies(n, said + "all"), "one-history").outcome, "holds") << said;
    }
}

// A leader that takes writes beside the new one has a history of its own even when all copies had
// the first write.
TEST(Twins, WhatTwoLeadersWroteIsTwoHistories) {
  EXPECT_EQ(look(copies(2, "lag: 1s, backup: { rpo: 1min }, rebuild: none"), "one-history").outcome,
            "fails");
  EXPECT_EQ(
      look(copies(2, "lag: 1s, backup: { rpo: 1min }, rebuild: diverged"), "one-history").outcome,
      "holds");
}

TEST(Twins, APromotionThatBuildsAllCopiesAnewLeavesTheLeaderAlone) {
  const Seen all = look(copies(3, "fenced: true, in-sync: 2, rebuild: all"), "copies-serve");
  EXPECT_EQ(all.outcome, "fails");
  EXPECT_EQ(all.steps, 2U) << "stops, another is promoted";
  EXPECT_EQ(all.faults, 1);
  EXPECT_EQ(all.repair, "rebuild: diverged");
  for (const char* fine : {"none", "diverged"})
    EXPECT_EQ(
        look(copies(3, std::string("fenced: true, in-sync: 2, rebuild: ") + fine), "copies-serve")
            .outcome,
        "holds");
  EXPECT_EQ(look(copies(2, "fenced: true, in-sync: 2, rebuild: all"), "copies-serve").outcome,
            "no such property")
      << "with two copies none is left but the former leader";
  EXPECT_EQ(look(copies(3, "fenced: true, in-sync: 2"), "one-history").outcome, "no such property")
      << "nothing is said, nothing is judged";
}

// --- outboxes ---

std::string outbox(const std::string& said) {
  return "stores:\n  db: { engine: postgresql, owner: orders }\n"
         "channels:\n  events: { broker: kafka, owner: orders, events: [Placed], key: order-id }\n"
         "services:\n  orders:\n    endpoints:\n      place:\n        http: POST /orders\n"
         "        steps:\n          - write: db\n          - { publish: events Placed" +
         said + " }\n";
}

TEST(Twins, ARelayByIdSkipsWhatIsCommittedLate) {
  const Seen by_id = look(outbox(", via: outbox, relay: by-id"), "no-lost-event");
  EXPECT_EQ(by_id.outcome, "fails");
  EXPECT_EQ(by_id.faults, 0) << "two transactions at once are enough";
  EXPECT_EQ(by_id.steps, 4U) << "writes, another commits, the other's is sent, commits";
  EXPECT_EQ(by_id.repair, "relay: unsent on publishes Placed");
  for (const char* fine :
       {", via: outbox", ", via: outbox, relay: unsent", ", via: change-capture"})
    EXPECT_EQ(look(outbox(fine), "no-lost-event").outcome, "holds") << fine;
}

// --- copies behind their leader ---

std::string own_writes(const std::string& said, const char* steps) {
  return "stores:\n  db: { engine: postgresql, owner: shop, " + said +
         " }\nservices:\n  shop:\n    endpoints:\n      add: { http: POST /rows, steps: [" + steps +
         "] }\n";
}

TEST(Twins, ACopyThatIsBehindHidesWhatWasJustWritten) {
  constexpr const char* kBoth = "{ write: db }, { read: db }";
  const Seen any = look(own_writes("copies: 2, consistency: eventual", kBoth), "reads-own-writes");
  EXPECT_EQ(any.outcome, "fails");
  EXPECT_EQ(any.faults, 0);
  EXPECT_EQ(any.steps, 3U) << "writes, is acknowledged, reads";
  EXPECT_EQ(any.repair, "consistency: strong");
  EXPECT_EQ(
      look(own_writes("copies: 2, in-sync: 2, consistency: eventual", kBoth), "reads-own-writes")
          .outcome,
      "holds");
  EXPECT_EQ(
      look(own_writes("copies: 5, in-sync: 5, consistency: eventual", kBoth), "reads-own-writes")
          .outcome,
      "holds");
  EXPECT_EQ(
      look(own_writes("copies: 5, in-sync: 3, consistency: eventual", kBoth), "reads-own-writes")
          .outcome,
      "fails");
  for (const char* other : {"{ read: db }, { write: db }", "{ write: db }"})
    EXPECT_EQ(
        look(own_writes("copies: 2, consistency: eventual", other), "reads-own-writes").outcome,
        "no such property");
  EXPECT_EQ(look(own_writes("copies: 2, consistency: strong", kBoth), "reads-own-writes").outcome,
            "no such property");
}

TEST(Twins, AReadMayChooseAnyCopyOfAStoreThatIsLed) {
  const auto seen = [](const char* copies, const char* choice) {
    return look(
        own_writes(copies, ("{ write: db }, { read: db" + std::string(choice) + " }").c_str()),
        "reads-own-writes");
  };
  constexpr const char* kLed = "copies: 3, consistency: strong";
  const Seen any = seen(kLed, ", consistency: eventual");
  EXPECT_EQ(any.outcome, "fails");
  EXPECT_EQ(any.repair, "consistency: strong");
  EXPECT_EQ(seen(kLed, "").outcome, "no such property");
  EXPECT_EQ(seen("copies: 3, in-sync: 3, consistency: strong", ", consistency: eventual").outcome,
            "holds");
  EXPECT_EQ(seen("copies: 3, consistency: eventual", ", consistency: strong").outcome,
            "no such property");
  const Seen one = seen("copies: 3, consistency: quorum read 2 write 2", ", consistency: eventual");
  EXPECT_EQ(one.outcome, "fails");
  EXPECT_EQ(one.repair, "consistency: quorum");
}

// --- quorums: the page is the rule's ---

TEST(Twins, QuorumsThatDoNotOverlapFailByTheSum) {
  const auto* rule = find_rule("quorum-overlap");
  ASSERT_NE(rule, nullptr);
  const Seen wrong = look(std::string(rule->explanation.wrong), "quorum-overlap");
  EXPECT_EQ(wrong.outcome, "fails");
  EXPECT_NE(wrong.repair, "");
  EXPECT_EQ(look(std::string(rule->explanation.right), "quorum-overlap").outcome, "holds");
}

// --- the search ---

// A repair that fails is left at once: the search stops at the first property that it must keep.
TEST(Twins, ASearchEndsWhereAPropertyItIsAskedForFails) {
  SagaShape shape = testing::safe_saga(3);
  shape.steps[0].repeat = Idempotency::No;
  const System s = saga_system(shape);
  const Exploration all = explore(s, Limits{});
  for (std::size_t p = 0; p < s.properties.size(); ++p) {
    Limits limits;
    limits.stop_on = {p};
    const Exploration few = explore(s, limits);
    EXPECT_EQ(few.properties[p].outcome, all.properties[p].outcome) << s.properties[p].name;
    EXPECT_EQ(few.properties[p].faults, all.properties[p].faults) << s.properties[p].name;
    if (all.properties[p].outcome == Outcome::Fails)
      EXPECT_LT(few.states, all.states) << s.properties[p].name;
    else
      EXPECT_EQ(few.states, all.states) << s.properties[p].name;
  }
}

}  // namespace
}  // namespace scantling::verify
