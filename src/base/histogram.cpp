#include "base/histogram.h"

#include <algorithm>
#include <cmath>

namespace scantling {

void Histogram::grow(std::size_t bucket) {
  // To the end of the next power of two: growth is rare, and stops at bucket_of(largest_value).
  const std::size_t parts = std::size_t{1} << part_bits;
  counts_.resize((bucket / parts + 2) * parts, 0);
}

void Histogram::merge(const Histogram& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size(), 0);
  for (std::size_t i = 0; i < other.counts_.size(); ++i)
    counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum();
  largest_ = std::max(largest_, other.largest_);
}

void Histogram::clear() {
  std::fill(counts_.begin(), counts_.end(), 0);
  count_ = 0;
  sum_ = 0;
  recent_ = 0;
  largest_ = 0;
}

double Histogram::quantile(double q) const {
  if (count_ == 0) return 0;
  const double wanted = std::ceil(q * static_cast<double>(count_));
  const std::uint64_t rank =
      std::clamp<std::uint64_t>(wanted < 1 ? 1 : static_cast<std::uint64_t>(wanted), 1, count_);
  if (rank == count_) return static_cast<double>(largest_);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(middle_of(i), static_cast<double>(largest_));
  }
  return static_cast<double>(largest_);
}

std::uint64_t Histogram::count_above(std::int64_t nanoseconds) const {
  std::uint64_t above = 0;
  for (std::size_t i = bucket_of(std::min(nanoseconds, largest_value)) + 1; i < counts_.size(); ++i)
    above += counts_[i];
  return above;
}

}  // namespace scantling
