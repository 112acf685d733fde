#include "estimate/queueing.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace scantling {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Sums over i = 1..q of r^i and of i r^i, in closed form except where 1 - r would cancel.
struct GeometricSums {
  double plain = 0;
  double weighted = 0;
  double last = 1;  // r^q
};

GeometricSums geometric_sums(double r, double q) {
  GeometricSums out;
  out.last = std::pow(r, q);
  const double gap = 1 - r;
  if (std::abs(gap) * (q + 1) < 1e-4) {
    // First order in the gap: r^i = 1 - i gap.
    out.plain = q - gap * q * (q + 1) / 2;
    out.weighted = q * (q + 1) / 2 - gap * q * (q + 1) * (2 * q + 1) / 6;
    return out;
  }
  out.plain = r * (1 - out.last) / gap;
  out.weighted = r * (1 - (q + 1) * out.last + q * out.last * r) / (gap * gap);
  return out;
}

}  // namespace

double erlang_b(int servers, double a) {
  if (a <= 0) return servers == 0 ? 1 : 0;
  // Loads far below: at most 2 (rho e^(1 - rho))^c (Chernoff, as B <= P(Poisson(a) = c) /
  // P(Poisson(a) <= c)), and what is below 1e-18 is 0 anyway.
  const double rho = a / servers;
  if (rho < .7 && servers * (std::log(rho) + 1 - rho) < -43) return 0;
  double start = a - 9 * std::sqrt(a) - 1;
  if (start > servers) start = std::min(start, servers - 36 / std::log(a / servers));
  int k = 0;
  double inverse = 1;
  if (start > 1) {
    k = static_cast<int>(start);
    inverse = 1 / (1 - k / a);
  }
  const double per_erlang = 1 / a;
  for (++k; k <= servers; ++k) {
    inverse = 1 + inverse * (k * per_erlang);
    if (inverse > 1e18) return 0;  // it only grows from here
  }
  return 1 / inverse;
}

double erlang_c(int servers, double a) {
  if (a >= servers) return 1;
  const double b = erlang_b(servers, a);
  return b / (1 - a / servers * (1 - b));
}

double Waiting::quantile(double q) const {
  if (p_wait <= 1 - q || mean <= 0) return 0;
  return mean / p_wait * std::log(p_wait / (1 - q));
}

double Waiting::tail(double seconds) const {
  if (mean <= 0) return 0;
  if (std::isinf(mean)) return 1;
  return p_wait * std::exp(-seconds * p_wait / mean);
}

Waiting mmc_wait(int servers, double rate, double service_seconds) {
  const double a = rate * service_seconds;
  if (a <= 0) return {};
  if (a >= servers) return {kInfinity, 1, 0};
  const double c = erlang_c(servers, a);
  return {c * service_seconds / (servers - a), c, 0};
}

Waiting mmck_wait(int servers, double room, double rate, double service_seconds) {
  const double a = rate * service_seconds;
  if (a <= 0) return {};
  const double rho = a / servers;
  if (std::isinf(room) || (rho < 1 && room * std::log(rho) < -40))
    return mmc_wait(servers, rate, service_seconds);
  const double b = erlang_b(servers, a);
  if (b <= 0) return {};
  if (rho > 1 && room * std::log(rho) > 600)  // r^q would overflow: full at all times
    return {service_seconds / servers * room, 1, 1 - 1 / rho};
  const GeometricSums sums = geometric_sums(rho, room);
  const double all = 1 + b * sums.plain;
  Waiting out;
  out.loss = b * sums.last / all;
  const double accepted = 1 - out.loss;
  out.p_wait = b * (1 + sums.plain - sums.last) / all / accepted;
  out.mean = b * sums.weighted / all / (rate * accepted);
  return out;
}

double allen_cunneen_factor(double rho, double ca2, double cs2) {
  double factor = (ca2 + cs2) / 2;
  if (ca2 < 1 && rho > 0 && ca2 + cs2 > 0)
    factor *=
        std::exp(-2 * (1 - std::min(rho, 1.0)) * (1 - ca2) * (1 - ca2) / (3 * rho * (ca2 + cs2)));
  return factor;
}

Waiting allen_cunneen(int servers, double rate, double service_seconds, double ca2, double cs2) {
  Waiting out = mmc_wait(servers, rate, service_seconds);
  out.mean *= allen_cunneen_factor(rate * service_seconds / servers, ca2, cs2);
  return out;
}

double waiting_spread(double rho, double shape) {
  const double r = std::clamp(rho, 0.0, 1.0);
  return 2 * r + 4.0 / 3 * (1 - r) * shape;
}

double mm1k_loss(double rho, int room_in_all) {
  if (rho == 1) return 1.0 / (room_in_all + 1);
  return (1 - rho) * std::pow(rho, room_in_all) / (1 - std::pow(rho, room_in_all + 1));
}

