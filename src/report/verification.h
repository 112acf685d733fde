// The results of a verification on their own, for `scantling verify`.
#pragma once

#include <string>

#include "design/design.h"
#include "report/counterexample.h"
#include "verify/diagnose.h"

namespace scantling {

struct VerificationTextOptions {
  std::size_t width = 100;
  bool color = false;
  bool runs = false;  // show a full run of what holds too
};

// What fails first, each with its run and the repair that was tried; then a line a protocol.
std::string verification_terminal(const std::string& name, const verify::Verification& result,
                                  const VerificationTextOptions& options);

// { "schema": "scantling.verification/1", ... }; docs/schemas/verification.schema.json describes
// it.
std::string verification_json(const std::string& name, const verify::Verification& result);

// The same of a design, without the runs, and what was repaired: a member of `scantling.design/1`.
std::string design_verification_json(const DesignVerification& verification);

// Markdown with a sequence diagram for each counterexample.
std::string verification_mermaid(const std::string& name, const verify::Verification& result);

// One page with a diagram to step through for each counterexample.
std::string verification_html(const std::string& name, const verify::Verification& result);

// "any number of faults", "up to 2 faults"
std::string bound_text(const verify::Exploration& exploration);
// With the runs at once: "2 runs at once, any number of faults".
std::string bound_text(const verify::ProtocolVerdict& verdict);

}  // namespace scantling
