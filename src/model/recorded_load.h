// Recorded load: a file of `offset,operation` lines, or of one rate a second a line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/units.h"

namespace scantling {

struct RecordedLoad {
  struct Arrival {
    Duration at;            // from the first line's moment on
    std::string operation;  // empty: of the rates, for all
  };
  std::vector<Arrival> arrivals;  // sorted
  std::vector<double> rates;      // a second each; one of the two is empty
};

inline constexpr std::size_t most_recorded = 10'000'000;

// Offsets are durations ("250ms") or plain seconds; they need not be sorted. Empty lines and lines
// that begin with # are passed over, and a first line that is a header. An error names the line.
Expected<RecordedLoad> parse_recorded(std::string_view text);

}  // namespace scantling
