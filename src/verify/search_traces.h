// Search: runs that lead somewhere, runs that never end, and the verdicts. Included by explore.cpp.
#pragma once

#include <set>

#include "verify/search.h"

namespace scantling::verify {

template <std::size_t W>
std::uint32_t Search<W>::find(const State<W>& wanted) const {
  const std::uint64_t h = hash_of(wanted);
  const std::size_t shard = h >> (64 - kShardBits);
  const std::uint32_t local =
      shards_[shard].find(wanted, static_cast<std::uint32_t>(h >> (32 - kShardBits)));
  return local == kNone ? kNone : state_number(shard, local);
}

// Adds the step that leads from `at` to a state whose kept form is `canonical`; its index, kNone
// when there is none.
template <std::size_t W>
std::uint32_t Search<W>::add_step(State<W>& at, const State<W>& canonical, Trace& trace) const {
  std::uint32_t taken = kNone;
  for (const bool faults : {false, true}) {
    machine_.for_each_enabled(faults, at, [&](std::uint32_t r) {
      if (taken == kNone && machine_.canonical(machine_.apply(r, at)) == canonical) taken = r;
    });
    if (taken != kNone) break;
  }
  if (taken == kNone) return kNone;
  at = machine_.apply(taken, at);
  Words words{};
  std::copy_n(at.words.begin(), W, words.begin());
  trace.steps.push_back({packed_.source[taken], unpack(packed_, words, system_.variables.size())});
  return taken;
}

template <std::size_t W>
Trace Search<W>::trace_to(std::uint32_t number) const {
  std::vector<std::uint32_t> path;
  for (std::uint32_t n = number; n != kNone; n = shards_[shard_of(n)].parent(local_of(n)))
    path.push_back(n);
  std::ranges::reverse(path);
  Trace out;
  out.start = initial_values(system_);
  State<W> at = Machine<W>::cut(packed_.initial);
  for (std::size_t i = 1; i < path.size(); ++i)
    add_step(at, state(path[i]), out);
  return out;
}

template <std::size_t W>
void Search<W>::successors(std::uint32_t number, std::vector<std::uint32_t>& out) const {
  const State<W> s = state(number);
  machine_.for_each_enabled(false, s, [&](std::uint32_t r) {
    out.push_back(find(machine_.canonical(machine_.apply(r, s))));
  });
}

// With as many faults: in the same layer.
template <std::size_t W>
bool Search<W>::same_layer(std::uint32_t a, std::uint32_t b) const {
  const auto layer = [&](std::uint32_t number) {
    const auto after = std::ranges::upper_bound(layers_, local_of(number), {},
                                                [&](const auto& l) { return l[shard_of(number)]; });
    return after - layers_.begin();
  };
  return layer(a) == layer(b);
}

// Depth first, without recursion. Steps never add faults, so a circle stays within its layer.
template <std::size_t W>
bool Search<W>::find_cycle_from(std::uint32_t start) {
  enum : std::uint8_t { kNew, kOpen, kDone };
  struct Frame {
    std::uint32_t number;
    std::size_t next;  // in `waiting`, up to that of the frame above
  };
  std::vector<Frame> stack;
  std::vector<std::uint32_t> waiting;
  const auto colour = [&](std::uint32_t n) -> std::uint8_t& {
    return colour_[shard_of(n)][local_of(n)];
  };
  const auto open = [&](std::uint32_t n) {
    colour(n) = kOpen;
    stack.push_back({n, waiting.size()});
    successors(n, waiting);
  };
  if (colour(start) != kNew) return false;
  open(start);
  while (!stack.empty()) {
    const Frame top = stack.back();
    if (waiting.size() == top.next) {
      colour(top.number) = kDone;
      stack.pop_back();
      continue;
    }
    const std::uint32_t n = waiting.back();
    waiting.pop_back();
    if (colour(n) == kNew && same_layer(n, start)) {
      open(n);
    } else if (colour(n) == kOpen) {
      std::size_t from = stack.size();
      while (stack[from - 1].number != n)
        --from;
      for (std::size_t i = from - 1; i < stack.size(); ++i)
        cycle_.push_back(stack[i].number);
      return true;
    }
  }
  return false;
}

// Once no more faults happen, does every run end? It does when the steps without faults make no
// circle among the reachable states.
template <std::size_t W>
void Search<W>::find_cycles() {
  for (std::size_t s = 0; s < kShards; ++s)
    colour_[s].assign(shards_[s].size(), 0);
  for (std::size_t s = 0; s < kShards; ++s)
    for (std::size_t word = 0; word < again_[s].marks.size(); ++word)
      for (std::uint64_t left = again_[s].marks[word]; left != 0; left &= left - 1) {
        const auto local =
            static_cast<std::uint32_t>(word * 64 + static_cast<unsigned>(__builtin_ctzll(left)));
        if (find_cycle_from(state_number(s, local))) return rotate_cycle();
      }
}

// Begins the circle with its state that the shortest run leads to.
template <std::size_t W>
void Search<W>::rotate_cycle() {
  const auto distance = [&](std::uint32_t number) {
    std::size_t d = 0;
    for (std::uint32_t n = number; n != kNone; n = shards_[shard_of(n)].parent(local_of(n)))
      ++d;
    return d;
  };
  std::ranges::rotate(cycle_, std::ranges::min_element(cycle_, {}, distance));
}

// Goes on without faults until nothing is possible, or until a state comes again.
template <std::size_t W>
void Search<W>::finish_run(Trace& trace) const {
  constexpr std::size_t kLongest = 400;
  const auto last = [&] { return trace.steps.empty() ? trace.start : trace.steps.back().after; };
  std::set<Values> known{trace.start};
  for (const TraceStep& step : trace.steps)
    known.insert(step.after);
  State<W> at = Machine<W>::cut(pack_values(packed_, last()));
  while (trace.steps.size() < kLongest) {
    std::uint32_t taken = kNone;
    machine_.for_each_enabled(false, at, [&](std::uint32_t r) {
      if (taken == kNone) taken = r;
    });
    if (taken == kNone) return;
    at = machine_.apply(taken, at);
    Words words{};
    std::copy_n(at.words.begin(), W, words.begin());
    Values after = unpack(packed_, words, system_.variables.size());
    if (!known.insert(after).second) return;
    trace.steps.push_back({packed_.source[taken], std::move(after)});
  }
}

template <std::size_t W>
void Search<W>::conclude(Exploration& out) const {
  const bool complete = ended_ == Ended::Complete;
  for (std::size_t i = 0; i < system_.properties.size(); ++i) {
    const Property& p = system_.properties[i];
    PropertyResult result;
    if (p.shape == Shape::Ends && !cycle_.empty()) {
      result.outcome = Outcome::Fails;
      result.trace = trace_to(cycle_[0]);
      result.trace.loop_from = static_cast<int>(result.trace.steps.size());
      State<W> at = Machine<W>::cut(packed_.initial);
      if (!result.trace.steps.empty())
        at = Machine<W>::cut(pack_values(packed_, result.trace.steps.back().after));
      for (std::size_t c = 1; c <= cycle_.size(); ++c)
        add_step(at, state(cycle_[c % cycle_.size()]), result.trace);
    } else if (failed_[i] != kNone) {
      result.outcome = Outcome::Fails;
      result.trace = trace_to(failed_[i]);
    } else {
      const bool vacuous = !p.premise.empty() && seen_[i] == kNone;
      result.outcome = !complete ? Outcome::Undecided : vacuous ? Outcome::Vacuous : Outcome::Holds;
      const std::uint32_t run = p.premise.empty() ? rest_ : seen_[i];
      if (run != kNone) {
        result.trace = trace_to(run);
        finish_run(result.trace);
      }
    }
    if (result.outcome == Outcome::Fails) result.faults = result.trace.faults(system_);
    out.properties.push_back(std::move(result));
  }
}

template <std::size_t W>
Exploration Search<W>::run() {
  std::vector<Level> previous, current;
  bool going = layer(previous, true, current);
  while (going && !packed_.faults.empty()) {
    if (limits_.faults >= 0 && faults_ >= limits_.faults) {
      ended_ = Ended::FaultLimit;
      break;
    }
    std::swap(previous, current);
    going = layer(previous, false, current);
    if (std::ranges::all_of(current, [](const Level& l) { return l.empty(); })) break;
    ++faults_;
  }
  const bool ends = std::ranges::any_of(system_.properties,
                                        [](const Property& p) { return p.shape == Shape::Ends; });
  if (ends && (ended_ == Ended::Complete || ended_ == Ended::FaultLimit)) find_cycles();
  Exploration out;
  for (const Shard<W>& s : shards_)
    out.states += s.size();
  out.transitions = transitions_;
  out.ended = ended_;
  out.faults = faults_;
  out.depth = depth_;
  out.bytes = bytes();
  conclude(out);
  return out;
}

}  // namespace scantling::verify
