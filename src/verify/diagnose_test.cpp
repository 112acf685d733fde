#include "verify/diagnose.h"

#include <gtest/gtest.h>

#include "verify/properties.h"
#include "verify/test_models.h"

namespace scantling::verify {
namespace {

using testing::parse;
using testing::verdict;

// As if a pass had written it, not a person.
void open_up(Architecture& model) {
  const Provenance decided{Origin::Decided, {}, {}};
  for (Saga& saga : model.sagas) {
    saga.durable.from = saga.steps.from = decided;
    for (SagaStep& step : saga.steps.value)
      step.pivot.from = decided;
  }
  for (Store& store : model.stores)
    store.fenced.from = decided;
}

const Architecture wrong_model(std::string_view property) {
  return parse(find_property_page(property)->explanation.wrong);
}

struct Repaired {
  Architecture model;
  Verification result;
  std::vector<std::string> mended;
};

Repaired repaired(Architecture model) {
  Repaired out{std::move(model), {}, {}};
  out.result = verify_design(out.model, {}, [&](const Mended& m) {
    std::string text = m.verdict.property + ":";
    for (const Repair& r : m.repair().parts)
      text += " " + r.text;
    out.mended.push_back(text);
    return Provenance{Origin::Decided, {}, {}};
  });
  return out;
}

TEST(VerifyDesign, RepairsWhatIsOpenAndSearchesAgain) {
  Architecture model = wrong_model("recovers");
  open_up(model);
  const Repaired after = repaired(std::move(model));
  EXPECT_EQ(after.mended, (std::vector<std::string>{"recovers: durable: true"}));
  EXPECT_EQ(to_text(verdict(after.result, "recovers")->outcome), "holds");
  EXPECT_TRUE(*after.model.sagas[SagaId(0)].durable);
  EXPECT_EQ(after.result.count(Outcome::Fails), 0U);
}

TEST(VerifyDesign, OverrulesNothingGiven) {
  const Repaired after = repaired(wrong_model("recovers"));
  EXPECT_TRUE(after.mended.empty());
  const PropertyVerdict* still = verdict(after.result, "recovers");
  EXPECT_EQ(to_text(still->outcome), "fails");
  ASSERT_NE(still->repair(), nullptr);  // it is known all the same, and said
  EXPECT_TRUE(still->repair()->overrules);
  EXPECT_FALSE(*after.model.sagas[SagaId(0)].durable);
}

TEST(VerifyDesign, PutsStepsThatCannotBeUndoneLast) {
  Architecture model = wrong_model("ends-whole");
  open_up(model);
  const Repaired after = repaired(std::move(model));
  EXPECT_FALSE(after.mended.empty());
  EXPECT_EQ(to_text(verdict(after.result, "ends-whole")->outcome), "holds");
}

// What fails may be all that a model has: every page's model ends repaired, or keeps what it gives.
TEST(VerifyDesign, EndsOnEveryPagesModel) {
  for (const PropertyPage& page : property_pages()) {
    if (page.explanation.wrong.empty()) continue;
    const Repaired after = repaired(parse(page.explanation.wrong));
    for (const ProtocolVerdict& p : after.result.protocols)
      for (const PropertyVerdict& v : p.properties) {
        if (v.outcome == Outcome::Fails && v.repair()) {
          EXPECT_TRUE(v.repair()->overrules) << page.kind.name;
        }
        for (const TriedRepair& t : v.tried)
          for (const Repair& r : t.parts)
            EXPECT_FALSE(r.apply) << "it would reach into a model that may be gone";
      }
  }
}

TEST(Verify, AStateLimitIsForAllSearchesTogether) {
  VerifyOptions options;
  options.states = 20;
  const Verification v = verify(wrong_model("undo-follows-do"), options);
  std::uint64_t states = 0;
  for (const ProtocolVerdict& p : v.protocols) {
    states += p.exploration.states;
    EXPECT_NE(p.exploration.ended, Ended::Complete);
  }
  EXPECT_GT(states, 0U);
  EXPECT_GT(v.count(Outcome::Undecided), 0U);
}

TEST(Diagnose, AFactOfAnotherThatIsOnlyAssumedIsAQuestion) {
  constexpr std::string_view kModel = R"(externals:
  mailer: { latency: 80ms }
channels:
  orders: { broker: kafka }
services:
  mail:
    endpoints:
      tell: { consumes: orders, idempotent: by key, steps: [{ call: mailer }] }
)";
  Architecture model = parse(kModel);
  model.externals[ExternalId(0)].idempotent = {Idempotency::No, {Origin::Assumed, {}, {}}};
  Verification v = verify(model, {});
  const PropertyVerdict* once = verdict(v, "effect-once");
  ASSERT_NE(once, nullptr);
  ASSERT_EQ(to_text(once->outcome), "fails");
  EXPECT_TRUE(is_question(model, *once));
  const Diagnostics asked = diagnose(model, v);
  EXPECT_EQ(asked.count(Severity::Warning), 1U);
  model.externals[ExternalId(0)].idempotent = {Idempotency::No, {Origin::Given, {}, {}}};
  v = verify(model, {});
  EXPECT_FALSE(is_question(model, *verdict(v, "effect-once")));
}

}  // namespace
}  // namespace scantling::verify
