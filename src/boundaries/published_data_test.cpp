// Against data and figures that others published; skipped with a line when the data is not there.
// It lies beside the tree, or where SCANTLING_PUBLISHED_DATA says.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "boundaries/dendrogram.h"
#include "boundaries/formats.h"

namespace scantling::boundaries {
namespace {

std::string data(const std::string& path) {
  const char* const folder = std::getenv("SCANTLING_PUBLISHED_DATA");
  return (folder ? std::string(folder) : std::string(SCANTLING_SOURCE_DIR) + "/../shared/data") +
         "/decomposition/" + path;
}

struct System {
  Input input;
  std::vector<int> expert;
};

System load(const std::string& name) {
  System system;
  system.input = *parse_access_sequences(*read_text(data("mono2micro-ss/" + name + ".json")));
  system.expert =
      *parse_clusters(*read_text(data("mono2micro-ss/" + name + "Expert.json")), system.input);
  return system;
}

double complexity_of(const Input& input, const std::vector<int>& group) {
  return complexity(static_cast<int>(input.entities.size()), input.functionalities, group);
}

struct Code {
  CodeGraph graph;
  std::vector<int> published;
};

Code load_code(const std::string& name) {
  const std::string folder =
      std::string(SCANTLING_SOURCE_DIR) + "/tests/data/decomposition/" + name + "/";
  Code code;
  code.graph =
      *parse_code_graph(*read_text(folder + "nodes.csv"), *read_text(folder + "edges.csv"));
  code.published = *parse_assignment(*read_text(folder + "solution.csv"), code.graph);
  return code;
}

#define SKIP_WITHOUT_DATA(path)                      \
  if (!std::filesystem::exists(data(path))) {        \
    std::printf("skipped: %s is not there\n", path); \
    GTEST_SKIP();                                    \
  }

TEST(PublishedData, ComplexityOfTheExpertCuts) {
  SKIP_WITHOUT_DATA("mono2micro-ss")
  const System ldod = load("ldod"), bw = load("bw");
  EXPECT_EQ(ldod.input.functionalities.size(), 122U);
  EXPECT_EQ(ldod.input.entities.size(), 67U);
  EXPECT_NEAR(complexity_of(ldod.input, ldod.expert), 617.35, .005);
  EXPECT_NEAR(complexity_of(bw.input, bw.expert), 2129.61, .005);
}

// The published cuts are of their dendrograms at five services; mixes are access, write, read,
// sequence, as in the tables of outliers.
TEST(PublishedData, ComplexityOfThePublishedCuts) {
  SKIP_WITHOUT_DATA("mono2micro-ss")
  struct Case {
    const char* system;
    SimilarityMix mix;
    double complexity;
  };
  const Case cases[] = {
      {"ldod", {0, 0, 0, 100}, 946.87}, {"ldod", {10, 0, 10, 80}, 819.22},
      {"ldod", {0, 0, 10, 90}, 812.40}, {"bw", {0, 20, 0, 80}, 3331.35},
      {"bw", {0, 0, 0, 100}, 3015.85},  {"bw", {0, 100, 0, 0}, 2397.12},
  };
  const System ldod = load("ldod"), bw = load("bw");
  for (const Case& c : cases) {
    const Input& input = std::string(c.system) == "ldod" ? ldod.input : bw.input;
    EXPECT_NEAR(complexity_of(input, dendrogram_cut(input, c.mix, 5)), c.complexity, .005)
        << c.system << " " << c.complexity;
  }
}

TEST(PublishedData, BestPublishedAgreementOfLdod) {
  SKIP_WITHOUT_DATA("mono2micro-ss")
  const System ldod = load("ldod");
  EXPECT_NEAR(pair_agreement(dendrogram_cut(ldod.input, {20, 0, 30, 50}, 5), ldod.expert).f, .730,
              .0005);
}

const Cut* best_with(const Result& result, int services) {
  for (const Cut& cut : result.best)
    if (cut.services == services) return &cut;
  return nullptr;
}

TEST(PublishedData, DefaultsAgreeWithBothExperts) {
  SKIP_WITHOUT_DATA("mono2micro-ss")
  const System ldod = load("ldod"), bw = load("bw");
  const Result of_ldod = decompose(ldod.input, {}), of_bw = decompose(bw.input, {});
  const Cut* cut = best_with(of_ldod, 5);
  ASSERT_NE(cut, nullptr);
  EXPECT_GE(pair_agreement(cut->group, ldod.expert).f, .84);
  EXPECT_GE(mojofm(cut->group, ldod.expert), 80);
  EXPECT_NEAR(of_ldod.chosen.services, 5, 1);
  cut = best_with(of_bw, 4);
  ASSERT_NE(cut, nullptr);
  EXPECT_GE(pair_agreement(cut->group, bw.expert).f, .54);
  EXPECT_GE(mojofm(cut->group, bw.expert), 70);
  EXPECT_NEAR(of_bw.chosen.services, 4, 1);
}

// The search finds the same optimum whatever the seed, and with the number of services given.
TEST(PublishedData, AgreementIsNoLuckOfTheSeed) {
  SKIP_WITHOUT_DATA("mono2micro-ss")
  const System ldod = load("ldod"), bw = load("bw");
  for (const std::uint64_t seed : {2U, 4U}) {
    Options options;
    options.seed = seed;
    options.services_low = options.services_high = 5;
    Result result = decompose(ldod.input, options);
    ASSERT_EQ(result.best.size(), 1U);
    EXPECT_GE(pair_agreement(result.best[0].group, ldod.expert).f, .84);
    EXPECT_GE(mojofm(result.best[0].group, ldod.expert), 80);
    options.services_low = options.services_high = 4;
    result = decompose(bw.input, options);
    ASSERT_EQ(result.best.size(), 1U);
    EXPECT_GE(pair_agreement(result.best[0].group, bw.expert).f, .54);
    EXPECT_GE(mojofm(result.best[0].group, bw.expert), 70);
  }
}

// Weights off the defaults agree with both experts more than the best of 286 published weightings.
TEST(PublishedData, AgreementIsNoLuckOfTheWeights) {
  SKIP_WITHOUT_DATA("mono2micro-ss")
  const System ldod = load("ldod"), bw = load("bw");
  struct Weights {
    double names, resolution, smallness, crossing;
  };
  for (const Weights& w : {Weights{.02, 1, .5, .05}, Weights{.04, 1.05, .5, .05},
                           Weights{.03, 1.05, .5, .03}, Weights{.03, 1, .3, .05}}) {
    Options options;
    options.layers.names = w.names;
    options.objectives.resolution = w.resolution;
    options.objectives.smallness = w.smallness;
    options.objectives.crossing = w.crossing;
    options.services_low = options.services_high = 5;
    EXPECT_GT(pair_agreement(decompose(ldod.input, options).best[0].group, ldod.expert).f, .730);
    options.services_low = options.services_high = 4;
    EXPECT_GT(pair_agreement(decompose(bw.input, options).best[0].group, bw.expert).f, .479);
  }
}

// Complexity alone, short: the figures of bench/README.md take a longer search.
TEST(PublishedData, ComplexityCanBeSearchedWithinLimitsOfSize) {
  SKIP_WITHOUT_DATA("mono2micro-ss")
  System ldod = load("ldod");
  ldod.input.constraints.size_low = 2;
  ldod.input.constraints.size_high = 37;
  Options options;
  options.objectives = {};
  ObjectiveWeights& w = options.objectives;
  w.modularity = w.consensus = w.split_transactions = w.split_writes = w.crossing = w.spread =
      w.smallness = w.team_spread = 0;
  w.complexity = 1;
  options.services_low = options.services_high = 5;
  options.annealing = 0;
  options.restarts = 1;
  const Result result = decompose(ldod.input, options);
  ASSERT_EQ(result.best.size(), 1U);
  EXPECT_LT(result.best[0].metrics.complexity, 617.35 / 2);
  std::vector<int> size(5, 0);
  for (const int g : result.best[0].group)
    ++size[static_cast<std::size_t>(g)];
  EXPECT_GE(*std::min_element(size.begin(), size.end()), 2);
  EXPECT_LE(*std::max_element(size.begin(), size.end()), 37);
}

TEST(PublishedData, JpetstoreCouplingAndCohesion) {
  const auto [graph, published] = load_code("jpetstore");
  const CodeQuality quality = measure_code(graph, published);
  EXPECT_EQ(quality.services, 3);
  EXPECT_NEAR(quality.coupling, 2.6, 1e-9);
  EXPECT_NEAR(quality.cohesion, .9657716965707156, 1e-9);
  EXPECT_EQ(quality.crossing[0], 3);  // calls
  EXPECT_EQ(quality.crossing[3], 1);  // references

  std::vector<int> anchors = published;
  for (std::size_t u = 0; u < anchors.size(); ++u)
    if (!graph.units[u].entity) anchors[u] = -1;
  const CodeAssignment ours = assign_code(graph, anchors);
  EXPECT_LE(ours.quality.coupling, 2.4 + 1e-9);
  EXPECT_EQ(ours.quality.services, 3);
  EXPECT_TRUE(ours.library.empty());
  for (std::size_t u = 0; u < anchors.size(); ++u)
    if (graph.units[u].entity) {
      EXPECT_EQ(ours.group[u], published[u]);
    }
}

TEST(PublishedData, PetclinicNeedsNoCrossing) {
  const auto [graph, published] = load_code("spring-petclinic");
  EXPECT_EQ(measure_code(graph, published).coupling, 0);
  EXPECT_EQ(measure_code(graph, published).cohesion, 1);
}

}  // namespace
}  // namespace scantling::boundaries
