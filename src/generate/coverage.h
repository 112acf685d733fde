// What a model decided that nothing is written for, so that a run can say it.
#pragma once

#include <optional>
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

// How old what leaves the cluster of a store's data is at most, in seconds; nothing where no copy
// leaves it, or where it runs elsewhere.
std::optional<double> copied_away_every(const Plan& plan, StoreId id);

}  // namespace scantling::generate
