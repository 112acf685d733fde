// What short simulated runs say about each failure: the effects in the failure modes, and the
// steady state of the experiments on the cluster.
#pragma once

#include <string>
#include <vector>

#include "model/architecture.h"

namespace scantling::generate {

// One operation while something fails, against the time before. Shares of 0..1, seconds.
struct PredictedOperation {
  OperationId operation;
  double offered = 0;  // requests a second, before
  double good_before = 1, good_during = 1;
  double p99_before = 0, p99_during = 0;
  double back_after_seconds = -1;  // negative: not within the run
};

struct PredictedFailure {
  std::string part;     // "stores.orders-db"; an experiment's name
  std::string failure;  // "is gone", "is five times slower"
  std::vector<PredictedOperation> operations;
  std::vector<OperationId> too_rare;  // too few requests in the run to say
  std::string problem;                // when it could not be run to its end, why
};

struct Predictions {
  bool simulated = false;
  std::uint64_t seed = 1;
  double seconds = 0;                         // how long each failure lasts
  std::vector<PredictedFailure> failures;     // of parts, one at a time
  std::vector<PredictedFailure> experiments;  // the model's, with their faults shortened
};

// Each part of the model fails for 20 s in a run of its own, under the expected mean load:
// externals, stores and channels are gone, or slow; services lose an instance, the system a zone.
// The same model and seed give the same numbers, whatever `jobs`.
Predictions predict(const Architecture& model, std::uint64_t seed, int jobs);

}  // namespace scantling::generate
