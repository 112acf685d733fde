// The search: every state that a system can reach, in the order (faults, steps), so that the first
// counterexample has the fewest faults and, of those, the fewest steps. Breadth first by levels on
// any number of threads; the result never depends on how many.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "verify/packed.h"
#include "verify/system.h"

namespace scantling::verify {

struct Limits {
  std::size_t memory = std::size_t{1} << 30;  // bytes, of everything that grows with the states
  int faults = -1;                            // at most this many in a run; -1: any number
  std::uint64_t states = 0;                   // about so many; 0: any number
  int threads = 1;
  bool reduce = true;                // by symmetry and dead messages (reduce.h)
  bool stop_when_failed = false;     // once every property has failed, the rest says nothing new
  std::vector<std::size_t> stop_on;  // properties: once one of them has failed, the rest is left
  std::function<bool()> stop;        // asked now and then
};

// A run: what was done, and the values after it. Starts at the initial values.
struct TraceStep {
  std::uint32_t rule = 0;  // of System::rules
  Values after;
};
struct Trace {
  Values start;
  std::vector<TraceStep> steps;
  int loop_from = -1;  // >= 0: after the last step the run goes on with this one, for ever

  int faults(const System& system) const;
};

enum class Outcome : std::uint8_t {
  Holds,      // in every reachable state
  Fails,      // `trace` shows it
  Undecided,  // no violation within what was searched
  Vacuous,    // nothing violates it because its premise never occurs
};
std::string_view to_text(Outcome outcome);

struct PropertyResult {
  Outcome outcome = Outcome::Undecided;
  Trace trace;     // Fails: the counterexample. Holds: a full run, when there is one
  int faults = 0;  // Fails: in the trace
};

enum class Ended : std::uint8_t { Complete, FaultLimit, MemoryLimit, StateLimit, Stopped, TooWide };

struct Exploration {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;  // steps and faults taken, also those to states known already
  Ended ended = Ended::Complete;
  int faults = 0;         // the most faults that some state needs, as far as was searched
  int depth = 0;          // of the deepest state: steps and faults of the shortest run to it
  std::size_t bytes = 0;  // of states, parents and tables
  double bits = 0;        // of a state
  bool symmetric = false;
  std::size_t dead_messages = 0;
  std::vector<PropertyResult> properties;  // as in the system

  bool any_faults() const { return ended == Ended::Complete; }  // proven for any number of them
};

Exploration explore(const System& system, const Limits& limits);

}  // namespace scantling::verify
