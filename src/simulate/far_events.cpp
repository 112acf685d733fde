#include "simulate/far_events.h"

#include <algorithm>
#include <bit>

namespace scantling::sim {
namespace {

constexpr std::size_t kPerBucket = 16;
constexpr std::size_t kMostBuckets = 65'536;
constexpr std::size_t kFew = 32;   // that need no buckets
constexpr std::size_t kFull = 64;  // that are too many for one bucket

}  // namespace

std::size_t FarEvents::bytes() const {
  std::size_t keys = beyond_.capacity() + given_.capacity();
  for (const auto& bucket : buckets_)
    keys += bucket.capacity();
  return keys * sizeof(EventKey) + buckets_.capacity() * sizeof(buckets_[0]);
}

void FarEvents::begin(std::span<const EventKey> keys) {
  beyond_.assign(keys.begin(), keys.end());
  count_ = keys.size();
  used_ = current_ = 0;
  spread();
}

// Buckets from the earliest of those beyond, as wide as the earlier half needs. They reach over
// that half at least (but where there are millions), so that an event is spread a few times at
// most.
void FarEvents::spread() {
  given_.swap(beyond_);
  beyond_.clear();
  const auto middle = given_.begin() + static_cast<std::ptrdiff_t>(given_.size() / 2);
  std::nth_element(given_.begin(), middle, given_.end());
  base_ = time_of(*std::min_element(given_.begin(), middle + 1));
  const auto half = static_cast<std::uint64_t>(time_of(*middle) - base_);
  const std::uint64_t width = half / (given_.size() / 2 / kPerBucket + 1) + 1;
  shift_ = static_cast<int>(std::bit_width(width)) - 1;
  used_ = std::clamp<std::size_t>(given_.size() / kPerBucket * 4, 64, kMostBuckets);
  while (buckets_.size() < used_)
    buckets_.emplace_back().reserve(2 * kPerBucket);
  current_ = 0;
  horizon_ = base_;
  spread_ = count_;
  count_ -= given_.size();
  for (const EventKey key : given_)
    add(key);
  given_.clear();
}

// Takes all out of their buckets: many more have come than these were made for.
void FarEvents::gather() {
  for (; current_ < used_; ++current_) {
    beyond_.insert(beyond_.end(), buckets_[current_].begin(), buckets_[current_].end());
    buckets_[current_].clear();
  }
}

std::span<const EventKey> FarEvents::next() {
  given_.clear();
  for (;;) {
    while (current_ < used_ && buckets_[current_].empty())
      ++current_;
    if (current_ < used_ && buckets_[current_].size() > kFull && count_ > 4 * spread_) {
      gather();
      spread();
      continue;
    }
    if (current_ < used_) {
      given_.swap(buckets_[current_]);
      ++current_;
      horizon_ = base_ + (static_cast<Time>(current_) << shift_);
      break;
    }
    if (beyond_.size() <= kFew) {
      given_.swap(beyond_);
      used_ = current_ = 0;
      break;
    }
    spread();
  }
  count_ -= given_.size();
  if (count_ == 0) {  // what comes next need not go this way
    horizon_ = never;
    used_ = current_ = 0;
  }
  return given_;
}

}  // namespace scantling::sim
