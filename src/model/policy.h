// How one element calls another: what it does about slowness and failure.
#pragma once

#include <vector>

#include "base/units.h"
#include "model/enums.h"
#include "model/field.h"

namespace scantling {

// A retry is a new arrival at its real time. Wait before attempt k (k = 2, 3, ...) is drawn from
// backoff x 2^(k-2), at most cap, by the jitter (Brooker 2015, "Exponential Backoff And Jitter").
struct RetryPolicy {
  Field<Count> attempts;           // in all; 1 means no retry
  Field<std::vector<RetryOn>> on;  // default: timeout, error, rejected
  Field<Duration> backoff;
  Field<Duration> cap;
  Field<Jitter> jitter;
  Field<Share> budget;  // tokens earned by a first attempt; a retry costs one
};

// "50%" of `over` calls, or "5" in a row.
struct FailureThreshold {
  Share share;  // used when consecutive is 0
  std::int64_t consecutive = 0;
};

struct BreakerPolicy {
  Field<FailureThreshold> failures;
  Field<Count> over;  // calls in the window: "20 calls" or "20"
  Field<Duration> open;
  Field<Count> probes;  // calls let through when half open
};

struct HedgePolicy {
  Field<Duration> after;
  Field<Share> at_most;  // of the calls
  Field<bool> tied;      // whichever starts first takes the other back
};

struct BulkheadPolicy {
  Field<Count> calls;  // in flight, per instance of the caller and callee
  Field<Count> waiting;
};

// The caller refuses its own calls while the callee accepts too few of them: with probability
// (asked - k accepted) / (asked + 1) over the window (Beyer et al. 2016, "Site Reliability
// Engineering", chapter 21).
struct ThrottlePolicy {
  Field<Factor> accepts;  // k
  Field<Duration> over;
};

enum class Deadline : std::uint8_t { None, Propagate };
SCANTLING_ENUM_NAMES(Deadline, "none", "propagate");

struct CallPolicy {
  Field<Duration> timeout;
  Field<RetryPolicy> retry;
  Field<BreakerPolicy> breaker;
  Field<HedgePolicy> hedge;
  Field<BulkheadPolicy> at_once;
  Field<ThrottlePolicy> throttle;
  Field<Deadline> deadline;
};

// When the work of a service takes longer than its steps say. What is given multiplies.
struct Slowdown {
  Field<Count> per;       // by `by` of it for each `per` requests that wait in the instance
  Field<Share> by;        // may exceed 100%
  Field<Factor> failing;  // when every answer of late was an error; in between in proportion
  Field<Duration> over;   // what `of late` is: an answer's weight falls by e in this time
  Field<Factor> cold;     // right after a start, falling evenly to 1
  Field<Duration> warms;  // within this time
};

}  // namespace scantling