double power_of_d_time(double rho, int d) {
  if (rho >= 1) return kInfinity;
  if (d <= 1) return 1 / (1 - rho);
  double sum = 0;
  double power = d;  // d^i
  for (int i = 1; i < 64; ++i, power *= d) {
    const double term = std::pow(rho, (power - d) / (d - 1));
    sum += term;
    if (term < 1e-17) break;
  }
  return sum;
}

ClosedSolution mva(std::span<const ClosedStation> stations, int customers) {
  ClosedSolution out;
  out.residence_seconds.assign(stations.size(), 0);
  out.queue.assign(stations.size(), 0);
  for (int n = 1; n <= customers; ++n) {
    double cycle = 0;
    out.response_seconds = 0;
    for (std::size_t i = 0; i < stations.size(); ++i) {
      const ClosedStation& station = stations[i];
      out.residence_seconds[i] = station.demand_seconds * (station.delay ? 1 : 1 + out.queue[i]);
      cycle += out.residence_seconds[i];
      if (!station.delay) out.response_seconds += out.residence_seconds[i];
    }
    out.throughput = cycle > 0 ? n / cycle : 0;
    for (std::size_t i = 0; i < stations.size(); ++i)
      out.queue[i] = out.throughput * out.residence_seconds[i];
  }
  return out;
}

double expected_attempts(double failure, int attempts, double budget) {
  double sum = 1;
  if (failure >= 1) {
    sum = attempts;
  } else {
    double power = 1;
    for (int k = 1; k < attempts; ++k) {
      power *= failure;
      if (power < 1e-18) break;
      sum += power;
    }
  }
  return std::min(sum, 1 + budget);
}

namespace {

// Zipf ranks in blocks that grow geometrically: exact for the first ranks, and for the rest one
// representative a block. Visits (probability of one key, number of keys).
template <class Visit>
void for_zipf_blocks(double keys, double skew, Visit&& visit) {
  double total = 0;
  const auto blocks = [&](auto&& with) {
    double rank = 1;
    while (rank <= keys) {
      const double width = rank <= 256 ? 1 : std::min(std::floor(rank / 64), keys - rank + 1);
      // The mean of x^-skew over [rank - 1/2, rank + width - 1/2].
      double weight = std::pow(rank, -skew);
      if (width > 1) {
        const double low = rank - .5;
        const double high = rank + width - .5;
        weight = std::abs(skew - 1) < 1e-9
                     ? std::log(high / low) / width
                     : (std::pow(high, 1 - skew) - std::pow(low, 1 - skew)) / (1 - skew) / width;
      }
      with(weight, width);
      rank += width;
    }
  };
  blocks([&](double weight, double width) { total += weight * width; });
  blocks([&](double weight, double width) { visit(weight / total, width); });
}

}  // namespace

double lru_hit_rate(double keys, double capacity, double skew) {
  keys = std::floor(keys);
  if (keys < 1 || capacity >= keys) return 1;
  if (capacity <= 0) return 0;
  std::vector<std::pair<double, double>> blocks;
  for_zipf_blocks(keys, skew, [&](double p, double width) { blocks.emplace_back(p, width); });
  // The characteristic time t (in requests) at which the expected content fills the cache.
  const auto content = [&](double t) {
    double sum = 0;
    for (const auto& [p, width] : blocks)
      sum -= width * std::expm1(-p * t);
    return sum;
  };
  double low = 0;
  double high = capacity;
  while (content(high) < capacity && high < 1e18)
    high *= 2;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (content(middle) < capacity ? low : high) = middle;
  }
  double hits = 0;
  for (const auto& [p, width] : blocks)
    hits -= p * width * std::expm1(-p * high);
  return hits;
}

double expiry_hit_rate(double keys, double rate, double expiry_seconds, double skew) {
  keys = std::floor(keys);
  if (keys < 1 || rate <= 0) return 0;
  double hits = 0;
  for_zipf_blocks(keys, skew, [&](double p, double width) {
    const double x = p * rate * expiry_seconds;
    hits += p * width * x / (1 + x);
  });
  return hits;
}

double hottest_key_share(double keys, double skew) {
  if (keys <= 1) return 1;
  double share = 0;
  for_zipf_blocks(std::floor(keys), skew, [&](double p, double) { share = std::max(share, p); });
  return share;
}

double k_of_n(int k, int n, double p) {
  if (k <= 0) return 1;
  if (k > n) return 0;
  const double q = 1 - p;
  // More than n - k failures have at most probability (n q)^m / m!, m = n - k + 1.
  double bound = 1;
  for (int m = 1; m <= n - k + 1; ++m) {
    bound *= n * q / m;
    if (bound < 1e-17 && n * q < m) return 1;
  }
  // At most n - k parts fail.
  double term = std::pow(p, n);
  double sum = term;
  for (int failed = 1; failed <= n - k; ++failed) {
    term *= q / p * (n - failed + 1) / failed;
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return std::min(sum, 1.0);
}

}  // namespace scantling
