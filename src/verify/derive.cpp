#include "verify/derive.h"

namespace scantling::verify {

std::vector<Protocol> derive(const Architecture& model, std::vector<std::string>& left_out) {
  std::vector<Protocol> out;
  const CallGraph calls(model);
  const Derivation d{model, calls, out, left_out};
  derive_sagas(d);
  derive_repeats(d);
  derive_events(d);
  derive_consumers(d);
  derive_failover(d);
  derive_quorums(d);
  derive_freshness(d);
  derive_locks(d);
  derive_writers(d);
  derive_pools(d);
  derive_isolation(d);
  derive_merges(d);
  return out;
}

}  // namespace scantling::verify
