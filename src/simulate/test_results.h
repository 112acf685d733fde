// Running small systems in tests, and finding things in what comes out.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "simulate/test_systems.h"

namespace scantling::sim {

inline ExperimentResult run(const System& system, const SimulateOptions& options,
                            const Experiment& experiment = plain_experiment()) {
  auto result = simulate(system.model, experiment, options);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return result ? *result : ExperimentResult{};
}

// The closed form is inside the interval, and the interval is narrow enough to mean something.
inline void expect_inside(const Interval& measured, double expected, double most_relative_width,
                          const char* what) {
  EXPECT_GE(measured.half_width, 0) << what;
  EXPECT_LE(measured.low(), expected) << what;
  EXPECT_GE(measured.high(), expected) << what;
  EXPECT_LE(measured.half_width, most_relative_width * expected) << what << " is too vague";
}

inline const StationResult& station(const ExperimentResult& r, const std::string& name) {
  for (const StationResult& s : r.stations)
    if (s.name == name) return s;
  ADD_FAILURE() << "no station " << name;
  static const StationResult missing;
  return missing;
}

inline const EdgeResult& edge_to(const ExperimentResult& r, const std::string& to) {
  for (const EdgeResult& e : r.edges)
    if (e.to == to) return e;
  ADD_FAILURE() << "no edge to " << to;
  static const EdgeResult missing;
  return missing;
}

inline const Series& series(const OperationResult& o, const std::string& name) {
  for (const Series& s : o.series)
    if (s.name == name) return s;
  ADD_FAILURE() << "no series " << name;
  static const Series missing;
  return missing;
}

}  // namespace scantling::sim
