// Structures: what the passes make of a model when some of its questions are settled beforehand.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "design/demands.h"
#include "explore/explore.h"

namespace scantling::explore {

// The model with these questions settled in it: locked decisions and constraints. Nothing when a
// pin contradicts what is given.
std::optional<Architecture> pinned(const Architecture& model, const std::vector<Pin>& pins);

struct Question {
  const Architecture& given;
  const Catalog& catalog;
  const Options& options;
  Demands demands{};  // of the loop, on the design as it is: made of every other too
};

// The passes over the model with these pins. Nothing when a pin contradicts what is given.
std::optional<Architecture> structured(const Question& question, const std::vector<Pin>& pins);

// Every value of the solution as one number: two structures with the same are the same.
std::uint64_t fingerprint(const Architecture& model);

// Every single pin that the decisions of a design offer, in their order.
std::vector<Pin> pins_of(const Architecture& given, const Architecture& designed);

// Pins of both; of two that answer one question, the first's. Sorted.
std::vector<Pin> merged(const std::vector<Pin>& a, const std::vector<Pin>& b);

}  // namespace scantling::explore
