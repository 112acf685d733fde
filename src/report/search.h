// What searches over simulated runs have found, for `scantling simulate --find`.
#pragma once

#include <string>
#include <vector>

#include "report/simulation.h"
#include "simulate/search.h"

namespace scantling {

// One search of one experiment; exactly one of the three is meant, by `what`.
struct FoundInExperiment {
  std::string experiment;
  Bisection capacity;
  ReplicaSearch replicas;
  std::vector<Trigger> triggers;
};

// `what`: "capacity", "replicas" or "trigger".
std::string search_terminal(const Architecture& model, const std::string& what,
                            const std::vector<FoundInExperiment>& found,
                            const SimulationTextOptions& options);
// docs/schemas/search.schema.json.
std::string search_json(const Architecture& model, const std::string& what,
                        const std::vector<FoundInExperiment>& found);

}  // namespace scantling
