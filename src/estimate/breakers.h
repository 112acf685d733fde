// Circuit breakers in the long run: how many of the calls one lets through when each attempt fails
// with the same probability. Free of any model.
#pragma once

namespace scantling {

// Opens when `share` of the last `window` attempts, or so many `in_a_row` (then `share` is not
// looked at), have failed; refuses for `open_seconds`; then `probes` attempts decide.
struct BreakerTerms {
  double share = .5;
  double window = 20;
  double in_a_row = 0;
  double open_seconds = 5;
  double probes = 1;
  bool operator==(const BreakerTerms&) const = default;
};

// What one breaker sees while it is closed.
struct BreakerFlow {
  double calls = 0;     // a second
  double attempts = 1;  // of a call
  double failing = 0;   // P(an attempt fails)
  double seconds = 0;   // mean, of an attempt
};

// Mean number of attempts from closing to opening. In a row: exact, (1 - f^r) / (f^r (1 - f))
// (Feller, "An Introduction to Probability Theory and Its Applications" I, 3rd ed., XIII.7). Of a
// window: the window fills, and then each attempt moves it over the threshold with the probability
// that the others hold one failure less than it takes, the one that leaves it was good and the new
// one is bad (declumping: Glaz, Naus and Wallenstein, "Scan Statistics", 2001, ch. 4).
double attempts_until_open(const BreakerTerms& terms, double failing);

// Share of the calls that are let through, by renewal: a cycle is the time closed, and as many open
// times as it takes until all probes are good. What is on its way when a breaker closes and opens
// counts as let through.
double breaker_passes(const BreakerTerms& terms, const BreakerFlow& flow);

}  // namespace scantling
