// Branches side by side. What forks arrives at all of its branches' stations at once, so that they
// are busy together, and the last branch ends sooner than if each was late by itself: between the
// maximum of independent times and that of times that are equally late. How far between:
//
// 1. Of two M/M/1 queues that get the same requests and nothing else, exactly: the mean time is
//    (12 - rho)/8 of one queue's, where independent queues have 12/8 and equally late ones 8/8
//    (Flatto and Hahn, SIAM J. Appl. Math. 44, 1984). That is rho/4 of the way.
// 2. rho is the part that waiting has in the deviation of an M/M/1's time. In general, with v the
//    share of waiting in the variance of a branch: 1 - sqrt(1 - v).
// 3. 1/4 is the square of what goes together in two busy queues. What comes in and goes out of
// queue
//    a over a long time varies by lambda_a (ca2 + cs2) a second, and what comes to both makes that
//    of a and b vary together: r = lambda / sqrt(lambda_a (ca2_a + cs2_a) lambda_b (ca2_b +
//    cs2_b)), of n instances each 1/sqrt(n_a n_b) of it. r is 1/2 above, 0 without common requests,
//    and 1 where work is fixed, where waits are the same: r^2 fits all three. Interpolating so
//    between what is known follows Varma and Makowski (Performance Evaluation 20, 1994).
// 4. Of K branches the power is another one: that with which r = 1/2 at rho -> 1 is the scaling
//    approximation of Nelson and Tantawi (IEEE Trans. Computers 37(6), 1988, p. 741; within 5% to
//    K = 32): [H_K/H_2 + (1 - H_K/H_2) 4 rho/11] (12 - rho)/8, H_K the harmonic numbers.
//
// Left out: branches that come to the same instance, one after the other.
#include <algorithm>
#include <array>
#include <cmath>

#include "estimate/solver.h"

namespace scantling {
namespace {

constexpr std::size_t kMostBranches = 32;

// The power of r for so many branches: log(the part of the way) / log(1/2).
std::array<double, kMostBranches + 1> powers() {
  std::array<double, kMostBranches + 1> out{};
  double harmonic = 1;
  for (std::size_t k = 2; k <= kMostBranches; ++k) {
    harmonic += 1.0 / static_cast<double>(k);
    const double ratio = harmonic / 1.5;
    const double busy = (ratio + (1 - ratio) * 4 / 11) * 11 / 8;  // rho -> 1
    out[k] = -std::log2((harmonic - busy) / (harmonic - 1));
  }
  return out;
}

}  // namespace

// How far the branches of a fork are from independent (0) to equally late (1).
double NetworkSolver::alike(const NetInstruction& fork, const NetworkSolution::Frame* lists) const {
  static const std::array<double, kMostBranches + 1> power = powers();
  const double rate = out_.forked[at(fork.target)];
  const auto count = at(fork.count);
  if (rate <= 0 || count < 2) return 0;
  const double half = power[std::min(count, kMostBranches)] / 2;
  const NetFork& range = net_.forks[at(fork.target)];
  std::int32_t next = range.first;
  // Over pairs of branches, weighted by how long both take: of products, so that sums will do.
  double sum = 0, squares = 0, weights = 0, weight_squares = 0;
  for (std::size_t i = 0; i < count; ++i) {
    double waiting = 0;   // variance
    double together = 0;  // the same times r^2, but for the other branch's part
    for (; next < range.last && at(net_.reached[at(next)].branch) == i; ++next) {
      const NetReach& to = net_.reached[at(next)];
      const StationState& station = to.kind == NetReach::Kind::Slots ? out_.slots[at(to.station)]
                                    : to.kind == NetReach::Kind::Processor
                                        ? out_.services[at(to.station)]
                                        : out_.stores[at(to.station)];
      const double variance = to.visits * station.waited.variance;
      if (variance <= 0 || station.scatter <= 0) continue;
      waiting += variance;
      together += variance * std::min(1.0, rate * to.visits * to.visits / station.scatter);
    }
    const Moments& time = lists[i].time;
    weights += time.mean;
    weight_squares += time.mean * time.mean;
    if (waiting <= 0 || time.variance <= 0) continue;
    const double share = 1 - std::sqrt(std::max(0.0, 1 - waiting / time.variance));
    const double common = together / waiting;
    const double part =
        time.mean * std::sqrt(share) * (half == 1 ? common : std::pow(common, half));
    sum += part;
    squares += part * part;
  }
  const double pairs = weights * weights - weight_squares;
  return pairs > 0 ? std::clamp((sum * sum - squares) / pairs, 0.0, 1.0) : 0;
}

}  // namespace scantling
