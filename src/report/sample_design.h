// A designed shop built by hand, for the tests of this room: 6 services, 5 stores, 2 channels, a
// saga, a run at peak and two experiments with series.
#pragma once

#include "design/design.h"

namespace scantling {

DesignResult sample_design();
// A model with a name and nothing else.
DesignResult empty_design();

}  // namespace scantling
