// Replication to copies that a write does not wait for. A write is answered by the leader; after
// `lag` it is sent to the others, in order; there it takes its place among the copy's other work.
// A copy shows it when it has all writes before it. So the measured delay is the lag, the network
// and the copy's own queue together.
//
// A write that waits for some of the copies is on none of them alone, and no failover loses it.
// But that a copy has it safe does not yet mean that its reads show it (PostgreSQL's
// synchronous_commit `on` against `remote_apply`): where copies answer, each shows it after `lag`.
//
// What the network loses is sent again after the time in which TCP notices (200 ms: Linux' least
// retransmission timeout), and what comes behind it waits. A copy that was down has caught up
// before it answers. When the leader is lost, the copy that was sent most leads: what it was not
// sent is lost, though it had been answered.
//
// Reads draw keys as writes do, by the store's skew over what it holds: a read is out of date when
// a write of its own key is missing at the copy, and stale when that is older than its operation
// allows (Bailis et al., "Probabilistically Bounded Staleness", PVLDB 5(8), 2012, 2.2:
// t-visibility).
#include "simulate/policies/replication.h"

#include <algorithm>

#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_replication = {
    "replication",
    "a write is answered before the copies have it: they show it late and in order, and what "
    "none of them was sent is lost with the leader",
    "Bailis et al., Probabilistically Bounded Staleness, PVLDB 5(8), 2012"};

namespace {
constexpr Time resend_after = 200'000'000;
std::uint64_t name_of(std::uint64_t key) {
  return key + 1;
}
}  // namespace

void WriteLog::add(Time at, std::uint64_t key, std::uint32_t work) {
  Entry entry{at, key, none, work};
  if (auto* last = last_.find(name_of(key))) {
    entry.previous = last->value;
    last->value = end_;
  } else {
    last_.add(name_of(key), end_);
  }
  entries_.push(entry);
  copies_[leader_].sent = copies_[leader_].seen = ++end_;
}

void WriteLog::sent(std::uint32_t copy) {
  Copy& c = copies_[copy];
  ++c.sent;
  if (c.there.size() < c.sent - c.seen) c.there.push(0);
}

std::pair<std::uint32_t, std::uint32_t> WriteLog::done(std::uint32_t copy, std::uint32_t number) {
  Copy& c = copies_[copy];
  const std::uint32_t from = c.seen;
  if (!c.follows || number < c.seen || number >= c.sent) return {from, from};
  c.there[number - c.seen] = 1;
  while (!c.there.empty() && c.there.front() != 0) {
    c.there.pop();
    ++c.seen;
  }
  return {from, c.seen};
}

bool WriteLog::missed(std::uint32_t copy, std::uint32_t number) {
  Copy& c = copies_[copy];
  if (!c.follows || number < c.seen || number >= c.sent) return false;
  if (c.there[number - c.seen] != 0) return false;  // only its answer was lost
  c.sent = number;
  const bool first = !c.stalled;
  c.stalled = true;
  return first;
}

void WriteLog::forget() {
  std::uint32_t keep = end_;
  for (const Copy& c : copies_)
    if (c.follows) keep = std::min(keep, c.seen);
  for (; first_ < keep; ++first_) {
    const std::uint64_t name = name_of(entries_.front().key);
    const auto* last = last_.find(name);
    if (last != nullptr && last->value == first_) last_.remove(name);
    entries_.pop();
  }
}

Time WriteLog::missing_since(std::uint32_t copy, std::uint64_t key) const {
  const Copy& c = copies_[copy];
  const auto* last = last_.find(name_of(key));
  if (last == nullptr || last->value < c.seen) return never;
  std::uint32_t number = last->value;
  while (entry(number).previous != none && entry(number).previous >= std::max(first_, c.seen))
    number = entry(number).previous;
  return entry(number).at;
}

void WriteLog::leave(std::uint32_t copy) {
  copies_[copy].follows = false;
}

void WriteLog::follow(std::uint32_t copy) {
  Copy& c = copies_[copy];
  c = {};
  c.sent = c.seen = end_;
  forget();
}

WriteLog::Lost WriteLog::led_by(std::uint32_t copy) {
  Copy& leader = copies_[copy];
  Lost lost;
  lost.writes = end_ - leader.sent;
  const std::uint32_t has = std::max(leader.sent, first_);  // it may have been down for longer
  if (end_ > has) lost.oldest = entry(has).at;
  while (end_ > has) {
    const Entry gone = entry(--end_);
    entries_.pop_back();
    const bool held = gone.previous != none && gone.previous >= first_;
    if (held)
      last_.find(name_of(gone.key))->value = gone.previous;
    else
      last_.remove(name_of(gone.key));
  }
  for (Copy& c : copies_) {
    c.sent = std::min(c.sent, end_);
    c.seen = std::min(c.seen, end_);
    while (c.there.size() > c.sent - c.seen)
      c.there.pop_back();
  }
  leader_ = copy;
  leader = {};
  leader.sent = leader.seen = end_;
  return lost;
}

