// Drawing from the random times of the language, in nanoseconds, and from skewed choices.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/time_law.h"

namespace scantling {

// e^x by range reduction and a polynomial, relative error below 1e-13: the same bits on every
// machine (the C library's exp differs between versions), and quicker.
double portable_exp(double x);

// A time law made ready for drawing.
class TimeSampler {
 public:
  TimeSampler() = default;  // always 0
  explicit TimeSampler(const TimeLaw& law);

  double mean_nanoseconds() const { return mean_; }
  bool always_zero() const { return kind_ == TimeLaw::Kind::Fixed && a_ <= 0; }

  double draw(RandomStream& random) const {
    switch (kind_) {
      case TimeLaw::Kind::Fixed: return a_;
      case TimeLaw::Kind::Exponential: return a_ * random.exponential();
      case TimeLaw::Kind::Lognormal: return portable_exp(a_ + b_ * random.normal());
      case TimeLaw::Kind::Uniform: return a_ + b_ * random.uniform();
      case TimeLaw::Kind::Normal: return draw_normal(random);
      case TimeLaw::Kind::Empirical:
        return samples_[random.below(static_cast<std::uint32_t>(samples_.size()))];
    }
    return 0;
  }

 private:
  double draw_normal(RandomStream& random) const;

  TimeLaw::Kind kind_ = TimeLaw::Kind::Fixed;
  double a_ = 0;  // mean; or mu of the logarithm; or lowest
  double b_ = 0;  // sigma of the logarithm; or range; or deviation
  double mean_ = 0;
  std::vector<double> samples_;
};

// Chooses i with probability weight[i] / sum, in constant time (Walker 1977, built as Vose 1991).
class WeightedChoice {
 public:
  WeightedChoice() = default;
  explicit WeightedChoice(std::span<const double> weights);

  std::uint32_t draw(RandomStream& random) const { return at(random.uniform()); }
  // For 0 <= share < 1: the draw that this uniform number makes.
  std::uint32_t at(double share) const {
    const double u = share * static_cast<double>(keep_.size());
    const auto i = static_cast<std::size_t>(u);
    return u - static_cast<double>(i) < keep_[i] ? static_cast<std::uint32_t>(i) : other_[i];
  }
  std::size_t size() const { return keep_.size(); }

 private:
  std::vector<double> keep_;
  std::vector<std::uint32_t> other_;
};

// Ranks 1..n with probability proportional to rank^-exponent, by rejection-inversion (Hoermann,
// Derflinger 1996): constant time and memory for any n. Draws are 0-based.
class ZipfChoice {
 public:
  ZipfChoice() = default;
  ZipfChoice(std::uint64_t n, double exponent);

  std::uint64_t draw(RandomStream& random) const;
  std::uint64_t size() const { return n_; }

 private:
  double integral(double x) const;
  double integral_inverse(double y) const;

  std::uint64_t n_ = 1;
  double exponent_ = 0;
  double low_ = 0, high_ = 0, shortcut_ = 0;
};

}  // namespace scantling
