// A small stream of random numbers (splitmix64: Steele, Lea and Flood, OOPSLA 2014). Streams that
// must be independent are seeded from (seed, purpose, index).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace scantling::boundaries {

class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t purpose = 0, std::uint64_t index = 0)
      : state_(seed) {
    state_ = next() ^ (purpose * 0x9e3779b97f4a7c15ULL);
    state_ = next() ^ (index * 0xbf58476d1ce4e5b9ULL);
  }
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // 0 <= x < 1
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // 0 <= i < n, n at least 1; the bias of the modulus is below n / 2^64.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t state_;
};

}  // namespace scantling::boundaries
