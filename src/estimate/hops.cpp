#include "estimate/hops.h"

#include <algorithm>
#include <cmath>

namespace scantling {
double round_robin_ca2(double n, double callers, double rho) {
  const double idle = 1 - std::min(rho, 1.0);
  const double w = 1 / (1 + 4 * idle * idle * (std::max(1.0, callers) - 1));
  return w / n + 1 - w;
}

// Waiting at `n` instances of `servers` with room for `room` more at each, behind a balancer.
//
// random, weighted, hashed: each instance is an M/G/c of its own.
// round-robin: each caller sends every n-th of its calls to an instance, so Erlang-n between them,
//   ca2 = 1/n; v callers whose turns are independent add up to ca2 = w / n + 1 - w with
//   w = 1 / (1 + 4 (1 - rho)^2 (v - 1)) (Whitt, "The Queueing Network Analyzer", 1983, eq. 33).
// least-request: joins the shortest queue; taken as one queue for all, its lower bound, which it
//   reaches in heavy traffic (Foschini and Salz 1978).
// random of two, of three: Mitzenmacher's fixed point; an instance with several servers counts as
// busy with
//   the probability that all of them are. At least the one queue for all.
//
// Mean time in system against the simulator, six instances of one core at 80%, lognormal work with
// variation 1: random and round-robin within 1%, random of two 7% low, least-request 10% low (with
// two cores each: within 4% all).
Waiting balanced_wait(Balance balance, double n, int servers, double room, double rate,
                      double seconds, double cs2, double shape, double callers) {
  if (rate <= 0 || seconds <= 0) return {};
  if (n < 1) return {kForever, 1, 1};
  const auto pooled_servers = static_cast<int>(std::lround(n * servers));
  Waiting out;
  double ca2 = 1;
  switch (balance) {
    case Balance::LeastRequest: out = mmck_wait(pooled_servers, room * n, rate, seconds); break;
    case Balance::RandomOfTwo:
    case Balance::RandomOfThree:
    case Balance::BoundedHash: {
      out = mmck_wait(servers, room, rate / n, seconds);
      if (n < 2) break;
      const double rho = rate * seconds / (n * servers);
      if (rho >= 1) break;
      const double busy = erlang_c(servers, rho * servers);
      // One server: the time in system over the service time is the sum over i = 1, 2, ... of
      // rho^((d^i - d)/(d - 1)), so that the wait is the sum from i = 2 on. Its first d factors of
      // rho stand for d busy instances, busy^d with several servers; what is left of the exponent,
      // x, is followed by d x + d^2.
      const bool three = balance == Balance::RandomOfThree;
      const double step = three ? std::pow(rho, 9) : std::pow(rho, 4);
      const double all_busy = busy * busy * (three ? busy : 1);
      double sum = 0;
      for (double term = 1; term > 1e-12; term *= term * (three ? term : 1) * step)
        sum += term;
      sum *= all_busy;
      const Waiting two{sum * seconds / servers, all_busy, 0};
      const Waiting pooled = mmck_wait(pooled_servers, room * n, rate, seconds);
      const Waiting& worse = two.mean > pooled.mean ? two : pooled;
      if (worse.mean < out.mean) out = {worse.mean, worse.p_wait, out.loss};
      break;
    }
    case Balance::RoundRobin:
      ca2 = round_robin_ca2(n, callers, rate * seconds / (n * servers));
      out = mmck_wait(servers, room, rate / n, seconds);
      break;
    case Balance::Random:
    case Balance::Weighted:
    case Balance::ConsistentHash:
    case Balance::ZoneLocal: out = mmck_wait(servers, room, rate / n, seconds); break;
  }
  const double rho = rate * seconds / (n * servers);
  const double factor = allen_cunneen_factor(rho, ca2, cs2);
  out.mean = std::min(out.mean * factor, kForever);
  out.spread = waiting_spread(rho, shape);
  return out;
}

Moments waiting_moments(const Waiting& wait) {
  if (wait.mean <= 0 || wait.p_wait <= 0) return {};
  Moments out = gamma_wait(wait.p_wait, wait.mean / wait.p_wait, wait.spread);
  out.variance *= wait.alike;
  out.third *= wait.alike * wait.alike;
  out.light *= wait.alike * wait.alike;
  return out;
}

// The k-th to end of n alike: those of a shifted exponential with the same mean and deviation,
// whose order statistics are sums of independent exponentials (Renyi 1953).
Moments kth_of_alike(const Moments& one, int k, int n) {
  if (n <= 1) return one;
  const double deviation = std::sqrt(one.variance);
  double h1 = 0;
  double h2 = 0;
  double h3 = 0;
  for (int j = n - k + 1; j <= n; ++j) {
    h1 += 1.0 / j;
    h2 += 1.0 / (static_cast<double>(j) * j);
    h3 += 1.0 / (static_cast<double>(j) * j * j);
  }
  const double ratio = one.third > 0 ? one.light / one.third : 1;
  const double third = 2 * deviation * one.variance * h3;
  return {std::max(0.0, one.mean - deviation + deviation * h1), one.variance * h2, third,
          third * ratio};
}

Attempted with_policy(const Moments& one, double ok, double up, const NetPolicy& policy) {
  Attempted out;
  Truncated cut;
  cut.kept = one;
  cut.mean_spent = one.mean;
  if (!std::isinf(policy.timeout_seconds)) cut = truncate(one, policy.timeout_seconds);
  const double good = (1 - cut.cut) * ok;
  const double wrong = (1 - cut.cut) * (1 - ok);
  const double again =
      (policy.on_timeout ? cut.cut : 0) + (policy.on_error || policy.on_rejected ? wrong : 0);
  out.calls = policy.attempts == 1 || again <= 0
                  ? 1
                  : expected_attempts(std::min(again, 1.0), policy.attempts, policy.budget);
  out.ok = std::min(1.0, good * out.calls);
  out.up = out.ok;
  if (up != ok) {
    const double wrong_up = (1 - cut.cut) * (1 - up);
    const double again_up = again - (policy.on_error || policy.on_rejected ? wrong - wrong_up : 0);
    out.up = std::min(
        1.0, (1 - cut.cut) * up *
                 expected_attempts(std::clamp(again_up, 0.0, 1.0), policy.attempts, policy.budget));
  }
  out.time = cut.kept;
  double backoff = 0;  // all of it, on average
  if (out.calls > 1) {
    const double share = std::min(again, 1.0);
    double probability = 1;
    double wait = policy.backoff_seconds;
    double plain = 0;  // retries without a budget
    for (int k = 1; k < policy.attempts; ++k) {
      probability *= share;
      if (probability < 1e-12) break;
      plain += probability;
      backoff += probability * wait;
      wait = std::min(wait * 2, policy.cap_seconds);
    }
    if (plain > 0) backoff *= (out.calls - 1) / plain;
    // What failed attempts add is rare: a compound Poisson time, whose cumulants are the rate
    // times the raw moments of one delay.
    const double retries = out.calls - 1;
    const double late = cut.cut > 0 ? cut.cut * policy.timeout_seconds : 0;
    const double retried_late = policy.on_timeout ? late : 0;
    const double retried_wrong = again - (policy.on_timeout ? cut.cut : 0);
    const double spent = (retried_late + retried_wrong * cut.kept.mean) / again;
    const double delay = spent + backoff / retries;
    const double third = retries * delay * delay * delay;
    out.time += {retries * delay, retries * delay * delay, third, third};
  }
  out.hold = out.calls * cut.mean_spent + backoff;
  const double bad = 1 - good;
  out.failing = bad;
  out.seconds = cut.mean_spent;
  out.fail_seconds = bad > 0 ? out.calls * (cut.cut > 0 ? (cut.cut * policy.timeout_seconds +
                                                           (bad - cut.cut) * cut.kept.mean) /
                                                              bad
                                                        : cut.kept.mean) +
                                   backoff
                             : 0;
  return out;
}

}  // namespace scantling