// --- in the engine ---

namespace {
std::uint32_t copy_of(const ServiceInfo& store, std::uint32_t instance) {
  return (instance - store.first_instance) % store.copies;
}
}  // namespace

std::uint32_t Engine::log_of(std::uint32_t instance) const {
  const ServiceInfo& store = p_.services[p_.instances[instance].service];
  return p_.replications[store.replication].first +
         (instance - store.first_instance) / store.copies;
}

// The leader has answered a write.
void Engine::log_write(std::uint32_t frame, std::uint32_t replication, std::uint32_t work) {
  const ReplicationInfo& info = p_.replications[replication];
  const std::uint32_t leader = frames_[frame].instance;
  WriteLog& log = logs_[log_of(leader)];
  log.add(now_, info.keys.draw(stream(info.stream)), work);
  ship(leader);
}

// Sends the copies what is due, and comes back for the rest.
void Engine::ship(std::uint32_t leader) {
  const ServiceInfo& store = p_.services[p_.instances[leader].service];
  const ReplicationInfo& info = p_.replications[store.replication];
  const std::uint32_t index = log_of(leader);
  WriteLog& log = logs_[index];
  const std::uint32_t first = leader - copy_of(store, leader);
  Time next = never;
  for (std::uint32_t c = 0; c < store.copies; ++c) {
    if (first + c == leader || !log.sends_to(c)) continue;
    while (log.next_for(c) < log.end()) {
      const std::uint32_t number = log.next_for(c);
      const Time due = log.written(number) + info.lag;
      if (due > now_) {
        next = std::min(next, due);
        break;
      }
      log.sent(c);
      if (info.kept) {
        show(leader, first + c, number);
        if (!log.sends_to(c)) break;
        continue;
      }
      const std::uint32_t leg = new_frame();
      Frame& f = frames_[leg];
      const std::uint32_t generation = f.generation;
      f = Frame{};
      f.generation = generation;
      f.kind = FrameKind::Leg;
      f.item = number;
      f.instance = first + c;
      f.caller_instance = leader;
      f.endpoint = log.work(number);
      f.entered = f.since = now_;
      send(leg);
      if (!log.sends_to(c)) break;  // the network has lost it
    }
  }
  if (next == never || log_armed_[index]) return;
  log_armed_[index] = true;
  heap_.push(next, EventKind::Timer, new_note(leader, 0, TimerPurpose::Ship));
}

void Engine::ship_timer(std::uint32_t instance) {
  log_armed_[log_of(instance)] = false;
  ship_now(instance);
}

// A copy has done a write.
void Engine::applied(std::uint32_t frame) {
  shown(frames_[frame].instance, frames_[frame].item);
}

// A write that its copies have had since before it was answered becomes visible at one of them,
// unless the network lost it on the way there.
void Engine::show(std::uint32_t leader, std::uint32_t copy, std::uint32_t number) {
  const double lost = network_faulty_ ? drop_share(leader, copy) : 0;
  if (lost > 0 && stream(fault_stream_).uniform() < lost)
    missed(copy, number);
  else
    shown(copy, number);
}

void Engine::shown(std::uint32_t instance, std::uint32_t number) {
  const ServiceInfo& store = p_.services[p_.instances[instance].service];
  WriteLog& log = logs_[log_of(instance)];
  const auto [from, to] = log.done(copy_of(store, instance), number);
  if (measuring_)
    for (std::uint32_t n = from; n < to; ++n)
      out_.replica_lag[store.replication].record(now_ - log.written(n));
  if (to > from) log.forget();
}

// A write did not come to a copy. The frame is that of its leg.
void Engine::missed(std::uint32_t frame) {
  const Frame& f = frames_[frame];
  const ServiceInfo& store = p_.services[p_.instances[f.instance].service];
  if (store.replication != none && f.item != none) missed(f.instance, f.item);
}

void Engine::missed(std::uint32_t instance, std::uint32_t number) {
  const ServiceInfo& store = p_.services[p_.instances[instance].service];
  if (!logs_[log_of(instance)].missed(copy_of(store, instance), number)) return;
  heap_.push(now_ + resend_after, EventKind::Timer, new_note(instance, 0, TimerPurpose::Resend));
}

void Engine::resend(std::uint32_t instance) {
  const ServiceInfo& store = p_.services[p_.instances[instance].service];
  logs_[log_of(instance)].resume(copy_of(store, instance));
  ship_now(instance);
}

