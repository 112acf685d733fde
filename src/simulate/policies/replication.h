// What the copies of one shard have of it, when a write is answered before they have it: a log of
// the writes in their order, of which each copy has a prefix. A read at a copy sees what that
// prefix holds; when the leader is lost, the writes that no other copy was sent go with it.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "simulate/policies/key_table.h"
#include "simulate/program.h"
#include "simulate/ring.h"

namespace scantling::sim {

class WriteLog {
 public:
  struct Lost {
    std::uint64_t writes = 0;
    Time oldest = never;  // when the first of them was answered
  };

  void prepare(std::uint32_t copies) { copies_.resize(copies); }

  // A write of a key was answered by the leader; `work` is what the copies do for it. Numbers
  // count up from 0.
  void add(Time at, std::uint64_t key, std::uint32_t work);
  std::uint32_t end() const { return end_; }
  Time written(std::uint32_t number) const { return entry(number).at; }
  std::uint32_t work(std::uint32_t number) const { return entry(number).work; }

  // The next write that a copy is to be sent; `end()` when it has been sent all.
  std::uint32_t next_for(std::uint32_t copy) const { return copies_[copy].sent; }
  bool sends_to(std::uint32_t copy) const {
    return copies_[copy].follows && !copies_[copy].stalled;
  }
  void sent(std::uint32_t copy);
  // The copy has done the write: what comes before it may still be missing, and then hides it.
  // Returns the writes that are seen at the copy from now on: [first, second).
  std::pair<std::uint32_t, std::uint32_t> done(std::uint32_t copy, std::uint32_t number);
  // The write did not reach the copy: it and all behind it must be sent again. False when the copy
  // needs it no more.
  bool missed(std::uint32_t copy, std::uint32_t number);
  void resume(std::uint32_t copy) { copies_[copy].stalled = false; }

  // When the oldest write of the key that the copy lacks was answered; `never` when it lacks none.
  Time missing_since(std::uint32_t copy, std::uint64_t key) const;

  void leave(std::uint32_t copy);   // down: it is sent nothing
  void follow(std::uint32_t copy);  // it has caught up, and is sent what comes from now on
  // Another copy leads: what it was not sent is lost.
  Lost led_by(std::uint32_t copy);
  // Entries that every copy shows are of no more use.
  void forget();

 private:
  struct Entry {
    Time at = 0;
    std::uint64_t key = 0;
    std::uint32_t previous = none;  // of the same key
    std::uint32_t work = 0;
  };
  struct Copy {
    std::uint32_t sent = 0;  // all before are on their way or there
    std::uint32_t seen = 0;  // all before are there
    bool follows = true, stalled = false;
    Ring<std::uint8_t> there;  // of those from `seen` on
  };

  const Entry& entry(std::uint32_t number) const { return entries_[number - first_]; }

  Ring<Entry> entries_;  // from first_ on
  std::uint32_t first_ = 0, end_ = 0;
  KeyTable<std::uint32_t> last_;  // of each key in the log
  std::vector<Copy> copies_;
  std::uint32_t leader_ = 0;
};

}  // namespace scantling::sim
