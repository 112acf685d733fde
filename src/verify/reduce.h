// What the search may leave out without changing a verdict, derived from the system alone.
#pragma once

#include "verify/packed.h"

namespace scantling::verify {

// * A message is dead under a condition when, whatever happens from there, taking it changes
//   nothing but itself and other dead messages. It is then dropped at once. (Live-variable analysis
//   of finite-state programs; Bozga, Fernandez, Ghirvu, "State space reduction based on live
//   variables analysis", SAS 1999.)
// * Instances are interchangeable when exchanging two of them maps the rules, the properties and
//   the initial state onto themselves. (Ip and Dill, "Better verification through symmetry", 1996.)
Reductions find_reductions(const System& system);

// Whether the instances share nothing: no rule and no property is about two of them, or about what
// is shared, and they are interchangeable. Then one of them stands for any number: a state of one
// is reached beside others just as it is alone, and all rest where each does.
bool instances_are_apart(const System& system);

}  // namespace scantling::verify
