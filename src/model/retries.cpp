#include "model/retries.h"

#include <algorithm>
#include <cmath>

namespace scantling {

std::int64_t attempts_of(const CallPolicy& policy) {
  return policy.retry ? std::max<std::int64_t>(policy.retry->attempts.or_else({1}).value, 1) : 1;
}

double backoff_seconds(const RetryPolicy& retry, std::int64_t attempts) {
  const double first = retry.backoff.or_else({}).seconds();
  const double cap = retry.cap.has() ? retry.cap->seconds() : HUGE_VAL;
  double sum = 0, wait = first;
  for (std::int64_t k = 2; k <= attempts; ++k) {
    if (wait >= cap) return sum + cap * static_cast<double>(attempts - k + 1);
    sum += wait;
    wait *= 2;
  }
  return sum;
}

bool waits_for_leader(const Architecture& model, const Step& step) {
  if (!step.store.valid() || !step.policy.retry || !model.stores[step.store].failover) return false;
  const RetryPolicy& retry = *step.policy.retry;
  if (!retry.on || std::ranges::find(*retry.on, RetryOn::Rejected) != retry.on->end()) return false;
  return backoff_seconds(retry, attempts_of(step.policy)) >=
         model.stores[step.store].failover->seconds();
}

}  // namespace scantling
