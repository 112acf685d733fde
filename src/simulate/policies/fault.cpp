// Faults at their times, what follows from them (detection, failover, restart), and autoscaling.
#include <algorithm>
#include <cmath>

#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_fault = {
    "fault",
    "lose, slow, fail, cut, drop, cpu, flush, pause, flap at their times; detection, "
    "failover, restart",
    "docs/guide/language.md, fault"};

void Engine::plan_faults() {
  for (std::uint32_t k = 0; k < p_.services.size(); ++k)
    if (p_.services[k].scale_interval > 0 && !options_.pilot)
      heap_.push(p_.services[k].scale_interval, EventKind::Scale, k);
  if (options_.pilot) return;
  for (std::uint32_t i = 0; i < p_.faults.size(); ++i) {
    const FaultInfo& fault = p_.faults[i];
    const Time until = fault.until == never ? end_ + 1 : measure_from_ + fault.until;
    if (fault.kind == FaultKind::Flap) {
      const Time step = std::max<Time>(fault.every, 1'000'000);
      bool down = true;
      for (Time t = measure_from_ + fault.at; t < until; t += step, down = !down)
        happenings_.push_back({t, i, down});
      if (!down) happenings_.push_back({until, i, false});
      continue;
    }
    happenings_.push_back({measure_from_ + fault.at, i, true});
    if (until <= end_ && fault.kind != FaultKind::Flush) happenings_.push_back({until, i, false});
  }
  for (std::uint32_t i = 0; i < happenings_.size(); ++i)
    heap_.push(happenings_[i].at, EventKind::Fault, i);
}

void Engine::happening(std::uint32_t index) {
  const Happening h = happenings_[index];
  apply(h.fault, h.begins);
}

void Engine::apply(std::uint32_t index, bool begins) {
  const FaultInfo& fault = p_.faults[index];
  switch (fault.kind) {
    case FaultKind::Lose:
    case FaultKind::Flap:
      for (std::uint32_t i : fault.instances)
        begins ? lose(i, fault.silent) : bring_back(i);
      break;
    case FaultKind::Slow:
      for (std::uint32_t i : fault.instances) {
        slow_factor_[i] = begins ? slow_factor_[i] * fault.factor : slow_factor_[i] / fault.factor;
        set_slowness(i);
      }
      break;
    case FaultKind::Cpu:
      for (std::uint32_t i : fault.instances) {
        cpu_factor_[i] = begins ? cpu_factor_[i] * fault.factor : cpu_factor_[i] / fault.factor;
        set_slowness(i);
      }
      break;
    case FaultKind::Fail:
      if (begins)
        active_failures_.push_back(index);
      else
        std::erase(active_failures_, index);
      set_failing(fault);
      break;
    case FaultKind::Cut:
    case FaultKind::Drop:
      if (begins)
        active_network_.push_back(index);
      else
        std::erase(active_network_, index);
      network_faulty_ = !active_network_.empty();
      break;
    case FaultKind::Flush:
      for (const CacheInfo& cache : p_.caches)
        if (std::find(fault.instances.begin(), fault.instances.end(),
                      p_.services[cache.service].first_instance) != fault.instances.end())
          caches_[cache.state].flush(now_);
      break;
    case FaultKind::Pause:
      for (std::uint32_t i : fault.instances)
        pause(i, begins, fault.until == never ? never : measure_from_ + fault.until);
      break;
  }
}

// Failures that overlap fail independently of each other.
void Engine::set_failing(const FaultInfo& changed) {
  for (std::uint32_t i : changed.instances) {
    fail_share_[i] = 0;
    const std::uint32_t service = stations_[i].service;
    const ServiceInfo& info = p_.services[service];
    station_guarded_[service] = info.rate_limit > 0 || info.shed != unlimited;
  }
  for (std::uint32_t index : active_failures_)
    for (std::uint32_t i : p_.faults[index].instances) {
      station_guarded_[stations_[i].service] = true;
      if (std::find(changed.instances.begin(), changed.instances.end(), i) !=
          changed.instances.end())
        fail_share_[i] = 1 - (1 - fail_share_[i]) * (1 - p_.faults[index].share);
    }
}

