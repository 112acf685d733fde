// Breakers: what they let through lowers the load, and with it what makes them open. They are
// solved in the rounds of the fixed point, from closed.
#include <algorithm>
#include <cmath>

#include "estimate/solver.h"

namespace scantling {
namespace {

// Rounds from a change of what breakers let through until times and failures have answered to it:
// calls change loads, loads waits, and waits failures.
constexpr int kAnswered = 3;

// The share for which what is let through is what its flow says, by secants: with less load fewer
// attempts fail, and that steeply near what the callee can take.
double next_share(const BreakerState& breaker) {
  const double turned = breaker.passed - breaker.passed_before;
  const double slope = turned == 0 ? 0 : (breaker.missing - breaker.missing_before) / turned;
  const double to = slope < -1 ? breaker.passed - breaker.missing / slope
                               : breaker.passed + breaker.missing / (turned == 0 ? 1 : 2);
  return std::clamp(to, 0.0, 1.0);
}

}  // namespace

// A call meets its breaker once: the times it is open are long against a call and its retries. What
// is refused fails at once, and is not tried again.
void NetworkSolver::through_breaker(const NetPolicy& policy, AttemptState& attempt,
                                    Attempted& call) const {
  attempt.calls = call.calls;
  attempt.failing = call.failing;
  attempt.seconds = call.seconds;
  const double passed = out_.breakers[at(policy.breaker)].passed;
  if (passed >= 1) return;
  const double failed = passed * (1 - call.ok);
  call.fail_seconds *= failed / (failed + 1 - passed);
  call.ok *= passed;
  call.up *= passed;
  call.calls *= passed;
  call.hold *= passed;
}

void NetworkSolver::breakers() {
  if (out_.breakers.empty()) return;
  for (BreakerState& breaker : out_.breakers)
    breaker.flow = {0, 0, 0, 0};
  for (std::size_t i = 0; i < net_.policies.size(); ++i) {
    if (net_.policies[i].breaker < 0) continue;
    const AttemptState& attempt = out_.attempts[i];
    BreakerFlow& flow = out_.breakers[at(net_.policies[i].breaker)].flow;
    const double attempts = attempt.asked * attempt.calls;
    flow.calls += attempt.asked;
    flow.attempts += attempts;
    flow.failing += attempts * attempt.failing;
    flow.seconds += attempts * attempt.seconds;
  }
  for (std::size_t i = 0; i < out_.breakers.size(); ++i) {
    BreakerFlow& flow = out_.breakers[i].flow;
    double& passed = out_.breakers[i].passed;
    const double instances = out_.instances[at(net_.breakers[i].service)];
    if (flow.calls <= 0 || instances < 1) {
      passed = 1;
      out_.breakers[i].missing = 0;
      continue;
    }
    flow.failing /= flow.attempts;
    flow.seconds /= flow.attempts;
    flow.attempts /= flow.calls;
    flow.calls /= instances;
    BreakerState& state = out_.breakers[i];
    state.missing = breaker_passes(net_.breakers[i].terms, flow) - passed;
    if (std::abs(state.missing) < kSettled || out_.rounds % kAnswered != 1) continue;
    const double next = next_share(state);
    state.passed_before = passed;
    state.missing_before = state.missing;
    passed = next;
  }
}

}  // namespace scantling
