// The search over states of W words; explore.cpp chooses W. Internal to the room.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "verify/explore.h"
#include "verify/machine.h"
#include "verify/packed.h"
#include "verify/state_set.h"
#include "verify/workers.h"

namespace scantling::verify {

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
  void open_watches();
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
  std::vector<Narrow> open_bad_, open_premises_;  // of what isn't decided as a level begins
  std::vector<Spot> open_bad_spots_, open_premise_spots_;
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
