// The endpoints that implement each operation, worked out once for all.
#pragma once

#include <vector>

#include "model/architecture.h"

namespace scantling {

// By operation; each as endpoints_of() gives it.
std::vector<std::vector<EndpointId>> endpoints_by_operation(const Architecture& model);

}  // namespace scantling
