// Replicated data types: three replicas, every history of updates and merges up to a bound, and
// whether replicas that have seen the same updates agree.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/enums.h"

namespace scantling::verify {

inline constexpr int kReplicas = 3;
inline constexpr int kUpdates = 3;  // in one history

// The state of one replica as plain numbers, so that states can be compared and counted.
using Replica = std::vector<std::int32_t>;

// A type by its operations. The definitions are those of Shapiro, Preguica, Baquero and Zawirski,
// "A comprehensive study of Convergent and Commutative Replicated Data Types" (INRIA RR-7506,
// 2011).
class Crdt {
 public:
  virtual ~Crdt() = default;
  virtual Replica initial() const = 0;
  virtual int updates() const = 0;  // kinds of update
  // Update `kind` at replica `at`; `number` is different for each update of a history.
  virtual Replica update(const Replica& state, int kind, int at, int number) const = 0;
  virtual Replica merge(const Replica& a, const Replica& b) const = 0;
  virtual Replica value(const Replica& state) const = 0;  // what a reader sees
};

std::unique_ptr<Crdt> make_crdt(CrdtType type);

struct MergeResult {
  bool converges = true;
  std::uint64_t histories = 0;  // configurations of the replicas that were looked at
  std::string broken;           // the law, and the history that breaks it
};

// Over every history of up to kUpdates updates, each at any replica, with merges in between: merge
// is commutative, associative and idempotent on the states that occur together, and replicas that
// have seen the same updates have the same value. Arbitrary pairs of states would give false
// alarms: a type need not merge what can't occur together.
MergeResult check_merges(const Crdt& crdt);

}  // namespace scantling::verify
