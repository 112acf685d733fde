// The order in which services leave a monolith (strangler), by what crosses the line meanwhile.
#pragma once

#include <cstdint>
#include <vector>

#include "boundaries/metrics.h"

namespace scantling::boundaries {

struct ExtractionOptions {
  double write_weight = 10;      // a split write counts as so many crossing calls
  std::vector<double> duration;  // per service: how long its extraction takes; empty: 1 each
  std::vector<int> first;        // services that must leave first, in this order
  std::uint64_t seed = 1;        // of the local search
};

// After the extraction of `service`, until the next one leaves.
struct ExtractionStep {
  int service = -1;
  double crossing_calls = 0;      // rate of steps between what is apart by now
  double split_transactions = 0;  // rate of functionalities that touch two or more parts
  double split_writes = 0;        // rate of functionalities that write in two or more parts
  double cost = 0;  // crossing_calls + write_weight * split_writes, times the duration
};

struct Extraction {
  std::vector<ExtractionStep> steps;  // every service; the last is what remains of the monolith
  double total = 0;
  bool exact = false;
};

// Exact (dynamic programming over subsets) up to this many services, local search above.
inline constexpr int exact_extraction_at_most = 15;

Extraction extraction_order(const std::vector<Functionality>& functionalities,
                            const std::vector<int>& group, const ExtractionOptions& options);

}  // namespace scantling::boundaries
