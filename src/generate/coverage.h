// What a model decided that nothing is written for, so that a run can say it.
#pragma once

#include <string>
#include <vector>

#include "generate/plan.h"

namespace scantling::generate {

struct NotGenerated {
  std::string element;  // "stores.search", "placement.discovery"
  std::string what;     // "opensearch"
  std::string instead;  // what the rest of the output expects
};
std::vector<NotGenerated> not_generated(const Plan& plan);

}  // namespace scantling::generate
