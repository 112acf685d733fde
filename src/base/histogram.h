// A log-linear histogram of whole nanoseconds: every power of two is cut into 128 equal parts, so a
// quantile is off by at most 1/256 (0.4%) of its value. Below 128 ns it is exact. Mean, smallest
// and largest are exact. Histograms are merged by adding.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace scantling {

class Histogram {
 public:
  static constexpr int part_bits = 7;
  static constexpr std::int64_t largest_value = (std::int64_t{1} << 46) - 1;  // 19.5 hours

  static constexpr std::size_t bucket_of(std::int64_t value) {
    const auto v = static_cast<std::uint64_t>(value);
    if (v < (1ULL << part_bits)) return v;
    const int shift = static_cast<int>(std::bit_width(v)) - 1 - part_bits;
    return (static_cast<std::size_t>(shift + 1) << part_bits) +
           static_cast<std::size_t>((v >> shift) - (1ULL << part_bits));
  }
  static constexpr double middle_of(std::size_t bucket) {
    if (bucket < (1ULL << part_bits)) return static_cast<double>(bucket);
    const auto shift = static_cast<int>((bucket >> part_bits) - 1);
    const std::uint64_t low = ((bucket & ((1ULL << part_bits) - 1)) + (1ULL << part_bits)) << shift;
    return static_cast<double>(low) + static_cast<double>((1ULL << shift) - 1) / 2;
  }

  void record(std::int64_t nanoseconds) {
    if (nanoseconds > largest_value) nanoseconds = largest_value;
    const std::size_t bucket = bucket_of(nanoseconds);
    if (bucket >= counts_.size()) grow(bucket);
    ++counts_[bucket];
    ++count_;
    recent_ += nanoseconds;
    if (recent_ > most_recent) fold();
    if (nanoseconds > largest_) largest_ = nanoseconds;
  }
  void merge(const Histogram& other);
  void clear();

  std::uint64_t count() const { return count_; }
  double sum() const { return sum_ + static_cast<double>(recent_); }
  double mean() const { return count_ == 0 ? 0 : sum() / static_cast<double>(count_); }
  std::int64_t largest() const { return largest_; }
  // Smallest value such that at least q of all are not above it (nearest rank); 0 when empty.
  double quantile(double q) const;
  // Recorded values above the limit, by bucket.
  std::uint64_t count_above(std::int64_t nanoseconds) const;
  const std::vector<std::uint64_t>& counts() const { return counts_; }

 private:
  static constexpr std::int64_t most_recent = std::int64_t{1} << 62;

  void grow(std::size_t bucket);
  void fold() {
    sum_ += static_cast<double>(recent_);
    recent_ = 0;
  }

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;           // of what has been folded
  std::int64_t recent_ = 0;  // the rest, exact
  std::int64_t largest_ = 0;
};

}  // namespace scantling
