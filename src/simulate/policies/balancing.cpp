// Balancing: which instance of the callee an attempt goes to. Only instances in the rotation are
// candidates: an instance that is lost stays in it until its health checks have noticed. Callers
// prefer their own region while it has a candidate.
#include <algorithm>
#include <cmath>

#include "simulate/engine.h"
#include "simulate/policies.h"

namespace scantling::sim {

extern const PolicyInfo policy_balancing = {
    "balancing",
    "which instance of the callee an attempt goes to: round-robin, random, "
    "random-of-two, random-of-three, least-request, weighted, consistent-hash, bounded-hash, "
    "zone-local with spill-over",
    "Mitzenmacher 2001; Mirrokni, Thorup, Zadimoghaddam 2018; Envoy's zone-aware routing"};

namespace {

std::uint32_t mix(std::uint32_t x) {  // Murmur3's finaliser
  x ^= x >> 16;
  x *= 0x85ebca6bU;
  x ^= x >> 13;
  x *= 0xc2b2ae35U;
  return x ^ (x >> 16);
}

constexpr double bounded_load = 1.25;  // of the mean (Mirrokni, Thorup, Zadimoghaddam 2018)

}  // namespace

std::uint32_t Engine::shard_of(const ServiceInfo& store, std::uint32_t key) const {
  if (store.shards == 1) return 0;
  const std::uint32_t hash = mix(key + store.first_instance * 0x9e3779b9U);
  const double u = static_cast<double>(hash) * 0x1.0p-32;
  if (store.shard_choice.size() > 0) return store.shard_choice.at(u);
  return home_slot(key, u, store.shards);
}

// Several regions that serve: each key has its home in one, where its requests enter and where the
// leaders of its shards and the consumers of its partitions are.
std::uint32_t Engine::home_of(std::uint32_t key) const {
  return p_.homes == 1 ? 0 : mix(key ^ 0x5bd1e995U) % p_.homes;
}

// One of `n` slots, dealt to the homes in turn, by a number in 0..1 and the key's home.
std::uint32_t Engine::home_slot(std::uint32_t key, double u, std::uint32_t n) const {
  if (p_.homes == 1 || n < p_.homes) return static_cast<std::uint32_t>(u * n);
  const std::uint32_t home = home_of(key);
  const std::uint32_t own = (n - home + p_.homes - 1) / p_.homes;
  return home + p_.homes * static_cast<std::uint32_t>(u * own);
}

std::uint32_t Engine::pick_in_shard(const EdgeInfo& edge, std::uint32_t caller_instance,
                                    std::uint32_t key) {
  const ServiceInfo& store = p_.services[edge.callee_service];
  const std::uint32_t shard = shard_of(store, key);
  if (edge.access == Access::Leader) return leader_[shard_first_[edge.callee_service] + shard];
  // Any copy: one of those in the rotation, of the caller's region while there is one.
  const std::uint32_t first = store.first_instance + shard * store.copies;
  const std::uint16_t region = p_.region_of_zone[p_.instances[caller_instance].zone];
  std::uint32_t near = 0;
  std::uint32_t far = 0;
  for (std::uint32_t i = first; i < first + store.copies; ++i) {
    if (!stations_[i].rotating) continue;
    ++far;
    near += p_.region_of_zone[p_.instances[i].zone] == region ? 1U : 0U;
  }
  if (far == 0) return none;
  std::uint32_t skip = stream(p_.links[edge.link].stream).below(near > 0 ? near : far);
  for (std::uint32_t i = first; i < first + store.copies; ++i) {
    if (!stations_[i].rotating) continue;
    if (near > 0 && p_.region_of_zone[p_.instances[i].zone] != region) continue;
    if (skip-- == 0) return i;
  }
  return none;
}

std::uint32_t Engine::pick_of_many(const LinkInfo& link, std::uint32_t caller_instance,
                                   std::uint32_t key) {
  const Rotation& rotation = rotation_[link.callee_service];
  const ServiceInfo& callee = p_.services[link.callee_service];
  if (callee.balance == Balance::ZoneLocal && link.caller_service != 0)
    return among(zone_local(rotation, link, caller_instance), link, callee, caller_instance, key);
  if (p_.regions > 1 && (link.caller_service != 0 || p_.homes > 1)) {
    const auto& near =
        rotation.by_region[link.caller_service == 0
                               ? home_of(key)
                               : p_.region_of_zone[p_.instances[caller_instance].zone]];
    if (!near.empty()) return among(near, link, callee, caller_instance, key);
  }
  return among(rotation.all, link, callee, caller_instance, key);
}

std::uint32_t Engine::among(const std::vector<std::uint32_t>& list, const LinkInfo& link,
                            const ServiceInfo& callee, std::uint32_t caller, std::uint32_t key) {
  const auto n = static_cast<std::uint32_t>(list.size());
  if (n == 1) return list[0];
  switch (callee.balance) {
    case Balance::RoundRobin:
    case Balance::ZoneLocal: {
      std::uint32_t& turn = turn_[link.turn + local(caller)];
      turn = turn + 1 >= n ? 0 : turn + 1;
      return list[turn];
    }
    case Balance::Random:
    case Balance::Weighted: return list[stream(link.stream).below(n)];
    case Balance::RandomOfTwo: {
      RandomStream& random = stream(link.stream);
      const std::uint32_t a = random.below(n);
      std::uint32_t b = random.below(n - 1);
      if (b >= a) ++b;
      return in_flight(link, caller, list[b]) < in_flight(link, caller, list[a]) ? list[b]
                                                                                 : list[a];
    }
    case Balance::RandomOfThree: return least_of_three(list, link, caller);
    case Balance::LeastRequest: {
      std::uint32_t& turn = turn_[link.turn + local(caller)];  // ties are taken in turn
      turn = turn + 1 >= n ? 0 : turn + 1;
      std::uint32_t best = list[turn];
      std::uint32_t least = in_flight(link, caller, best);
      for (std::uint32_t k = 1; k < n && least > 0; ++k) {
        const std::uint32_t i = list[turn + k < n ? turn + k : turn + k - n];
        const std::uint32_t count = in_flight(link, caller, i);
        if (count < least) {
          least = count;
          best = i;
        }
      }
      return best;
    }
    case Balance::ConsistentHash:
    case Balance::BoundedHash:
      return by_hash(rotation_[link.callee_service], link, caller, key,
                     callee.balance == Balance::BoundedHash);
  }
  return list[0];
}

// Of three that are drawn, all different, the one with the least in flight; the first drawn when
// they have the same. Of two when there are no more.
std::uint32_t Engine::least_of_three(const std::vector<std::uint32_t>& list, const LinkInfo& link,
                                     std::uint32_t caller) {
  const auto n = static_cast<std::uint32_t>(list.size());
  RandomStream& random = stream(link.stream);
  const std::uint32_t a = random.below(n);
  std::uint32_t b = random.below(n - 1);
  if (b >= a) ++b;
  std::uint32_t best =
      in_flight(link, caller, list[b]) < in_flight(link, caller, list[a]) ? list[b] : list[a];
  if (n == 2) return best;
  std::uint32_t c = random.below(n - 2);  // of those that are left, in order
  if (c >= std::min(a, b)) ++c;
  if (c >= std::max(a, b)) ++c;
  if (in_flight(link, caller, list[c]) < in_flight(link, caller, best)) best = list[c];
  return best;
}

std::uint32_t Engine::by_hash(const Rotation& rotation, const LinkInfo& link, std::uint32_t caller,
                              std::uint32_t key, bool bounded) const {
  const auto& ring = rotation.ring;
  auto it = std::lower_bound(ring.begin(), ring.end(), std::pair{mix(key), 0U});
  if (!bounded) return it == ring.end() ? ring.front().second : it->second;
  std::uint32_t sum = 0;
  for (std::uint32_t i : rotation.all)
    sum += in_flight(link, caller, i);
  const double limit =
      std::ceil(bounded_load * (sum + 1) / static_cast<double>(rotation.all.size()));
  for (std::size_t tries = 0; tries < ring.size(); ++tries, ++it) {
    if (it == ring.end()) it = ring.begin();
    if (in_flight(link, caller, it->second) < limit) return it->second;
  }
  return ring.front().second;
}

// The zone-aware rule of Envoy: a zone that has a larger share of the callees than of the callers
// keeps all its calls; one with less keeps that part, and spills the rest over those with more, by
// how much more they have.
const std::vector<std::uint32_t>& Engine::zone_local(const Rotation& rotation, const LinkInfo& link,
                                                     std::uint32_t caller) {
  if (link.caller_service == 0) return rotation.all;
  const std::uint16_t zone = p_.instances[caller].zone;
  const auto& near = rotation.by_zone[zone];
  if (near.empty()) return rotation.all;
  const Rotation& callers = rotation_[link.caller_service];
  const auto callers_here = static_cast<double>(callers.by_zone[zone].size());
  const auto callers_all = static_cast<double>(callers.all.size());
  const double callee_share =
      static_cast<double>(near.size()) / static_cast<double>(rotation.all.size());
  if (callers_here <= 0 || callee_share >= callers_here / callers_all) return near;
  const double stay = callee_share * callers_all / callers_here;
  const double drawn = stream(link.stream).uniform();
  if (drawn < stay) return near;
  const auto room = [&](std::size_t z) {
    return std::max(0.0, static_cast<double>(rotation.by_zone[z].size()) /
                                 static_cast<double>(rotation.all.size()) -
                             static_cast<double>(callers.by_zone[z].size()) / callers_all);
  };
  double all = 0;
  for (std::size_t z = 0; z < rotation.by_zone.size(); ++z)
    all += room(z);
  double left = (drawn - stay) / (1 - stay) * all;
  for (std::size_t z = 0; z < rotation.by_zone.size(); ++z) {
    const double here = room(z);
    if (left < here) return rotation.by_zone[z];
    left -= here;
  }
  return rotation.all;
}

void Engine::rebuild_rotation(std::uint32_t service) {
  const ServiceInfo& info = p_.services[service];
  Rotation& r = rotation_[service];
  running_area_[service] +=
      static_cast<double>(now_ - running_changed_[service]) * static_cast<double>(r.all.size());
  running_changed_[service] = now_;
  r.all.clear();
  r.ring.clear();
  r.by_region.assign(p_.regions, {});
  r.by_zone.assign(p_.zones, {});
  const bool hashed =
      info.balance == Balance::ConsistentHash || info.balance == Balance::BoundedHash;
  for (std::uint32_t i = info.first_instance; i < info.first_instance + info.instances; ++i) {
    if (!stations_[i].rotating) continue;
    r.all.push_back(i);
    r.by_zone[p_.instances[i].zone].push_back(i);
    r.by_region[p_.region_of_zone[p_.instances[i].zone]].push_back(i);
    constexpr std::uint32_t points = 100;  // of one instance on the ring
    for (std::uint32_t k = 0; hashed && k < points; ++k)
      r.ring.emplace_back(mix((i - info.first_instance) * points + k + 1), i);
  }
  std::sort(r.ring.begin(), r.ring.end());
}

}  // namespace scantling::sim
