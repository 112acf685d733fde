// Pins the simulator's behaviour: a fingerprint over the order of events for each experiment of the
// elaborated models in tests/data/simulate, in tests/fingerprints.csv. They are whole designs, kept
// as they were: a fingerprint changes when the simulator does, not when a pass does. A difference
// that is meant is recorded by SCANTLING_UPDATE=1.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "property/models.h"
#include "simulate/simulate.h"

namespace scantling::testing {
namespace {

const std::string kPath = std::string(SCANTLING_SOURCE_DIR) + "/tests/fingerprints.csv";
const std::string kModels = std::string(SCANTLING_SOURCE_DIR) + "/tests/data/simulate";

std::vector<std::string> elaborated_models() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kModels))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Two replications of at most 500,000 events each: what is longer is cut at a count of events,
// which is the same everywhere.
std::string measured() {
  std::string rows = "model,experiment,events,fingerprint\n";
  for (const std::string& name : elaborated_models()) {
    const auto loaded = read_text(text_of(kModels + "/" + name + ".yaml"));
    SimulateOptions options;
    options.jobs = 2;
    options.replications = 2;
    options.max_events = 1'000'000;
    options.measured = Duration{2'000'000'000};
    options.warm_up = Duration{500'000'000};
    const Expected<SimulationResult> simulation = simulate_all(loaded.model, options);
    if (!simulation) {
      ADD_FAILURE() << name << ": " << simulation.error().message;
      continue;
    }
    for (const ExperimentResult& experiment : simulation->experiments)
      rows += name + "," + experiment.name + "," + std::to_string(experiment.events) + "," +
              experiment.fingerprint + "\n";
  }
  return rows;
}

TEST(Fingerprints, AreThoseOfTheLastVersion) {
  const std::string now = measured();
  EXPECT_GT(std::count(now.begin(), now.end(), '\n'), 5);
  const char* update = std::getenv("SCANTLING_UPDATE");
  if (update != nullptr && std::string(update) == "1")
    std::ofstream(kPath, std::ios::binary) << now;
  EXPECT_EQ(now, text_of(kPath))
      << "the simulator behaves differently; if that is meant: make update";
}

}  // namespace
}  // namespace scantling::testing
