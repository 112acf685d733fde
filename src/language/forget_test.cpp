// Reading a designed model without its design.
#include <gtest/gtest.h>

#include "language/test_support.h"

namespace scantling {
namespace {

std::string given(const std::string& text) {
  Read read;
  MemoryFiles files;
  files.add("model.yaml", text);
  read.model = read_model(*read.sources, files, "model.yaml",
                          {.overlays = {}, .forget_decided = true}, read.out);
  EXPECT_EQ(said(read), "");
  return write_model(read.model);
}

constexpr const char* kProblem =
    "scantling: 1\n"
    "aggregates:\n"
    "  Order: { size: 1 KiB }\n"
    "operations:\n"
    "  place-order: { actor: customer, steps: [create Order] }\n";

constexpr const char* kDesigned =
    "scantling: 1\n"
    "aggregates:\n"
    "  Order: { size: 1 KiB }\n"
    "operations:\n"
    "  place-order: { actor: customer, steps: [create Order] }\n"
    "services:\n"
    "  orders:\n"
    "    owns: [Order]\n"
    "    runtime: { language: go, instances: 3 }\n"
    "  edge: {}\n"
    "decisions:\n"
    "  boundaries: { chosen: 1 service, sets: [services.orders, services.orders.owns], pass: "
    "boundaries }\n"
    "  orders.size: { chosen: 3, sets: [services.orders.runtime.instances], pass: capacity }\n"
    "  orders.language: { chosen: go, sets: [services.orders.runtime.language], pass: boundaries "
    "}\n"
    "  edge: { chosen: yes, sets: [services.edge], pass: boundaries }\n"
    "assumed: [services.orders.runtime]\n";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

TEST(Forget, TakesOutWhatWasDecidedOrAssumed) {
  EXPECT_EQ(given(kDesigned), given(kProblem));
}

TEST(Forget, LeavesAModelWithoutDecisionsAlone) {
  const std::string whole = kDesigned;
  const std::string text = whole.substr(0, whole.find("decisions"));
  EXPECT_EQ(given(text), write_model(read_text(text).model));
}

TEST(Forget, KeepsTheElementAroundAGivenValue) {
  const std::string kept = given(replaced(kDesigned, "[services.orders.runtime.instances]", "[]"));
  EXPECT_NE(kept.find("orders: { runtime: { instances: 3 } }"), std::string::npos) << kept;
  EXPECT_EQ(kept.find("edge"), std::string::npos) << kept;
}

TEST(Forget, KeepsALockedDecisionWithWhatItSets) {
  const std::string kept = given(replaced(kDesigned, "chosen: 3,", "chosen: 3, locked: true,"));
  EXPECT_NE(kept.find("instances: 3"), std::string::npos) << kept;
  EXPECT_NE(kept.find("orders.size:"), std::string::npos) << kept;
  EXPECT_EQ(kept.find("orders.language"), std::string::npos) << kept;
}

TEST(Forget, KeepsTheNameOfWhatAGivenValueNames) {
  const std::string kept = given(std::string(kDesigned) +
                                 "accept:\n"
                                 "  - { rule: slow, element: services.orders, reason: known }\n"
                                 "sagas:\n"
                                 "  pay: { style: orchestrated, coordinator: orders }\n");
  EXPECT_NE(kept.find("orders: {}"), std::string::npos) << kept;
  EXPECT_EQ(kept.find("edge"), std::string::npos) << kept;
}

}  // namespace
}  // namespace scantling
