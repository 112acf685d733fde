// The search over states of W words; explore.cpp chooses W. Internal to the room.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "verify/explore.h"
#include "verify/packed.h"
#include "verify/state_set.h"
#include "verify/workers.h"

namespace scantling::verify {

// What a rule does, in words of exactly the state's width.
template <std::size_t W>
class Machine {
 public:
  Machine(const Packed& packed) : packed_(packed) {
    for (const PackedRule& r : packed.rules) {
      rules_.push_back({cut(r.when.mask), cut(r.when.value), cut(r.keep), cut(r.set),
                        r.first_cleanup, r.cleanups});
    }
    for (const Cleanup& c : packed.cleanups)
      cleanups_.push_back({cut(c.when.mask), cut(c.when.value), cut(c.keep)});
  }

  static State<W> cut(const Words& words) {
    State<W> out;
    std::copy_n(words.begin(), W, out.words.begin());
    return out;
  }
  static bool matches(const State<W>& s, const State<W>& mask, const State<W>& value) {
    std::uint64_t differs = 0;
    for (std::size_t i = 0; i < W; ++i)
      differs |= (s.words[i] & mask.words[i]) ^ value.words[i];
    return differs == 0;
  }

  // The state after the rule, before symmetry.
  State<W> apply(std::size_t r, const State<W>& s) const {
    const Fast& rule = rules_[r];
    State<W> t;
    for (std::size_t i = 0; i < W; ++i)
      t.words[i] = (s.words[i] & rule.keep.words[i]) | rule.set.words[i];
    for (std::uint32_t c = 0; c < rule.cleanups; ++c) {
      const Clean& clean = cleanups_[rule.first_cleanup + c];
      if (matches(t, clean.mask, clean.value))
        for (std::size_t i = 0; i < W; ++i)
          t.words[i] &= clean.keep.words[i];
    }
    return t;
  }

  // Of the states that differ by the names of their instances only, the one that is kept.
  State<W> canonical(const State<W>& s) const {
    const auto n = static_cast<std::size_t>(packed_.instances);
    if (n < 2) return s;
    const auto width = static_cast<std::size_t>(packed_.block_words);
    State<W> out = s;
    const auto less = [&](std::size_t a, std::size_t b) {
      for (std::size_t i = 0; i < width; ++i) {
        const std::uint64_t x = out.words[a * width + i] & packed_.block_mask[i];
        const std::uint64_t y = out.words[b * width + i] & packed_.block_mask[i];
        if (x != y) return x < y;
      }
      return false;
    };
    for (std::size_t i = 1; i < n; ++i)
      for (std::size_t j = i; j > 0 && less(j, j - 1); --j)
        for (std::size_t k = 0; k < width; ++k) {
          std::uint64_t &a = out.words[j * width + k], &b = out.words[(j - 1) * width + k];
          const std::uint64_t differs = (a ^ b) & packed_.block_mask[k];
          a ^= differs;
          b ^= differs;
        }
    return out;
  }

  // visit(rule) for each that is possible.
  template <class Visit>
  void for_each_enabled(const std::vector<Dispatch>& groups, const State<W>& s,
                        Visit&& visit) const {
    for (const Dispatch& g : groups) {
      const std::uint64_t v = (s.words[static_cast<std::size_t>(g.place.word)] >> g.place.shift) &
                              ((1ULL << g.place.bits) - 1);
      for (std::uint32_t r = g.first[v]; r < g.first[v + 1]; ++r)
        if (matches(s, rules_[r].mask, rules_[r].value)) visit(r);
    }
  }

 private:
  struct Fast {
    State<W> mask, value, keep, set;
    std::uint32_t first_cleanup, cleanups;
  };
  struct Clean {
    State<W> mask, value, keep;
  };
  const Packed& packed_;
  std::vector<Fast> rules_;
  std::vector<Clean> cleanups_;
};

template <std::size_t W>
class Search {
 public:
  Search(const System& system, const Packed& packed, const Limits& limits)
      : system_(system),
        packed_(packed),
        limits_(limits),
        machine_(packed),
        workers_(limits.threads),
        failed_(system.properties.size(), kNone),
        seen_(system.properties.size(), kNone) {
    for (const Watch& w : packed.bad)
      bad_.push_back(narrow(w.when, w.property));
    for (const Watch& w : packed.premises)
      premises_.push_back(narrow(w.when, w.property));
  }

