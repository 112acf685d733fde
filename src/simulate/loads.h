// What an experiment adds to a program: where requests come from, and what goes wrong.
#pragma once

#include <string>
#include <vector>

#include "base/distribution.h"
#include "model/enums.h"
#include "simulate/instructions.h"

namespace scantling::sim {

struct RatePoint {
  Time at;  // from the start of the measured time
  double factor;
};
enum class SourceKind : std::uint8_t {
  Poisson,
  Every,
  Replay,  // at recorded times
  Closed,  // the users
  Asked,   // what the users ask for
};
struct SourceInfo {
  SourceKind kind = SourceKind::Poisson;
  std::uint32_t operation = 0;
  std::uint32_t endpoint = 0;
  std::uint32_t link = 0;
  double rate = 0;  // per second, before factors
  Time period = 0;  // Every
  std::uint32_t stream = 0;
  std::vector<Time> times;         // Replay: from the start of the measured time, sorted
  std::vector<RatePoint> profile;  // factors from each point on; 1 before the first
  // Closed: users, each with its own think time, choosing among `operations` by share.
  std::uint32_t users = 0;
  TimeSampler think;
  bool memoryless = false;  // exponential think times
  std::vector<Choice> mix;  // pc: the source whose operation is asked for
};

// Bursts at random: `factor` times the load for exponential times of mean `on`, with exponential
// times of mean `off` between; the same for all sources.
struct BurstInfo {
  double factor = 1;
  Time on = 0, off = 0;  // off 0: none
  std::uint32_t stream = 0;
};

struct OperationInfo {
  std::uint32_t model_id = none;
  std::string name;
  double nominal_rate = 0;
  Time staleness = 0;  // how old what it reads may be
};

enum class Spot : std::uint8_t { Instance, Service, Zone, All };
struct FaultInfo {
  FaultKind kind = FaultKind::Lose;
  std::string name;                         // "lose zone b"
  Time at = 0, until = never;               // from the start of the measured time
  std::vector<std::uint32_t> instances;     // what it applies to
  std::vector<std::uint32_t> to_instances;  // cut, drop: the far side
  double factor = 1;
  double share = 0;
  Time every = 0;
  bool silent = false;  // nobody says that it is gone: a zone or region, not a process
};

// Faults and a spike of the load; those that overlap or touch in time are one.
struct Disturbance {
  std::string names;           // "lose zone b and slow psp"
  Time at = 0, until = never;  // `never` when one of them stays
};

}  // namespace scantling::sim
