// The analytic twin's answers on their own, for `scantling estimate`.
#pragma once

#include <string>

#include "estimate/estimate.h"
#include "model/architecture.h"

namespace scantling {

struct EstimateTextOptions {
  int width = 100;
  bool color = false;
  std::string at = "at peak load";  // what the loads are
};

// The stability frontier first, as a map: every element against the load that it takes for ever,
// plainly and with every retry and miss happening. Then the operations' times, the cost, and what
// the estimate can't tell.
std::string estimate_terminal(const Architecture& model, const Estimate& estimate,
                              const EstimateTextOptions& options);

// docs/schemas/estimate.schema.json.
std::string estimate_document(const Architecture& model, const Estimate& estimate);

}  // namespace scantling
