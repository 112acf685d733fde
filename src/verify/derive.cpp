#include "verify/derive.h"

namespace scantling::verify {
namespace {

constexpr void (*kDerivations[])(const Derivation&) = {
    derive_sagas,   derive_repeats,  derive_events,    derive_consumers, derive_failover,
    derive_votes,   derive_replicas, derive_quorums,   derive_freshness, derive_locks,
    derive_writers, derive_pools,    derive_isolation, derive_merges};

void run(const Derivation& d, int source) {
  const std::size_t before = d.out.size();
  kDerivations[source](d);
  for (std::size_t i = before; i < d.out.size(); ++i)
    d.out[i].source = source, d.out[i].runs = d.runs;
}

}  // namespace

std::vector<Protocol> derive(const Architecture& model, std::vector<std::string>& left_out,
                             int runs) {
  std::vector<Protocol> out;
  const CallGraph calls(model);
  for (int source = 0; source < static_cast<int>(std::size(kDerivations)); ++source)
    run({model, calls, out, left_out, runs}, source);
  return out;
}

std::vector<Protocol> derive_again(const Architecture& model, int source, int runs) {
  std::vector<Protocol> out;
  std::vector<std::string> left_out;
  const CallGraph calls(model);
  run({model, calls, out, left_out, runs}, source);
  return out;
}

}  // namespace scantling::verify
