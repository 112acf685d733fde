// Pieces of the solution that know no network: waiting behind a balancer, copies that answer
// together, a call with its timeout and retries.
#pragma once

#include "estimate/moments.h"
#include "estimate/network.h"
#include "estimate/queueing.h"

namespace scantling {

// What an overloaded queue without a bound makes wait: in place of infinity, so that sums of it
// stay numbers. Estimates turn it back into infinity.
inline constexpr double kForever = 1e9;

// `shape`: see waiting_spread. `callers`: round-robin turns that are taken independently of one
// another.
Waiting balanced_wait(Balance balance, double n, int servers, double room, double rate,
                      double seconds, double cs2, double shape, double callers);
// Squared variation of the times between arrivals at one of `n` instances, by turns.
double round_robin_ca2(double n, double callers, double rho);
Moments waiting_moments(const Waiting& wait);
Moments kth_of_alike(const Moments& one, int k, int n);

struct Attempted {  // a call with its retries
  Moments time;     // of one that succeeds
  double hold = 0;  // mean seconds until it has ended well or badly
  double ok = 1;
  double up = 1;  // `ok` while no dependency has an outage
  double calls = 1;
  double fail_seconds = 0;  // spent when it fails
  double failing = 0;       // P(an attempt fails)
  double seconds = 0;       // mean, that an attempt takes, well or badly
};
// `ok`: P(an attempt that is in time succeeds); `up`: the same while no dependency has an outage.
Attempted with_policy(const Moments& one, double ok, double up, const NetPolicy& policy);

}  // namespace scantling
