// Load and fault scenarios with what is expected of them.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "model/enums.h"
#include "model/field.h"
#include "model/problem.h"
#include "model/recorded_load.h"
#include "model/solution.h"

namespace scantling {

// What a fault or a load applies to. `name` is as written; at most one id is valid.
struct Target {
  enum class Kind : std::uint8_t {
    None,
    Instance,
    Service,
    Store,
    Channel,
    Node,
    Zone,
    Region,
    Domain,
    External,
    Endpoint,
    Gateway,
    All
  };
  Kind kind = Kind::None;
  std::string name;  // "a" for `zone a`, "a/2" for `node a/2`
  ServiceId service;
  StoreId store;
  ChannelId channel;
  ExternalId external;
  EndpointId endpoint;
};

// { at: 2min, for: 5min, lose: zone a } ...
struct Fault {
  Span span;
  FaultKind kind = FaultKind::Lose;
  Field<Duration> at;     // default: the start of the measured time
  Field<Duration> lasts;  // key `for`; absent: to the end
  Target target;
  Target to;       // cut: A -> B, drop: 5% A -> B
  Factor factor;   // slow, cpu
  Share share;     // fail, drop
  Duration every;  // flap
};

// One operation's load in an experiment: `place-order: x3` or `place-order: 40/s`.
struct LoadChange {
  Span span;
  Ref<OperationId> operation;
  bool absolute = false;
  Factor factor;
  Rate rate;
};

struct ClosedLoad {
  Field<Count> users;
  Field<TimeLaw> think;
};

struct LoadRamp {  // ramp: { from: x1, to: x5, over: 4min }
  Field<Factor> from, to;
  Field<Duration> over;
};

struct LoadSpike {  // spike: { at: 2min, for: 30s, by: x8 }
  Field<Duration> at, lasts;
  Field<Factor> by;
};

struct LoadStep {  // steps: [{ at: 1min, by: x2 }, ...]
  Field<Duration> at;
  Field<Factor> by;
};

// Bursts at random: the load is `by` times itself for exponential times of mean `lasts`, and as
// said for exponential times of mean `every` between them (a Markov-modulated Poisson process).
struct LoadBursts {  // bursts: { every: 1min, for: 5s, by: x4 }
  Field<Duration> every, lasts;
  Field<Factor> by;
};

struct ExperimentLoad {
  std::vector<LoadChange> changes;
  Field<Factor> all;        // of every operation's
  Field<std::string> base;  // "peak" (default) or "mean"
  Field<Duration> over;     // how long it lasts
  Field<ClosedLoad> closed;
  Field<LoadRamp> ramp;
  Field<LoadSpike> spike;
  Field<std::vector<LoadStep>> steps;
  Field<LoadBursts> bursts;
  Field<std::string> replay;  // file of "offset,operation" lines or rates a second
  RecordedLoad recorded;      // what is in it
};

struct OperationExpectation {
  Span span;
  Ref<OperationId> operation;
  Objective objective;
};

struct AfterFaults {  // judged against the steady state before the fault
  Field<Duration> within;
  Field<Share> goodput;
};

struct Expectation {
  std::vector<OperationExpectation> operations;
  Field<AfterFaults> after_faults;
  Field<Duration> recovers_within;  // every expectation holds again this long after the fault
  Field<Factor> amplification;
  Field<Count> lag;  // messages behind, at most
};

struct Experiment : Element {
  Field<std::string> summary;
  Field<ExperimentLoad> load;
  Field<std::vector<Fault>> faults;
  Field<Expectation> expect;
  Field<Duration> lasts;  // key `for`: measured time, default by the faults
};

}  // namespace scantling
