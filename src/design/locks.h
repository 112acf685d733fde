// Decisions locked to a choice, and sizes as decisions name them, so that one can be locked:
// "2..6 x 0.5 vCPU", "2 copies".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"
#include "model/architecture.h"

namespace scantling {

// Adds the decision as if a person had written it with `locked: true`.
void lock_decision(Architecture& problem, std::string name, std::string choice);

struct InstanceSize {
  CountRange instances;
  Cores cpu;  // of one
};

// The choice of a decision `<service>.instances`.
std::string size_choice(CountRange instances, Cores cpu);
// Nothing when it is no such choice, or asks for no instance or no processor.
std::optional<InstanceSize> parse_size_choice(std::string_view choice);

// What a choice begins with, as in "2 copies, a leader writes"; at least 1.
std::optional<std::int64_t> leading_count(std::string_view choice);

}  // namespace scantling
