// A saga as its protocol, and the transition system of it. Nothing reads a shape out of a model
// yet.
#pragma once

#include <string>
#include <vector>

#include "verify/system.h"

namespace scantling::verify {

// What the way of one message may do to it.
struct Transport {
  bool loses = false;       // a call whose connection breaks; a channel that delivers at most once
  bool duplicates = false;  // a channel that delivers at least once
};

struct SagaStepShape {
  std::string name, undo_name;           // "inventory.reserve", "inventory.release"; no undo: empty
  std::string element;                   // path of the step
  int lane = 0;                          // of the participant
  Idempotency repeat = Idempotency::No;  // of the step
  Idempotency undo_repeat = Idempotency::No;  // of its undo
  bool locks = false;      // what it changed is pending, for other runs, until its run ends
  bool tombstone = false;  // an undo that comes first bars the step
  bool refuses = true;     // it may say no for a reason of the business
  int attempts = 0;        // before the saga gives the step up; 0: until it is answered
  Transport transport, undo_transport;
  bool direct = false;  // choreographed: its event is published apart from its change

  bool has_undo() const { return !undo_name.empty(); }
};

struct SagaShape {
  std::string name;                // "place-order"
  std::string element;             // path
  std::vector<std::string> lanes;  // the coordinator (or who starts it) first
  bool orchestrated = true;
  bool durable = true;
  std::vector<SagaStepShape> steps;
  int pivot = -1;              // index of the step; steps after it are tried until they succeed
  int instances = 1;           // that run at once
  int copies = 2;              // of one message in flight at most
  bool crashes = true;         // the coordinator may
  bool early_timeouts = true;  // a caller may give up while the answer is on its way
  std::vector<std::string> notes;
};

System saga_system(const SagaShape& shape);

// Where a saga's coordinator stands, as values of its variable.
struct CoordinatorStates {
  int steps = 0;
  int idle() const { return 0; }
  int asks(int k) const { return 1 + 2 * k; }
  int waits(int k) const { return 2 + 2 * k; }
  int undoes(int k) const { return 1 + 2 * steps + 2 * k; }
  int waits_undo(int k) const { return 2 + 2 * steps + 2 * k; }
  int completed() const { return 1 + 4 * steps; }
  int compensated() const { return 2 + 4 * steps; }
  int lost() const { return 3 + 4 * steps; }
  int count() const { return 4 + 4 * steps; }
};

// What a participant has durably done for an instance.
enum StepState : std::uint8_t {
  kNothing,
  kDone,
  kRefused,
  kUndone,
  kBarred,    // undone before it was done: it will be refused
  kTwice,     // took effect twice
  kLate,      // took effect after its undo
  kOverdone,  // its undo took effect twice, or on nothing
  kEmpty,     // its undo found nothing, and left no trace
};
inline constexpr int kStepStates = 9;

}  // namespace scantling::verify
