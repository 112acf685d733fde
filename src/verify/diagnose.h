// Verdicts as findings, and what the design loop calls.
#pragma once

#include <vector>

#include "diagnostics/diagnostic.h"
#include "verify/verify.h"

namespace scantling::verify {

// A finding for each property that fails, in the order of the protocols. The kind is its
// property's page; the run is its `flow`; the repair that was checked is its first fix.
Diagnostics diagnose(const Architecture& model, const Verification& verification);

// What a design that was verified needs: findings, and changes that were checked to repair them.
struct DesignVerdict {
  Diagnostics findings;
  // In the order of the findings, none twice. Apply them to the model that was verified, or to a
  // copy of it while that model lives: those that change the order of steps last, as here.
  std::vector<Repair> repairs;
  bool complete = true;  // every protocol was searched to its end
};

DesignVerdict verify_design(const Architecture& model, const VerifyOptions& options);

}  // namespace scantling::verify
