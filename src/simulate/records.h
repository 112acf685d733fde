// The records that the engine moves about: frames, calls, notes, messages. Pooled with free lists;
// a record is named by index and generation, so that an answer to a caller that is gone is noticed.
#pragma once

#include <cstdint>
#include <vector>

#include "simulate/program.h"

namespace scantling::sim {

// Records that are reused. After the first peak of use nothing is allocated.
template <class T>
class Pool {
 public:
  std::uint32_t take() {
    if (free_ != none) {
      const std::uint32_t i = free_;
      free_ = items_[i].next;
      return i;
    }
    items_.emplace_back();
    return static_cast<std::uint32_t>(items_.size() - 1);
  }
  void give(std::uint32_t i) {
    T& item = items_[i];
    ++item.generation;
    item.next = free_;
    free_ = i;
  }
  T& operator[](std::uint32_t i) { return items_[i]; }
  const T& operator[](std::uint32_t i) const { return items_[i]; }
  std::size_t size() const { return items_.size(); }

 private:
  std::vector<T> items_;
  std::uint32_t free_ = none;
};

enum class FrameKind : std::uint8_t {
  Free,
  Entry,     // a request from outside; item: source, key: user of a closed load
  Direct,    // a call without policies; parent: the calling frame
  Attempt,   // one attempt of a call; parent: call, ticket: which attempt
  Branch,    // a branch of `together`, on the same instance; parent: frame, ticket: which join
  Detached,  // a spawned branch
  Message,   // handles a message; parent: message
  Leg,       // a write carried to another copy; parent: frame (or none), ticket: its join
};

enum class FrameState : std::uint8_t {
  Running,    // in the interpreter, or waiting for a call or a join
  Outbound,   // on its way to the instance (event Arrive)
  Queued,     // in the admission queue
  Ready,      // in the run queue
  Working,    // on a server (event WorkDone)
  Sharing,    // on shared processors
  Waiting,    // `wait` (event WaitDone)
  Returning,  // on its way back (event Answered)
  Locked,     // waits for a lock
  Filling,    // waits for another's cache fill
};

enum FrameFlag : std::uint8_t {
  frame_slot = 1,      // holds a slot of its instance
  frame_dead = 2,      // its instance is gone; freed by the event that is pending for it
  frame_inside = 4,    // counted as in its instance's system
  frame_pooled = 8,    // holds a connection of its edge's pool
  frame_filling = 16,  // fetches a key that others may wait for
  frame_tied = 32,     // takes its other one back when its work begins
  frame_taken_back = 64,
  frame_versioned = 128,  // has read a version under an optimistic lock
};

struct Frame {
  std::uint32_t next = none;  // free list, queues
  std::uint32_t generation = 0;
  std::uint32_t pc = 0;
  std::uint32_t parent = none, parent_generation = 0;
  std::uint32_t edge = none;
  std::uint32_t instance = 0;
  std::uint32_t caller_instance = 0;
  std::uint32_t endpoint = 0;
  std::uint32_t key = 0;
  std::uint32_t loop_left = 0;
  std::uint32_t item = none;  // Entry: source; Leg: number of the write, if its log counts them
  std::uint32_t cache_key = 0;
  std::uint16_t ticket = 0;       // of the parent's join or call
  std::uint16_t join_ticket = 0;  // of this frame's current join
  std::uint16_t join_left = 0;    // branches that must still succeed
  std::uint16_t join_spare = 0;   // branches that may still fail
  FrameKind kind = FrameKind::Free;
  FrameState state = FrameState::Running;
  Cause cause = Cause::None;
  std::uint8_t seen = 0;
  std::uint8_t flags = 0;
  std::uint32_t trace = none;
  Time entered = 0;  // at the instance
  Time began = 0;    // Entry: when it was asked for
  Time since = 0;    // in this state, when traced
  Time deadline = never;
};

// Index and generation of a record.
struct Handle {
  std::uint32_t index = none, generation = 0;
};

struct Call {
  std::uint32_t next = none;
  std::uint32_t generation = 0;
  std::uint32_t frame = none, frame_generation = 0;
  std::uint32_t edge = 0;
  std::uint16_t tries = 0;                 // attempts started, hedges apart
  std::uint16_t ticket = 0;                // the last given out
  std::uint16_t live[2] = {0, 0};          // tickets in flight: the attempt, the hedge; 0: none
  std::uint16_t legs_left[2] = {0, 0};     // quorum: answers still needed
  std::uint16_t legs_spare[2] = {0, 0};    // legs that may still fail
  std::uint32_t callee[2] = {none, none};  // instance, for the balancer's count
  std::uint8_t waits = 0;  // 1: for the bulkhead, 2: for a connection, 3: has it, not yet sent
  bool holds_bulkhead[2] = {false, false};
  bool holds_connection[2] = {false, false};  // quorum: the client's one, till its answer
  bool probe = false;
  Time last_backoff = 0;
  Time attempt_started = 0;
  Time deadline = never;
};

// A timer or a place in a waiting line: whom it is about.
struct Note {
  std::uint32_t next = none;
  std::uint32_t generation = 0;
  std::uint32_t call = none, call_generation = 0;
  std::uint16_t ticket = 0;
  std::uint8_t purpose = 0;
};

enum class TimerPurpose : std::uint8_t {
  // about a call
  Backoff,
  Hedge,
  Deadline,
  // about others, whose index is in `call`
  Redeliver,   // message
  Rebalanced,  // group
  Detect,      // instance
  Start,       // instance
  Scaled,      // instance
  Rebuilt,     // instance
  Elect,       // shard; service in `call_generation`
  Readmit,     // instance
  TakeBack,    // frame; generation in `call_generation`
  Ship,        // instance that led a shard
  Resend,      // instance
};

// First in, first out, linked through `next`. Pushing in front makes it a stack.
struct Line {
  std::uint32_t head = none, tail = none;
  std::uint32_t length = 0;

  template <class Items>
  void push_back(Items& items, std::uint32_t i) {
    items[i].next = none;
    if (tail == none)
      head = i;
    else
      items[tail].next = i;
    tail = i;
    ++length;
  }
  template <class Items>
  std::uint32_t pop_front(Items& items) {
    const std::uint32_t i = head;
    head = items[i].next;
    if (head == none) tail = none;
    --length;
    return i;
  }
  template <class Items>
  void push_front(Items& items, std::uint32_t i) {
    items[i].next = head;
    head = i;
    if (tail == none) tail = i;
    ++length;
  }
};

struct Message {
  std::uint32_t next = none;
  std::uint32_t generation = 0;
  std::uint32_t group = none;
  std::uint32_t partition = 0;
  std::uint32_t key = 0;
  std::uint32_t attempts = 0;
  bool used = false;
  Time published = 0;
};

}  // namespace scantling::sim
