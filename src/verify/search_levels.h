// Search: how levels grow. Included by explore.cpp after search.h.
#pragma once

#include "verify/search.h"

namespace scantling::verify {

template <std::size_t W>
void Search<W>::push(const State<W>& state, std::uint32_t parent, Chunk& chunk) const {
  const State<W> kept = machine_.canonical(state);
  const std::uint64_t h = hash_of(kept);
  chunk.out[h >> (64 - kShardBits)].push_back(
      {kept, static_cast<std::uint32_t>(h >> (32 - kShardBits)), parent});
}

template <std::size_t W>
void Search<W>::rest(std::uint32_t number, Chunk& chunk) const {
  if (chunk.rest == kNone) chunk.rest = number;
  const State<W>& s = state(number);
  for (std::size_t p = 0; p < system_.properties.size(); ++p) {
    if (system_.properties[p].shape != Shape::Rests || chunk.stuck[p] != kNone) continue;
    const auto& bad = packed_.rests[p];
    const bool broken = std::ranges::any_of(bad, [&](const Masked& m) {
      return Machine<W>::matches(s, Machine<W>::cut(m.mask), Machine<W>::cut(m.value));
    });
    if (broken) chunk.stuck[p] = number;
  }
}

template <std::size_t W>
void Search<W>::expand(const Piece& piece, Chunk& chunk) const {
  for (auto& list : chunk.out)
    list.clear();
  chunk.stuck.assign(system_.properties.size(), kNone);
  chunk.rest = kNone;
  chunk.transitions = 0;
  chunk.faults = piece.faults;
  for (std::uint32_t local = piece.begin; local < piece.end; ++local) {
    const State<W> s = shards_[piece.shard].state(local);
    const std::uint32_t number = state_number(piece.shard, local);
    const std::uint64_t before = chunk.transitions;
    machine_.for_each_enabled(piece.faults, s, [&](std::uint32_t r) {
      ++chunk.transitions;
      push(machine_.apply(r, s), number, chunk);
    });
    if (!piece.faults && chunk.transitions == before) rest(number, chunk);
  }
}

template <std::size_t W>
void Search<W>::look(std::size_t shard, const State<W>& s) {
  const std::uint32_t number = state_number(shard, shards_[shard].size() - 1);
  const auto note = [&](std::uint32_t& first) { first = std::min(first, number); };
  const auto on = [&](const Spot& spot) {
    const std::uint64_t value =
        (s.words[static_cast<std::size_t>(spot.place.word)] >> spot.place.shift) &
        ((std::uint64_t{1} << spot.place.bits) - 1);
    return (spot.values >> value & 1) != 0;
  };
  Found& found = found_[shard];
  for (const Spot& spot : open_bad_spots_)
    if (on(spot)) note(found.bad[spot.property]);
  for (const Narrow& n : open_bad_)
    if (Machine<W>::matches(s, n.mask, n.value)) note(found.bad[n.property]);
  for (const Spot& spot : open_premise_spots_)
    if (on(spot)) note(found.premise[spot.property]);
  for (const Narrow& n : open_premises_)
    if (Machine<W>::matches(s, n.mask, n.value)) note(found.premise[n.property]);
}

template <std::size_t W>
void Search<W>::open_watches() {
  const auto open = [](const auto& from, const std::vector<std::uint32_t>& first, auto& to) {
    to.clear();
    for (const auto& watch : from)
      if (first[watch.property] == kNone) to.push_back(watch);
  };
  open(bad_, failed_, open_bad_);
  open(packed_.bad_spots, failed_, open_bad_spots_);
  open(premises_, seen_, open_premises_);
  open(packed_.premise_spots, seen_, open_premise_spots_);
}

template <std::size_t W>
void Search<W>::insert(std::size_t shard, std::size_t chunks) {
  Shard<W>& to = shards_[shard];
  Again& again = again_[shard];
  for (std::size_t c = 0; c < chunks; ++c) {
    const auto& list = chunks_[c].out[shard];
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i + 8 < list.size()) to.prefetch(list[i + 8].tag);
      const std::uint32_t before = to.size();
      const std::uint32_t local = to.insert(list[i].state, list[i].tag, list[i].parent);
      if (local == before)
        look(shard, list[i].state);
      else if (local < again.level && local >= again.layer && !chunks_[c].faults)
        again.mark(local);
    }
  }
}

// What the pieces found, in their order.
template <std::size_t W>
void Search<W>::merge(std::size_t chunks) {
  for (std::size_t c = 0; c < chunks; ++c) {
    transitions_ += chunks_[c].transitions;
    if (rest_ == kNone) rest_ = chunks_[c].rest;
    for (std::size_t p = 0; p < failed_.size(); ++p)
      if (failed_[p] == kNone) failed_[p] = chunks_[c].stuck[p];
  }
}

