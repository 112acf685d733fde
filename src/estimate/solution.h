// What solving a network yields, in the network's order. Kept between solutions, so that the next
// one allocates nothing.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "estimate/breakers.h"
#include "estimate/moments.h"
#include "estimate/queueing.h"

namespace scantling {

inline constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// A queue.
struct StationState {
  double rate = 0;                         // arrivals per second
  double outside = 0;                      // services: requests from outside, per second
  double reads = 0, writes = 0;            // stores: of it
  double demand = 0;                       // seconds of service asked for per second
  double square = 0;                       // the same of squared service times: for their variation
  double cube = 0;                         // and of the cubes: for how long those wait who do
  double any_reads = 0;                    // stores: of the reads, those that any copy answers
  double read_trips = 0, write_trips = 0;  // stores, pools: round trips, of one or more statements
  double any_trips = 0;                    // of the read trips, those to any copy
  double extra = 0;    // stores, pools: seconds of a trip's further statements, per second
  double servers = 0;  // in all; 0: nothing is left
  double utilisation = 0;
  double amplified = 0;  // `demand` with every retry and miss happening
  Waiting wait;
  Moments waited;       // the same, as moments
  double scatter = 0;   // rate x instances x (variation of arrivals and of service): see forks
  Moments read, write;  // stores: wait and service
  Moments any_read;     // the same at any copy
  // Seconds of so many reads, of which so many are answered by any copy.
  double read_seconds(double all, double any) const {
    return any <= 0 ? all * read.mean : (all - any) * read.mean + any * any_read.mean;
  }
};

struct EndpointState {
  double rate = 0;
  double accepted = 1;    // share that its service lets in
  Moments time;           // from arrival at its service to the answer, of good answers
  double hold = 0;        // mean seconds that it holds a slot, failures included
  double success = 1;     // of a request
  double success_up = 1;  // of a request while no dependency has an outage
  double amplified = 0;   // rate with every retry and miss happening
  double longest = 0;     // stay at the service that the bounds of queues and timeouts allow
  bool can_fail = false;  // by load: something in it can time out
  Waiting delay;          // consumers: in the channel
};

// A number for each state of the zones (availability.cpp): five, and one more so that products over
// them are a few vector instructions.
using ZoneStates = std::array<double, 6>;

// What goes through a breaker while it is closed, and the share of the calls that it lets through.
struct BreakerState {
  BreakerFlow flow;
  double passed = 1;
  double missing = 0;  // to what its flow says
  double passed_before = 1, missing_before = 0;
};

// Of a call with a policy: how often it is asked for, and what an attempt comes to.
struct AttemptState {
  double asked = 0;  // a second
  double calls = 1;  // attempts of one that is let through
  double failing = 0;
  double seconds = 0;
};

struct NetworkSolution {
  std::vector<StationState> services;  // processors; rate: visits
  std::vector<StationState> slots;     // of each service; rate: requests
  std::vector<StationState> stores, pools, externals, channels, locks;
  std::vector<double> instances;  // of each service at this load
  std::vector<double> turns;      // of each service called in turns: that count as independent
  std::vector<EndpointState> endpoints;
  std::vector<double> availability;  // of each endpoint: see solve_availability
  std::vector<BreakerState> breakers;
  std::vector<AttemptState> attempts;  // of each policy
  double asked = 1;                    // closed loads: of the peak loads, what comes in
  int rounds = 0;                      // of the fixed point
  bool converged = true;

  // Work space of `solve`.
  struct Frame {
    Moments time;
    double hold = 0, ok = 1, up = 1, weight = 1, fail_seconds = 0;
  };
  std::vector<Frame> stack;
  std::vector<Moments> branches;
  std::vector<double> weights;
  std::vector<double> calls;     // of each instruction: made for one that is asked for
  std::vector<double> linked;    // of each link: calls a second
  std::vector<double> forked;    // of each fork: a second
  std::vector<double> passes;    // of each instruction: P(the endpoint goes on after it)
  std::vector<double> before;    // of the last round
  std::vector<ZoneStates> down;  // of services, stores and channels: unavailability
};

}  // namespace scantling
