// Decided values go into the file, and nothing else changes.
#include <gtest/gtest.h>

#include "language/compare_support.h"
#include "language/generator_support.h"
#include "language/origins.h"
#include "language/test_support.h"
#include "language/walk.h"

namespace scantling {
namespace {

const std::vector<std::pair<std::string, std::string>> kSamples = {{"s.csv", "3ms\n1ms\n7ms\n"}};

std::string back(const Read& read, const Architecture& model) {
  const auto text =
      apply_edits(*read.sources, FileId{0}, write_back(*read.sources, FileId{0}, model));
  EXPECT_TRUE(text.has_value()) << text.error().message;
  return text.value_or("");
}

DecisionId decide(Architecture& model, const std::string& name) {
  Decision decision;
  decision.name = name;
  const DecisionId id = model.decisions.add(decision);
  const Provenance own{Origin::Decided, {}, id};
  model.decisions[id].from = own;
  model.decisions[id].pass = {"test", own};
  return id;
}

TEST(WriteBack, KeysGoBehindTheLastOneOfTheirBlock) {
  Read read = read_text(
      "scantling: 1   # the version\n"
      "# people\n"
      "services:\n"
      "  orders:            # takes orders\n"
      "    summary: \"Orders\"  # quoted\n"
      "    endpoints:\n"
      "      place: { http: POST /orders, steps: [{ work: 2ms }, { call: psp }] }\n"
      "    # nothing else yet\n"
      "  cart: {}\n"
      "externals: { psp: { latency: 240ms } }\n");
  ASSERT_EQ(said(read), "");
  Architecture model = read.model;
  const DecisionId d = decide(model, "capacity");
  Service& orders = model.services.raw()[0];
  orders.balance.decide(Balance::LeastRequest, d);
  orders.runtime.decide(Runtime{}, d);
  orders.runtime->instances.decide({6, 24}, d);
  orders.endpoints[0].steps.value[1].policy.timeout.decide({1'500'000'000}, d);
  model.services.raw()[1].shed.decide({48}, d);
  EXPECT_EQ(
      back(read, model),
      "scantling: 1   # the version\n"
      "# people\n"
      "services:\n"
      "  orders:            # takes orders\n"
      "    summary: \"Orders\"  # quoted\n"
      "    endpoints:\n"
      "      place: { http: POST /orders, steps: [{ work: 2ms }, { call: psp, timeout: 1.5s }] }\n"
      "    runtime: { instances: 6..24 }\n"
      "    balance: least-request\n"
      "    # nothing else yet\n"
      "  cart: { shed: 48 }\n"
      "externals: { psp: { latency: 240ms } }\n"
      "\n"
      "decisions:\n"
      "  capacity:\n"
      "    sets:\n"
      "      - services.orders.runtime.*\n"
      "      - services.orders.balance\n"
      "      - services.orders.endpoints.place.steps.2.timeout\n"
      "      - services.cart.shed\n"
      "    pass: test\n");
}

TEST(WriteBack, NewElementsMakeNewSections) {
  Read read = read_text("scantling: 1\nsystem: a");
  Architecture model = read.model;
  const DecisionId d = decide(model, "boundaries");
  Service service;
  service.name = "orders";
  service.from = {Origin::Decided, {}, d};
  service.shed.decide({4}, d);
  service.summary.assume("only a guess");
  model.services.add(service);
  const std::string text = back(read, model);
  EXPECT_EQ(text,
            "scantling: 1\nsystem: a\n\nservices:\n  orders: { shed: 4 }\n\ndecisions:\n"
            "  boundaries: { sets: [services.orders.*], pass: test }");
}

TEST(WriteBack, ListsKeepTheirGivenItems) {
  const std::string head = "scantling: 1\ncontexts: { a: {}, b: {}, c: {} }\n";
  const std::string given = "  - { upstream: a, downstream: b, kind: conformist }  # mine\n";
  Read read = read_text(head + "context-map:\n" + given + "system: s\n");
  ASSERT_EQ(said(read), "");
  Architecture model = read.model;
  const DecisionId d = decide(model, "map");
  const Provenance by{Origin::Decided, {}, d};
  ContextRelation relation;
  relation.from = by;
  relation.upstream = {"b", by};
  relation.downstream = {"c", by};
  relation.kind = {RelationKind::Partnership, by};
  model.relations.push_back(relation);
  MigrationStep step;
  step.from = by;
  step.extract = {"a", by};
  model.migration.push_back(step);
  const std::string after =
      head + "context-map:\n" + given +
      "  - { upstream: b, downstream: c, kind: partnership }\nsystem: s\n\n"
      "migration: [extract: a]\n\n"
      "decisions:\n  map: { sets: [context-map.2.*, migration.*], pass: test }\n";
  EXPECT_EQ(back(read, model), after);
  const Read again = read_text(after);
  EXPECT_EQ(said(again), "");
  EXPECT_EQ(back(again, again.model), after);
  Architecture without = again.model;
  without.relations.pop_back();
  without.decisions = {};
  without.migration.clear();
  EXPECT_EQ(
      back(again, without),
      head + "context-map: [{ upstream: a, downstream: b, kind: conformist }]\nsystem: s\n\n\n");
}

TEST(WriteBack, WhatIsNoLongerDecidedGoes) {
  const std::string before =
      "scantling: 1\n"
      "services:\n"
      "  orders:\n"
      "    shed: 4       # decided before\n"
      "    balance: random\n"
      "    summary: mine\n"
      "  carts: { shed: 5 }   # of the old design\n"
      "  users: { balance: random, shed: 6, summary: mine }\n"
      "decisions:\n"
      "  old: { sets: [services.orders.shed, services.carts.*, services.users.shed], pass: test }\n"
      "  mine: { chosen: x, locked: true, sets: [services.orders.balance] }\n";
  Read read = read_text(before);
  ASSERT_EQ(said(read), "");
  EXPECT_EQ(back(read, read.model), before);  // nothing to do
  Architecture model;
  model.version = read.model.version;
  for (const int i : {0, 2}) {
    Service service = read.model.services.raw()[static_cast<std::size_t>(i)];
    service.shed = {};
    model.services.add(service);
  }
  model.decisions.add(read.model.decisions.raw()[1]);
  const DecisionId d = decide(model, "new");
  model.services.raw()[0].spread.decide(Spread::Zones, d);
  EXPECT_EQ(back(read, model),
            "scantling: 1\n"
            "services:\n"
            "  orders:\n"
            "    balance: random\n"
            "    summary: mine\n"
            "    spread: zones\n"
            "  users: { balance: random, summary: mine }\n"
            "decisions:\n"
            "  mine: { chosen: x, locked: true, sets: [services.orders.balance] }\n"
            "  new: { sets: [services.orders.spread], pass: test }\n");
}

TEST(WriteBack, ChangedValuesAreReplacedInPlace) {
  Read read = read_text(
      "scantling: 1\r\n"
      "services:\r\n"
      "  orders: { shed: 4, balance: random } # c\r\n"
      "decisions: { d: { sets: [services.orders.shed], pass: test } }\r\n");
  Architecture model = read.model;
  model.services.raw()[0].shed.decide({40}, DecisionId(std::int32_t{0}));
  model.services.raw()[0].balance.decide(Balance::Weighted, DecisionId(std::int32_t{0}));  // given
  EXPECT_EQ(back(read, model),
            "scantling: 1\r\n"
            "services:\r\n"
            "  orders: { shed: 40, balance: random } # c\r\n"
            "decisions: { d: { sets: [services.orders.shed], pass: test } }\r\n");
}

TEST(WriteBack, ElementsOfIncludedFilesAreEditedThere) {
  Read read = read_text("scantling: 1\ninclude: s.yaml\n",
                        {{"s.yaml", "services:\n  orders: { shed: 4 }\n"}});
  ASSERT_EQ(said(read), "");
  Architecture model = read.model;
  const DecisionId d = decide(model, "x");
  model.services.raw()[0].balance.decide(Balance::Random, d);
  std::vector<Edit> here, there;
  for (const Edit& edit : write_back(*read.sources, FileId{0}, model))
    (edit.span.file == FileId{0} ? here : there).push_back(edit);
  EXPECT_EQ(apply_edits(*read.sources, FileId{1}, there).value(),
            "services:\n  orders: { shed: 4, balance: random }\n");
  EXPECT_EQ(apply_edits(*read.sources, FileId{0}, here).value(),
            "scantling: 1\ninclude: s.yaml\n\ndecisions:\n"
            "  x: { sets: [services.orders.balance], pass: test }\n");
}

// A random model without some of its values as the file, and with them, decided, as the design.
TEST(WriteBack, RandomDesignsReadBack) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Generator random(seed);
    Read full = read_text(random.model(), kSamples);
    for (Decision& decision : full.model.decisions)
      decision.sets = {};
    Architecture designed = full.model;
    const DecisionId d = decide(designed, "test-decision");
    Architecture problem = full.model;
    std::vector<std::string> open;
    walk_model(problem, [&](const Visited& v) {
      const bool may = v.entry != nullptr && v.from != nullptr && !v.entry->required &&
                       v.entry->applies == nullptr && !v.inherited &&
                       v.type->kind != TypeKind::Named && !v.path.starts_with("decisions");
      if (!may || !random.chance(4)) return true;
      open.emplace_back(v.path);
      v.from->origin = Origin::Absent;
      return false;
    });
    walk_model(designed, [&](const Visited& v) {
      if (v.from != nullptr && std::find(open.begin(), open.end(), v.path) != open.end())
        *v.from = {Origin::Decided, {}, d};
      return true;
    });
    const std::string before = write_model(problem);
    Read read = read_text(before, kSamples);
    const std::string after = back(read, designed);
    Read again = read_text(after, kSamples);
    complete(designed, origin_lists(designed));
    ASSERT_EQ(Compare().models(designed, again.model), "") << before << "=====\n" << after;
    ASSERT_EQ(back(again, again.model), after);
  }
}

}  // namespace
}  // namespace scantling
