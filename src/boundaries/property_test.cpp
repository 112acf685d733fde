// What must hold of every cut, on systems and constraints made at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "boundaries/boundaries.h"
#include "boundaries/index.h"
#include "boundaries/random.h"

namespace scantling::boundaries {
namespace {

constexpr int rounds = 12;

// No structure is planted beyond a leaning of each functionality to one part of the entities.
Input random_system(std::uint64_t seed) {
  Random random(seed, 21);
  Input input;
  const std::size_t entities = 8 + random.below(18);
  const char* const words[] = {"Order", "Line", "Stock", "Price", "User", "Role"};
  for (std::size_t e = 0; e < entities; ++e)
    input.entities.push_back(
        {std::string(words[random.below(6)]) + words[random.below(6)] + std::to_string(e), 1,
         static_cast<int>(random.below(4)) - 1});
  for (std::size_t f = 0; f < 2 * entities; ++f) {
    Functionality& made = input.functionalities.emplace_back();
    made.name = "f" + std::to_string(f);
    made.rate = 1 + static_cast<double>(random.below(9));
    made.atomic = random.below(6) == 0;
    const std::size_t home = random.below(entities);
    for (std::size_t a = 1 + random.below(6); a > 0; --a)
      made.accesses.push_back(
          {static_cast<int>((home + random.below(5)) % entities), random.below(3) == 0, 1});
  }
  for (std::size_t r = 0; r < entities / 2; ++r)
    input.relations.push_back(
        {static_cast<int>(random.below(entities)), static_cast<int>(random.below(entities)),
         random.below(2) == 0 ? RelationKind::PartOf : RelationKind::RefersTo});
  return input;
}

std::vector<int> some_entities(const Input& input, std::size_t count, Random& random) {
  std::set<int> chosen;
  while (chosen.size() < count)
    chosen.insert(static_cast<int>(random.below(input.entities.size())));
  return {chosen.begin(), chosen.end()};
}

void constrain_at_random(Input& input, std::uint64_t seed) {
  Random random(seed, 22);
  Constraints& c = input.constraints;
  for (std::size_t i = random.below(3); i > 0; --i)
    c.keep_together.push_back(some_entities(input, 2 + random.below(2), random));
  for (std::size_t i = random.below(3); i > 0; --i)
    c.keep_apart.push_back(some_entities(input, 2 + random.below(2), random));
  const std::vector<int> pinned = some_entities(input, random.below(5), random);
  for (const int entity : pinned)
    c.pins.push_back({entity, static_cast<int>(random.below(3))});
  if (random.below(3) == 0) c.services_low = 2 + static_cast<int>(random.below(2));
  if (random.below(3) == 0) c.services_high = 3 + static_cast<int>(random.below(4));
  if (random.below(3) == 0) c.size_low = 2;
  if (random.below(3) == 0)
    c.size_high = static_cast<double>(3 + input.entities.size() / 2 + random.below(4));
}

void expect_obeyed(const Input& input, const Cut& cut) {
  const Constraints& c = input.constraints;
  for (const std::vector<int>& together : c.keep_together)
    for (const int e : together)
      EXPECT_EQ(cut.group[at(e)], cut.group[at(together[0])]);
  for (const std::vector<int>& apart : c.keep_apart) {
    std::set<int> groups;
    for (const int e : apart)
      groups.insert(cut.group[at(e)]);
    EXPECT_EQ(groups.size(), apart.size());
  }
  for (const Pin& x : c.pins)
    for (const Pin& y : c.pins)
      EXPECT_EQ(x.group == y.group, cut.group[at(x.entity)] == cut.group[at(y.entity)]);
  for (int g = 0; g < cut.services; ++g) {
    const auto size = static_cast<double>(std::count(cut.group.begin(), cut.group.end(), g));
    EXPECT_GT(size, 0);
    EXPECT_GE(size, c.size_low);
    if (c.size_high > 0) {
      EXPECT_LE(size, c.size_high);
    }
  }
}

TEST(Property, HardConstraintsAreNeverBroken) {
  int cuts = 0, conflicts = 0;
  for (std::uint64_t seed = 1; seed <= 3 * rounds; ++seed) {
    SCOPED_TRACE(seed);
    Input input = random_system(seed);
    constrain_at_random(input, seed);
    Options options;
    options.seed = seed;
    options.restarts = 2;
    const Result result = decompose(input, options);
    if (!result.conflicts.empty()) {
      ++conflicts;
      EXPECT_TRUE(result.chosen.group.empty());
      continue;
    }
    for (const auto* list : {&result.best, &result.archive})
      for (const Cut& cut : *list) {
        expect_obeyed(input, cut);
        ++cuts;
        if (input.constraints.services_low > 0) {
          EXPECT_GE(cut.services, input.constraints.services_low);
        }
        if (input.constraints.services_high > 0) {
          EXPECT_LE(cut.services, input.constraints.services_high);
        }
      }
    if (!result.best.empty()) expect_obeyed(input, result.chosen);
  }
  EXPECT_GT(cuts, 100);
  EXPECT_GT(conflicts, 0);  // otherwise the constraints drawn were too tame
}

void expect_same(const Result& a, const Result& b) {
  EXPECT_EQ(a.chosen.group, b.chosen.group);
  EXPECT_EQ(a.chosen.objectives.score, b.chosen.objectives.score);
  EXPECT_EQ(a.reasons, b.reasons);
  EXPECT_EQ(a.notes, b.notes);
  ASSERT_EQ(a.best.size(), b.best.size());
  for (std::size_t i = 0; i < a.best.size(); ++i) {
    EXPECT_EQ(a.best[i].group, b.best[i].group);
    EXPECT_EQ(a.best[i].objectives.score, b.best[i].objectives.score);
  }
  ASSERT_EQ(a.archive.size(), b.archive.size());
  for (std::size_t i = 0; i < a.archive.size(); ++i)
    EXPECT_EQ(a.archive[i].group, b.archive[i].group);
  ASSERT_EQ(a.placements.size(), b.placements.size());
  for (std::size_t i = 0; i < a.placements.size(); ++i) {
    EXPECT_EQ(a.placements[i].confidence, b.placements[i].confidence);
    EXPECT_EQ(a.placements[i].margin, b.placements[i].margin);
  }
  ASSERT_EQ(a.boundaries.size(), b.boundaries.size());
  for (std::size_t i = 0; i < a.boundaries.size(); ++i)
    EXPECT_EQ(a.boundaries[i].reason, b.boundaries[i].reason);
}

TEST(Property, SameSeedSameResultWithOneThreadOrTwo) {
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    SCOPED_TRACE(seed);
    const Input input = random_system(seed);
    Options one, two;
    one.seed = two.seed = seed;
    one.jobs = 1;
    two.jobs = 2;
    const Result result = decompose(input, one);
    expect_same(result, decompose(input, two));
    expect_same(result, decompose(input, one));
  }
}

TEST(Property, NamesWithoutWeightDoNotMatter) {
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    SCOPED_TRACE(seed);
    const Input input = random_system(seed);
    Input renamed = input;
    for (std::size_t e = 0; e < renamed.entities.size(); ++e)
      renamed.entities[e].name = std::string(1 + e % 7, static_cast<char>('a' + e % 26));
    Options options;
    options.layers.names = 0;
    expect_same(decompose(input, options), decompose(renamed, options));
  }
}

