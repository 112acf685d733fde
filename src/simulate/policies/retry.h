// A retry is a new arrival at its real time: after the backoff, by the balancer's choice of the
// moment, at most `attempts` in all, each paid from the budget. A first attempt earns `budget` of a
// token, a retry costs one; a bucket starts empty and holds at most 10.
//
// Wait before attempt k (k = 2, 3, ...), with base b and cap c (Brooker 2015, "Exponential Backoff
// And Jitter"): step = min(c, b 2^(k-2)); none: step; full: uniform(0, step); equal: step/2 +
// uniform(0, step/2); decorrelated: min(c, uniform(b, 3 x the wait before)).
#pragma once

#include <algorithm>

#include "base/random.h"
#include "simulate/state.h"

namespace scantling::sim {

inline constexpr double budget_most_tokens = 10;

inline Time backoff_wait(const EdgeInfo& edge, Call& call, RandomStream& random) {
  if (edge.backoff == 0) return 0;
  const auto base = static_cast<double>(edge.backoff);
  const double cap = edge.cap > 0 ? static_cast<double>(edge.cap) : 3.6e12;
  double step = base;
  for (int k = 1; k < call.tries && step < cap; ++k)
    step *= 2;
  step = std::min(step, cap);
  double wait = step;
  switch (edge.jitter) {
    case Jitter::None: break;
    case Jitter::Full: wait = step * random.uniform(); break;
    case Jitter::Equal: wait = step / 2 + step / 2 * random.uniform(); break;
    case Jitter::Decorrelated: {
      const double before = call.last_backoff > 0 ? static_cast<double>(call.last_backoff) : base;
      wait = std::min(cap, base + (3 * before - base) * random.uniform());
      break;
    }
  }
  call.last_backoff = static_cast<Time>(wait);
  return call.last_backoff;
}

inline void budget_earn(double& tokens, double share) {
  tokens = std::min(budget_most_tokens, tokens + share);
}
inline bool budget_pay(double& tokens) {
  if (tokens < 1 - 1e-9) return false;
  tokens -= 1;
  return true;
}

}  // namespace scantling::sim
