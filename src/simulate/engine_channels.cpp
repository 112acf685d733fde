// Channels. A message is copied to every group that consumes its event. On a topic each partition
// is handled in order, one message at a time, by the instance that owns it; a failing message is
// tried again in place and holds its partition up until it is handled, dead-lettered or dropped. A
// queue has one line, from which every instance with room takes; a failing message goes to its end.
#include <algorithm>

#include "simulate/engine.h"

namespace scantling::sim {

void Engine::behind(ChannelCounters& c, int by) {
  c.behind_area += static_cast<Time>(c.behind) * (now_ - c.changed);
  c.changed = now_;
  c.behind += static_cast<std::uint64_t>(static_cast<std::int64_t>(by));
  c.behind_max = std::max(c.behind_max, c.behind);
}

void Engine::deliver_message(std::uint32_t channel, std::uint32_t event, std::uint32_t key,
                             std::uint32_t trace) {
  const ChannelInfo& info = p_.channels[channel];
  ++channel_[channel].published;
  for (std::uint32_t g : info.groups) {
    const GroupInfo& group = p_.groups[g];
    if (!group.events.empty() &&
        std::find(group.events.begin(), group.events.end(), event) == group.events.end())
      continue;
    const std::uint32_t m = messages_.take();
    if (full()) done_ = true;  // look_up says it
    Message& message = messages_[m];
    message.group = g;
    message.key = key;
    message.attempts = 0;
    message.used = true;
    message.published = now_;
    if (trace != none && spans_ != nullptr) spans_->published(trace, {m, message.generation});
    const auto lines = static_cast<std::uint32_t>(group_state_[g].lines.size());
    const std::uint32_t hash = key * 2654435761U ^ (key >> 15);
    message.partition = home_slot(key, static_cast<double>(hash) * 0x1.0p-32, lines);
    behind(channel_[channel], 1);
    if (group.operation != none) ++operation_[group.operation].offered;
    group_state_[g].lines[message.partition].push_back(messages_, m);
    pull_partition(g, message.partition);
  }
}

// The group's partitions are spread over the instances in the rotation: those whose keys have their
// home in a region over the instances there, while there are any.
void Engine::reassign(std::uint32_t service) {
  const Rotation& rotation = rotation_[service];
  for (std::uint32_t g = 0; g < p_.groups.size(); ++g) {
    if (p_.endpoints[p_.groups[g].endpoint].service != service) continue;
    GroupState& state = group_state_[g];
    const ChannelInfo& channel = p_.channels[p_.groups[g].channel];
    const bool homed = p_.homes > 1 && state.owner.size() >= p_.homes;
    for (std::size_t i = 0; i < state.owner.size(); ++i) {
      const auto& near = rotation.by_region[homed ? i % p_.homes : 0];
      const auto& among = homed && !near.empty() ? near : rotation.all;
      const std::size_t turn = homed && !near.empty() ? i / p_.homes : i;
      state.owner[i] = among.empty() ? none : among[turn % among.size()];
    }
    if (now_ > 0 && channel.rebalance > 0) {
      state.paused_until = now_ + channel.rebalance;
      const std::uint32_t note = new_note(g, 0, TimerPurpose::Rebalanced);
      heap_.push(state.paused_until, EventKind::Timer, note);
    } else {
      pull(g);
    }
  }
}

void Engine::pull(std::uint32_t group) {
  const auto n = static_cast<std::uint32_t>(group_state_[group].lines.size());
  const GroupState& state = group_state_[group];
  for (std::uint32_t i = 0; i < n; ++i)
    if (state.lines[i].length > 0 && !state.busy[i]) pull_partition(group, i);
}

// The instance has room again: what waits for it, and in the partition, whoever owns that by now.
// Nobody else's can have become ready by that.
void Engine::pull_owned(std::uint32_t g, std::uint32_t instance, std::uint32_t partition) {
  const GroupState& state = group_state_[g];
  const auto n = static_cast<std::uint32_t>(state.lines.size());
  for (std::uint32_t i = 0; i < n; ++i)
    if ((state.owner[i] == instance || i == partition) && state.lines[i].length > 0 &&
        !state.busy[i])
      pull_partition(g, i);
}

void Engine::pull_partition(std::uint32_t g, std::uint32_t partition) {
  GroupState& state = group_state_[g];
  const GroupInfo& group = p_.groups[g];
  const ChannelInfo& channel = p_.channels[group.channel];
  if (now_ < state.paused_until) return;
  if (!leader_answers(channel.service, partition)) return;
  const std::uint32_t endpoint_service = p_.endpoints[group.endpoint].service;
  Line& line = state.lines[partition];
  while (line.length > 0 && !(channel.ordered && state.busy[partition])) {
    std::uint32_t instance = none;
    if (channel.ordered) {
      instance = state.owner[partition];
      if (instance == none || !takes_message(g, instance)) return;
    } else {
      const auto& instances = rotation_[endpoint_service].all;
      for (std::size_t k = 0; k < instances.size() && instance == none; ++k) {
        const std::uint32_t i = instances[++state.turn % instances.size()];
        if (takes_message(g, i)) instance = i;
      }
      if (instance == none) return;
    }
    const std::uint32_t m = line.pop_front(messages_);
    if (channel.keep > 0 && now_ - messages_[m].published > channel.keep) {
      if (group.operation != none)
        ++operation_[group.operation].errors[static_cast<std::size_t>(Cause::Lost)];
      message_over(m, false);
      continue;
    }
    state.busy[partition] = channel.ordered;
    fetch(g, m, instance);
  }
}

// A partition is led by one of the broker's copies: when that is lost, the partition stands still
// until the loss is noticed and another copy leads it.
bool Engine::leader_answers(std::uint32_t broker, std::uint32_t partition) const {
  const auto& copies = rotation_[broker].all;
  if (copies.empty()) return false;
  const Station& leader = stations_[copies[partition % copies.size()]];
  return leader.up && !leader.paused;
}

// The broker's copies have changed: what waits in its partitions may go on.
void Engine::pull_channel(std::uint32_t broker) {
  for (std::uint32_t g = 0; g < p_.groups.size(); ++g)
    if (p_.channels[p_.groups[g].channel].service == broker) pull(g);
}

bool Engine::takes_message(std::uint32_t g, std::uint32_t instance) const {
  const Station& s = stations_[instance];
  if (!s.up || s.paused) return false;
  const GroupInfo& group = p_.groups[g];
  const GroupState& state = group_state_[g];
  const std::uint32_t i = local(instance);
  if (group.prefetch == 0) return state.in_progress[i] < group.concurrency;
  return state.in_progress[i] + state.fetched[i].length <
         std::max(group.prefetch, group.concurrency);
}

// Prefetch: a message belongs to the instance that has fetched it, though another may be idle.
void Engine::fetch(std::uint32_t g, std::uint32_t m, std::uint32_t instance) {
  GroupState& state = group_state_[g];
  const std::uint32_t i = local(instance);
  if (p_.groups[g].prefetch == 0 || state.in_progress[i] < p_.groups[g].concurrency)
    handle(g, m, instance);
  else
    state.fetched[i].push_back(messages_, m);
}

// What a lost instance had fetched goes back to the head of the queue, in its order.
void Engine::return_fetched(std::uint32_t instance) {
  for (std::uint32_t g = 0; g < p_.groups.size(); ++g) {
    const std::uint32_t service = p_.endpoints[p_.groups[g].endpoint].service;
    if (p_.groups[g].prefetch == 0 || service != stations_[instance].service) continue;
    GroupState& state = group_state_[g];
    Line& fetched = state.fetched[local(instance)];
    if (fetched.length == 0) continue;
    Line& line = state.lines[0];
    while (line.length > 0)
      fetched.push_back(messages_, line.pop_front(messages_));
    line = fetched;
    fetched = {};
  }
}

void Engine::handle(std::uint32_t g, std::uint32_t m, std::uint32_t instance) {
  ++group_state_[g].in_progress[local(instance)];
  ++messages_[m].attempts;
  const std::uint32_t frame = new_frame();
  Frame& f = frames_[frame];
  f.kind = FrameKind::Message;
  f.parent = m;
  f.parent_generation = messages_[m].generation;
  f.item = none;
  f.edge = none;
  f.key = messages_[m].key;
  f.endpoint = p_.groups[g].endpoint;
  f.instance = instance;
  f.caller_instance = instance;
  f.cause = Cause::None;
  f.flags = 0;
  f.began = f.entered = f.since = now_;
  f.deadline = never;
  f.trace = none;
  if (spans_ != nullptr && spans_->knows({m, f.parent_generation})) {
    f.trace = new_trace();
    spans_->handled(f.trace, {m, f.parent_generation}, f.endpoint, instance, now_);
  }
  ready_.push_back({Ready::Arrive, frame});
}

// The handler has ended, well or not.
void Engine::message_done(std::uint32_t frame) {
  const Frame& f = frames_[frame];
  const std::uint32_t m = f.parent;
  if (messages_[m].generation != f.parent_generation) return;
  const std::uint32_t g = messages_[m].group;
  const ChannelInfo& channel = p_.channels[p_.groups[g].channel];
  // An instance that had no room may have waiting messages in any of its partitions.
  const bool full = group_state_[g].in_progress[local(f.instance)]-- >= p_.groups[g].concurrency;
  const std::uint32_t partition = messages_[m].partition;
  const bool last =
      !channel.redeliver || (channel.attempts > 0 && messages_[m].attempts >= channel.attempts);
  if (f.cause == Cause::None || last) {
    if (f.cause != Cause::None && p_.groups[g].operation != none)
      ++operation_[p_.groups[g].operation].errors[static_cast<std::size_t>(f.cause)];
    message_over(m, f.cause == Cause::None);
    group_state_[g].busy[partition] = false;
  } else {
    const std::uint32_t note = new_note(m, 0, TimerPurpose::Redeliver);
    heap_.push(now_ + channel.redelivery, EventKind::Timer, note);
  }
  const std::uint32_t i = local(f.instance);
  if (p_.groups[g].prefetch > 0 && group_state_[g].fetched[i].length > 0 &&
      stations_[f.instance].up && !stations_[f.instance].paused)
    handle(g, group_state_[g].fetched[i].pop_front(messages_), f.instance);
  if (channel.ordered && full)
    pull_owned(g, f.instance, partition);
  else
    pull_partition(g, partition);
}

void Engine::message_over(std::uint32_t m, bool handled) {
  const Message& message = messages_[m];
  const GroupInfo& group = p_.groups[message.group];
  const ChannelInfo& channel = p_.channels[group.channel];
  ChannelCounters& count = channel_[group.channel];
  behind(count, -1);
  if (handled) {
    ++count.handled;
    const Time delay = now_ - message.published;
    out_.channel_delay[group.channel].record(delay);
    if (group.operation != none) {
      ++operation_[group.operation].good;
      out_.operation_latency[group.operation * phases_ + phase_].record(delay);
      bucketing_[group.operation].record(delay);
    }
    hash_ = (hash_ ^ static_cast<std::uint64_t>(now_)) * 0x100000001b3ULL;
  } else if (channel.dead_letter) {
    ++count.dead;
  } else {
    ++count.dropped;
  }
  if (spans_ != nullptr) spans_->forget({m, message.generation});
  messages_[m].used = false;
  messages_.give(m);
}

void Engine::redeliver(std::uint32_t m) {
  const std::uint32_t g = messages_[m].group;
  GroupState& state = group_state_[g];
  const std::uint32_t partition = messages_[m].partition;
  Line& line = state.lines[partition];
  if (p_.channels[p_.groups[g].channel].ordered) {
    state.busy[partition] = false;
    line.push_front(messages_, m);
  } else {
    line.push_back(messages_, m);
  }
  pull_partition(g, partition);
}

}  // namespace scantling::sim