template <std::size_t W>
void Search<W>::cut_up(const Level& level, bool faults, std::vector<Piece>& out) const {
  for (std::size_t s = 0; s < kShards; ++s)
    for (std::uint32_t at = level.begin[s]; at < level.end[s]; at += kChunk)
      out.push_back({s, at, std::min(level.end[s], at + kChunk), faults});
}

template <std::size_t W>
std::uint64_t Search<W>::states() const {
  std::uint64_t sum = 0;
  for (const Shard<W>& s : shards_)
    sum += s.size();
  return sum;
}

template <std::size_t W>
std::size_t Search<W>::bytes() const {
  std::size_t sum = 0;
  for (std::size_t s = 0; s < kShards; ++s)
    sum += shards_[s].bytes() + again_[s].marks.size() * sizeof(std::uint64_t);
  return sum;
}

// The successors of one level by steps and of another by faults become the level `out`. False when
// the search has to stop.
template <std::size_t W>
bool Search<W>::grow_level(const Level* steps, const Level* faults, Level& out) {
  std::vector<Piece> pieces;
  if (steps) cut_up(*steps, false, pieces);
  if (faults) cut_up(*faults, true, pieces);
  for (std::size_t s = 0; s < kShards; ++s) {
    out.begin[s] = again_[s].level = shards_[s].size();
    found_[s].bad.assign(failed_.size(), kNone);
    found_[s].premise.assign(failed_.size(), kNone);
  }
  open_watches();
  bool going = true;
  for (std::size_t at = 0; at < pieces.size() && going; at += kChunksAtOnce) {
    const std::size_t n = std::min(kChunksAtOnce, pieces.size() - at);
    if (chunks_.size() < n) chunks_.resize(n);
    workers_.run(n, [&](std::size_t i) { expand(pieces[at + i], chunks_[i]); });
    workers_.run(kShards, [&](std::size_t s) { insert(s, n); });
    merge(n);
    if (bytes() > limits_.memory) ended_ = Ended::MemoryLimit, going = false;
    if (limits_.states > 0 && states() > limits_.states) ended_ = Ended::StateLimit, going = false;
    if (limits_.stop && limits_.stop()) ended_ = Ended::Stopped, going = false;
  }
  for (std::size_t s = 0; s < kShards; ++s) {
    out.end[s] = shards_[s].size();
    for (std::size_t p = 0; p < failed_.size(); ++p) {
      if (failed_[p] == kNone) failed_[p] = found_[s].bad[p];
      if (seen_[p] == kNone) seen_[p] = found_[s].premise[p];
    }
  }
  return going;
}

template <std::size_t W>
bool Search<W>::all_failed() const {
  if (failed_.empty()) return false;
  return std::ranges::find(failed_, kNone) == failed_.end();
}

// The states that need one fault more than those of the layer before, by depth.
template <std::size_t W>
bool Search<W>::layer(const std::vector<Level>& previous, bool first, std::vector<Level>& current) {
  current.clear();
  layers_.emplace_back();
  for (std::size_t s = 0; s < kShards; ++s)
    layers_.back()[s] = again_[s].layer = shards_[s].size();
  for (std::size_t d = 0;; ++d) {
    Level level;
    if (first && d == 0) {
      Chunk start;
      open_watches();
      push(Machine<W>::cut(packed_.initial), kNone, start);
      for (std::size_t s = 0; s < kShards; ++s) {
        found_[s].bad.assign(failed_.size(), kNone);
        found_[s].premise.assign(failed_.size(), kNone);
        if (start.out[s].empty()) continue;
        shards_[s].insert(start.out[s][0].state, start.out[s][0].tag, kNone);
        look(s, start.out[s][0].state);
        failed_ = found_[s].bad;
        seen_ = found_[s].premise;
        level.end[s] = 1;
      }
    } else {
      const Level* steps = d > 0 ? &current[d - 1] : nullptr;
      const Level* faults = d > 0 && d - 1 < previous.size() ? &previous[d - 1] : nullptr;
      if (!grow_level(steps, faults, level)) return false;
    }
    if (!level.empty()) depth_ = std::max(depth_, static_cast<int>(d));
    current.push_back(level);
    const bool enough =
        std::ranges::any_of(limits_.stop_on, [&](std::size_t p) { return failed_[p] != kNone; });
    if (enough || (limits_.stop_when_failed && all_failed())) {
      ended_ = Ended::Stopped;
      return false;
    }
    if (level.empty() && d >= previous.size()) return true;
  }
}

}  // namespace scantling::verify
