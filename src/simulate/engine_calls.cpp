// Calls: attempts, timeouts, retries, hedges, breakers, bulkheads, connection pools.
#include <algorithm>

#include "simulate/engine.h"
#include "simulate/policies/breaker.h"
#include "simulate/policies/retry.h"

namespace scantling::sim {

[[gnu::flatten]] void Engine::begin_guarded_call(std::uint32_t frame, std::uint32_t edge_index) {
  const EdgeInfo& edge = p_.edges[edge_index];
  const std::uint32_t c = calls_.take();
  Call& call = calls_[c];
  const Frame& f = frames_[frame];
  call.frame = frame;
  call.frame_generation = f.generation;
  call.edge = edge_index;
  call.tries = 0;
  call.ticket = 0;
  call.live[0] = call.live[1] = 0;
  call.holds_bulkhead[0] = call.holds_bulkhead[1] = false;
  call.callee[0] = call.callee[1] = none;
  call.waits = 0;
  call.last_backoff = 0;
  call.deadline = edge.propagate ? f.deadline : never;
  if (edge.budget != none) {
    const BudgetInfo& budget = p_.budgets[edge.budget];
    budget_earn(budget_[budget.first + local(f.instance)], budget.share);
  }
  if (edge.hedge_after > 0)
    hedge_tokens_[edge_index] = std::min(10.0, hedge_tokens_[edge_index] + edge.hedge_at_most);
  start_attempt(c);
}

// --- one attempt: breaker, bulkhead, connection, then the wire ---

void Engine::start_attempt(std::uint32_t c) {
  Call& call = calls_[c];
  const EdgeInfo& edge = p_.edges[call.edge];
  const Frame& f = frames_[call.frame];
  SCANTLING_DCHECK(f.generation == call.frame_generation);
  ++edge_[call.edge].attempts;
  ++call.tries;
  call.attempt_started = now_;
  if (++call.ticket == 0) call.ticket = 1;
  call.live[0] = call.ticket;
  call.probe = false;
  if (call.deadline <= now_) {
    fail_attempt(c, 0, Cause::Timeout, seen_local);
    return;
  }
  if (edge.breaker != none) {
    const BreakerInfo& info = p_.breakers[edge.breaker];
    if (!breaker_allows(breaker_[info.first + local(f.instance)], info, now_, call.probe)) {
      fail_attempt(c, 0, Cause::BreakerOpen, seen_local);
      return;
    }
  }
  if (edge.throttle != none) {
    const ThrottleInfo& info = p_.throttles[edge.throttle];
    if (!throttles_[info.first + local(f.instance)].allows(info, now_, stream(edge.stream))) {
      fail_attempt(c, 0, Cause::Throttled, seen_local);
      return;
    }
  }
  if (edge.timeout > 0) start_timeout(c);
  if (edge.hedge_after > 0) {
    const std::uint32_t note = new_note(c, call.live[0], TimerPurpose::Hedge);
    heap_.push(now_ + edge.hedge_after, EventKind::Timer, note);
  }
  if (edge.bulkhead != none) {
    const BulkheadInfo& info = p_.bulkheads[edge.bulkhead];
    Bulkhead& bulkhead = bulkhead_[info.first + local(f.instance)];
    if (bulkhead.in_flight >= info.calls) {
      if (bulkhead.waiting >= info.waiting) {
        fail_attempt(c, 0, Cause::Rejected, seen_rejected);
        return;
      }
      ++bulkhead.waiting;
      call.waits = 1;
      bulkhead.line.push_back(notes_, new_note(c, call.live[0], TimerPurpose::Backoff));
      return;
    }
    ++bulkhead.in_flight;
    call.holds_bulkhead[0] = true;
  }
  after_bulkhead(c, 0);
}

void Engine::after_bulkhead(std::uint32_t c, int which) {
  const EdgeInfo& edge = p_.edges[calls_[c].edge];
  if (edge.pooled && !take_connection(c, which)) return;
  launch(c, which);
}

void Engine::launch(std::uint32_t c, int which) {
  const EdgeInfo& edge = p_.edges[calls_[c].edge];
  const std::uint32_t caller = calls_[c].frame;
  calls_[c].waits = 0;
  if (edge.access == Access::Quorum) {
    launch_quorum(c, which, edge);
    return;
  }
  const std::uint32_t callee = pick_copy(edge, frames_[caller].instance, frames_[caller].key);
  if (callee == none) {
    if (edge.pooled) release_connection(edge, frames_[caller].instance);
    fail_attempt(c, which, Cause::Lost, seen_error);
    return;
  }
  launch_to(c, which, callee, edge.pooled);
  calls_[c].callee[which] = callee;
  count_in_flight(edge, frames_[caller].instance, callee, 1);
}

void Engine::launch_to(std::uint32_t c, int which, std::uint32_t callee, bool pooled) {
  Call& call = calls_[c];
  const EdgeInfo& edge = p_.edges[call.edge];
  const std::uint32_t child = new_child(call.frame, call.edge, callee);
  Frame& f = frames_[child];
  f.kind = FrameKind::Attempt;
  f.parent = c;
  f.parent_generation = call.generation;
  f.ticket = call.live[which];
  if (f.trace != none && spans_ != nullptr)
    spans_->name_attempt(f.trace, {c, call.generation}, f.ticket, call.tries, which == 1);
  if (edge.tied) tie(c, which, child);
  if (pooled) f.flags |= frame_pooled;
  if (edge.propagate && edge.timeout > 0)
    f.deadline = std::min(f.deadline, call.attempt_started + edge.timeout);
  send(child);
}

// --- its end ---

// An attempt's answer is back at the caller, perhaps late.
[[gnu::flatten]] void Engine::attempt_answered(std::uint32_t child) {
  const Frame& f = frames_[child];
  const EdgeInfo& edge = p_.edges[f.edge];
  if (f.flags & frame_pooled) release_connection(edge, f.caller_instance);
  Call& call = calls_[f.parent];
  if (call.generation != f.parent_generation) return;  // nobody waits for it any more
  const int which = call.live[0] == f.ticket ? 0 : call.live[1] == f.ticket ? 1 : 2;
  if (which == 2) return;
  if ((f.flags & frame_taken_back) && ended_taken_back(f.parent, which, f)) [[unlikely]]
    return;
  if (edge.access == Access::Quorum) {
    if (f.cause == Cause::None ? --call.legs_left[which] > 0 : call.legs_spare[which]-- > 0) return;
  }
  if (f.cause == Cause::None)
    attempt_ended(f.parent, which, Cause::None, seen_local, f.trace);
  else
    fail_attempt(f.parent, which, f.cause, f.seen);
}

[[gnu::noinline]] void Engine::fail_attempt(std::uint32_t c, int which, Cause cause, Seen seen) {
  attempt_ended(c, which, cause, seen, none);
}

// One of the (at most two) attempts in flight is over for the caller.
void Engine::attempt_ended(std::uint32_t c, int which, Cause cause, Seen seen,
                           std::uint32_t trace) {
  Call& call = calls_[c];
  const EdgeInfo& edge = p_.edges[call.edge];
  const std::uint32_t caller = frames_[call.frame].instance;
  if (cause != Cause::None) ++edge_[call.edge].errors[static_cast<std::size_t>(cause)];
  if (spans_ != nullptr) spans_->attempt_ended({c, call.generation}, call.live[which], cause, now_);
  if (edge.breaker != none) {
    const BreakerInfo& info = p_.breakers[edge.breaker];
    Breaker& breaker = breaker_[info.first + local(caller)];
    if (cause == Cause::None || (seen != seen_local && call.waits == 0))
      breaker_learns(breaker, info, now_, cause == Cause::None, call.probe);
    else if (call.probe)
      breaker_takes_back(breaker);  // it was never sent: its time ended in the caller's own line
  }
  if (edge.throttle != none && (cause == Cause::None || cause == Cause::Failed)) {
    const ThrottleInfo& info = p_.throttles[edge.throttle];
    throttles_[info.first + local(caller)].accepted(info, now_);
  }
  if (watched_ && cause == Cause::Timeout && call.callee[which] != none)
    learn_outcome(call.callee[which], cause);
  settle(call, which, caller);
  if (cause == Cause::None) {
    settle(call, 1 - which, caller);
    end_call(c, Cause::None, seen_local, trace);
    return;
  }
  if (call.live[1 - which] != 0) return;  // the other may still answer
  retry_or_fail(c, cause, seen);
}

// Gives back what the attempt holds at the caller, and forgets it: its answer is late from now on.
void Engine::settle(Call& call, int which, std::uint32_t caller) {
  if (call.live[which] == 0) return;
  const EdgeInfo& edge = p_.edges[call.edge];
  call.live[which] = 0;
  if (call.callee[which] != none) {
    count_in_flight(edge, caller, call.callee[which], -1);
    call.callee[which] = none;
  }
  if (which == 0 && call.waits != 0) {
    if (call.waits == 1) --bulkhead_[p_.bulkheads[edge.bulkhead].first + local(caller)].waiting;
    if (call.waits == 2) --connections_[pool_of(edge, caller)].waiting;
    if (call.waits == 3) release_connection(edge, caller);
    call.waits = 0;
  }
  if (call.holds_bulkhead[which]) {
    call.holds_bulkhead[which] = false;
    release_bulkhead(edge, local(caller));
  }
  if (call.holds_connection[which]) {
    call.holds_connection[which] = false;
    release_connection(edge, caller);
  }
}

[[gnu::noinline]] void Engine::retry_or_fail(std::uint32_t c, Cause cause, Seen seen) {
  Call& call = calls_[c];
  const EdgeInfo& edge = p_.edges[call.edge];
  bool again = (edge.retry_on & seen) != 0 && call.tries < edge.attempts;
  if (again && edge.budget != none) {
    const BudgetInfo& budget = p_.budgets[edge.budget];
    again = budget_pay(budget_[budget.first + local(frames_[call.frame].instance)]);
  }
  if (again) {
    const Time wait = backoff_wait(edge, call, stream(edge.stream));
    if (call.deadline == never || now_ + wait < call.deadline) {
      if (wait == 0) {
        ready_.push(Ready::Start, c);
      } else {
        const std::uint32_t note = new_note(c, 0, TimerPurpose::Backoff);
        heap_.push(now_ + wait, EventKind::Timer, note);
      }
      return;
    }
  }
  end_call(c, cause, seen_error, none);
}

void Engine::end_call(std::uint32_t c, Cause cause, Seen seen, std::uint32_t trace) {
  const Call& call = calls_[c];
  const Handle caller{call.frame, call.frame_generation};
  const std::uint32_t hop = p_.edges[call.edge].hop_wait;
  calls_[c].frame = none;
  calls_.give(c);
  resume(caller, cause, seen, trace, hop);
}

// --- waiting lines at the caller ---

// The place in a line whose attempt has been given up is passed over.
bool Engine::next_waiting(Line& line, Handle& call) {
  while (line.length > 0) {
    const std::uint32_t n = line.pop_front(notes_);
    const Note note = notes_[n];
    notes_.give(n);
    const Call& c = calls_[note.call];
    if (c.generation != note.call_generation || c.live[0] != note.ticket || c.waits == 0 ||
        c.waits == 3)
      continue;
    call = {note.call, note.call_generation};
    return true;
  }
  return false;
}

// The caller is gone: what it holds is given back, what it waits for comes to nobody.
void Engine::abandon_call(std::uint32_t c, std::uint32_t caller) {
  settle(calls_[c], 0, caller);
  settle(calls_[c], 1, caller);
  calls_[c].frame = none;
  calls_.give(c);
}

// --- timers ---

std::uint32_t Engine::new_note(std::uint32_t call, std::uint16_t ticket, TimerPurpose purpose) {
  const std::uint32_t n = notes_.take();
  Note& note = notes_[n];
  note.call = call;
  note.call_generation = purpose <= TimerPurpose::Deadline ? calls_[call].generation : 0;
  note.ticket = ticket;
  note.purpose = static_cast<std::uint8_t>(purpose);
  return n;
}

void Engine::timer(std::uint32_t n) {
  const Note note = notes_[n];
  notes_.give(n);
  const auto purpose = static_cast<TimerPurpose>(note.purpose);
  if (purpose > TimerPurpose::Deadline) {
    other_timer(note);
    return;
  }
  const Call& call = calls_[note.call];
  if (call.generation != note.call_generation) return;
  switch (purpose) {
    case TimerPurpose::Backoff: start_attempt(note.call); break;
    case TimerPurpose::Hedge:
      if (call.live[0] == note.ticket) hedge(note.call);
      break;
    case TimerPurpose::Deadline:
      if (call.live[0] == note.ticket)
        attempt_ended(note.call, 0, Cause::Timeout, seen_timeout, none);
      break;
    default: break;
  }
}

}  // namespace scantling::sim
