#include "simulate/test_rows.h"

#include <fmt/core.h>

#include <cmath>
#include <utility>

namespace scantling::sim {

ExperimentResult RowFigures::run(const System& system, const SimulateOptions& options,
                                 const Experiment& experiment) {
  auto result = simulate(system.model, experiment, options);
  if (result) return *std::move(result);
  values_.push_back({result.error().message, 0, {}, "no error", false});
  ExperimentResult empty;
  empty.operations.resize(1);
  return empty;
}

void RowFigures::inside(std::string what, const Interval& measured, double expected,
                        double most_width) {
  const bool narrow =
      measured.half_width >= 0 && measured.half_width <= most_width * std::abs(expected);
  const bool right = narrow && measured.low() <= expected && expected <= measured.high();
  values_.push_back({std::move(what), expected, measured, "in the 99% interval", right});
}

void RowFigures::near(std::string what, double measured, double expected, double tolerance) {
  const bool right = std::abs(measured - expected) <= tolerance;
  values_.push_back(
      {std::move(what), expected, {measured, -1}, fmt::format("within {:.3g}", tolerance), right});
}

void RowFigures::between(std::string what, double measured, double low, double high) {
  values_.push_back({std::move(what),
                     high,
                     {measured, -1},
                     fmt::format("from {:.4g} to it", low),
                     measured >= low && measured <= high});
}

}  // namespace scantling::sim
