// From an elaborated model to everything that gets deployed, in memory.
#pragma once

#include <string>
#include <vector>

#include "generate/audit.h"
#include "generate/coverage.h"
#include "generate/output.h"
#include "generate/plan.h"

namespace scantling::generate {

struct Generated {
  Output output;
  std::vector<std::string> targets;   // that ran, in order
  Audit audit;                        // of what was written: findings are our bugs, or the model's
  std::vector<NotGenerated> missing;  // what was decided that no target writes
};

// `targets` are names of target.h; none: those that fit the model. Every name must exist.
Generated generate_all(const Architecture& model, const std::vector<std::string>& targets,
                       const GenerateOptions& options);

}  // namespace scantling::generate
