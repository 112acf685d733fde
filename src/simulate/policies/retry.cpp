#include "simulate/policies/retry.h"

#include "simulate/defaults.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_retry = {
    "retry", "a new arrival after backoff and jitter, while attempts and budget last",
    "Brooker, Exponential Backoff and Jitter, AWS 2015; Site Reliability Engineering, ch. 21"};

void compile_retry(EdgeInfo& edge, const RetryPolicy& retry, Program& program) {
  edge.attempts =
      static_cast<std::uint16_t>(clamped(retry.attempts, defaults::attempts, 1, 10'000));
  if (retry.on) {
    edge.retry_on = 0;
    for (RetryOn on : *retry.on)
      edge.retry_on |= on == RetryOn::Timeout ? seen_timeout
                       : on == RetryOn::Error ? seen_error
                                              : seen_rejected;
  }
  edge.backoff = nanoseconds_or(retry.backoff, defaults::backoff_seconds);
  edge.cap = std::max(edge.backoff, nanoseconds_or(retry.cap, defaults::backoff_cap_seconds));
  if (retry.cap) edge.cap = retry.cap->nanoseconds;
  edge.jitter = retry.jitter.or_else(Jitter::Full);
  if (!retry.budget || edge.attempts == 1) return;
  BudgetInfo info;
  info.share = retry.budget->value;
  edge.budget =
      shared_group(&EdgeInfo::budget, edge, info, program, program.budgets, program.budget_buckets,
                   [&](const BudgetInfo& b) { return b.share == info.share; });
}

}  // namespace scantling::sim
