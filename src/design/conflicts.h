// Minimal conflict sets: which lines of a model can't all hold together with a requirement that is
// missed. Of such a set no line can be left out without the rest becoming possible.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "design/design.h"

namespace scantling {

// A line of the model that could be taken back.
struct Line {
  std::string path;
  std::function<void(Architecture&)> leave_out;
};

// Whether the requirement is still missed by what becomes of the model.
using Misses = std::function<bool(const Architecture& problem)>;

// A minimal conflict set as indices of `lines`, by QuickXplain (Junker, AAAI 2004, pp. 167-172):
// about k log2(n/k) + 2k designs for a set of k among n lines, at most `most_designs`. Empty when
// the requirement is missed without any of the lines, or when the designs ran out.
std::vector<std::size_t> minimal_conflict(const Architecture& problem,
                                          const std::vector<Line>& lines, const Misses& misses,
                                          int most_designs);

// What the passes make of a changed problem, to see whether it misses: quietly, without migration,
// nothing verified.
Architecture redesigned(Architecture problem, const Catalog& catalog, DesignOptions options);

// Lines that weigh on the cost: regions, zones, experiments, availability, history.
std::vector<Line> lines_that_cost(const Architecture& problem);

// Lines that weigh on an expectation of the experiment (or of the peak, when no experiment has that
// name): given waits, retries and breakers, sizes, engines, what is forbidden, externals' figures,
// loads, faults.
std::vector<Line> lines_that_slow(const Architecture& problem, const std::string& experiment);

// Notes the conflict set of each expectation that the simulation showed unmet, of three at most:
// each line is left out, the model designed anew and that one experiment run again, shortened.
void explain_conflicts(const Architecture& problem, const Catalog& catalog,
                       const DesignOptions& options, DesignResult& result);

}  // namespace scantling
