// What an endpoint does, as the twin reads it: instructions in order, lists closed behind them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "estimate/moments.h"

namespace scantling {

// A program per endpoint, run on a stack of accumulators (lists of steps).
enum class NetOp : std::uint8_t {
  Work,      // time at the processor
  Delay,     // time
  Call,      // target: endpoint; policy
  External,  // target; policy
  Read,      // target: store; policy; pool
  Write,     // the same
  Publish,   // target: event; policy; time
  Fail,      // amount: share
  Lock,      // target: lock; its holding time ends with the endpoint
  // These open a list.
  Begin,     // amount: its weight (share of `choose`, times of `repeat`, else 1)
  Fill,      // steps of a cache miss; amount: miss rate
  Fallback,  // steps instead of the call in the list below; target: that call's instruction
  // These close lists.
  Together,     // `count` lists; amount: how many must end; target: of `forks`
  Choose,       // `count` lists
  Repeat,       // one list; amount: times
  Spawn,        // one list that nobody waits for
  EndFill,      // one list
  EndFallback,  // the fallback's list and the call's
};

// Whom a read asks: whom the store's reads ask; any copy; none but whom it would ask that asks not
// any.
enum class CopyChoice : std::uint8_t { Stores, Any, NotAny };

struct NetInstruction {
  NetOp op = NetOp::Work;
  bool near = false;  // stays in its zone
  // False: not needed. Publish by an outbox, read of a cache, list of a spawn or of "first n".
  bool required = true;
  std::int32_t target = -1;
  std::int32_t policy = -1;  // of `policies`
  std::int32_t pool = -1;    // of `pools`; Call: link
  std::int32_t count = 0;
  double batch = 1;                      // Read, Write: statements of one round trip
  CopyChoice copy = CopyChoice::Stores;  // Read
  double amount = 1;
  Moments time;
};

// Lists that an instruction closes; 0 when it closes none.
inline std::size_t lists_closed(const NetInstruction& instruction) {
  switch (instruction.op) {
    case NetOp::Together:
    case NetOp::Choose: return static_cast<std::size_t>(instruction.count);
    case NetOp::Repeat:
    case NetOp::Spawn:
    case NetOp::EndFill: return 1;
    case NetOp::EndFallback: return 2;
    default: return 0;
  }
}

}  // namespace scantling
