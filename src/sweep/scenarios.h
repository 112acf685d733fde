// The scenarios of a plan as experiments of a model.
#pragma once

#include <string>

#include "base/error.h"
#include "model/architecture.h"
#include "sweep/campaign.h"

namespace scantling::sweep {

// Experiments for the scenarios that are faults, as a document to lay over the model; empty when
// there are none.
std::string fault_overlay(const Plan& plan);

// The scenario in a model that fault_overlay was laid over. A fault is judged like the peak, by the
// operations' objectives.
Expected<Experiment> experiment_of(const Architecture& model, const Plan& plan,
                                   std::uint32_t scenario);

}  // namespace scantling::sweep
