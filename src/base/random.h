// Random streams. One stream a purpose, derived from (seed, replication, purpose) alone, so that
// two designs that share a purpose draw the same numbers for it (common random numbers).
//
// Generator: xoshiro256++ 1.0 (Blackman, Vigna 2021, ACM TOMS 47:4), seeded by SplitMix64 as its
// authors advise. Exponential and normal: the ziggurat with 256 layers (Marsaglia, Tsang 2000).
#pragma once

#include <cstdint>
#include <string_view>

namespace scantling {

// Advances the state and returns the next output of SplitMix64.
constexpr std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

struct ZigguratTables {
  // Layer i is x[i] wide and reaches from f[i] up to f[i + 1]; x[0] is the base's virtual width.
  double exponential_x[257], exponential_f[257];
  double normal_x[257], normal_f[257];
};
extern const ZigguratTables ziggurat_tables;

class RandomStream {
 public:
  RandomStream() : RandomStream(0, 0, 0) {}
  RandomStream(std::uint64_t seed, std::uint64_t replication, std::uint64_t purpose);

  std::uint64_t next() {
    const std::uint64_t result = rotate(s_[0] + s_[3], 23) + s_[0];
    const std::uint64_t t = s_[1] << 17;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = rotate(s_[3], 45);
    return result;
  }
  // In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // In [0, n), n > 0, unbiased to 2^-32 (Lemire's multiplication without the rejection: n < 2^32).
  std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>(((next() >> 32) * static_cast<std::uint64_t>(n)) >> 32);
  }
  bool chance(double probability) { return uniform() < probability; }
  // Mean 1.
  double exponential() {
    const std::uint64_t bits = next();
    const std::size_t layer = bits & 0xff;
    const double x =
        static_cast<double>(bits >> 11) * 0x1.0p-53 * ziggurat_tables.exponential_x[layer];
    if (x < ziggurat_tables.exponential_x[layer + 1]) return x;
    return exponential_tail(layer, x);
  }
  // Mean 0, variance 1.
  double normal() {
    const std::uint64_t bits = next();
    const std::size_t layer = bits & 0xff;
    const double sign = (bits & 0x100) ? 1.0 : -1.0;
    const double x = static_cast<double>(bits >> 11) * 0x1.0p-53 * ziggurat_tables.normal_x[layer];
    if (x < ziggurat_tables.normal_x[layer + 1]) return sign * x;
    return normal_tail(layer, x, sign);
  }

 private:
  static std::uint64_t rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  double exponential_tail(std::size_t layer, double x);
  double normal_tail(std::size_t layer, double x, double sign);

  std::uint64_t s_[4];
};

// Number of a purpose by its name: stable between runs, machines and designs.
std::uint64_t random_purpose(std::string_view name);

}  // namespace scantling