  Exploration run();

 private:
  static constexpr std::uint32_t kChunk = 2048;     // states expanded as one piece
  static constexpr std::size_t kChunksAtOnce = 32;  // bounds the successors waiting

  struct Narrow {
    State<W> mask, value;
    std::uint32_t property;
  };
  static Narrow narrow(const Masked& m, std::uint32_t property) {
    return {Machine<W>::cut(m.mask), Machine<W>::cut(m.value), property};
  }
  struct Candidate {
    State<W> state;
    std::uint32_t tag;
    std::uint32_t parent;
  };
  // States of one level: in each shard those from begin up to end.
  struct Level {
    std::array<std::uint32_t, kShards> begin{}, end{};
    bool empty() const { return begin == end; }
  };
  struct Piece {
    std::size_t shard;
    std::uint32_t begin, end;
    bool faults;
  };
  struct Chunk {
    std::array<std::vector<Candidate>, kShards> out;
    std::vector<std::uint32_t> stuck;  // by property: the first that rests where it may not
    std::uint32_t rest = kNone;        // the first that rests at all
    std::uint64_t transitions = 0;
    bool faults = false;
  };
  struct Found {  // by shard, of one level
    std::vector<std::uint32_t> bad, premise;
  };
  // By shard: the states to which a step led from one that is no nearer to the start, with as many
  // faults. A circle of steps has such a state: along it the distance can't always grow.
  struct Again {
    std::uint32_t layer = 0, level = 0;  // where this layer begins, and the level that grows
    std::vector<std::uint64_t> marks;    // a bit a state
    void mark(std::uint32_t local) {
      if (marks.size() <= local / 64) marks.resize(local / 64 + 1);
      marks[local / 64] |= std::uint64_t{1} << local % 64;
    }
  };

  void expand(const Piece& piece, Chunk& chunk) const;
  void rest(std::uint32_t number, Chunk& chunk) const;
  void push(const State<W>& state, std::uint32_t parent, Chunk& chunk) const;
  void insert(std::size_t shard, std::size_t chunks);
  void look(std::size_t shard, const State<W>& state);
  void merge(std::size_t chunks);
  void cut_up(const Level& level, bool faults, std::vector<Piece>& out) const;
  bool grow_level(const Level* steps, const Level* faults, Level& out);
  bool layer(const std::vector<Level>& previous, bool first, std::vector<Level>& current);
  bool all_failed() const;
  std::uint64_t states() const;
  std::size_t bytes() const;
  std::uint32_t find(const State<W>& state) const;
  Trace trace_to(std::uint32_t number) const;
  void finish_run(Trace& trace) const;
  std::uint32_t add_step(State<W>& at, const State<W>& canonical, Trace& trace) const;
  void find_cycles();
  bool find_cycle_from(std::uint32_t start);
  bool same_layer(std::uint32_t a, std::uint32_t b) const;
  void rotate_cycle();
  void successors(std::uint32_t number, std::vector<std::uint32_t>& out) const;
  void conclude(Exploration& out) const;

  const State<W>& state(std::uint32_t number) const {
    return shards_[shard_of(number)].state(local_of(number));
  }

  const System& system_;
  const Packed& packed_;
  const Limits& limits_;
  Machine<W> machine_;
  Workers workers_;
  std::vector<Narrow> bad_, premises_;
  std::array<Shard<W>, kShards> shards_;
  std::array<Found, kShards> found_;
  std::array<Again, kShards> again_;
  std::vector<std::array<std::uint32_t, kShards>> layers_;  // where each begins
  std::array<std::vector<std::uint8_t>, kShards> colour_;   // of find_cycles
  std::vector<Chunk> chunks_;
  std::vector<std::uint32_t> failed_, seen_;  // by property: the first such state
  std::vector<std::uint32_t> cycle_;          // states of a run that never ends
  std::uint32_t rest_ = kNone;
  std::uint64_t transitions_ = 0;
  Ended ended_ = Ended::Complete;
  int depth_ = 0, faults_ = 0;
};

}  // namespace scantling::verify
