#include "explore/explore.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "design/design.h"
#include "explore/output.h"
#include "explore/sizes.h"
#include "explore/structures.h"
#include "language/language.h"

namespace scantling::explore {
namespace {

// Two teams, four aggregates, a write across two of them.
constexpr const char* kProblem = R"(scantling: 1
system: tickets
teams:
  sales: { size: 5, knows: [java, postgresql] }
  halls: { size: 5, knows: [go, postgresql] }
aggregates:
  Show: { count: 10k, size: 2 KiB, data: public }
  Seat: { count: 5M, size: 100 B, data: internal }
  Order: { count: 20M, size: 1 KiB, data: personal, keep: 2y }
  Customer: { count: 2M, size: 1 KiB, data: personal, keep: 2y }
operations:
  look:
    actor: customer
    steps: [read Show x10]
    load: { mean: 100/s, peak: 900/s }
    objective: { p99: 200ms, availability: 99.9% }
    staleness: 10s
  buy:
    actor: customer
    steps: [read Customer, { do: reserve Seat, undo: release Seat }, { do: create Order, undo: cancel Order }]
    atomic: true
    within: 1min
    load: { mean: 10/s, peak: 90/s }
    objective: { p99: 1s, availability: 99.9% }
constraints:
  zones: 2
experiments:
  zone-down:
    faults: [{ at: 10s, for: 20s, lose: zone a }]
    expect: { buy: { availability: 99% } }
)";

Architecture read(const std::string& text) {
  Sources sources;
  MemoryFiles files;
  files.add("tickets.yaml", text);
  Diagnostics problems;
  ReadOptions options;
  options.forget_decided = true;
  Architecture model = read_model(sources, files, "tickets.yaml", options, problems);
  EXPECT_FALSE(problems.has_errors()) << text;
  return model;
}

Architecture problem() {
  return read(kProblem);
}

Options small(int jobs) {
  Options options;
  options.jobs = jobs;
  options.designs = 40;
  options.candidates = 400;
  options.measured = {1'000'000'000};
  options.replications = 2;
  return options;
}

const Result& found() {
  static const Result result = [] {
    auto r = explore(problem(), built_in_catalog(), small(2));
    EXPECT_TRUE(r.has_value()) << (r ? "" : r.error().message);
    return std::move(*r);
  }();
  return result;
}

TEST(Explore, NoneOfTheSetDominatesAnother) {
  const Result& r = found();
  ASSERT_GT(r.pareto.size(), 3u);
  for (const Candidate& a : r.pareto)
    for (const Candidate& b : r.pareto)
      EXPECT_FALSE(dominates(a.scores, b.scores));
  // Its scores are those of the model that it stands for.
  for (const Candidate& c : r.pareto) {
    Architecture model = r.structures[c.structure].model;
    apply_sizes(model, c.sizes);
    EXPECT_EQ(scores_of(model).values, c.scores.values);
  }
}

TEST(Explore, FinalistsAreDifferentDesignsAndWhatTheySay) {
  const Result& r = found();
  ASSERT_GE(r.finalists.size(), 4u);
  ASSERT_LE(r.finalists.size(), 6u);
  EXPECT_EQ(r.finalists[0].name, "as designed");
  std::set<std::array<double, kGoals>> seen;
  for (const Finalist& f : r.finalists) {
    EXPECT_TRUE(seen.insert(f.candidate.scores.values).second) << f.name;
    EXPECT_EQ(scores_of(f.model).values, f.candidate.scores.values) << f.name;
    // Pins are followed: what was asked for is what the design has.
    for (const Pin& pin : r.structures[f.candidate.structure].pins)
      if (pin.what == "services") {
        EXPECT_EQ(std::to_string(f.model.services.size()), pin.choice);
      }
  }
  // Of those that hold what the design as it is holds, none is cheaper than the cheapest.
  const auto is_cheapest = [](const Finalist& f) {
    return f.name == "cheapest" || std::ranges::find(f.also, "cheapest") != f.also.end();
  };
  const auto cheapest = std::ranges::find_if(r.finalists, is_cheapest);
  ASSERT_NE(cheapest, r.finalists.end());
  for (const Finalist& f : r.finalists)
    if (f.name != "as designed") {
      EXPECT_LE(cheapest->candidate.scores.of(Goal::Cost), f.candidate.scores.of(Goal::Cost));
    }
}

TEST(Explore, FinalistsAreMadeAgainOfWhatIsWritten) {
  const Result& r = found();
  std::size_t settled = 0;
  DesignOptions passes;
  passes.seed = small(1).seed;
  passes.simulate = false;
  passes.flips = false;
  for (const Finalist& f : r.finalists) {
    const std::string written = write_model(problem_of(problem(), f));
    const DesignResult again = design(read(written), built_in_catalog(), passes);
    EXPECT_EQ(fingerprint(again.model), fingerprint(f.model)) << f.name << "\n" << written;
    EXPECT_EQ(scores_of(again.model).values, f.candidate.scores.values) << f.name;
    for (const Sizing& size : f.candidate.sizes)
      EXPECT_EQ(size_text(again.model, size.path), size.to) << f.name << " " << size.path;
    settled += f.pins.size();
  }
  EXPECT_GT(settled, 0u);
}

TEST(Explore, FinalistsRunTheExperimentsToo) {
  const Result& r = found();
  for (const Finalist& f : r.finalists) {
    ASSERT_EQ(f.simulated.experiments.size(), 2u);
    EXPECT_EQ(f.simulated.experiments[0].name, "peak");
    EXPECT_EQ(f.simulated.experiments[1].name, "zone-down");
    for (const ExperimentScores& e : f.simulated.experiments) {
      EXPECT_EQ(e.failing.size(), e.measured.size());
      EXPECT_EQ(e.verdict == Verdict::Fails, !e.failing.empty());
    }
  }
}

TEST(Explore, AVerdictIsThatOfTheWorstRun) {
  SimulatedScores s;
  s.experiments = {{"peak", Verdict::Holds, {}, {}, {}}};
  EXPECT_EQ(s.verdict(), Verdict::Holds);
  s.experiments.push_back({"a", Verdict::Undecided, {}, {}, {"look p99"}});
  EXPECT_EQ(s.verdict(), Verdict::Undecided);
  s.experiments.push_back({"b", Verdict::Fails, {"look p99"}, {"1 s, 200 ms asked for"}, {}});
  EXPECT_EQ(s.verdict(), Verdict::Fails);
}

TEST(Explore, PinsAreFollowed) {
  const Options options = small(1);
  const Architecture given = problem();
  const Question question{given, built_in_catalog(), options};
  const auto base = structured(question, {});
  ASSERT_TRUE(base.has_value());
  const std::string service = base->services.raw().front().name;
  std::string store;
  for (const Store& s : base->stores)
    if (!s.expires) store = s.name;
  const auto sized = structured(
      question, {{store + ".copies", "1 copy"}, {service + ".instances", "5..7 x 4 vCPU"}});
  ASSERT_TRUE(sized.has_value());
  EXPECT_EQ(size_text(*sized, "stores." + store + ".copies"), "1");
  EXPECT_EQ(size_text(*sized, "services." + service + ".runtime.instances"), "5..7");
  EXPECT_EQ(size_text(*sized, "services." + service + ".runtime.cpu"), "4");
  // Each of them is one decision, the person's.
  for (const Decision& d : sized->decisions) {
    EXPECT_NE(d.name, store + ".copies-2");
    EXPECT_NE(d.name, service + ".instances-2");
  }
  const auto together = structured(question, {{"show.owner", "with Order"}});
  ASSERT_TRUE(together.has_value());
  EXPECT_EQ(owner_of(*together, find_by_name(together->aggregates, "Show")),
            owner_of(*together, find_by_name(together->aggregates, "Order")));
  EXPECT_FALSE(structured(question, {{"show.owner", "with Nothing"}}));
}

TEST(Explore, TheNumberOfThreadsChangesNoByte) {
  const auto one = explore(problem(), built_in_catalog(), small(1));
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(json(problem(), *one), json(problem(), found()));
  Options other = small(2);
  other.seed = 2;
  const auto another = explore(problem(), built_in_catalog(), other);
  ASSERT_TRUE(another.has_value());
  EXPECT_NE(json(problem(), *another), json(problem(), found()));
}

TEST(Explore, WhatIsGivenIsNeverVaried) {
  Architecture given = problem();
  const Provenance by_hand{Origin::Given, {}, {}};
  given.constraints->services = {CountRange{2, 2}, by_hand};
  const auto r = explore(given, built_in_catalog(), small(2));
  ASSERT_TRUE(r.has_value());
  for (const Structure& s : r->structures) {
    EXPECT_EQ(s.model.services.size(), 2u);
    for (const Pin& pin : s.pins)
      EXPECT_NE(pin.what, "services");
    EXPECT_EQ(s.model.constraints->zones->value, 2);
  }
  // A size that is given stays.
  Architecture model = r->structures[0].model;
  for (Service& s : model.services) {
    s.runtime->instances.from = by_hand;
    s.runtime->cpu.from = by_hand;
  }
  for (Store& s : model.stores)
    s.copies.from = by_hand;
  RandomStream random(1, 0, 0);
  EXPECT_TRUE(vary_sizes(model, random).empty());
}

TEST(Explore, MissedObjectivesOutweighTheRest) {
  Scores a, b;
  a.values = {1, 1, 1, 1, 1};
  b.values = {2, 2, 2, 2, 2};
  EXPECT_TRUE(dominates(a, b));
  a.missed = {"buy p99"};
  EXPECT_FALSE(dominates(a, b));
  EXPECT_FALSE(dominates(b, a));
}

TEST(Explore, PinsOfTwoAreMergedByQuestion) {
  const std::vector<Pin> a{{"b", "1"}, {"c", "1"}};
  const std::vector<Pin> b{{"a", "1"}, {"b", "2"}};
  EXPECT_EQ(merged(a, b), (std::vector<Pin>{{"a", "1"}, {"b", "1"}, {"c", "1"}}));
}

}  // namespace
}  // namespace scantling::explore
