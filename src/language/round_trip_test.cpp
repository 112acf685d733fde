// What is written reads back the same: for models made by the table, with any origins.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "language/compare_support.h"
#include "language/generator_support.h"
#include "language/origins.h"
#include "language/table.h"
#include "language/test_support.h"
#include "language/walk.h"

namespace scantling {
namespace {

const std::vector<std::pair<std::string, std::string>> kSamples = {{"s.csv", "3ms\n1ms\n7ms\n"},
                                                                   {"traffic.csv", "0.5,o\n"}};

// Without paths of the random `sets`, which name nothing.
void forget_sets(Architecture& model) {
  for (Decision& decision : model.decisions)
    decision.sets = {};
}

// Gives values random origins, as passes and importers do.
void shuffle_origins(Architecture& model, Generator& random) {
  forget_sets(model);
  std::vector<DecisionId> open;
  for (const DecisionId id : model.decisions.ids()) {
    Decision& decision = model.decisions[id];
    const Provenance own{Origin::Decided, {}, id};
    const bool locked = decision.locked && *decision.locked;
    if (locked) continue;
    open.push_back(id);
    // A pass writes the whole decision.
    decision.pass = {"test", own};
    decision.from = own;
    for (const Entry& entry : structure_of<Decision>().entries)
      if (is_present(entry, &decision)) *entry.from(&decision) = own;
  }
  Provenance current{Origin::Given, {}, {}};
  walk_model(model, [&](const Visited& v) {
    if (v.path == "decisions" || v.inherited) return false;
    if (random.chance(6)) {
      static constexpr Origin kOrigins[] = {Origin::Given, Origin::Decided, Origin::Assumed,
                                            Origin::Measured};
      current = {kOrigins[random.below(4)], {}, {}};
      if (current.origin == Origin::Decided && open.empty()) current.origin = Origin::Given;
      if (current.origin == Origin::Decided)
        current.decision =
            open[static_cast<std::size_t>(random.below(static_cast<int>(open.size())))];
    }
    if (v.from != nullptr) *v.from = {current.origin, v.from->span, current.decision};
    return true;
  });
}

std::string errors_of(const Read& read) {
  std::string out;
  for (const Diagnostic& d : read.out.all())
    if (d.severity == Severity::Error) {
      const LineColumn at = read.sources->position(d.span.file, d.span.begin);
      out += std::to_string(at.line) + ": " + std::string(d.kind->name) + ": " + d.title + "\n";
    }
  return out;
}

TEST(RoundTrip, RandomModels) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Generator random(seed);
    const std::string text = random.model();
    Read first = read_text(text, kSamples);
    ASSERT_EQ(errors_of(first), "") << text;
    if (seed % 4 != 0) shuffle_origins(first.model, random);
    const std::string written = write_model(first.model);
    const Read second = read_text(written, kSamples);
    ASSERT_EQ(errors_of(second), "") << written;
    complete(first.model, origin_lists(first.model));
    ASSERT_EQ(Compare().models(first.model, second.model), "") << written;
    ASSERT_EQ(write_model(second.model), written);
  }
}

// The comparison above is worth something only if it sees what differs.
TEST(RoundTrip, ComparisonSeesEveryValue) {
  Generator random(7);
  const Read read = read_text(random.model(), kSamples);
  int seen = 0;
  walk_model(read.model, [&](const Visited& v) {
    if (v.from == nullptr || v.inherited) return true;
    Architecture other = read.model;
    const std::string path(v.path);
    walk_model(other, [&](const Visited& w) {
      if (w.path == path) w.from->origin = Origin::Measured;
      return true;
    });
    EXPECT_NE(Compare().models(read.model, other), "") << path;
    ++seen;
    return true;
  });
  EXPECT_GT(seen, 100);
}

TEST(RoundTrip, EveryKeyIsGenerated) {
  std::set<std::string> keys;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Generator random(seed);
    const Read read = read_text(random.model(), kSamples);
    walk_model(read.model, [&](const Visited& v) {
      const std::string_view path = v.path;
      keys.insert(std::string(path.substr(path.rfind('.') + 1)));
      return true;
    });
  }
  for (const char* key : {"undo-calls", "p99", "miss", "hedge", "at-once", "snapshot-every",
                          "network-policy", "ramp", "spike", "replay", "after-faults", "traces-to",
                          "eject-at-most", "rows", "rollback", "trace-sampling"})
    EXPECT_TRUE(keys.contains(key)) << key;
}

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

TEST(RoundTrip, ExamplesKeepTheirMeaning) {
  for (const char* name : {"shop", "bank", "payments", "startup", "telemetry"}) {
    SCOPED_TRACE(name);
    const std::string text =
        file_text(std::string(SCANTLING_SOURCE_DIR) + "/examples/" + name + ".yaml");
    ASSERT_FALSE(text.empty());
    const Read first = read_text(text);
    EXPECT_EQ(said(first), "");
    const std::string written = write_model(first.model);
    const Read second = read_text(written);
    EXPECT_EQ(said(second), "");
    EXPECT_EQ(Compare().models(first.model, second.model), "");
    EXPECT_EQ(write_model(second.model), written);
  }
}

}  // namespace
}  // namespace scantling
