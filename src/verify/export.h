// A protocol in the languages of other model checkers, so that anyone can check it again.
#pragma once

#include <string>

#include "verify/explore.h"
#include "verify/system.h"

namespace scantling::verify {

// Promela, for SPIN. One process, each rule one d_step. The file's head says the states and
// verdicts of `expected`, a search without reductions. To count the states:
//   spin -o1 -o2 -o3 -a x.pml && gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -E -m1000000
// Without -o2 SPIN hides variables that nothing reads. -DP0, -DP1, ... to spin makes the numbered
// property an assertion. For one that says that runs end, -DENDS to spin, -DNP to gcc and -l to pan
// look for circles without faults.
std::string promela_of(const System& system, const Exploration& expected);

// TLA+, for TLC: a module of the given name with an invariant for each property that is one.
std::string tla_of(const System& system, const Exploration& expected, const std::string& module);

// "saga-place-order": a name for files, of letters, digits and hyphens.
std::string file_name_of(const System& system);

}  // namespace scantling::verify
