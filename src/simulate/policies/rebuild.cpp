// Copies that are built anew after a promotion, from who leads then. `all`: every other copy, at
// once, the former leader when it comes back. A copy that is being built answers nothing, takes no
// part in a majority, and is back when all that its shard holds has been copied. `diverged`: only
// what the former leader has too many is undone (rewound), which takes no time to speak of.
#include "simulate/compile.h"
#include "simulate/defaults.h"
#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_rebuild = {
    "rebuild",
    "after a promotion the former leader, or every copy, is built anew before it answers",
    "A Byzantine failure in the real world, Cloudflare, 2020-11-27 (every copy was)"};

void Compiler::rebuild_of(const Store& store, ServiceInfo& info) {
  const bool led = store.consistency->kind != ConsistencyKind::Quorum && !store.expires;
  if (!led || info.copies < 2) return;
  if (store.rebuild.or_else(Rebuild::None) != Rebuild::All) return;
  info.rebuilds_all = true;
  double bytes = 0;
  for (const Ref<AggregateId>& held : *store.holds)
    if (held.id.valid()) {
      const Aggregate& aggregate = model_.aggregates[held.id];
      bytes += static_cast<double>(aggregate.count->value) *
               static_cast<double>(aggregate.size.or_else({defaults::record_bytes}).count);
    }
  info.rebuild_time =
      Duration::from_seconds(bytes / info.shards / defaults::rebuild_bytes_per_second).nanoseconds;
}

// `former` led the shard until now.
void Engine::promoted(std::uint32_t service, std::uint32_t former, std::uint32_t leader) {
  const ServiceInfo& info = p_.services[service];
  if (!info.rebuilds_all) return;
  to_rebuild_[former] = 1;
  const std::uint32_t first = leader - (leader - info.first_instance) % info.copies;
  for (std::uint32_t i = first; i < first + info.copies; ++i) {
    if (i == leader || i == former) continue;
    if (!stations_[i].up) {
      to_rebuild_[i] = 1;
      continue;
    }
    lose(i, false);
    heap_.push(now_ + info.rebuild_time, EventKind::Timer, new_note(i, 0, TimerPurpose::Rebuilt));
  }
}

// How much later than its machine the instance is there.
Time Engine::rebuilding(std::uint32_t instance) {
  if (to_rebuild_[instance] == 0) return 0;
  to_rebuild_[instance] = 0;
  const std::uint32_t service = stations_[instance].service;
  const ServiceInfo& info = p_.services[service];
  // Nobody has taken its place: it has what there is.
  const std::uint32_t shard = (instance - info.first_instance) / info.copies;
  return leader_[shard_first_[service] + shard] == instance ? 0 : info.rebuild_time;
}

}  // namespace scantling::sim
