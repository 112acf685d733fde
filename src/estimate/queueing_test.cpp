#include "estimate/queueing.h"

#include <gtest/gtest.h>

#include <cmath>

namespace scantling {
namespace {

TEST(Erlang, TabulatedValues) {
  EXPECT_NEAR(erlang_c(10, 8), .40918, 5e-6);
  EXPECT_NEAR(erlang_c(100, 90), .21694, 5e-6);
  EXPECT_NEAR(erlang_b(10, 8), .12166, 5e-6);
}

TEST(Erlang, OneServer) {
  EXPECT_DOUBLE_EQ(erlang_b(1, 3), .75);  // a / (1 + a)
  EXPECT_NEAR(erlang_c(1, .7), .7, 1e-15);
  EXPECT_EQ(erlang_c(3, 3), 1);
  EXPECT_EQ(erlang_c(3, 5), 1);
  EXPECT_EQ(erlang_b(0, 2), 1);
  EXPECT_EQ(erlang_b(5, 0), 0);
}

// The plain recursion from nothing, as the oracle of the shortened one.
double plain_erlang_b(int servers, double a) {
  double b = 1;
  for (int k = 1; k <= servers; ++k)
    b = a * b / (k + a * b);
  return b;
}

TEST(Erlang, ShortenedRecursionAgrees) {
  for (const double a : {.5, 7.0, 90.0, 400.0, 2500.0, 40000.0})
    for (const double use : {.3, .7, .95, 1.0, 1.3, 4.0}) {
      const int servers = std::max(1, static_cast<int>(a / use));
      const double expected = plain_erlang_b(servers, a);
      EXPECT_NEAR(erlang_b(servers, a), expected, 1e-12 + 1e-10 * expected)
          << "a " << a << " servers " << servers;
    }
}

TEST(Waiting, SingleServer) {
  const Waiting w = mmc_wait(1, 8, .1);  // rho .8: W = rho / (mu - lambda) = .4
  EXPECT_NEAR(w.mean, .4, 1e-12);
  EXPECT_NEAR(w.p_wait, .8, 1e-12);
  // P(W > t) = rho exp(-(mu - lambda) t): .01 at ln(80) / 2.
  EXPECT_NEAR(w.quantile(.99), std::log(80) / 2, 1e-12);
  EXPECT_NEAR(w.tail(1), .8 * std::exp(-2), 1e-12);
  EXPECT_EQ(w.quantile(.1), 0);
}

TEST(Waiting, SeveralServers) {
  const Waiting w = mmc_wait(10, 8, 1);  // C s / (c - a)
  EXPECT_NEAR(w.mean, .40918 / 2, 3e-6);
  EXPECT_TRUE(std::isinf(mmc_wait(2, 3, 1).mean));
}

TEST(Waiting, DeterministicServiceHalvesIt) {
  EXPECT_NEAR(allen_cunneen(1, 8, .1, 1, 0).mean, .2, 1e-12);
  // Pollaczek and Khinchine: lambda E[S^2] / 2 (1 - rho), cs2 = 3.
  EXPECT_NEAR(allen_cunneen(1, 8, .1, 1, 3).mean, 8 * .01 * 4 / 2 / .2, 1e-12);
}

TEST(Waiting, FiniteRoom) {
  EXPECT_NEAR(mm1k_loss(.9, 10), .05081, 5e-6);
  EXPECT_NEAR(mmck_wait(1, 9, 9, .1).loss, mm1k_loss(.9, 10), 1e-12);
  EXPECT_NEAR(mmck_wait(1, 9, 10, .1).loss, 1.0 / 11, 1e-12);          // at saturation
  EXPECT_NEAR(mmck_wait(1, 9, 20, .1).loss, mm1k_loss(2, 10), 1e-12);  // above
  EXPECT_NEAR(mmck_wait(10, 0, 8, 1).loss, .12166, 5e-6);              // no room: Erlang B
  EXPECT_NEAR(mmck_wait(1, 1e9, 8, .1).mean, .4, 1e-9);
  // Far above saturation the room is always full: K / mu to wait, 1 - mu / lambda lost.
  const Waiting full = mmck_wait(1, 100, 1000, .1);
  EXPECT_NEAR(full.mean, 10, .2);
  EXPECT_NEAR(full.loss, .99, 1e-6);
}

TEST(Waiting, FiniteRoomByHand) {
  // M/M/1 with 2 places, rho 1/2: p = 4/7, 2/7, 1/7. Lost 1/7; of 6/7 accepted, 2/7 wait 1 service.
  const Waiting w = mmck_wait(1, 1, 1, .5);
  EXPECT_NEAR(w.loss, 1.0 / 7, 1e-12);
  EXPECT_NEAR(w.p_wait, 1.0 / 3, 1e-12);
  EXPECT_NEAR(w.mean, .5 / 3, 1e-12);
}

TEST(Choices, PowerOfTwo) {
  EXPECT_NEAR(power_of_d_time(.9, 1), 10, 1e-9);
  EXPECT_NEAR(power_of_d_time(.9, 2), 2.614, 5e-4);
  EXPECT_NEAR(power_of_d_time(.9, 3), 2.028, 5e-4);
}

TEST(Mva, BalancedStations) {
  // Two stations of demand 1 and n customers: throughput n / (n + 1).
  const ClosedStation stations[] = {{1, false}, {1, false}};
  EXPECT_NEAR(mva(stations, 3).throughput, .75, 1e-12);
  EXPECT_NEAR(mva(stations, 1).response_seconds, 2, 1e-12);
}

TEST(Mva, ThinkTimeAndBottleneck) {
  const ClosedStation stations[] = {{10, true}, {1, false}, {.2, false}};
  const ClosedSolution one = mva(stations, 1);
  EXPECT_NEAR(one.throughput, 1 / 11.2, 1e-12);
  const ClosedSolution many = mva(stations, 200);
  EXPECT_NEAR(many.throughput, 1, 1e-9);          // the largest demand's inverse
  EXPECT_NEAR(many.response_seconds, 190, 1e-6);  // n / x - think
}

TEST(Retries, ExpectedAttempts) {
  EXPECT_NEAR(expected_attempts(.1, 3, 1e9), 1.11, 1e-12);
  EXPECT_EQ(expected_attempts(1, 3, 1e9), 3);
  EXPECT_NEAR(std::pow(expected_attempts(1, 3, 1e9), 5), 243, 1e-9);  // five layers
  EXPECT_NEAR(expected_attempts(1, 3, .1), 1.1, 1e-12);               // budget
  EXPECT_EQ(expected_attempts(0, 5, 1e9), 1);
}

TEST(Caches, CheApproximation) {
  EXPECT_NEAR(lru_hit_rate(10000, 1000, .8), .4367, .0005);
  EXPECT_NEAR(lru_hit_rate(10000, 1000, 1), .6756, .0005);
  EXPECT_NEAR(lru_hit_rate(1000, 250, 0), .25, 1e-6);  // even: capacity over keys
  EXPECT_EQ(lru_hit_rate(100, 100, 1), 1);
  EXPECT_EQ(lru_hit_rate(100, 0, 1), 0);
}

TEST(Caches, ExpiryOfOneKey) {
  // One fetch, then r T hits on average: r T / (1 + r T).
  EXPECT_NEAR(expiry_hit_rate(1, 10, .3, 0), .75, 1e-12);
  EXPECT_NEAR(expiry_hit_rate(4, 40, .3, 0), .75, 1e-12);
}

TEST(Keys, HottestShare) {
  EXPECT_NEAR(hottest_key_share(3, 1), 6.0 / 11, 1e-12);
  EXPECT_NEAR(hottest_key_share(10, 0), .1, 1e-12);
  double harmonic = 0;
  for (int i = 1; i <= 100000; ++i)
    harmonic += 1.0 / i;
  EXPECT_NEAR(hottest_key_share(100000, 1), 1 / harmonic, 1e-6);
}

TEST(KOfN, ByHand) {
  EXPECT_NEAR(k_of_n(2, 3, .9), .972, 1e-12);  // .729 + 3 x .081
  EXPECT_NEAR(k_of_n(1, 2, .9), .99, 1e-12);
  EXPECT_NEAR(k_of_n(3, 3, .9), .729, 1e-12);
  EXPECT_EQ(k_of_n(4, 3, .9), 0);
  EXPECT_EQ(k_of_n(0, 0, .9), 1);
}

TEST(WaitingSpread, IsThatOfPollaczekAndKhinchine) {
  // M/M/1: exponential, 2. M/D/1 at rho = .5, s = 1: E[W] = .5, E[W^2] = 2 x .25 + .5 / 1.5, of the
  // half that waits: (5/6 / .5) / 1 = 5/3. Nearly idle: what is left of fixed work is uniform, 4/3.
  EXPECT_NEAR(waiting_spread(.3, 1.5), 2, 1e-12);
  EXPECT_NEAR(waiting_spread(.5, 1), 5.0 / 3, 1e-12);
  EXPECT_NEAR(waiting_spread(0, 1), 4.0 / 3, 1e-12);
  EXPECT_NEAR(waiting_spread(2, 7), 2, 1e-12);
}

}  // namespace
}  // namespace scantling
