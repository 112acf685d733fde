// Verdicts as findings, and what the design loop calls.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "verify/verify.h"

namespace scantling::verify {

// A finding for each property that fails, in the order of the protocols. The kind is its
// property's page; the run is its `flow`; the repair that was checked is its first fix.
Diagnostics diagnose(const Architecture& model, const Verification& verification);

// "tombstone: true on sagas.place.steps[0]"; several changes are joined.
std::string repair_text(const TriedRepair& tried);

// A property that failed, and the change that makes it hold.
struct Mended {
  System system;             // its protocol's, for the run
  PropertyVerdict verdict;   // before
  std::uint64_t states = 0;  // that were searched when it failed
  const TriedRepair& repair() const { return *verdict.repair(); }
  void drop_actions();  // it can be read after the model is gone
};

// Verifies a design and repairs it, as long as a repair that was checked on a copy changes nothing
// that is given or another owner's. `decide` is told of each before it is made and says where its
// values come from. Returns the verification of the model as it then is.
Verification verify_design(Architecture& model, const VerifyOptions& options,
                           const std::function<Provenance(const Mended&)>& decide);

// Of a failing property: only facts about another's system, which the model doesn't give but
// takes, stand between it and holding. It is a question to their owner.
bool is_question(const Architecture& model, const PropertyVerdict& verdict);

}  // namespace scantling::verify
