// Against data and figures that others published; skipped with a line when the data is not there.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "boundaries/dendrogram.h"
#include "boundaries/formats.h"

namespace scantling::boundaries {
namespace {

std::string data(const std::string& path) {
  return std::string(SCANTLING_SOURCE_DIR) + "/../shared/data/decomposition/" + path;
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
