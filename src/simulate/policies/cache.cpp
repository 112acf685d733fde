#include "simulate/policies/cache.h"
#include "simulate/policies.h"

#include <algorithm>

namespace scantling::sim {

extern const PolicyInfo policy_cache = {
    "cache",
    "what a cache holds: keys by Zipf, least recently used goes first, expiry, filled "
    "on success, single flight, leases, stale answers; or a miss rate",
    "Che, Tung, Wang 2002; Nishtala et al., Scaling Memcache at Facebook, NSDI 2013, 3.2.1"};

void CacheState::prepare(const CacheInfo& info) {
  expires_ = info.expires;
  keys_ = info.keys;
  if (keys_ == 0) return;
  capacity_ = info.capacity == 0 ? keys_ : std::min(info.capacity, keys_);
  zipf_ = ZipfChoice(keys_, info.skew);
  filled_at_.assign(keys_, unfilled);
  newer_.assign(keys_, none);
  older_.assign(keys_, none);
}

void CacheState::unlink(std::uint32_t key) {
  const std::uint32_t newer = newer_[key];
  const std::uint32_t older = older_[key];
  (newer == none ? newest_ : older_[newer]) = older;
  (older == none ? oldest_ : newer_[older]) = newer;
}

void CacheState::link_front(std::uint32_t key) {
  newer_[key] = none;
  older_[key] = newest_;
  if (newest_ != none) newer_[newest_] = key;
  newest_ = key;
  if (oldest_ == none) oldest_ = key;
}

bool CacheState::hit(std::uint64_t key, Time now) {
  const auto k = static_cast<std::uint32_t>(key);
  if (filled_at_[k] == unfilled) return false;
  if (expires_ > 0 && now - filled_at_[k] >= expires_) return false;
  if (newest_ != k) {
    unlink(k);
    link_front(k);
  }
  return true;
}

void CacheState::fill(std::uint64_t key, Time now) {
  const auto k = static_cast<std::uint32_t>(key);
  if (filled_at_[k] != unfilled) {
    unlink(k);
  } else {
    if (size_ == capacity_) {
      const std::uint32_t out = oldest_;
      unlink(out);
      filled_at_[out] = unfilled;
      --size_;
    }
    ++size_;
  }
  filled_at_[k] = now;
  link_front(k);
}

void CacheState::flush(Time now) {
  if (keys_ > 0) {
    std::fill(filled_at_.begin(), filled_at_.end(), unfilled);
    newest_ = oldest_ = none;
    size_ = 0;
    return;
  }
  // In the steady state each live key is fetched once in its residence time, so fills so far per
  // second x residence is how many there are to bring back.
  const Time residence = expires_ > 0 ? expires_ : default_residence;
  const double keys = now <= 0 ? 1
                               : static_cast<double>(fills_) / static_cast<double>(now) *
                                     static_cast<double>(residence);
  fullness_ = 0;
  step_ = 1 / std::max(1.0, keys);
}

}  // namespace scantling::sim
