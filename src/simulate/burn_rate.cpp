#include "simulate/burn_rate.h"

#include <algorithm>
#include <cmath>

namespace scantling {
namespace {

const Series* named(const OperationResult& operation, const char* name) {
  for (const Series& s : operation.series)
    if (s.name == name) return &s;
  return nullptr;
}

// Share of errors over the window that ends `inside` seconds into bucket `at`; before the series
// there were requests at the mean rate and no errors.
class Windows {
 public:
  Windows(const Series& good, const Series& errors, double mean_rate)
      : mean_rate_(mean_rate), width_(good.bucket_seconds) {
    bad_.push_back(0);
    all_.push_back(0);
    for (std::size_t i = 0; i < std::min(good.values.size(), errors.values.size()); ++i) {
      bad_.push_back(bad_.back() + errors.values[i] * width_);
      all_.push_back(all_.back() + (errors.values[i] + good.values[i]) * width_);
    }
  }
  double seconds() const { return static_cast<double>(bad_.size() - 1) * width_; }
  double share(double end, double window) const {
    const double start = end - window;
    const double bad = upto(bad_, end, 0) - upto(bad_, start, 0);
    const double all = upto(all_, end, mean_rate_) - upto(all_, start, mean_rate_);
    return all > 0 ? bad / all : 0;
  }

 private:
  double upto(const std::vector<double>& sums, double at, double rate_before) const {
    if (at <= 0) return rate_before * at;
    const double bucket = at / width_;
    const auto whole = std::min(static_cast<std::size_t>(bucket), sums.size() - 1);
    if (whole + 1 >= sums.size()) return sums.back();
    const double part = bucket - static_cast<double>(whole);
    return sums[whole] + part * (sums[whole + 1] - sums[whole]);
  }

  double mean_rate_, width_;
  std::vector<double> bad_, all_;  // of all buckets before
};

}  // namespace

std::optional<double> fires_after(const OperationResult& operation, double objective,
                                  const BurnAlert& alert) {
  const Series* good = named(operation, "goodput");
  const Series* errors = named(operation, "errors");
  if (good == nullptr || errors == nullptr || objective >= 1) return std::nullopt;
  const Windows windows(*good, *errors, operation.offered.mean);
  const double limit = alert.factor * (1 - objective);
  const auto fires = [&](double at) {
    return windows.share(at, alert.long_seconds) >= limit &&
           windows.share(at, alert.short_seconds) >= limit;
  };
  const double width = good->bucket_seconds;
  for (double at = width; at <= windows.seconds() + width / 2; at += width) {
    if (!fires(at)) continue;
    double low = at - width;
    double high = at;
    for (int i = 0; i < 20; ++i) {
      const double middle = (low + high) / 2;
      (fires(middle) ? high : low) = middle;
    }
    return high;
  }
  return std::nullopt;
}

}  // namespace scantling
