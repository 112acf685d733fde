// What a policy's retries amount to.
#pragma once

#include <cstdint>

#include "model/architecture.h"

namespace scantling {

std::int64_t attempts_of(const CallPolicy& policy);  // 1 without a retry
// Whether the retries of a store access wait for a new leader: spread over the store's failover,
// and none after a refusal, so that a store which is full is not asked again.
bool waits_for_leader(const Architecture& model, const Step& step);
// All waits between `attempts` attempts at their longest: backoff x 2^(k-2), each at most `cap`.
double backoff_seconds(const RetryPolicy& retry, std::int64_t attempts);

}  // namespace scantling
