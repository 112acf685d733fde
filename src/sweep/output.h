// A campaign's results for people and for programs. The bytes depend on the results alone.
#pragma once

#include <string>

#include "sweep/analysis.h"

namespace scantling::sweep {

struct OutputOptions {
  int width = 100;
  bool color = false;
  std::string system;    // the model's name
  std::string database;  // empty: none is named
  bool stopped = false;  // by an interrupt
};

std::string terminal(const Plan& plan, const Analysis& analysis, const OutputOptions& options);
// docs/schemas/sweep.schema.json
std::string json(const Plan& plan, const Analysis& analysis, const OutputOptions& options);

// The canonical form of all there is: a line a measure, by point, scenario, seed.
std::string csv_header(const Plan& plan);
std::string csv_lines(const Plan& plan, const RunRecord& record);

}  // namespace scantling::sweep