void Engine::set_slowness(std::uint32_t i) {
  const double factor = slow_factor_[i] / std::max(1e-6, cpu_factor_[i]);
  stations_[i].slowness = base_slowness_[i] * factor;
  stretch_[i] = slow_factor_[i];  // waiting is not made longer by less cpu
}

// The process stands still: nothing is answered, what arrives waits at its door.
void Engine::pause(std::uint32_t i, bool begins, Time until) {
  Station& s = stations_[i];
  touch(s);
  if (begins) {
    if (pause_count_[i]++ > 0) return;
    s.paused = true;
    s.paused_at = now_;
    s.paused_until = until;
    return;
  }
  if (--pause_count_[i] > 0) return;
  s.paused = false;
  if (s.discipline == Discipline::ProcessorSharing) {
    shared_[i].skip_to(now_);
    arm_shared(i);
  }
  // Work that was in line before has its servers; those that came since are let in.
  admit_next(s);
  while (s.busy < s.servers && s.run.length > 0) {
    ++s.busy;
    start_next(s);
  }
  for (std::uint32_t g = 0; g < p_.groups.size(); ++g)
    if (p_.endpoints[p_.groups[g].endpoint].service == s.service) pull(g);
  pull_channel(s.service);
}

// --- losing an instance ---

void Engine::lose(std::uint32_t i, bool silent) {
  if (down_count_[i]++ > 0) return;
  Station& s = stations_[i];
  if (!s.up && !s.rotating) return;  // not running at this time
  silent_[i] = silent;
  s.up = false;
  copy_lost(i);
  kill_inside(i, silent);
  const std::uint32_t note = new_note(i, 0, TimerPurpose::Detect);
  heap_.push(now_ + p_.services[s.service].detection, EventKind::Timer, note);
  if (p_.services[s.service].kind == ServiceKind::Store) elect(s.service, i);
}

// The shard whose leader is gone has none until another copy takes over.
void Engine::elect(std::uint32_t service, std::uint32_t lost) {
  const ServiceInfo& info = p_.services[service];
  const std::uint32_t shard = (lost - info.first_instance) / info.copies;
  if (leader_[shard_first_[service] + shard] != lost) return;
  const std::uint32_t note = new_note(shard, 0, TimerPurpose::Elect);
  notes_[note].call_generation = service;
  heap_.push(now_ + info.failover, EventKind::Timer, note);
}

void Engine::elected(std::uint32_t service, std::uint32_t shard) {
  const ServiceInfo& info = p_.services[service];
  std::uint32_t& leader = leader_[shard_first_[service] + shard];
  if (stations_[leader].up) return;
  const std::uint32_t best = most_advanced(service, info.first_instance + shard * info.copies);
  if (best == none) return;
  leads(best, leader);
  const std::uint32_t former = leader;
  leader = best;
  promoted(service, former, best);
}

void Engine::bring_back(std::uint32_t i) {
  if (down_count_[i] == 0 || --down_count_[i] > 0) return;
  const std::uint32_t note = new_note(i, 0, TimerPurpose::Start);
  heap_.push(now_ + p_.services[stations_[i].service].start + rebuilding(i), EventKind::Timer,
             note);
}

void Engine::set_rotation(std::uint32_t i, bool in) {
  Station& s = stations_[i];
  if (s.rotating == in) return;
  s.rotating = in;
  rebuild_rotation(s.service);
  reassign(s.service);
}

void Engine::other_timer(const Note& note) {
  switch (static_cast<TimerPurpose>(note.purpose)) {
    case TimerPurpose::Detect:
      if (stations_[note.call].up) break;
      set_rotation(note.call, false);
      pull_channel(stations_[note.call].service);
      break;
    case TimerPurpose::Start: started(note.call); break;
    case TimerPurpose::Rebuilt: bring_back(note.call); break;
    case TimerPurpose::Scaled: scaled(note.call); break;
    case TimerPurpose::Readmit: readmit(note.call); break;
    case TimerPurpose::Ship: ship_timer(note.call); break;
    case TimerPurpose::Resend: resend(note.call); break;
    case TimerPurpose::TakeBack: taken_back(note.call, note.call_generation); break;
    case TimerPurpose::Elect: elected(note.call_generation, note.call); break;
    case TimerPurpose::Redeliver: redeliver(note.call); break;
    case TimerPurpose::Rebalanced: pull(note.call); break;
    default: break;
  }
}

