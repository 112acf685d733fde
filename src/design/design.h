// Completes a model: passes decide what is open, then the loop proves it or says what can't be met.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "design/demands.h"
#include "diagnostics/diagnostic.h"
#include "estimate/estimate.h"
#include "model/architecture.h"
#include "simulate/simulate.h"
#include "verify/diagnose.h"

namespace scantling {

struct DesignOptions {
  std::uint64_t seed = 1;
  int jobs = 0;
  int rounds = 4;  // of the loop, at most
  bool simulate = true;
  bool verify = true;
  bool flips = true;                 // make decisions again: what flips them, what rules out what
  std::vector<std::string> without;  // passes left out (for ablation)
  std::function<void(std::string_view)> progress;
};

// One round of the loop: what failed, which pass was asked to change what.
struct LoopRound {
  int number = 0;
  std::vector<std::string> failed;   // "slow-psp: browse p99 310 ms > 250 ms"
  std::vector<std::string> changed;  // "capacity: inventory instances 6 -> 9"
};

// A requirement that no round could meet.
struct Unmet {
  std::string path;
  std::string text;  // "place-order availability 99.95% needs psp >= 99.97%; it has 99.9%"
  double target = 0, reached = 0;
  std::string unit;
  std::string relax;   // what would make it hold
  std::string what{};  // "effect-once": a property that holds or doesn't; empty: it is measured
  std::vector<std::string> conflict{};  // lines that can't all hold with it: conflicts.h
};

// What was explored of the model as it is, and what was repaired before it held.
struct DesignVerification {
  verify::Verification result;
  std::vector<verify::Mended> mended;
};

struct DesignResult {
  Architecture model;  // elaborated, with its decisions and assumptions
  Estimate estimate;
  SimulationResult simulation;
  DesignVerification verification;
  Diagnostics findings;
  std::vector<LoopRound> rounds;
  Demands demands;  // under which the passes made it
  std::vector<Unmet> unmet;
};

DesignResult design(Architecture model, const Catalog& catalog, const DesignOptions& options);

// What the passes decide and the verifier repairs, and no more: no loop, nothing simulated, checked
// or estimated. Of `options` the seed, the jobs, `verify`, `without` and `progress` count.
Architecture run_passes(Architecture model, const Catalog& catalog, const DesignOptions& options,
                        const Demands& demands = {});

// The ten passes in order, for --help and the docs.
struct PassInfo {
  std::string_view name;
  std::string_view decides;
};
std::span<const PassInfo> all_passes();

}  // namespace scantling
