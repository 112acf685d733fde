// Groups that elect a leader: the two safeguards, and what votes and terms keep safe.
#include <gtest/gtest.h>

#include <algorithm>

#include "verify/derive.h"
#include "verify/test_models.h"

namespace scantling::verify {
namespace {

std::vector<Protocol> group(const std::string& safeguards) {
  std::vector<std::string> left_out;
  return derive(testing::parse(R"(stores:
  members-db: { engine: etcd, owner: members, copies: 3, consistency: strong, )" +
                               safeguards + R"( }
services:
  members:
    endpoints:
      join: { http: POST /members, steps: [{ write: members-db }] }
)"),
                left_out);
}

System& system_named(std::vector<Protocol>& protocols, std::string_view start) {
  for (Protocol& p : protocols)
    if (p.system.name.starts_with(start)) return p.system;
  ADD_FAILURE() << "no protocol " << start;
  return protocols.at(0).system;
}

std::string verdicts(const System& system, int faults = -1) {
  std::string out;
  Limits limits;
  limits.faults = faults;
  const Exploration e = explore(system, limits);
  for (std::size_t i = 0; i < system.properties.size(); ++i)
    out += (i > 0 ? ", " : "") + system.properties[i].name + " " +
           std::string(to_text(e.properties[i].outcome));
  return out;
}

// As Howard and Abraham have it: "Raft does not Guarantee Liveness in the face of Network Faults"
// (2020): with either one alone there is a cut that it doesn't bear.
TEST(Votes, BothSafeguardsAreNeeded) {
  const std::pair<const char*, const char*> cases[] = {
      {"pre-vote: false, check-quorum: false", "elections-end fails, leader-writes fails"},
      {"pre-vote: false, check-quorum: true", "elections-end fails, leader-writes holds"},
      {"pre-vote: true, check-quorum: false", "elections-end holds, leader-writes fails"},
      {"pre-vote: true, check-quorum: true", "elections-end holds, leader-writes holds"}};
  for (const auto& [safeguards, expected] : cases) {
    std::vector<Protocol> protocols = group(safeguards);
    EXPECT_EQ(verdicts(system_named(protocols, "elections")), expected) << safeguards;
  }
}

TEST(Votes, KeepOneLeaderATermAndWhatWasCommitted) {
  std::vector<Protocol> protocols = group("pre-vote: true");
  const System& votes = system_named(protocols, "votes");
  EXPECT_EQ(verdicts(votes), "one-leader holds, no-history-lost holds");
  // Reductions change no verdict.
  Limits plain;
  plain.reduce = false;
  const Exploration all = explore(votes, plain);
  EXPECT_TRUE(all.any_faults());
  for (const PropertyResult& p : all.properties)
    EXPECT_EQ(p.outcome, Outcome::Holds);
}

Var var_named(const System& system, const std::string& name) {
  for (std::size_t i = 0; i < system.variables.size(); ++i)
    if (system.variables[i].name == name) return static_cast<Var>(i);
  ADD_FAILURE() << "no variable " << name;
  return 0;
}

void also_set(Rule& rule, Var var, int value) {
  std::erase_if(rule.then, [&](const Cond& c) { return c.var == var; });
  rule.then.push_back({var, static_cast<std::uint8_t>(value)});
  std::ranges::sort(rule.then);
}

TEST(Votes, AVoteThatACrashForgetsElectsTwo) {
  std::vector<Protocol> protocols = group("pre-vote: true");
  System& votes = system_named(protocols, "votes");
  for (int lane = 0; lane < 3; ++lane) {
    const Var vote = var_named(votes, "vote of " + votes.lanes[static_cast<std::size_t>(lane)]);
    Draft(votes, lane, "crashes and forgets its vote")
        .one_of(vote, {1, 2, 3})
        .set(vote, 0)
        .fault(Fault::Crash)
        .add();
  }
  EXPECT_TRUE(verdicts(votes, 1).starts_with("one-leader fails"));
}

TEST(Votes, AVoterThatLooksAtNoLogLosesHistory) {
  std::vector<Protocol> protocols = group("pre-vote: true");
  System& votes = system_named(protocols, "votes");
  int changed = 0;
  for (Rule& r : votes.rules) {
    if (!r.text.ends_with("its log is newer")) continue;
    const std::string candidate = votes.lanes[static_cast<std::size_t>(r.peer)],
                      voter = votes.lanes[static_cast<std::size_t>(r.lane)];
    const Var term = var_named(votes, "term of " + candidate);
    for (const Cond& c : Conds(r.when))
      if (c.var == term)
        also_set(r, var_named(votes, "vote of " + voter + " on its way to " + candidate),
                 c.value + 1);
    also_set(r, var_named(votes, "vote of " + voter), r.peer + 1);
    ++changed;
  }
  EXPECT_GT(changed, 0);
  EXPECT_EQ(verdicts(votes, 1), "one-leader undecided, no-history-lost fails");
}

}  // namespace
}  // namespace scantling::verify