void Engine::started(std::uint32_t i) {
  Station& s = stations_[i];
  if (down_count_[i] > 0 || s.up) return;
  const ServiceInfo& info = p_.services[s.service];
  if (info.scale_interval > 0 && rotation_[s.service].all.size() >= wanted_[s.service] &&
      !s.rotating)
    return;  // others have taken its place
  touch(s);
  s.up = true;
  if (s.slows) memory_[i].started(now_);
  ejected_[i] = unwell_[i] = false;
  if (s.rotating)
    reassign(s.service);
  else
    set_rotation(i, true);
  if (info.kind == ServiceKind::Store) {
    const std::uint32_t shard = (i - info.first_instance) / info.copies;
    elected(s.service, shard);
    copy_back(i);
  }
  if (info.kind == ServiceKind::Channel) pull_channel(s.service);
}

// Everything in the instance is gone with it. In passes: whoever is to be told must not be one of
// those that are going themselves.
void Engine::kill_inside(std::uint32_t instance, bool silent) {
  Station& s = stations_[instance];
  touch(s);
  return_fetched(instance);
  for (std::uint32_t c = 0; c < calls_.size(); ++c)
    if (calls_[c].frame != none && frames_[calls_[c].frame].instance == instance)
      abandon_call(c, instance);
  std::erase_if(ready_, [&](const Ready& r) {
    return (r.kind() == Ready::Connect || r.kind() == Ready::Launch) &&
           calls_[r.index()].frame == none;
  });
  s.run = s.queue = Line{};
  priority_run_[instance].clear();
  priority_queue_[instance].clear();
  s.busy = s.in_progress = s.messages = 0;
  shared_[instance].clear();
  std::vector<std::uint32_t> victims;
  for (std::uint32_t i = 0; i < frames_.size(); ++i) {
    Frame& f = frames_[i];
    if (f.kind == FrameKind::Free || f.instance != instance || (f.flags & frame_dead)) continue;
    if (f.state == FrameState::Outbound || f.state == FrameState::Returning) continue;
    victims.push_back(i);
    if (f.state == FrameState::Locked)
      for (Lock& l : locks_)
        unlink_from(l.line, i);
    if (f.state == FrameState::Filling)
      for (CacheState& cache : caches_)
        cache.forget(i, frames_);
  }
  for (std::uint32_t i : victims) {
    Frame& f = frames_[i];
    if (f.flags & frame_filling) {
      const Instruction& in = p_.code[f.pc - 1];
      if (in.op == Op::Together) cache_fill(i, p_.code[in.c].a, false);
    }
    if (f.flags & frame_inside) {
      release_locks(i);
      ++s.count.killed;
      s.count.sojourn += now_ - f.entered;
    }
    ++f.generation;  // whoever answers it now is too late
  }
  for (std::uint32_t i : victims)
    kill(i, silent);
  s.inside = 0;
}

// The answer travels in a record of its own, for this one may have an event pending, which frees
// it.
void Engine::kill(std::uint32_t frame, bool silent) {
  const FrameKind kind = frames_[frame].kind;
  const FrameState state = frames_[frame].state;
  if (kind != FrameKind::Branch && kind != FrameKind::Detached) {
    const std::uint32_t bearer = new_frame();
    Frame& b = frames_[bearer];
    const std::uint32_t generation = b.generation;
    b = frames_[frame];
    b.generation = generation;
    b.trace = none;
    b.flags = b.flags & frame_pooled;
    b.state = FrameState::Returning;
    b.cause = Cause::Lost;
    b.seen = seen_error;
    if (silent && kind != FrameKind::Message && kind != FrameKind::Entry)
      vanish(bearer);
    else
      deliver(bearer);
  }
  Frame& old = frames_[frame];
  old.kind = FrameKind::Detached;
  old.flags = frame_dead;
  if (state != FrameState::Working && state != FrameState::Waiting) release(frame);
}

// Takes the frame out of the middle of a line (rare: a walk).
void Engine::unlink_from(Line& line, std::uint32_t frame) {
  Line kept;
  while (line.length > 0) {
    const std::uint32_t i = line.pop_front(frames_);
    if (i != frame) kept.push_back(frames_, i);
  }
  line = kept;
}

}  // namespace scantling::sim
