// What stands still while records move: stations, breakers, bulkheads, pools, timeouts.
#pragma once

#include <cstdint>
#include <vector>

#include "base/assert.h"
#include "simulate/records.h"
#include "simulate/ring.h"

namespace scantling::sim {

// Counted since the start of the run; differences of snapshots give a window's rates.
struct StationCounters {
  std::uint64_t arrived = 0, finished = 0, rejected = 0, killed = 0;
  // Count x nanoseconds: servers at work, slots taken, requests here, work waiting for a server,
  // messages being handled (they take no slots).
  Time busy_area = 0, slot_area = 0, inside_area = 0, run_area = 0, bypass_area = 0;
  Time sojourn = 0;  // of those that left
};

struct Station {
  std::uint32_t service = 0;
  std::uint32_t servers = 1, busy = 0;
  std::uint32_t slots = unlimited, in_progress = 0;
  std::uint32_t queue_limit = unlimited;
  std::uint32_t inside = 0;    // requests here, waiting ones too
  std::uint32_t messages = 0;  // of these, messages being handled
  Line run, queue;
  double slowness = 1;  // nanoseconds of the clock per nanosecond of work
  Discipline discipline = Discipline::Fifo;
  bool up = true, paused = false, rotating = true;
  bool slows = false;  // its work takes longer with its state
  Time changed = 0;
  Time queue_empty = 0;  // when the queue was last empty
  Time paused_at = 0, paused_until = never;
  StationCounters count;
};

struct Breaker {
  enum class State : std::uint8_t { Closed, Open, HalfOpen };
  State state = State::Closed;
  std::uint32_t seen = 0, failed = 0;  // in the window
  std::uint32_t position = 0;
  std::uint32_t row = 0;  // failures in a row
  std::uint32_t probes_out = 0, probes_good = 0;
  Time until = 0;
  Time opened = 0;
  Time open_time = 0;
  std::vector<bool> window;
};

struct Bulkhead {
  std::uint32_t in_flight = 0, waiting = 0;
  Line line;  // of notes
};
struct Connections {
  std::uint32_t in_use = 0, waiting = 0;
  Line line;
};

// Deadlines of one edge: a constant timeout expires in order, so that a ring and one pending event
// do for all calls.
struct Expiry {
  Time at;
  std::uint32_t call, generation;
  std::uint16_t ticket;
};
struct TimeoutRing {
  Ring<Expiry> entries;
  bool armed = false;
};

}  // namespace scantling::sim