void Engine::ship_now(std::uint32_t instance) {
  const std::uint32_t service = p_.instances[instance].service;
  const ServiceInfo& store = p_.services[service];
  const std::uint32_t shard = (instance - store.first_instance) / store.copies;
  const std::uint32_t leader = leader_[shard_first_[service] + shard];
  if (stations_[leader].up) ship(leader);
}

// A read is answered here: does it miss a write of its key, and is that too old?
void Engine::see(std::uint32_t frame, std::uint32_t replication) {
  const ReplicationInfo& info = p_.replications[replication];
  const std::uint32_t here = frames_[frame].instance;
  const ServiceInfo& store = p_.services[info.service];
  const std::uint64_t key = info.keys.draw(stream(info.stream));
  const std::uint32_t operation = operation_of(frame);
  const std::uint32_t edge = frames_[frame].edge;
  if (operation == none || (edge != none && p_.edges[edge].access == Access::Leader)) return;
  OperationCounters& count = operation_[operation];
  ++count.copy_reads;
  const std::uint32_t shard = (here - store.first_instance) / store.copies;
  if (leader_[shard_first_[info.service] + shard] == here) return;
  const Time since = logs_[log_of(here)].missing_since(copy_of(store, here), key);
  if (since == never) return;
  ++count.outdated;
  if (now_ - since > p_.operations[operation].staleness) ++count.stale;
  if (measuring_) out_.oldest_read[operation] = std::max(out_.oldest_read[operation], now_ - since);
}

// Whose request the frame works for; `none` when nobody waits for it any more.
std::uint32_t Engine::operation_of(std::uint32_t frame) const {
  for (;;) {
    const Frame& f = frames_[frame];
    switch (f.kind) {
      case FrameKind::Entry: return p_.sources[f.item].operation;
      case FrameKind::Message: return p_.groups[messages_[f.parent].group].operation;
      case FrameKind::Attempt:
        if (calls_[f.parent].generation != f.parent_generation) return none;
        frame = calls_[f.parent].frame;
        break;
      case FrameKind::Free: return none;
      default:
        if (f.parent == none || frames_[f.parent].generation != f.parent_generation) return none;
        frame = f.parent;
    }
  }
}

void Engine::copy_lost(std::uint32_t instance) {
  const ServiceInfo& store = p_.services[p_.instances[instance].service];
  if (store.replication == none) return;
  const std::uint32_t index = log_of(instance);
  const std::uint32_t shard = (instance - store.first_instance) / store.copies;
  if (leader_[shard_first_[stations_[instance].service] + shard] == instance)
    log_lost_at_[index] = now_;
  else
    logs_[index].leave(copy_of(store, instance));
}

// Back: it has what the leader has, if another leads.
void Engine::copy_back(std::uint32_t instance) {
  const ServiceInfo& store = p_.services[p_.instances[instance].service];
  if (store.replication == none) return;
  const std::uint32_t shard = (instance - store.first_instance) / store.copies;
  if (leader_[shard_first_[stations_[instance].service] + shard] != instance)
    logs_[log_of(instance)].follow(copy_of(store, instance));
  ship_now(instance);
}

// Of the copies that are there, the one that was sent most; the first of equals.
std::uint32_t Engine::most_advanced(std::uint32_t service, std::uint32_t first) const {
  const ServiceInfo& store = p_.services[service];
  std::uint32_t best = none;
  for (std::uint32_t i = first; i < first + store.copies; ++i) {
    if (!stations_[i].up) continue;
    if (best == none) {
      best = i;
    } else if (store.replication != none) {
      const WriteLog& log = logs_[log_of(i)];
      if (log.next_for(copy_of(store, i)) > log.next_for(copy_of(store, best))) best = i;
    }
  }
  return best;
}

void Engine::leads(std::uint32_t instance, std::uint32_t before) {
  const ServiceInfo& store = p_.services[p_.instances[instance].service];
  if (store.replication == none || instance == before) return;
  const std::uint32_t index = log_of(instance);
  if (p_.replications[store.replication].kept) logs_[index].follow(copy_of(store, instance));
  const WriteLog::Lost lost = logs_[index].led_by(copy_of(store, instance));
  logs_[index].leave(copy_of(store, before));
  if (stations_[before].up) logs_[index].follow(copy_of(store, before));
  if (!measuring_) return;
  ReplicationCounters& count = out_.replicated[store.replication];
  ++count.failovers;
  count.lost += lost.writes;
  if (lost.oldest != never)
    count.longest = std::max(count.longest, log_lost_at_[index] - lost.oldest);
}

}  // namespace scantling::sim
