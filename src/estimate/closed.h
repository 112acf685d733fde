// Waiting at the stations of a closed network: mean value analysis by the arrival theorem, one
// customer more at a time (Reiser and Lavenberg, "Mean-Value Analysis of Closed Multichain Queuing
// Networks", J. ACM 27(2), 1980), with several servers by their marginal probabilities (the same;
// Bolch et al., "Queueing Networks and Markov Chains", 2006, 8.2.1). Exact where the network has a
// product form, but that a station which is hardly ever empty has the probabilities of M/M/c//N
// with the rest of the network as one delay: its own run out of digits. Above `kExactUsers` the
// queue that an arrival sees is (N - 1)/N of the mean queue (Schweitzer 1979, Bard 1979), several
// servers a faster one behind a delay (Seidmann 1987).
//
// Work that is not exponential changes what is left of the work in service: by (cs2 - 1)/2 of a
// service time for those who find all servers busy (Reiser 1979). Arrivals in turns likewise.
#pragma once

#include <cstddef>
#include <vector>

#include "estimate/queueing.h"

namespace scantling {

inline constexpr int kExactUsers = 1000;

// One queue out of `count` alike ones.
struct ClosedVisit {
  double count = 1;
  int servers = 1;
  double rate = 0;  // to all of them, per second
  double seconds = 0;
  double ca2 = 1, cs2 = 1;
};

class ClosedQueues {
 public:
  ClosedQueues(std::size_t stations, double users)
      : queues_(stations), users_(users), customers_(users <= kExactUsers ? 1 : users) {}

  // What an arrival waits, from the queues with one customer less. The second moment is that of a
  // machine repair model with all customers.
  Waiting wait(std::size_t station, const ClosedVisit& visit);
  // The network now has this many customers, whose throughput is `scale` times that of the rates
  // seen by `wait`.
  void set_customers(int customers, double scale);
  // A round of Schweitzer's fixed point.
  void relax(double scale);

 private:
  struct Queue {
    ClosedVisit visit;      // the last one
    double waited = 0;      // its mean wait
    double there = 0;       // customers at it, waiting and served
    double behind = 0;      // Seidmann: those at its faster server
    std::vector<double> p;  // P(j customers), j below the number of servers
    bool alone = false;     // `p` is that of M/M/c//N
  };
  void probabilities(Queue& queue, int customers, double rate);

  double all_busy(const Queue& queue) const;
  double spread(const ClosedVisit& visit, double waited) const;
  bool exact() const { return users_ <= kExactUsers; }

  std::vector<Queue> queues_;
  double users_;
  double customers_;  // that `wait` is for
};

}  // namespace scantling
