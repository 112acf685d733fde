// Findings that were there before: a file of fingerprints, so that only new ones count.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "diagnostics/diagnostic.h"

namespace scantling {

struct BaselineEntry {
  std::string fingerprint;
  std::string rule, element;  // for the reader; only the fingerprint is compared
  friend auto operator<=>(const BaselineEntry&, const BaselineEntry&) = default;
};

struct Baseline {
  std::vector<BaselineEntry> entries;  // sorted, without doubles
};

// Fails with a sentence when the text is not a baseline.
Expected<Baseline> parse_baseline(std::string_view text);
// Every finding that counts.
Baseline baseline_of(const Diagnostics& findings);
std::string baseline_text(const Baseline& baseline);
// Removes the findings that the baseline has; returns how many.
std::size_t apply_baseline(const Baseline& baseline, Diagnostics& findings);

}  // namespace scantling
