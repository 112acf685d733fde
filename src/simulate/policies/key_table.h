// A hash table with open addressing (linear probing, deletion by moving back; Knuth, TAOCP 3, 6.4,
// algorithm R), which allocates nothing once it has had its most entries. A name is never 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace scantling::sim {

template <class Value>
class KeyTable {
 public:
  struct Entry {
    std::uint64_t name = 0;  // 0: free
    Value value;
  };

  static std::uint64_t name_of(std::uint32_t scope, std::uint32_t key) {
    return (static_cast<std::uint64_t>(scope) + 1) << 32 | key;
  }
  const Entry* find(std::uint64_t name) const {
    const std::size_t at = place(name);
    return entries_[at].name == name ? &entries_[at] : nullptr;
  }
  Entry* find(std::uint64_t name) {
    const std::size_t at = place(name);
    return entries_[at].name == name ? &entries_[at] : nullptr;
  }
  // Not there yet.
  void add(std::uint64_t name, Value value = {}) {
    if (2 * ++count_ > entries_.size()) grow();
    Entry& entry = entries_[place(name)];
    entry.name = name;
    entry.value = value;
  }
  void remove(std::uint64_t name) {
    std::size_t hole = place(name);
    if (entries_[hole].name != name) return;
    --count_;
    const std::size_t mask = entries_.size() - 1;
    for (std::size_t i = (hole + 1) & mask; entries_[i].name != 0; i = (i + 1) & mask) {
      const std::size_t home = hash(entries_[i].name) & mask;
      // Stays when its home lies behind the hole, on the way to where it is.
      if (((i - home) & mask) < ((i - hole) & mask)) continue;
      entries_[hole] = entries_[i];
      hole = i;
    }
    entries_[hole].name = 0;
  }
  std::vector<Entry>& entries() { return entries_; }

 private:
  static std::size_t hash(std::uint64_t name) {
    return static_cast<std::size_t>((name * 0x9e3779b97f4a7c15ULL) >> 20);
  }
  std::size_t place(std::uint64_t name) const {
    const std::size_t mask = entries_.size() - 1;
    std::size_t i = hash(name) & mask;
    while (entries_[i].name != 0 && entries_[i].name != name)
      i = (i + 1) & mask;
    return i;
  }
  void grow() {
    std::vector<Entry> old(entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old)
      if (entry.name != 0) entries_[place(entry.name)] = entry;
  }

  std::vector<Entry> entries_ = std::vector<Entry>(64);
  std::size_t count_ = 0;
};

}  // namespace scantling::sim
