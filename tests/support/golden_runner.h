// Runs the cases of a golden test (golden_file.h) in a fresh folder with a clean environment
// (LC_ALL=C, NO_COLOR=1, TERM=dumb, TZ=UTC, HOME and TMPDIR inside the folder's parent).
#pragma once

#include <string>

#include "support/golden_file.h"

namespace scantling::testing {

struct GoldenOptions {
  std::string program;      // absolute path of the scantling binary
  std::string version;      // shown as $VERSION
  std::string source_root;  // where `from PATH` looks
  double limit_seconds = 60;
};

struct GoldenOutcome {
  bool passed = false;
  std::string report;  // what differed, as unified diffs; empty when it passed
  GoldenFile updated;  // the file as it would have to be to pass
  bool updatable = false;
};

GoldenOutcome run_golden(const GoldenFile& file, const GoldenOptions& options);

}  // namespace scantling::testing
