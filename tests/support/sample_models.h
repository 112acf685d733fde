// Models made by rule, for property tests and benchmarks: as large as asked for, the same for the
// same numbers on every machine.
#pragma once

#include <cstdint>
#include <string>

namespace scantling::testing {

// A whole solution of so many services in layers: each owns two aggregates and a store, and calls
// up to three services of the layer below; every tenth has an operation with load, every seventh
// publishes to a channel that another consumes. About 1.3 KB a service.
std::string layered_solution(int services, std::uint64_t seed);

// Only the problem: operations over aggregates, in clusters that touch each other rarely; some
// atomic over several aggregates, some started by others' events, some that call an external.
std::string clustered_problem(int operations, int aggregates, std::uint64_t seed);

}  // namespace scantling::testing
