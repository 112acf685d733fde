// mono2micro's observed traces (its dynamic collection): what each controller accessed while the
// system ran, with repetitions folded.
#pragma once

#include <string_view>

#include "base/error.h"
#include "boundaries/boundaries.h"

namespace scantling::boundaries {

inline constexpr std::size_t observed_accesses_at_most = 2'000'000;  // once unfolded

// `traces`: {"Controller.method": {"f": 2, "t": [{"id": 0, "f": 1, "a": [["R", 20], ["W", 17, 2],
// [2, 3], ...]}]}}. ["R", 20, 2] is two reads of entity 20; [2, 3] says that the next two elements
// come three times, [2] once. Each trace with accesses is a functionality, called after its
// controller, with its own frequency as rate, else the controller's, else 1. `ids`: {"Entity": 20},
// or empty: an entity is then called after its number.
Expected<Input> parse_observed_traces(std::string_view traces, std::string_view ids);

}  // namespace scantling::boundaries
