#include "verify/derive.h"

#include <gtest/gtest.h>
#include <algorithm>

#include "language/language.h"
#include "verify/crdt.h"
#include "verify/properties.h"
#include "verify/test_models.h"
#include "verify/verify.h"

namespace scantling::verify {
namespace {

using testing::parse;
using testing::verdict;

// No model breaks these; their twins are further down.
bool unbreakable(std::string_view name) {
  return name == "converges" || name == "ends";
}

TEST(Derive, EachPropertysPageIsTrue) {
  for (const PropertyPage& page : property_pages()) {
    const std::string name(page.kind.name);
    const Verification right = verify(parse(page.explanation.right), {});
    const PropertyVerdict* good = verdict(right, name);
    ASSERT_NE(good, nullptr) << name;
    EXPECT_EQ(to_text(good->outcome), "holds") << name;
    EXPECT_EQ(right.count(Outcome::Fails), 0U) << name << ": its right model has other faults";
    if (unbreakable(name)) continue;
    const Verification wrong = verify(parse(page.explanation.wrong), {});
    const PropertyVerdict* bad = verdict(wrong, name);
    ASSERT_NE(bad, nullptr) << name;
    EXPECT_EQ(to_text(bad->outcome), "fails") << name;
    EXPECT_NE(bad->repair(), nullptr) << name << " has no repair that was checked";
    EXPECT_EQ(bad->by_sum, bad->result.trace.steps.empty()) << name;
  }
}

TEST(Derive, EachPropertyCanBeAccepted) {
  for (const PropertyPage& page : property_pages())
    EXPECT_TRUE(is_verified_property(page.kind.name)) << page.kind.name;
}

TEST(Derive, ReductionsAgreeWithThePlainSearchOnEveryPage) {
  for (const PropertyPage& page : property_pages())
    for (const std::string_view text : {page.explanation.wrong, page.explanation.right}) {
      std::vector<std::string> left_out;
      // One run: two without reductions are in saga_system_test.cpp, on smaller sagas.
      for (const Protocol& p : derive(parse(text), left_out, 1)) {
        Limits plain;
        plain.reduce = false;
        const Exploration all = explore(p.system, plain), few = explore(p.system, Limits{});
        ASSERT_TRUE(all.any_faults()) << p.system.name;
        for (std::size_t i = 0; i < p.system.properties.size(); ++i) {
          EXPECT_EQ(all.properties[i].outcome, few.properties[i].outcome)
              << p.system.name << " " << p.system.properties[i].name;
          EXPECT_EQ(all.properties[i].faults, few.properties[i].faults)
              << p.system.name << " " << p.system.properties[i].name;
        }
      }
    }
}

// The twin of `ends`: an undo that is done and never answered.
TEST(Derive, ASagaWhoseUndoIsNeverDoneGoesRoundForEver) {
  std::vector<std::string> left_out;
  std::vector<Protocol> protocols =
      derive(parse(find_property_page("ends")->explanation.right), left_out);
  System& s = protocols.at(0).system;
  for (Rule& r : s.rules)
    if (r.lane > 0)
      std::erase_if(r.then, [&](const Cond& c) {
        return s.variables[c.var].name == "answer stock.release" && c.value > 0;
      });
  const Exploration e = explore(s, Limits{});
  for (std::size_t i = 0; i < s.properties.size(); ++i)
    if (s.properties[i].name == "ends") {
      EXPECT_EQ(e.properties[i].outcome, Outcome::Fails);
      EXPECT_GE(e.properties[i].trace.loop_from, 0);
    }
}

TEST(Crdt, EveryTypeOfTheLanguageConverges) {
  for (std::size_t i = 0; i < EnumNames<CrdtType>::value.size(); ++i) {
    const MergeResult r = check_merges(*make_crdt(static_cast<CrdtType>(i)));
    EXPECT_TRUE(r.converges) << EnumNames<CrdtType>::value[i] << ": " << r.broken;
    EXPECT_GT(r.histories, 100U);
  }
}

// The twin of `converges`: the last to arrive counts.
TEST(Crdt, ARegisterWithoutClocksDoesNotConverge) {
  class LastArrived : public Crdt {
   public:
    Replica initial() const override { return {0}; }
    int updates() const override { return 1; }
    Replica update(const Replica&, int, int, int number) const override { return {number + 1}; }
    Replica merge(const Replica&, const Replica& b) const override { return b; }
    Replica value(const Replica& s) const override { return s; }
  };
  const MergeResult r = check_merges(LastArrived());
  EXPECT_FALSE(r.converges);
  EXPECT_EQ(r.broken, "merging is not commutative (after 1 update, replicas saw 1 0 0)");
}

TEST(Verify, TheSameForAnyNumberOfThreads) {
  const Architecture model = parse(find_property_page("undo-follows-do")->explanation.wrong);
  VerifyOptions one, four;
  four.threads = 4;
  const Verification a = verify(model, one), b = verify(model, four);
  ASSERT_EQ(a.protocols.size(), b.protocols.size());
  for (std::size_t p = 0; p < a.protocols.size(); ++p) {
    EXPECT_EQ(a.protocols[p].exploration.states, b.protocols[p].exploration.states);
    for (std::size_t i = 0; i < a.protocols[p].properties.size(); ++i)
      EXPECT_EQ(a.protocols[p].properties[i].outcome, b.protocols[p].properties[i].outcome);
  }
}

TEST(Verify, AMemoryLimitLeavesPropertiesUndecided) {
  VerifyOptions options;
  options.memory = 1;
  const Verification v =
      verify(parse(find_property_page("undo-follows-do")->explanation.right), options);
  EXPECT_EQ(to_text(verdict(v, "undo-follows-do")->outcome), "undecided");
}

TEST(Verify, WhereTwoRunsAreTooManyOneIsSearchedToItsEnd) {
  const Architecture model = parse(find_property_page("isolated")->explanation.right);
  const auto saga = [&](const VerifyOptions& options) {
    Verification v = verify(model, options);
    const auto it = std::ranges::find_if(v.protocols, [](const ProtocolVerdict& p) {
      return p.protocol.system.element == "sagas.place";
    });
    return it->protocol.system.runs + (it->exploration.any_faults() ? ", all" : ", not all");
  };
  EXPECT_EQ(saga({}), "2 runs at once, all");
  VerifyOptions few;
  few.states = 4000;
  EXPECT_EQ(saga(few), "1 run, all");
}

}  // namespace
}  // namespace scantling::verify
