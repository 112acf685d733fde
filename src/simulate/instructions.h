// The words of a program: time, causes of failure, and the instructions that frames execute.
#pragma once

#include <cstdint>

namespace scantling::sim {

using Time = std::int64_t;  // nanoseconds since the start of the run
inline constexpr Time never = INT64_MAX;
inline constexpr std::uint32_t none = 0xffffffff;
inline constexpr std::uint32_t unlimited = 0xffffffff;

// Why a request was not answered well. The root cause: it travels up the calls.
enum class Cause : std::uint8_t { None, Timeout, Rejected, Failed, BreakerOpen, Lost, Throttled };
inline constexpr std::size_t cause_count = 7;

// What the caller of an attempt sees, as bits of `retry.on`.
enum Seen : std::uint8_t { seen_local = 0, seen_timeout = 1, seen_error = 2, seen_rejected = 4 };

enum class Op : std::uint8_t {
  Work,       // a: law, b: stream, c: hop
  Wait,       // a: law, b: stream, c: hop
  Call,       // a: edge, b: pc of the fallback or none
  Together,   // a: first of `branches`, count; b: how many must succeed; c: pc after
  Choose,     // a: first of `choices`, count; b: stream
  LoopBegin,  // x: times; c: pc after the end; b: stream for the fraction
  LoopEnd,    // c: pc of the body
  Lock,       // a: lock
  Version,    // a: row; compared with what it is when the endpoint ends
  Fail,       // x: share, b: stream
  Spawn,      // a: first of `branches`, count; c: pc after
  Jump,       // c: pc
  CacheLook,  // a: cache, c: pc on a hit
  CacheFill,  // a: cache
  Replicate,  // a: endpoint on the other copies, b: how many must answer, c: replication or none
  Applied,    // at a copy: it has done a write
  See,        // a: replication; a read is answered
  Deliver,    // a: channel, b: event
  BranchEnd,
  End,
};

struct Instruction {
  Op op = Op::End;
  bool tolerant = false;  // Together: a failing branch counts as done
  std::uint16_t count = 0;
  std::uint32_t a = none, b = none, c = none;
  double x = 0;
};

struct Choice {
  double up_to;  // cumulative share
  std::uint32_t pc;
};

}  // namespace scantling::sim
