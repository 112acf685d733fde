// Closed forms and standard approximations of queueing theory, free of any model. Times in
// seconds, rates per second. `a` is the offered load in erlangs: rate x mean service time.
#pragma once

#include <span>
#include <vector>

namespace scantling {

// Loss probability of M/M/c/c (Erlang 1917), by the recursion 1/B(k) = 1 + k/a x 1/B(k-1). For a
// load of many servers the recursion starts 9 sqrt(a) below a, from the fluid value 1 - k/a: its
// error shrinks by k/a a step, below 1e-15 when k reaches a.
double erlang_b(int servers, double a);
// Probability of waiting in M/M/c; 1 at or above saturation.
double erlang_c(int servers, double a);

// A queue's waiting time: it is 0 with probability 1 - p_wait, otherwise of mean mean / p_wait and
// `spread` times the square of that as its second moment: 2 for an exponential, which it is in
// M/M/c. Quantiles and tails here take it as exponential.
struct Waiting {
  double mean = 0;    // of those let in, zeros included; infinite when it grows for ever
  double p_wait = 0;  // P(W > 0)
  double loss = 0;    // share turned away (finite room only)
  double spread = 2;
  double alike = 1;  // waits of one request at its visits go together: as one this much longer

  bool operator==(const Waiting&) const = default;
  double quantile(double q) const;  // 0 when q <= 1 - p_wait
  double tail(double seconds) const;
};

Waiting mmc_wait(int servers, double rate, double service_seconds);

// M/M/c with room for `room` more that wait, for loads below, at and above saturation.
Waiting mmck_wait(int servers, double room, double rate, double service_seconds);

// Allen-Cunneen: the M/M/c wait times (ca2 + cs2) / 2, squared coefficients of variation of the
// times between arrivals and of service (Allen, "Probability, Statistics and Queueing Theory",
// 1990, 5.3.3). Exact for M/M/c and M/G/1. For ca2 < 1 the factor of Kraemer and Langenbach-Belz
// (1976), exp(-2 (1 - rho) (1 - ca2)^2 / (3 rho (ca2 + cs2))), is applied.
double allen_cunneen_factor(double rho, double ca2, double cs2);
Waiting allen_cunneen(int servers, double rate, double service_seconds, double ca2, double cs2);

// Spread of the wait of those who wait in M/G/1 (the second moment of Pollaczek and Khinchine;
// Kleinrock I, 5.7): 2 rho + 4/3 (1 - rho) shape, from the shape E[S] E[S^3] / E[S^2]^2 of service
// times: 1 when they are fixed, 3/2 when exponential, 1 + cv^2 when lognormal. Taken for several
// servers too.
double waiting_spread(double rho, double shape);

// P(K customers) of M/M/1/K, that is its loss probability.
double mm1k_loss(double rho, int room_in_all);

// Mean time in system over mean service time when each arrival joins the shortest of d queues
// drawn at random out of very many (Mitzenmacher 2001): sum over i of rho^((d^i - d)/(d - 1)).
double power_of_d_time(double rho, int d);

// Exact mean value analysis of a closed network with one class (Reiser and Lavenberg 1980).
struct ClosedStation {
  double demand_seconds = 0;  // visits x service time
  bool delay = false;         // no queue: think time, or a station with a server for everybody
};
struct ClosedSolution {
  double throughput = 0;
  double response_seconds = 0;            // delays not included
  std::vector<double> residence_seconds;  // by station
  std::vector<double> queue;              // mean customers, by station
};
ClosedSolution mva(std::span<const ClosedStation> stations, int customers);

// Calls made for one that is asked for, when each attempt fails with probability `failure`, at most
// `attempts` are made, and retries may be at most `budget` of the first calls (1e9: no budget).
double expected_attempts(double failure, int attempts, double budget);

// Hit rate of an LRU cache of `capacity` of `keys` equally large items asked for with Zipf
// frequencies of exponent `skew`: the approximation of Che, Tung and Wang (2002).
double lru_hit_rate(double keys, double capacity, double skew);
// Hit rate when an item is kept for `expiry_seconds` after it was fetched, and room is no limit:
// sum over keys of p r T / (1 + r T), r the key's own rate (Jung, Berger, Balakrishnan 2003).
double expiry_hit_rate(double keys, double rate, double expiry_seconds, double skew);
// Share of the requests that go to the most asked-for of `keys` Zipf keys.
double hottest_key_share(double keys, double skew);

// P(at least k of n independent parts work), each with probability p.
double k_of_n(int k, int n, double p);

}  // namespace scantling
