#include "design/verifying.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "design/test_problem.h"

namespace scantling {
namespace {

using test::add_aggregate;
using test::add_operation;
using test::given;
using test::shop;
using test::step;
using verify::Outcome;

DesignResult designed(Architecture model) {
  DesignOptions options;
  options.simulate = false;
  options.jobs = 1;
  return design(std::move(model), built_in_catalog(), options);
}

TEST(Verifying, ADesignIsExploredUnderAnyNumberOfFaults) {
  const DesignResult result = designed(shop().model);
  const verify::Verification& v = result.verification.result;
  EXPECT_GT(v.protocols.size(), 3U);
  EXPECT_EQ(v.count(Outcome::Fails), 0U);
  EXPECT_EQ(v.count(Outcome::Undecided), 0U);
  const bool saga = std::ranges::any_of(
      v.protocols, [](const auto& p) { return p.protocol.system.name == "saga place-order"; });
  EXPECT_TRUE(saga);
}

// An operation that is all or nothing reads what the saga of another changes.
Architecture read_beside_a_saga() {
  test::Shop made = shop();
  ProblemStep read = step(made.model, Verb::Read, made.stock);
  const OperationId close = add_operation(
      made.model, "close-order",
      {read, test::undoable(step(made.model, Verb::Update, made.order), Verb::Cancel)}, 5, 20);
  made.model.operations[close].atomic = given(true);
  return made.model;
}

TEST(Verifying, ARepairIsADecisionWithItsRun) {
  const DesignResult result = designed(read_beside_a_saga());
  ASSERT_FALSE(result.verification.mended.empty());
  EXPECT_EQ(result.verification.result.count(Outcome::Fails), 0U);
  for (const verify::Mended& m : result.verification.mended) {
    const auto of = std::ranges::find_if(result.model.decisions, [&](const Decision& d) {
      return d.pass.value == "verify" && d.name.ends_with("." + m.verdict.property);
    });
    ASSERT_NE(of, result.model.decisions.end()) << m.verdict.property;
    EXPECT_NE(of->because->find("without it"), std::string::npos);
    EXPECT_NE(of->because->find("searched"), std::string::npos);
    EXPECT_FALSE(of->sets->empty());
    EXPECT_EQ(of->alternatives.front().name, *of->chosen);
  }
}

// What an event starts may be done twice, and the carrier is said to mind.
Architecture ships_on_an_event(bool says) {
  test::Shop made = shop();
  External carrier;
  carrier.name = "carrier";
  if (says) carrier.idempotent = given(Idempotency::No);
  const ExternalId id = made.model.externals.add(std::move(carrier));
  const AggregateId shipment = add_aggregate(made.model, "Shipment");
  ProblemStep ship = step(made.model, Verb::Create, shipment);
  ship.calls = given(Ref<ExternalId>("carrier", id));
  const OperationId op = add_operation(made.model, "ship-order", {ship}, 0, 0);
  made.model.operations[op].on = given(std::vector<std::string>{"OrderPlaced"});
  return made.model;
}

const Unmet* unmet_of(const DesignResult& result, std::string_view property) {
  const auto at = std::ranges::find(result.unmet, property, &Unmet::what);
  return at == result.unmet.end() ? nullptr : &*at;
}

TEST(Verifying, WhatOnlyAnotherCouldMendIsUnmetAndNamed) {
  const DesignResult result = designed(ships_on_an_event(true));
  const Unmet* unmet = unmet_of(result, "effect-once");
  ASSERT_NE(unmet, nullptr);
  EXPECT_NE(unmet->text.find("ship-order"), std::string::npos);
  EXPECT_NE(unmet->relax.find("externals.carrier"), std::string::npos);
  EXPECT_EQ(*result.model.externals[ExternalId(1)].idempotent, Idempotency::No);
}

TEST(Verifying, WhatItsOwnerHasNotSaidIsAQuestion) {
  const DesignResult result = designed(ships_on_an_event(false));
  EXPECT_EQ(unmet_of(result, "effect-once"), nullptr);
  const bool asked = std::ranges::any_of(result.findings.all(), [](const Diagnostic& d) {
    return d.kind != nullptr && d.kind->name == "effect-once" && d.severity == Severity::Warning;
  });
  EXPECT_TRUE(asked);
}

TEST(Verifying, AnAcceptedFailureIsNotUnmet) {
  Architecture model = ships_on_an_event(true);
  Acceptance accepted;
  accepted.rule = given(std::string("effect-once"));
  accepted.reason = given(std::string("two labels are thrown away by hand"));
  model.accept.push_back(accepted);
  const DesignResult result = designed(std::move(model));
  EXPECT_EQ(unmet_of(result, "effect-once"), nullptr);
  EXPECT_GT(result.findings.accepted(), 0U);
}

}  // namespace
}  // namespace scantling