// Other words for the same words, one for one: the same cut with names in weight.
TEST(Property, NamesMatterOnlyByWhatTheyShare) {
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    SCOPED_TRACE(seed);
    const Input input = random_system(seed);
    Input renamed = input;
    for (Entity& entity : renamed.entities)
      for (char& letter : entity.name) {
        if (letter >= 'a' && letter <= 'z')
          letter = static_cast<char>('a' + (letter - 'a' + 1) % 26);
        if (letter >= 'A' && letter <= 'Z')
          letter = static_cast<char>('A' + (letter - 'A' + 1) % 26);
      }
    const Result a = decompose(input, {}), b = decompose(renamed, {});
    EXPECT_EQ(a.chosen.group, b.chosen.group);
    EXPECT_NEAR(a.chosen.objectives.score, b.chosen.objectives.score, 1e-9);
  }
}

double least_score(const Result& result) {
  double least = 0;
  for (const Cut& cut : result.best)
    least = std::min(least, cut.objectives.score);
  return least;
}

// What is said last may as well be said first: the best cut is found all the same, and a cut
// measures the same.
TEST(Property, OrderOfDeclarationDoesNotMatter) {
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    SCOPED_TRACE(seed);
    const Input input = random_system(seed);
    Input turned = input;
    std::reverse(turned.entities.begin(), turned.entities.end());
    std::reverse(turned.functionalities.begin(), turned.functionalities.end());
    std::reverse(turned.relations.begin(), turned.relations.end());
    const int last = static_cast<int>(input.entities.size()) - 1;
    for (Functionality& f : turned.functionalities)
      for (Access& access : f.accesses)
        access.entity = last - access.entity;
    for (Relation& relation : turned.relations)
      relation = {last - relation.a, last - relation.b, relation.kind};
    Options options;
    options.objectives.consensus = 0;  // votes are drawn by the order of edges
    const Result a = decompose(input, options), b = decompose(turned, options);
    EXPECT_NEAR(least_score(a), least_score(b), 1e-6);
    EXPECT_EQ(a.stay_one, b.stay_one);
    std::vector<int> group = a.chosen.group;
    const Cut straight = assess(input, group, options).chosen;
    std::reverse(group.begin(), group.end());
    const Cut reversed = assess(turned, group, options).chosen;
    EXPECT_NEAR(straight.objectives.score, reversed.objectives.score, 1e-9);
    EXPECT_NEAR(straight.metrics.complexity, reversed.metrics.complexity, 1e-9);
  }
}

// Pinning what is already there: as good a cut is found.
TEST(Property, APinThatAgreesCostsNothing) {
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) {
    SCOPED_TRACE(seed);
    Input input = random_system(seed);
    Options options;
    options.services_low = options.services_high = 3;
    const Result free = decompose(input, options);
    ASSERT_EQ(free.best.size(), 1U);
    for (int e = 0; e < 4; ++e)
      input.constraints.pins.push_back({e, free.best[0].group[at(e)]});
    const Result pinned = decompose(input, options);
    ASSERT_EQ(pinned.best.size(), 1U);
    expect_obeyed(input, pinned.best[0]);
    const Cut with_pins = assess(input, pinned.best[0].group, options).chosen;
    const Cut without = assess(input, free.best[0].group, options).chosen;
    EXPECT_NEAR(with_pins.objectives.score, without.objectives.score, 1e-3);
  }
}

}  // namespace
}  // namespace scantling::boundaries
