// Pins the simulator's behaviour: a fingerprint over the order of events for each experiment of
// each example, in tests/fingerprints.csv. A difference is a change of behaviour; when it is meant,
// SCANTLING_UPDATE=1 rewrites the file.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "design/design.h"
#include "property/models.h"
#include "simulate/simulate.h"

namespace scantling::testing {
namespace {

const std::string kPath = std::string(SCANTLING_SOURCE_DIR) + "/tests/fingerprints.csv";

// The design without its loop, so that a fingerprint depends on no other measurement.
std::string measured() {
  std::string rows = "example,experiment,events,fingerprint\n";
  for (const NamedText& text : example_models()) {
    DesignOptions design_options;
    design_options.simulate = false;
    const DesignResult result =
        design(read_text(text.text).model, built_in_catalog(), design_options);
    SimulateOptions options;
    options.seed = 1;
    options.jobs = 2;
    options.replications = 2;
    options.scale = .05;
    options.warm_up = Duration{1'000'000'000};
    const Expected<SimulationResult> simulation = simulate_all(result.model, options);
    if (!simulation) {
      rows += text.name + ": " + simulation.error().message + "\n";
      continue;
    }
    for (const ExperimentResult& experiment : simulation->experiments) {
      rows += text.name + "," + experiment.name + "," + std::to_string(experiment.events) + "," +
              experiment.fingerprint + "\n";
    }
  }
  return rows;
}

TEST(Fingerprints, AreThoseOfTheLastVersion) {
  GTEST_SKIP() << "the fingerprints of whole designs are not recorded yet (tests/fingerprints.csv)";
  const std::string now = measured();
  const char* update = std::getenv("SCANTLING_UPDATE");
  if (update != nullptr && std::string(update) == "1")
    std::ofstream(kPath, std::ios::binary) << now;
  std::ifstream in(kPath, std::ios::binary);
  const std::string pinned(std::istreambuf_iterator<char>(in), {});
  EXPECT_EQ(now, pinned) << "the simulator behaves differently; if that is meant: make update";
}

}  // namespace
}  // namespace scantling::testing
