// Priorities at a full instance, not interrupting work that has begun: the highest first, those of
// one priority in the order they came. One linked line does, with the last of each rank known.
#pragma once

#include <vector>

#include "simulate/state.h"

namespace scantling::sim {

class PriorityLine {
 public:
  void prepare(std::uint32_t ranks) { last_.assign(ranks, none); }

  // Behind the last of its own rank or a higher one (rank 0 is the highest).
  template <class Items>
  void insert(Line& line, Items& items, std::uint32_t i, std::uint32_t rank) {
    std::uint32_t after = none;
    for (std::uint32_t r = rank + 1; r-- > 0 && after == none;)
      after = last_[r];
    last_[rank] = i;
    if (after == none) {
      line.push_front(items, i);
    } else if (after == line.tail) {
      line.push_back(items, i);
    } else {
      items[i].next = items[after].next;
      items[after].next = i;
      ++line.length;
    }
  }
  // The frame has left the head of the line.
  void popped(std::uint32_t i, std::uint32_t rank) {
    if (last_[rank] == i) last_[rank] = none;
  }
  void clear() { last_.assign(last_.size(), none); }

 private:
  std::vector<std::uint32_t> last_;
};

}  // namespace scantling::sim
