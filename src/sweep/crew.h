// Does a campaign's runs on threads of this process.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/error.h"
#include "sweep/campaign.h"

namespace scantling::sweep {

// Takes finished runs, in whatever order they end; called by one thread at a time. An error ends
// the campaign.
using Deliver = std::function<Expected<void>(std::span<const RunRecord>)>;

// The runs with these indices, each once. `jobs` threads; 0: one a core. `stop` is asked now and
// then by every thread; runs that it cuts short are not delivered.
Expected<void> run_on_threads(const BaseModel& base, const Plan& plan,
                              const std::vector<std::uint64_t>& indices, int jobs,
                              const std::function<bool()>& stop, const Deliver& deliver);

}  // namespace scantling::sweep
