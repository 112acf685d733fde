// The set of states seen, exact: each state is stored in full with the number of its parent. Split
// into shards by hash, so that threads fill it without locks and a shard's table fits the cache.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace scantling::verify {

inline constexpr std::size_t kShardBits = 6, kShards = std::size_t{1} << kShardBits;
inline constexpr std::uint32_t kNone = 0xffffffff;

// Shard in the low bits, so that numbers of one level lie near each other in each shard.
constexpr std::uint32_t state_number(std::size_t shard, std::uint32_t local) {
  return (local << kShardBits) | static_cast<std::uint32_t>(shard);
}
constexpr std::size_t shard_of(std::uint32_t number) {
  return number & (kShards - 1);
}
constexpr std::uint32_t local_of(std::uint32_t number) {
  return number >> kShardBits;
}

template <std::size_t W>
struct State {
  std::array<std::uint64_t, W> words;
  friend bool operator==(const State&, const State&) = default;
};

// Multiplication folded to 64 bits, per word (as in wyhash; Wang Yi, public domain).
template <std::size_t W>
std::uint64_t hash_of(const State<W>& state) {
  std::uint64_t h = 0x9e3779b97f4a7c15ULL;
  for (std::size_t i = 0; i < W; ++i) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(state.words[i] ^ h) * (0xe7037ed1a0b428dbULL + 2 * i);
    h = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^
        state.words[i];
  }
  // The last product's low bits are weak when the state's are zero: one more round.
  h ^= h >> 29;
  h *= 0xbf58476d1ce4e5b9ULL;
  return h ^ (h >> 32);
}

template <std::size_t W>
class Shard {
 public:
  static constexpr std::size_t kBlock = 512;

  std::uint32_t size() const { return size_; }
  const State<W>& state(std::uint32_t local) const {
    return blocks_[local / kBlock]->states[local % kBlock];
  }
  std::uint32_t parent(std::uint32_t local) const {
    return blocks_[local / kBlock]->parents[local % kBlock];
  }
  std::size_t bytes() const {
    return blocks_.size() * sizeof(Block) + table_.size() * sizeof(std::uint64_t);
  }

  void prefetch(std::uint32_t tag) const {
    if (!table_.empty()) __builtin_prefetch(&table_[slot(tag)]);
  }

  // Its number here, size() - 1 when it is new.
  std::uint32_t insert(const State<W>& state, std::uint32_t tag, std::uint32_t parent) {
    if ((size_ + 1) * std::uint64_t{5} > table_.size() * std::uint64_t{4}) grow();
    std::size_t at = slot(tag);
    for (; table_[at] != 0; at = at + 1 == table_.size() ? 0 : at + 1)
      if (table_[at] >> 32 == tag && this->state(local_at(at)) == state) return local_at(at);
    if (size_ % kBlock == 0) blocks_.push_back(std::make_unique_for_overwrite<Block>());
    blocks_.back()->states[size_ % kBlock] = state;
    blocks_.back()->parents[size_ % kBlock] = parent;
    ++size_;
    table_[at] = (std::uint64_t{tag} << 32) | size_;
    return size_ - 1;
  }

  std::uint32_t find(const State<W>& state, std::uint32_t tag) const {
    if (table_.empty()) return kNone;
    for (std::size_t at = slot(tag); table_[at] != 0; at = at + 1 == table_.size() ? 0 : at + 1)
      if (table_[at] >> 32 == tag && this->state(local_at(at)) == state) return local_at(at);
    return kNone;
  }

 private:
  struct Block {
    std::array<State<W>, kBlock> states;
    std::array<std::uint32_t, kBlock> parents;
  };

  // Order-preserving: entries lie in the order of their tags, so that growing is one pass.
  std::size_t slot(std::uint32_t tag) const {
    return static_cast<std::size_t>((std::uint64_t{tag} * table_.size()) >> 32);
  }
  std::uint32_t local_at(std::size_t at) const {
    return static_cast<std::uint32_t>(table_[at]) - 1;
  }

  void grow() {
    std::vector<std::uint64_t> old;
    old.swap(table_);
    table_.assign(std::max<std::size_t>(64, old.size() + old.size() / 4), 0);
    for (const std::uint64_t entry : old) {
      if (entry == 0) continue;
      std::size_t at = slot(static_cast<std::uint32_t>(entry >> 32));
      while (table_[at] != 0)
        at = at + 1 == table_.size() ? 0 : at + 1;
      table_[at] = entry;
    }
  }

  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<std::uint64_t> table_;  // tag << 32 | local + 1; 0: free
  std::uint32_t size_ = 0;
};

}  // namespace scantling::verify
