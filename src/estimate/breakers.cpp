#include "estimate/breakers.h"

#include <algorithm>
#include <cmath>

namespace scantling {
namespace {

constexpr double kNever = 1e15;  // attempts

// P(k of n independent attempts fail).
double binomial(double n, double k, double failing) {
  if (k < 0 || k > n) return 0;
  if (failing <= 0) return k == 0 ? 1 : 0;
  if (failing >= 1) return k == n ? 1 : 0;
  const double ways = std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
  return std::exp(ways + k * std::log(failing) + (n - k) * std::log1p(-failing));
}

}  // namespace

double attempts_until_open(const BreakerTerms& terms, double failing) {
  if (failing <= 0) return kNever;
  if (terms.in_a_row > 0) {
    if (failing >= 1) return terms.in_a_row;
    const double row = std::pow(failing, terms.in_a_row);
    return row < 1e-15 ? kNever : std::min(kNever, (1 - row) / (row * (1 - failing)));
  }
  const double wanted = std::max(0.0, std::ceil(terms.share * terms.window - 1e-9));
  double below = 0;  // P(a window that has just filled is under the threshold)
  for (double k = 0; k < wanted; ++k)
    below += binomial(terms.window, k, failing);
  if (below <= 0) return terms.window;
  const double over =
      binomial(terms.window - 1, wanted - 1, failing) * failing * (1 - failing) / below;
  return over < 1e-15 ? kNever : std::min(kNever, terms.window + below / std::min(1.0, over));
}

namespace {

struct HalfOpen {
  double sent = 0;     // probes
  double refused = 0;  // calls, while answers are awaited
};

// Calls come one by one, and `away` more come before the answer to one is there: probes are sent
// until the answer to the first bad one, the j-th, comes.
HalfOpen half_open(double probes, double good, double away) {
  HalfOpen out;
  double probability = 1;  // all before the j-th are good
  for (double j = 1; j <= probes && probability > 1e-12; ++j) {
    const double first_bad = j < probes ? probability * (1 - good) : probability;
    const double sent = std::min(probes, j + std::floor(away));
    out.sent += first_bad * sent;
    out.refused += first_bad * std::max(0.0, j + away - sent);
    probability *= good;
  }
  return out;
}

}  // namespace

double breaker_passes(const BreakerTerms& terms, const BreakerFlow& flow) {
  if (flow.calls <= 0 || flow.failing <= 0) return 1;
  const double until = attempts_until_open(terms, flow.failing);
  if (until >= kNever) return 1;
  const double away = flow.calls * flow.seconds;
  const double closed = until / flow.attempts + away;
  // Until all probes of a half-open time are good. At most so often: what never ends is as good as
  // that.
  const double times = 1 / std::max(std::pow(1 - flow.failing, terms.probes), 1e-9);
  const HalfOpen probing = half_open(terms.probes, 1 - flow.failing, away);
  const double refused = times * (flow.calls * terms.open_seconds + probing.refused);
  const double passed = closed + times * probing.sent;
  return passed / (passed + refused);
}

}  // namespace scantling
